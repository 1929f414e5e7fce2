"""Whom AWS takes a client for: asked of moto's STS, which checks signatures here, beside boto3 and AWS's own model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import msgspec
import pytest

from cumuli import sandbox
from cumuli.errors import AuthenticationError, InvalidRequest
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.providers.aws.sts import ACTION, VERSION, CallerIdentity
from cumuli.testing.flavours import Flavour
from tests.conformance.ec2.conftest import REGION, boto_client, ec2_client
from tests.conformance.ec2.test_ec2_signatures import check_signatures

Keys = tuple[str, str]


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[str, Keys]]:
    """A moto that checks signatures, and the key of a user who may do nothing."""
    with sandbox.running("ec2") as server:
        iam = boto_client("iam", server.endpoint)
        iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        check_signatures(server.endpoint)
        yield server.endpoint, (key["AccessKeyId"], key["SecretAccessKey"])


@pytest.mark.parametrize("service", ["ec2", "s3"])
async def test_who_one_is(guarded: tuple[str, Keys], flavour: Flavour, service: str) -> None:
    endpoint, keys = guarded
    seen = boto_client("sts", endpoint, *keys).get_caller_identity()
    async with _client(flavour, service, endpoint, *keys) as client:
        found = await client.ex_get_caller_identity()
    assert found == CallerIdentity(account=seen["Account"], arn=seen["Arn"], user_id=seen["UserId"])
    assert found.arn.endswith(":user/nobody")


async def test_a_wrong_secret(guarded: tuple[str, Keys], flavour: Flavour) -> None:
    endpoint, (key, _) = guarded
    async with _client(flavour, "ec2", endpoint, key, "not-the-secret-1234") as client:
        with pytest.raises(AuthenticationError, match="secret") as caught:
            await client.ex_get_caller_identity()
    assert (caught.value.provider, caught.value.operation) == ("ec2", ACTION)


async def test_nobody_is_nobody(moto: str, flavour: Flavour) -> None:
    make = AsyncS3 if flavour.name == "async" else S3
    client = flavour.shape(make(anonymous=True, endpoint=moto, region=REGION, proxy=""))
    with pytest.raises(InvalidRequest, match="anonymous"):
        await client.ex_get_caller_identity()
    await client.aclose()


async def test_the_endpoint_of_the_service_itself(moto: str, flavour: Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", moto)
    async with _client(flavour, "ec2", "http://127.0.0.1:1", "testing", "testing") as client:
        assert (await client.ex_get_caller_identity()).account == "123456789012"


def test_aws_has_this_operation() -> None:
    model = botocore.session.Session().get_service_model("sts")
    operation = model.operation_model(ACTION)
    assert model.api_version == VERSION
    assert operation.output_shape is not None
    read = {field.encode_name.lower() for field in msgspec.structs.fields(CallerIdentity)}
    assert {name.lower() for name in operation.output_shape.members} == {name.replace("_", "") for name in read}


def _client(flavour: Flavour, service: str, endpoint: str, key: str, secret: str) -> Any:
    if service == "ec2":
        return flavour.shape(ec2_client(flavour, endpoint, key, secret, retry=False))
    make = AsyncS3 if flavour.name == "async" else S3
    return flavour.shape(make(key, secret, endpoint=endpoint, region=REGION, proxy="", retry=False))

"""A moto that checks signatures and policies: good keys work, bad ones are refused in words that help."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cumuli import sandbox
from cumuli.errors import AuthenticationError, PermissionDenied
from cumuli.providers.aws.identity.credentials import AWSCredentials
from cumuli.secret import Secret
from cumuli.testing.flavours import Flavour
from tests.conformance.ec2.conftest import REGION, boto_client, ec2_client


@dataclass(frozen=True)
class Guarded:
    """A moto in auth mode, and the keys of two users: one may do all of EC2, one only describe."""

    endpoint: str
    admin: tuple[str, str]
    reader: tuple[str, str]


def check_signatures(endpoint: str) -> None:
    """Have a moto check them from its next request on."""
    reset = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(reset).close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    with sandbox.running("ec2") as server:
        iam = boto_client("iam", server.endpoint)

        def user(name: str, action: str) -> tuple[str, str]:
            iam.create_user(UserName=name)
            policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
            iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=json.dumps(policy))
            key = iam.create_access_key(UserName=name)["AccessKey"]
            return key["AccessKeyId"], key["SecretAccessKey"]

        admin, reader = user("admin", "ec2:*"), user("reader", "ec2:Describe*")
        check_signatures(server.endpoint)
        yield Guarded(server.endpoint, admin, reader)


@pytest.fixture
def client(guarded: Guarded, flavour: Flavour) -> Iterator[Any]:
    """Makes clients of the guarded server, and closes them."""
    made: list[Any] = []

    def make(key: str, secret: str, **more: Any) -> Any:
        made.append(flavour.shape(ec2_client(flavour, guarded.endpoint, key, secret, **more)))
        return made[-1]

    yield make
    for each in made:
        flavour.run(each.aclose())


async def test_good_keys_are_accepted(client: Any, guarded: Guarded) -> None:
    ec2 = client(*guarded.admin)
    [zone, *_] = await ec2.ex_list_availability_zones()
    volume = await ec2.create_volume(1, "größe ~ / + & = *", location=zone.name)
    boto = boto_client("ec2", guarded.endpoint, *guarded.admin)
    [seen] = boto.describe_volumes(VolumeIds=[volume.id])["Volumes"]
    assert seen["Tags"] == [{"Key": "Name", "Value": "größe ~ / + & = *"}]


async def test_credentials_may_come_from_a_function(guarded: Guarded, flavour: Flavour) -> None:
    key, secret = guarded.admin
    asked = 0

    def find() -> AWSCredentials:
        nonlocal asked
        asked += 1
        return AWSCredentials(access_key=key, secret=Secret(secret))

    from cumuli.providers.aws.ec2.aio import AsyncEC2
    from cumuli.providers.aws.ec2.client import EC2

    make: Any = AsyncEC2 if flavour.name == "async" else EC2
    async with flavour.shape(make(region=REGION, endpoint=guarded.endpoint, proxy="", credentials=find)) as ec2:
        await ec2.list_nodes()
        await ec2.list_nodes()
    assert asked == 1


async def test_a_wrong_secret_is_refused(client: Any, guarded: Guarded) -> None:
    wrong = guarded.admin[1][:-1] + ("A" if guarded.admin[1][-1] != "A" else "B")
    with pytest.raises(AuthenticationError) as caught:
        await client(guarded.admin[0], wrong).list_nodes()
    assert (caught.value.provider, caught.value.operation) == ("ec2", "DescribeInstances")
    assert "check" in str(caught.value)
    assert wrong not in str(caught.value) + repr(caught.value)


async def test_an_unknown_key_is_refused(client: Any) -> None:
    with pytest.raises(AuthenticationError):
        await client("AKIAUNKNOWNUNKNOWN00", "x" * 40).list_nodes()


async def test_a_stale_token_is_refused(client: Any, guarded: Guarded) -> None:
    with pytest.raises(AuthenticationError):
        await client("ASIAUNKNOWNUNKNOWN00", "x" * 40, token="no such session").list_nodes()


async def test_what_the_policy_does_not_allow_is_denied(client: Any, guarded: Guarded) -> None:
    reader = client(*guarded.reader)
    assert await reader.list_nodes() == []
    with pytest.raises(PermissionDenied) as caught:
        await reader.create_volume(1, "forbidden")
    assert caught.value.operation == "CreateVolume"
    assert not caught.value.retryable

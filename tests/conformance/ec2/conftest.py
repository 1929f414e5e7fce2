"""Moto, as EC2: one for the tests that need no signatures checked, one that checks them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.config import Config

from cumuli import sandbox
from cumuli.providers.aws.ec2.aio import AsyncEC2
from cumuli.providers.aws.ec2.client import EC2
from cumuli.testing.flavours import Flavour
from tests.secrets_used import AWS_KEY, AWS_SECRET

REGION = "us-east-1"


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint of a moto of this process's own, which ends with it."""
    with sandbox.running("ec2") as server:
        yield server.endpoint


@pytest.fixture(scope="session")
def boto(moto: str) -> Any:
    """The second pair of eyes."""
    return boto_client("ec2", moto)


@pytest.fixture
def ec2(moto: str, flavour: Flavour) -> Iterator[Any]:
    """A client of either flavour, in the shape of the async one."""
    client = flavour.shape(ec2_client(flavour, moto))
    yield client
    flavour.run(client.aclose())


def ec2_client(flavour: Flavour, endpoint: str, key: str = AWS_KEY, secret: str = AWS_SECRET, **more: Any) -> Any:
    make = AsyncEC2 if flavour.name == "async" else EC2
    return make(key, secret, region=REGION, endpoint=endpoint, proxy="", **more)


def boto_client(service: str, endpoint: str, key: str = AWS_KEY, secret: str = AWS_SECRET) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(proxies={}, retries={"max_attempts": 0}),
    )


numbers = count(1)


@pytest.fixture(scope="session")
def image(boto: Any) -> str:
    return boto.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]


@pytest.fixture
def name(flavour: Flavour) -> str:
    return f"ext-{flavour.name}-{next(numbers)}"


@pytest.fixture
def node_id(boto: Any, image: str) -> Iterator[str]:
    """A node that boto3 made."""
    run = boto.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    made: str = run["Instances"][0]["InstanceId"]
    yield made
    boto.terminate_instances(InstanceIds=[made])


def instance(boto: Any, node_id: str) -> Any:
    [reservation] = boto.describe_instances(InstanceIds=[node_id])["Reservations"]
    [found] = reservation["Instances"]
    return found


def tags_of(item: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}

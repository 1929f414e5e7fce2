"""Faults on demand: boto3 and swiftclient before real servers, on a bad day that comes again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import swiftclient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cumuli import S3, sandbox
from cumuli.errors import RateLimited
from tests.secrets_used import AWS_KEY, AWS_SECRET


def boto(service: str, endpoint: str, *, attempts: int = 1) -> Any:
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=AWS_KEY,
        aws_secret_access_key=AWS_SECRET,
        config=Config(retries=retries),
    )


@pytest.fixture(scope="module")
def s3() -> Iterator[sandbox.SandboxServer]:
    with sandbox.running("s3") as server:
        client = boto("s3", server.endpoint)
        client.create_bucket(Bucket="bucket")
        client.close()
        yield server


def story(endpoint: str, *, attempts: int = 1) -> list[str]:
    """What a program is told that stores thirty objects."""
    client = boto("s3", endpoint, attempts=attempts)
    told: list[str] = []
    for number in range(30):
        try:
            client.put_object(Bucket="bucket", Key=f"{number}", Body=b"x" * 100)
            told.append("stored")
        except ClientError as error:
            told.append(error.response["Error"]["Code"])
        except BotoCoreError as error:
            told.append(type(error).__name__)
    client.close()
    return told


WORDS = "cut=0.1,503=0.1,reset=0.1,lost=0.1,drip=0.1,close=0.1"


def test_a_program_meets_the_faults_and_the_same_seed_gives_the_same(s3: sandbox.SandboxServer) -> None:
    days: list[tuple[list[str], list[sandbox.Met]]] = []
    for seed in (7, 7, 8):
        with sandbox.faults(s3, WORDS, seed=seed) as link:
            days.append((story(link.endpoint), link.met))
    assert days[0] == days[1]
    assert days[0] != days[2]
    told, met = days[0]
    assert {"stored", "ServiceUnavailable", "ConnectionClosedError"} <= set(told)
    assert {each.what for each in met} == {"cut", "503", "reset", "lost", "drip", "close"}
    # Each is told of the request that met it.
    harmful = {each.path for each in met if each.what not in {"drip", "close", "cut"}}
    assert harmful == {f"/bucket/{number}" for number, one in enumerate(told) if one != "stored"} - {
        each.path for each in met if each.what == "cut"
    }


def test_a_program_that_tries_again_survives(s3: sandbox.SandboxServer) -> None:
    with sandbox.faults(s3, "503=0.3,reset=0.2", seed=1) as link:
        assert set(story(link.endpoint, attempts=3)) == {"stored"}
    assert len(link.met) > 10


def test_latency_and_throttling(s3: sandbox.SandboxServer) -> None:
    with sandbox.faults(s3, "slow=1s,throttle=1/h") as link:
        client = boto("s3", link.endpoint)
        begun = time.monotonic()
        client.head_bucket(Bucket="bucket")
        assert time.monotonic() - begun >= 1
        with pytest.raises(ClientError) as caught:
            client.list_objects_v2(Bucket="bucket")
        assert caught.value.response["Error"]["Code"] == "SlowDown"
        client.close()
        with (
            S3(AWS_KEY, AWS_SECRET, region="us-east-1", endpoint=link.endpoint, retry=False) as cloud,
            pytest.raises(RateLimited),
        ):
            cloud.list_containers()


def test_ec2_says_so_in_its_own_words() -> None:
    with sandbox.running("ec2", faults="throttle=1/h") as server:
        client = boto("ec2", server.endpoint)
        client.describe_regions()
        with pytest.raises(ClientError) as caught:
            client.describe_regions()
        client.close()
    assert caught.value.response["Error"]["Code"] == "RequestLimitExceeded"


def test_addresses_that_swift_tells_lead_through_the_link() -> None:
    with sandbox.running("swift", faults="slow=1ms,drip=0.5", seed=3) as server:
        variables = server.environment
        connection = swiftclient.Connection(
            variables["ST_AUTH"], variables["ST_USER"], variables["ST_KEY"], retries=5, starting_backoff=0.01
        )
        url, _ = connection.get_auth()
        assert url.startswith(f"{server.endpoint}/")
        connection.put_container("through")
        assert [one["name"] for one in connection.get_account()[1]] == ["through"]
        connection.close()

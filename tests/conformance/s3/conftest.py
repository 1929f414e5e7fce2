"""Servers that speak S3: moto, and rclone, which checks signatures. boto3 is the second pair of eyes."""

from __future__ import annotations

import email.header
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cumuli import sandbox
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.sandbox.server import Address
from cumuli.sandbox.starting import start
from cumuli.testing.flavours import Flavour
from cumuli.testing.suites.storage_target import Seen
from tests.support import rclone

REGION = "us-east-1"
# Of the buckets that tests make.
NUMBERS = count(1)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint of a moto of this process's own, which ends with it."""
    with sandbox.running("s3") as server:
        yield server.endpoint


@pytest.fixture(scope="session")
def boto(moto: str) -> Any:
    return boto_client(moto)


@pytest.fixture(scope="session")
def rclone_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    started = start(rclone.Rclone(), tmp_path_factory.mktemp("rclone"), tied=True)
    yield started.address
    started.close()


@pytest.fixture
def s3(moto: str, flavour: Flavour) -> Iterator[Any]:
    """A client of moto, of either flavour, in the shape of the async one."""
    client = flavour.shape(s3_client(flavour, moto))
    yield client
    flavour.run(client.aclose())


def s3_client(
    flavour: Flavour, endpoint: str, key: str | None = "testing", secret: str | None = "testing", **more: Any
) -> Any:
    make = AsyncS3 if flavour.name == "async" else S3
    return make(key, secret, region=REGION, endpoint=endpoint, proxy="", **more)


def boto_client(endpoint: str, key: str = "testing", secret: str = "testing") -> Any:
    return boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(proxies={}, retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )


def eyes_of(boto: Any) -> Callable[[str, str], Seen | None]:
    """Objects as boto3 sees them; encoded words of metadata as Python's email package reads them."""

    def look(container: str, name: str) -> Seen | None:
        try:
            answer = boto.get_object(Bucket=container, Key=name)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise
        meta_data = {key.lower(): unwrapped(value) for key, value in answer["Metadata"].items()}
        return Seen(content=answer["Body"].read(), content_type=answer["ContentType"], meta_data=meta_data)

    return look


def unwrapped(value: str) -> str:
    if not value.startswith("=?"):
        return value
    return "".join(
        part.decode(charset or "ascii") if isinstance(part, bytes) else part
        for part, charset in email.header.decode_header(value)
    )


def writer_of(boto: Any) -> Callable[[str, str, Seen], None]:
    def write(container: str, name: str, seen: Seen) -> None:
        boto.put_object(
            Bucket=container,
            Key=name,
            Body=seen.content,
            ContentType=seen.content_type,
            Metadata=dict(seen.meta_data or {}),
        )

    return write


def open_uploads_of(boto: Any) -> Callable[[str], int]:
    return lambda container: len(boto.list_multipart_uploads(Bucket=container).get("Uploads", []))


def fetch(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """What Python's own HTTP client gets."""
    data = body if method == "PUT" else None
    # Without a type, Python says that it sends a form, and moto believes it.
    sent = {"Content-Type": "application/octet-stream", **headers} if data is not None else dict(headers)
    try:
        with build_opener(ProxyHandler({})).open(Request(url, data, sent, method=method), timeout=120) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def filler(endpoint: str, key: str, secret: str) -> Callable[[str, Iterable[str]], None]:
    """Puts empty objects quickly: eight at a time."""

    def fill(container: str, names: Iterable[str]) -> None:
        with S3(key, secret, region=REGION, endpoint=endpoint, proxy="") as client, ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: client.upload_object(b"", container, name, content_type="text/plain"), names))

    return fill


class Place:
    """A server, a client of it of the test's flavour, and boto3's."""

    def __init__(self, name: str, flavour: Flavour, profile: dict[str, str]) -> None:
        self.name = name
        self._flavour = flavour
        self._profile = profile
        self._made: list[Any] = []
        self.boto = boto_client(profile["endpoint"], profile["key"], profile["secret"])
        self.cloud = self.client()

    def client(self, **more: Any) -> Any:
        profile = self._profile
        settings = {"key": profile["key"], "secret": profile["secret"], **more}
        made = s3_client(self._flavour, profile["endpoint"], **settings)
        shaped = self._flavour.shape(made)
        self._made.append(shaped)
        return shaped

    def anonymous(self) -> Any:
        """A client that is nobody's."""
        return self.client(key=None, secret=None, anonymous=True)

    async def bucket(self, *, versions: bool = False) -> str:
        name = f"extensions-{next(NUMBERS)}-{id(self):x}"
        await self.cloud.create_container(name)
        if versions:
            await self.cloud.ex_put_bucket_versioning(name, enabled=True)
        return name

    def close(self) -> None:
        for client in self._made:
            self._flavour.run(client.aclose())
        self.boto.close()


async def content_of(client: Any, obj: Any, **more: Any) -> bytes:
    found: bytes = await client.download_object_as_stream(obj, **more).read()
    return found


@pytest.fixture(scope="session")
def swift_profile() -> Iterator[dict[str, str]]:
    with sandbox.running("swift") as server:
        yield server.profiles["sandbox-swift-s3"]


@pytest.fixture
def place(moto: str, flavour: Flavour) -> Iterator[Place]:
    """Moto, which has all of S3's settings."""
    place = Place("moto", flavour, {"endpoint": moto, "key": "testing", "secret": "testing"})
    yield place
    place.close()


@pytest.fixture(params=["moto", "swift"])
def either(request: pytest.FixtureRequest, flavour: Flavour) -> Iterator[Place]:
    """Moto, and Swift, which checks signatures and has versions and copies of parts as well."""
    if request.param == "moto":
        profile = {"endpoint": request.getfixturevalue("moto"), "key": "testing", "secret": "testing"}
    else:
        profile = request.getfixturevalue("swift_profile")
    place = Place(request.param, flavour, profile)
    yield place
    place.close()

"""Bytes that are damaged between polycloud and a real S3 server: always an error, and nothing is left behind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from polycloud.errors import CloudError
from polycloud.providers.aws.s3.aio import AsyncS3
from polycloud.providers.aws.s3.client import S3
from polycloud.runtime.retry import RetryPolicy
from tests.faults.storage.proxy import (
    Damage,
    Fault,
    cut_answer,
    damaging,
    flip_answer,
    flip_upload,
    longer_length,
    shorter_length,
    swap_answer,
)
from tests.support.flavours import Flavour

CONTENT = random.Random(4).randbytes(300_000)
PART = 5 * 1024 * 1024
FAILED_COMPLETION = b"<Error><Code>InternalError</Code><Message>We are sorry</Message></Error>"
_numbers = count(1)


class Place:
    """A bucket at the server, and clients that reach it through the proxy."""

    def __init__(self, flavour: Flavour, endpoint: str) -> None:
        self.endpoint = endpoint
        self.flavour = flavour
        self.direct = S3("testing", "testing", region="us-east-1", endpoint=endpoint, proxy="")
        self.bucket = f"damage-{next(_numbers)}-{id(self):x}"
        self.direct.create_container(self.bucket)
        self._made: list[Any] = []

    def client(self, origin: str) -> AsyncS3:
        make = AsyncS3 if self.flavour.name == "async" else S3
        retry = RetryPolicy(attempts=3, base=0.001, cap=0.001)
        made = make("testing", "testing", region="us-east-1", endpoint=origin, proxy="", retry=retry)
        client: AsyncS3 = self.flavour.shape(made)
        self._made.append(client)
        return client

    def names(self) -> list[str]:
        return [obj.name for obj in self.direct.list_container_objects(self.bucket)]

    def close(self) -> None:
        for client in self._made:
            self.flavour.run(client.aclose())
        self.direct.close()


@pytest.fixture
def place(flavour: Flavour, moto: str) -> Iterator[Place]:
    place = Place(flavour, moto)
    yield place
    place.close()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_what_is_not_damaged_passes(place: Place, tmp_path: Path) -> None:
    with damaging(place.endpoint) as server:
        cloud = place.client(server.origin)
        obj = await cloud.upload_object(CONTENT, place.bucket, "o", meta_data={"a": "ü"})
        await cloud.download_object(obj, tmp_path / "there")
        assert (await cloud.get_object(place.bucket, "o")).size == len(CONTENT)
    assert (tmp_path / "there").read_bytes() == CONTENT


@pytest.mark.parametrize("damage", [flip_answer, longer_length, shorter_length, cut_answer])
async def test_damaged_downloads_leave_nothing(place: Place, tmp_path: Path, damage: Damage) -> None:
    obj = place.direct.upload_object(CONTENT, place.bucket, "o")
    fault = Fault(damage, method="GET", target="/o")
    (tmp_path / "kept").write_bytes(b"mine")
    with damaging(place.endpoint, fault) as server:
        cloud = place.client(server.origin)
        with pytest.raises(CloudError) as caught:
            await cloud.download_object(obj, tmp_path / "there")
        with pytest.raises(CloudError):
            await cloud.download_object(obj, tmp_path / "kept", overwrite_existing=True)
    assert caught.value.provider == "s3"
    assert fault.done
    assert names_in(tmp_path) == ["kept"]
    assert (tmp_path / "kept").read_bytes() == b"mine"


async def test_one_cut_is_fetched_on(place: Place, tmp_path: Path) -> None:
    obj = place.direct.upload_object(CONTENT, place.bucket, "o")
    fault = Fault(cut_answer, method="GET", target="/o", times=1)
    with damaging(place.endpoint, fault) as server:
        await place.client(server.origin).download_object(obj, tmp_path / "there")
    assert fault.done == 1
    assert (tmp_path / "there").read_bytes() == CONTENT


async def test_a_damaged_put_leaves_nothing(place: Place) -> None:
    fault = Fault(flip_upload, method="PUT", target="/o")
    with damaging(place.endpoint, fault) as server, pytest.raises(CloudError):
        await place.client(server.origin).upload_object(CONTENT, place.bucket, "o")
    assert fault.done
    assert place.names() == []


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Fault(flip_upload, method="PUT", target="partNumber=2"),
        lambda: Fault(swap_answer(403, b""), method="PUT", target="partNumber=2"),
        lambda: Fault(swap_answer(200, FAILED_COMPLETION), method="POST", target="uploadId="),
    ],
    ids=["flipped part", "refused part", "200 with an error in it"],
)
async def test_a_damaged_upload_in_parts_leaves_no_upload_open(place: Place, fault: Any) -> None:
    told = fault()
    with damaging(place.endpoint, told) as server, pytest.raises(CloudError):
        await place.client(server.origin).upload_object_via_stream(
            (CONTENT for _ in range(40)), place.bucket, "o", part_size=PART
        )
    assert told.done
    assert place.direct.ex_list_multipart_uploads(place.bucket) == []
    assert place.names() == []

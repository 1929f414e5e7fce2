"""Bytes that are damaged between cumuli and a real server: always an error, and nothing is left behind."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import CloudError
from cumuli.testing.flavours import Flavour
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
from tests.faults.storage.stores import Store

CONTENT = random.Random(4).randbytes(300_000)
PART = 5 * 1024 * 1024
_numbers = count(1)

# How the stores say in a body that a 200 is none: S3 of a completion, Swift of a manifest that it took long to check.
S3_FAILED = b"<Error><Code>InternalError</Code><Message>We are sorry</Message></Error>"
SWIFT_FAILED = json.dumps(
    {"Response Status": "400 Bad Request", "Response Body": "", "Errors": [["/x/y", "Etag Mismatch"]]}
).encode()
PARTS_OF_S3 = {
    "flipped part": lambda: Fault(flip_upload, method="PUT", target="partNumber=2"),
    "refused part": lambda: Fault(swap_answer(403, b""), method="PUT", target="partNumber=2"),
    "failed completion": lambda: Fault(swap_answer(500, S3_FAILED), method="POST", target="uploadId="),
    "200 with an error in it": lambda: Fault(swap_answer(200, S3_FAILED), method="POST", target="uploadId="),
}
PARTS_OF_SWIFT = {
    "flipped part": lambda: Fault(flip_upload, method="PUT", target="00000002"),
    "refused part": lambda: Fault(swap_answer(403, b""), method="PUT", target="00000002"),
    "failed completion": lambda: Fault(swap_answer(500, b""), method="PUT", target="multipart-manifest=put"),
    "200 with an error in it": lambda: Fault(
        swap_answer(200, SWIFT_FAILED, ("Content-Type", "application/json")),
        method="PUT",
        target="multipart-manifest=put",
    ),
}


class Place:
    """A container at the store, and clients that reach it through the proxy."""

    def __init__(self, flavour: Flavour, store: Store) -> None:
        self.store = store
        self.endpoint = store.endpoint
        self.flavour = flavour
        self.direct = store.direct()
        self.bucket = f"damage-{next(_numbers)}-{id(self):x}"
        self.direct.create_container(self.bucket)
        self._made: list[Any] = []

    def client(self, origin: str) -> Any:
        retry = RetryPolicy(attempts=3, base=0.001, cap=0.001)
        client = self.store.client(self.flavour, origin, retry=retry)
        self._made.append(client)
        return client

    def names(self) -> list[str]:
        return [obj.name for obj in self.direct.list_container_objects(self.bucket)]

    def parts(self, what: str) -> Fault:
        faults: dict[str, Callable[[], Fault]] = PARTS_OF_S3 if self.store.speaks_s3 else PARTS_OF_SWIFT
        return faults[what]()

    def close(self) -> None:
        for client in self._made:
            self.flavour.run(client.aclose())
        self.direct.close()


@pytest.fixture(params=["moto", "rclone_s3", "swift", "ceph"])
def place(request: pytest.FixtureRequest, flavour: Flavour) -> Iterator[Place]:
    place = Place(flavour, request.getfixturevalue(request.param))
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
        large = await cloud.upload_object_via_stream((CONTENT for _ in range(40)), place.bucket, "l", part_size=PART)
        await cloud.download_object(large, tmp_path / "large")
    assert (tmp_path / "there").read_bytes() == CONTENT
    assert (tmp_path / "large").read_bytes() == CONTENT * 40


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
    assert caught.value.provider == place.store.provider
    assert fault.done
    assert names_in(tmp_path) == ["kept"]
    assert (tmp_path / "kept").read_bytes() == b"mine"


@pytest.mark.parametrize("damage", [flip_answer, longer_length, shorter_length, cut_answer])
async def test_damaged_downloads_of_what_came_in_parts_leave_nothing(
    place: Place, tmp_path: Path, damage: Damage
) -> None:
    if place.store.name == "moto" and damage is flip_answer:
        pytest.skip("what S3 tells of an object in parts is a hash of its content only where the service is known")
    obj = place.direct.upload_object_via_stream((CONTENT for _ in range(40)), place.bucket, "o", part_size=PART)
    fault = Fault(damage, method="GET", target="/o")
    with damaging(place.endpoint, fault) as server, pytest.raises(CloudError):
        await place.client(server.origin).download_object(obj, tmp_path / "there")
    assert fault.done
    assert names_in(tmp_path) == []


async def test_flipped_bits_of_what_came_in_parts_are_seen_by_its_name_alone(place: Place, tmp_path: Path) -> None:
    if place.store.name == "moto":
        pytest.skip("what S3 tells of an object in parts is a hash of its content only where the service is known")
    place.direct.upload_object_via_stream((CONTENT for _ in range(40)), place.bucket, "o", part_size=PART)
    fault = Fault(flip_answer, method="GET", target="/o")
    with damaging(place.endpoint, fault) as server, pytest.raises(CloudError):
        await place.client(server.origin).download_object((place.bucket, "o"), tmp_path / "there")
    assert fault.done
    assert names_in(tmp_path) == []


async def test_one_cut_of_what_came_in_parts_is_fetched_on(place: Place, tmp_path: Path) -> None:
    obj = place.direct.upload_object_via_stream((CONTENT for _ in range(40)), place.bucket, "o", part_size=PART)
    fault = Fault(cut_answer, method="GET", target="/o", times=1)
    with damaging(place.endpoint, fault) as server:
        await place.client(server.origin).download_object(obj, tmp_path / "there")
    assert fault.done == 1
    assert (tmp_path / "there").read_bytes() == CONTENT * 40


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
    # Moto compares nothing before it stores it, and tells what it has stored; that is left.
    assert place.names() == (["o"] if place.store.name == "moto" else [])


@pytest.mark.parametrize("what", PARTS_OF_S3)
async def test_a_damaged_upload_in_parts_leaves_nothing(place: Place, what: str) -> None:
    fault = place.parts(what)
    with damaging(place.endpoint, fault) as server, pytest.raises(CloudError):
        await place.client(server.origin).upload_object_via_stream(
            (CONTENT for _ in range(40)), place.bucket, "o", part_size=PART
        )
    assert fault.done
    assert place.store.unfinished(place.bucket) == []
    assert place.names() == []

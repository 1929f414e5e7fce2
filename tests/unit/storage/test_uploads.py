"""The upload engine over the in-memory store, whose network damages what it is told to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import ChecksumMismatch, CloudError, InvalidRequest, PermissionDenied, ProviderUnavailable
from cumuli.providers.memory.storage.account import MemoryStorageAccount
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.flavours import Flavour

PART = 10_000
CONTENT = random.Random(3).randbytes(7 * PART + 123)
QUICK = RetryPolicy(base=0.001, cap=0.001)


class Stop(BaseException):
    """Ends a transfer as Ctrl-C does, and leaves the event loop to the test."""


class Place:
    """An account with an empty container, and clients of it that are closed afterwards."""

    def __init__(self, flavour: Flavour) -> None:
        self.account = MemoryStorageAccount()
        self.own = MemoryStorage(self.account)
        self.own.create_container("box")
        self._flavour = flavour
        self._made: list[Any] = []

    def client(self, **settings: Any) -> AsyncMemoryStorage:
        make = AsyncMemoryStorage if self._flavour.name == "async" else MemoryStorage
        settings = {"retry": QUICK, "part_size": PART, **settings}
        client: AsyncMemoryStorage = self._flavour.shape(make(self.account, **settings))
        self._made.append(client)
        return client

    def assert_holds(self, **contents: bytes) -> None:
        """These objects are there and no others, and no upload is open."""
        found = {
            obj.name: self.own.download_object_as_stream((obj.container, obj.name)).read()
            for obj in self.own.list_container_objects("box")
        }
        assert found == contents
        assert self.account.open_uploads == 0

    def close(self) -> None:
        for client in self._made:
            self._flavour.run(client.aclose())
        self.own.close()


@pytest.fixture
def place(flavour: Flavour) -> Iterator[Place]:
    place = Place(flavour)
    yield place
    place.close()


async def test_damage_on_the_way_up_leaves_nothing(place: Place) -> None:
    cloud = place.client(corrupt=["put_object", "upload_part"])
    for content in (b"x", CONTENT[:PART], CONTENT):
        with pytest.raises(CloudError):
            await cloud.upload_object(content, "box", "o")
        with pytest.raises(CloudError):
            await cloud.upload_object_via_stream([content[:5], content[5:]], "box", "o")
        place.assert_holds()


async def test_damage_to_a_streamed_put_is_found_afterwards(place: Place) -> None:
    """Its hash is known only at the end: what it replaced is gone, and what is stored is left and told."""
    cloud = place.client(corrupt=["put_object"], without=[Can.MULTIPART])
    with pytest.raises(ChecksumMismatch, match="left there"):
        await cloud.upload_object_via_stream([CONTENT], "box", "o")
    assert [obj.name for obj in place.own.list_container_objects("box")] == ["o"]
    assert "delete_object" not in place.account.calls


@pytest.mark.parametrize("concurrency", [1, 3, 20])
async def test_parts_that_fail_now_and_then_are_sent_again(place: Place, concurrency: int) -> None:
    cloud = place.client(fail_call={"upload_part": [ProviderUnavailable("busy", retryable=True)] * 3})
    made = await cloud.upload_object(CONTENT, "box", "o", concurrency=concurrency)
    assert made.size == len(CONTENT)
    place.assert_holds(o=CONTENT)
    assert place.account.calls.count("complete_multipart") == 1


@pytest.mark.parametrize("operation", ["start_multipart", "upload_part", "complete_multipart"])
async def test_what_fails_for_good_is_aborted(place: Place, operation: str) -> None:
    cloud = place.client(fail_call={operation: PermissionDenied("no")})
    place.own.upload_object(b"before", "box", "o")
    for _ in range(2):
        with pytest.raises(PermissionDenied):
            await cloud.upload_object(CONTENT, "box", "o")
        place.assert_holds(o=b"before")


async def test_an_abort_that_fails_is_told(place: Place) -> None:
    cloud = place.client(fail_call={"upload_part": PermissionDenied("no"), "abort_multipart": PermissionDenied("no")})
    with pytest.raises(PermissionDenied) as caught:
        await cloud.upload_object(CONTENT, "box", "o")
    assert any("could not be removed" in note for note in caught.value.__notes__)
    assert place.account.open_uploads == 1


async def test_whatever_ends_an_upload_aborts_it(place: Place) -> None:
    def stop(done: int, _total: int | None) -> None:
        if done > 3 * PART:
            raise Stop

    with pytest.raises(Stop):
        await place.client().upload_object(CONTENT, "box", "o", progress=stop)
    assert "start_multipart" in place.account.calls
    place.assert_holds()


@pytest.mark.slow
async def test_parts_grow_until_nothing_fits_any_more(place: Place) -> None:
    """10,000 parts that begin with one byte hold 1,023,000 bytes, and not one more."""
    with pytest.raises(InvalidRequest, match="part_size"):
        await place.client().upload_object_via_stream([b"x" * 1_023_001], "box", "o", part_size=1)
    place.assert_holds()
    await place.client().upload_object_via_stream([b"x" * 20_000], "box", "o", part_size=1)
    place.assert_holds(o=b"x" * 20_000)


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, len(CONTENT)])
async def test_every_size_from_every_side(place: Place, size: int) -> None:
    content = CONTENT[:size]
    cloud = place.client()
    await cloud.upload_object(content, "box", "whole")
    await cloud.upload_object_via_stream([content[at : at + 777] for at in range(0, size, 777)], "box", "pieces")
    place.assert_holds(whole=content, pieces=content)


async def test_content_of_unknown_length_needs_no_parts(place: Place) -> None:
    await place.client(without=[Can.MULTIPART]).upload_object_via_stream([CONTENT, CONTENT], "box", "o")
    place.assert_holds(o=CONTENT * 2)

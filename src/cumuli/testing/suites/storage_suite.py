"""The storage suite: what the portable API promises, tried on one provider.

To try a provider, write a file ``test_<provider>_storage.py`` among its tests with a subclass
that says how to reach it::

    class TestMemory(StorageSuite):
        @pytest.fixture(scope="class")
        @classmethod
        def target(cls) -> StorageTarget:
            account = MemoryStorageAccount()
            return StorageTarget(
                name="memory",
                sync_client=partial(MemoryStorage, account),
                async_client=partial(AsyncMemoryStorage, account),
                ...
            )

What the provider lacks goes into ``gaps`` with the reason, and is listed at the end of the run. A
gap that is not declared fails, and so does a declared capability that is there. Tests make what they
need, look only at that, and remove it.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from cumuli.errors import (
    ConfigurationError,
    DeadlineExceeded,
    InvalidRequest,
    NotSupported,
)
from cumuli.runtime.deadline import deadline
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.storage.models import Object, Prefix
from cumuli.testing.suites.storage_base import needs
from cumuli.testing.suites.storage_calls import CALLS, Call, strangers
from cumuli.testing.suites.storage_files import FilesSuite
from cumuli.testing.suites.storage_objects import ObjectsSuite
from cumuli.testing.suites.storage_target import Bench, StorageTarget
from cumuli.testing.suites.storage_transfers import TransfersSuite

__all__ = ["StorageSuite", "StorageTarget"]

MANY = 12_345
FOLDERS = 1_000


def many_names() -> list[str]:
    return [f"{number:05}" for number in range(MANY)]


def tree_names() -> list[str]:
    """Two objects in each of 1,000 folders, and three beside them."""
    folders = [f"folder {number:03}" for number in range(FOLDERS)]
    return [f"{folder}/{name}" for folder in folders for name in ("a", "b/c")] + ["aaa", "folder 500", "zzz"]


class StorageSuite(ObjectsSuite, TransfersSuite, FilesSuite):
    """Subclass it as ``Test<Provider>``, beside a fixture ``target``."""

    # Listings

    @needs(Can.LIST_OBJECTS)
    async def test_listings_are_in_order(self, bench: Bench) -> None:
        container = await bench.container()
        names = ["b", "a", "a/b", "a-b", "a0", "B", "ä", "~", "😀", "\ufffd", "a b"]
        for name in names:
            await bench.cloud.upload_object(b"x", container, name)
        listed = await bench.cloud.list_container_objects(container)
        assert [obj.name for obj in listed] == sorted(names, key=lambda name: name.encode())
        assert all(obj.container == container and obj.provider == bench.cloud.provider for obj in listed)
        assert await bench.cloud.list_container_objects(container, prefix="nothing") == []
        prefixed = await bench.cloud.list_container_objects(container, prefix="a")
        assert [obj.name for obj in prefixed] == ["a", "a b", "a-b", "a/b", "a0"]

    @needs(Can.LIST_OBJECTS, Can.LIST_START_AFTER)
    async def test_listings_start_after(self, bench: Bench) -> None:
        container = await bench.container()
        for name in ("a", "b", "b/c", "ü?", "z"):
            await bench.cloud.upload_object(b"x", container, name)

        async def names(**arguments: str) -> list[str]:
            return [obj.name for obj in await bench.cloud.list_container_objects(container, **arguments)]

        assert await names(start_after="b") == ["b/c", "z", "ü?"]
        assert await names(start_after="bbb") == ["z", "ü?"]
        assert await names(start_after="ü") == ["ü?"]
        assert await names(start_after="😀") == []
        assert await names(start_after="b", prefix="b") == ["b/c"]

    @needs(Can.LIST_OBJECTS, Can.LIST_DELIMITER)
    async def test_listings_with_a_delimiter(self, bench: Bench) -> None:
        container = await bench.container()
        for name in ("a", "b/1", "b/2/x", "b/2/y", "c", "ü &/x", "b//z"):
            await bench.cloud.upload_object(b"x", container, name)

        async def names(prefix: str, delimiter: str = "/") -> list[tuple[str, type]]:
            found = await bench.cloud.list_container_objects(container, prefix=prefix, delimiter=delimiter)
            assert all(item.container == container for item in found)
            assert all(type(item) is Prefix or isinstance(item, Object) for item in found)
            return [(item.name, Prefix if isinstance(item, Prefix) else Object) for item in found]

        assert await names("") == [("a", Object), ("b/", Prefix), ("c", Object), ("ü &/", Prefix)]
        assert await names("b/") == [("b//", Prefix), ("b/1", Object), ("b/2/", Prefix)]
        assert await names("b") == [("b/", Prefix)]
        assert await names("b/2/") == [("b/2/x", Object), ("b/2/y", Object)]
        assert await names("ü &/") == [("ü &/x", Object)]

    @needs(Can.LIST_OBJECTS)
    async def test_every_page_and_lazily(self, bench: Bench) -> None:
        if bench.target.small_pages is None:
            raise AssertionError("declare the gap every_page_and_lazily, or settings that make small pages")
        container = await bench.container()
        made = [f"{number % 3}/{number}" for number in range(17)]
        for name in made:
            await bench.cloud.upload_object(b"x", container, name)
        async with bench.client(**bench.target.small_pages) as paged:
            before = bench.requests
            assert [obj.name for obj in await paged.list_container_objects(container)] == sorted(made)
            assert bench.requests - before > 2
            folders = await paged.list_container_objects(container, delimiter="/")
            assert [folder.name for folder in folders] == ["0/", "1/", "2/"]
            before = bench.requests
            objects = paged.iterate_container_objects(container)
            assert bench.requests == before, "asking for the iterator sends nothing"
            assert (await anext(aiter(objects))).name == min(made)
            assert bench.requests == before + 1, "the first object comes from the first page alone"
            containers = [found.name for found in await paged.list_containers()]
            assert container in containers
            assert len(containers) == len(set(containers))

    @needs(Can.LIST_OBJECTS)
    async def test_twelve_thousand_objects(self, bench: Bench) -> None:
        container = await bench.shared_container("many", many_names)
        listed = await bench.cloud.list_container_objects(container)
        assert [obj.name for obj in listed] == many_names()

    @needs(Can.LIST_OBJECTS, Can.LIST_DELIMITER)
    async def test_a_thousand_folders(self, bench: Bench) -> None:
        container = await bench.shared_container("tree", tree_names)
        found = await bench.cloud.list_container_objects(container, delimiter="/")
        folders = [f"folder {number:03}/" for number in range(FOLDERS)]
        assert [item.name for item in found if isinstance(item, Prefix)] == folders
        assert [item.name for item in found if isinstance(item, Object)] == ["aaa", "folder 500", "zzz"]
        assert [item.name for item in found] == sorted(item.name for item in found)
        below = await bench.cloud.list_container_objects(container, prefix="folder 007/", delimiter="/")
        assert [item.name for item in below] == ["folder 007/a", "folder 007/b/"]

    # Arguments and capabilities

    @pytest.mark.parametrize("call", CALLS, ids=str)
    async def test_lacking_capabilities_are_said_before_any_request(self, bench: Bench, call: Call) -> None:
        """What the client does not declare raises NotSupported at once."""
        if call.capability in bench.cloud.capabilities:
            assert call.capability not in bench.target.gaps, "the gap has closed: take it out of the target's gaps"
            return
        before = bench.requests
        with pytest.raises(NotSupported) as caught:
            await call.make(bench.cloud)
        assert isinstance(caught.value, NotImplementedError)
        assert caught.value.provider == bench.cloud.provider
        assert bench.requests == before

    @pytest.mark.parametrize("call", CALLS, ids=str)
    async def test_wrong_containers_and_objects_are_refused_before_any_request(self, bench: Bench, call: Call) -> None:
        if call.capability not in bench.cloud.capabilities:
            return
        before = bench.requests
        wrong = strangers(bench.cloud.provider)
        for position in call.containers:
            for stranger in wrong["containers"]:
                with pytest.raises(InvalidRequest):
                    await call.make(bench.cloud, {position: stranger})
        for position in call.objects:
            for stranger in wrong["objects"]:
                with pytest.raises(InvalidRequest):
                    await call.make(bench.cloud, {position: stranger})
        assert bench.requests == before

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "\udcff"},
            {"meta_data": {"": "x"}},
            {"meta_data": {"two words": "x"}},
            {"meta_data": {"ü": "x"}},
            {"meta_data": {"a": "1", "A": "2"}},
            {"meta_data": {"a": 1}},
            {"meta_data": {"a": "\ud800"}},
            {"content_type": ""},
            {"content_type": "text/plain\r\nX-Evil: 1"},
            {"content_encoding": "gzip\n"},
            {"part_size": 0},
            {"concurrency": 0},
        ],
        ids=repr,
    )
    @needs(Can.UPLOAD_OBJECT, Can.META_DATA, Can.CONTENT_ENCODING)
    async def test_wrong_uploads_are_refused_before_any_request(self, bench: Bench, wrong: dict[str, Any]) -> None:
        await self._refused(bench, wrong)

    @pytest.mark.parametrize("wrong", ["", 'a"b'])
    @needs(Can.PUT_IF_MATCH)
    async def test_wrong_etags_are_refused_before_any_request(self, bench: Bench, wrong: str) -> None:
        await self._refused(bench, {"if_match": wrong})

    @needs(Can.PUT_IF_NONE_MATCH)
    async def test_only_everything_is_not_to_be_replaced(self, bench: Bench) -> None:
        await self._refused(bench, {"if_none_match": "abc"})

    @staticmethod
    async def _refused(bench: Bench, wrong: dict[str, Any]) -> None:
        before = bench.requests
        arguments: dict[str, Any] = {"source": b"x", "container": "cumuli-none", "name": "name", **wrong}
        with pytest.raises(InvalidRequest):
            await bench.cloud.upload_object(**arguments)
        assert bench.requests == before

    @needs(Can.HEADERS, Can.UPLOAD_OBJECT)
    async def test_headers_of_the_callers_own(self, bench: Bench) -> None:
        container = await bench.container()
        headers = {"X-Cumuli-Test": "some value"}
        obj = await bench.cloud.upload_object(b"x", container, "o", headers=headers)
        assert (await bench.cloud.get_object(container, "o", headers=headers)).size == 1
        assert await bench.cloud.download_object_as_stream(obj, headers=headers).read() == b"x"
        before = bench.requests
        for wrong in ({"Content-Length": "3"}, {"host": "x"}, {"a b": "c"}, {"x": "a\r\nb: c"}, {"x": "ü"}):
            with pytest.raises(InvalidRequest):
                await bench.cloud.upload_object(b"x", container, "o", headers=wrong)
        assert bench.requests == before

    # Time and life

    @needs(Can.UPLOAD_OBJECT)
    async def test_a_deadline_ends_the_call(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(b"x" * 100_000, container, "o")
        started = time.monotonic()
        with deadline(0.0):
            with pytest.raises(DeadlineExceeded) as caught:
                await bench.cloud.upload_object(b"x", container, "late")
            with pytest.raises(DeadlineExceeded):
                await bench.read(obj)
        assert time.monotonic() - started < 5.0
        assert caught.value.provider == bench.cloud.provider
        assert [found.name for found in await bench.cloud.list_container_objects(container)] == ["o"]
        assert await bench.read(obj) == b"x" * 100_000

    @needs(Can.LIST_CONTAINERS)
    async def test_a_closed_client_says_so(self, bench: Bench) -> None:
        async with bench.client() as cloud:
            await cloud.list_containers()
        with pytest.raises(ConfigurationError):
            await cloud.list_containers()
        await cloud.aclose()

    async def test_the_client_does_not_show_its_settings(self, bench: Bench) -> None:
        assert "=" not in repr(bench.cloud)
        assert " at 0x" in repr(bench.cloud)

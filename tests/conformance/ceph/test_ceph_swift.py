"""Ceph's RADOS Gateway by its Swift API, against the storage suite."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest

from cumuli.errors import NotSupported, ObjectNotFound, PreconditionFailed
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Seen
from tests.conformance.ceph.conftest import swift_settings
from tests.conformance.s3.conftest import filler
from tests.conformance.swift.conftest import eyes_of, fetch, names_in, writer_of
from tests.conformance.swift.dead_segments import look_for_dead_segments

NO_CDN = "Swift has no such thing"
PART = 1024 * 1024
_numbers = count(1)
CONTENT = bytes(range(256)) * 1400
SEGMENT = 100_000


def loose(eyes: Any, container: str) -> set[str]:
    """The segments that no object is made of, by the sizes: the gateway shows no manifests."""
    headers = [eyes.head_object(container, name) for name in names_in(eyes, container)]
    used = sum(int(each["content-length"]) for each in headers if each.get("x-static-large-object"))
    segments = names_in(eyes, f"{container}_segments")
    stored = sum(int(eyes.head_object(f"{container}_segments", name)["content-length"]) for name in segments)
    return segments if stored != used else set()


def without_cephs_own(look: Callable[[str, str], Seen | None]) -> Callable[[str, str], Seen | None]:
    """Objects as they are seen, but for the metadata by which the gateway knows a manifest."""

    def seen(container: str, name: str) -> Seen | None:
        found = look(container, name)
        if found is None:
            return None
        meta_data = {key: value for key, value in (found.meta_data or {}).items() if key != "static-large-object"}
        return replace(found, meta_data=meta_data)

    return seen


async def read(client: Any, obj: Any) -> bytes:
    target = io.BytesIO()
    await client.download_object(obj, target)
    return target.getvalue()


class TestCephSwift(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, ceph: Mapping[str, str], eyes: Any) -> StorageTarget:
        settings = swift_settings(ceph)
        return StorageTarget(
            name="swift (ceph)",
            sync_client=partial(Swift, **settings),
            async_client=partial(AsyncSwift, **settings),
            small_pages={"page_size": 3},
            part_size=PART,
            eyes=without_cephs_own(eyes_of(eyes)),
            write=writer_of(eyes),
            open_uploads=lambda container: len(loose(eyes, container)),
            # The same containers, by the way that is faster there.
            fill=filler(ceph["endpoint"], ceph["access_key"], ceph["secret_key"]),
            fetch=fetch,
            gaps={
                Can.PUT_IF_MATCH: "Swift has no such condition",
                Can.DELETE_IF_MATCH: "Swift has no such condition",
                Can.GET_CONTAINER_CDN_URL: NO_CDN,
                Can.ENABLE_CONTAINER_CDN: NO_CDN,
                Can.GET_OBJECT_CDN_URL: NO_CDN,
            },
        )


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return f"ceph-{os.getpid():x}-{next(_numbers)}"


async def test_a_listing_that_comes_in_pages_of_any_size_is_whole(
    swift: Any, ceph: Mapping[str, str], name: str
) -> None:
    """Asked for 10,000 folders and objects, the gateway gives what it found in 1,000 entries of its index."""
    await swift.create_container(name)
    names = [f"{number // 10:03}/{number:04}" for number in range(1500)] + [f"z{number:04}" for number in range(1500)]
    filler(ceph["endpoint"], ceph["access_key"], ceph["secret_key"])(name, names)
    listed = await swift.list_container_objects(name)
    assert [obj.name for obj in listed] == names
    folders = await swift.list_container_objects(name, delimiter="/")
    assert [item.name for item in folders] == [f"{number:03}/" for number in range(150)] + names[1500:]
    results = await swift.delete_objects(listed)
    assert [result.error for result in results] == [None] * 3000
    assert await swift.list_container_objects(name) == []
    await swift.delete_container(name)


async def test_a_copy_of_a_large_object_has_segments_of_its_own(swift: Any, eyes: Any, name: str) -> None:
    """The gateway itself copies an empty object, or the manifest: the copy would go with its source."""
    await swift.create_container(name)
    source = await swift.ex_multipart_upload_object(CONTENT, name, "source", chunk_size=SEGMENT, meta_data={"a": "b"})
    copy = await swift.copy_object(source, name, "copy")
    assert (copy.size, copy.large, copy.meta_data) == (len(CONTENT), True, {"a": "b"})
    changed = await swift.copy_object(source, name, "changed", meta_data={"new": "1"}, content_type="c/d")
    assert (changed.size, changed.meta_data, changed.content_type) == (len(CONTENT), {"new": "1"}, "c/d")
    await swift.delete_object(source)
    assert len(names_in(eyes, f"{name}_segments")) == 8
    for each in ("copy", "changed"):
        assert await read(swift, (name, each)) == eyes.get_object(name, each)[1] == CONTENT


async def test_a_copy_of_a_dynamic_large_object_has_its_content(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    for number in range(3):
        eyes.put_object(name, f"parts/{number}", CONTENT[number * SEGMENT : (number + 1) * SEGMENT])
    eyes.put_object(name, "dynamic", b"", headers={"X-Object-Manifest": f"{name}/parts/"})
    found = await swift.get_object(name, "dynamic")
    copy = await swift.copy_object(found, name, "copy")
    assert copy.size == 3 * SEGMENT
    for number in range(3):
        eyes.delete_object(name, f"parts/{number}")
    assert await read(swift, copy) == eyes.get_object(name, "copy")[1] == CONTENT[: 3 * SEGMENT]


async def test_a_copy_of_others_large_object_is_refused(swift: Any, eyes: Any, name: str) -> None:
    """Nobody tells of which segments it is made, and what the gateway would store is empty."""
    await swift.create_container(name)
    etag = eyes.put_object(name, "part", b"x" * 10)
    manifest = json.dumps([{"path": f"/{name}/part", "etag": etag, "size_bytes": 10}])
    eyes.put_object(name, "theirs", manifest, query_string="multipart-manifest=put")
    with pytest.raises(NotSupported, match="download it and upload"):
        await swift.copy_object((name, "theirs"), name, "copy")
    with pytest.raises(NotSupported, match="does not show"):
        await swift.ex_list_segments((name, "theirs"))
    with pytest.raises(ObjectNotFound):
        await swift.ex_list_segments((name, "part"))
    assert await read(swift, (name, "theirs")) == b"x" * 10
    await swift.upload_object(b"mine", name, "theirs")
    assert await read(swift, (name, "part")) == b"x" * 10


async def test_whoever_deletes_many_takes_their_segments_along(swift: Any, eyes: Any, name: str) -> None:
    """The gateway's listings do not tell what is large."""
    await swift.create_container(name)
    for each in ("a?b", "c+d", "e%41 f#"):
        await swift.ex_multipart_upload_object(CONTENT, name, each, chunk_size=SEGMENT)
    for each in ("plain?", "plain+x", "plain #", "plain"):
        await swift.upload_object(each.encode(), name, each)
    listed = await swift.list_container_objects(name)
    assert [obj.large for obj in listed] == [True, True, True, False, False, False, False]
    results = await swift.delete_objects([*listed, (name, "never there")])
    assert [result.error for result in results] == [None] * 8
    assert names_in(eyes, name) == names_in(eyes, f"{name}_segments") == set()


async def test_what_takes_the_place_of_a_large_object_takes_its_segments_away(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    await swift.ex_multipart_upload_object(CONTENT, name, "large", chunk_size=SEGMENT)
    first = names_in(eyes, f"{name}_segments")
    again = await swift.ex_multipart_upload_object(CONTENT[1:], name, "large", chunk_size=SEGMENT)
    second = names_in(eyes, f"{name}_segments")
    assert len(second) == 4
    assert not first & second
    assert [segment.name for segment in await swift.ex_list_segments(again)] == sorted(second)
    await swift.upload_object(b"small", name, "large")
    assert names_in(eyes, f"{name}_segments") == set()


async def test_a_large_upload_never_overwrites_either(swift: Any, eyes: Any, name: str) -> None:
    """The gateway ignores the condition, of manifests too."""
    await swift.create_container(name)
    kept = await swift.upload_object(b"kept", name, "o")
    for upload in (
        swift.upload_object(b"other", name, "o", if_none_match="*"),
        swift.ex_multipart_upload_object(CONTENT, name, "o", chunk_size=SEGMENT, if_none_match="*"),
    ):
        with pytest.raises(PreconditionFailed):
            await upload
    assert await read(swift, kept) == b"kept"
    made = await swift.ex_multipart_upload_object(CONTENT, name, "new", chunk_size=SEGMENT, if_none_match="*")
    assert await read(swift, made) == CONTENT
    assert loose(eyes, name) == set()


async def test_dead_segments(swift: Any, eyes: Any, name: str) -> None:
    await look_for_dead_segments(swift, eyes, name)


async def test_what_the_gateway_does_not_have_is_said(swift: Any, name: str) -> None:
    """It would list in the usual order, and keep nothing, without a word."""
    await swift.create_container(name)
    with pytest.raises(NotSupported, match="last name"):
        await swift.list_container_objects(name, ex_reverse=True)
    with pytest.raises(NotSupported, match="no versions"):
        await swift.ex_set_container_versions(name, enabled=True)


async def test_a_large_object_of_objects_that_are_there(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    one = await swift.upload_object(b"1" * 100, name, "one")
    await swift.upload_object(b"2" * 100, name, "two")
    made = await swift.ex_create_manifest([one, (name, "two")], name, "all")
    assert await read(swift, made) == b"1" * 100 + b"2" * 100
    async with swift.open_object(made, buffer_size=10) as file:
        await file.seek(95)
        assert await file.read(10) == b"1" * 5 + b"2" * 5
    assert (await swift.get_object(name, "all", if_match=made.etag)).size == 200
    with pytest.raises(PreconditionFailed):
        await swift.get_object(name, "all", if_match=one.etag)
    with pytest.raises(PreconditionFailed):
        await swift.download_object_as_stream(made, if_match=one.etag).read()
    await swift.delete_object(made)
    assert names_in(eyes, name) == {"one", "two"}
    again = await swift.ex_create_manifest([one, (name, "two")], name, "all")
    [result] = await swift.delete_objects([again])
    assert result.error is None
    assert names_in(eyes, name) == {"one", "two"}
    for each in ("a", "b", "c"):
        await swift.upload_object(each.encode(), name, f"x/{each}")
    assert [obj.name for obj in await swift.list_container_objects(name, ex_end_marker="x/b")] == ["one", "two", "x/a"]
    found = await swift.ex_update_object(one, content_type="a/b", delete_after=3600)
    assert (found.content_type, found.delete_at is not None, found.size) == ("a/b", True, 100)

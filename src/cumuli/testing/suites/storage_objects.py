"""The storage suite: containers, objects, conditions, metadata, copies, deletion, names, URLs."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import pickle
from collections.abc import Sequence
from typing import Any

import pytest

from cumuli.errors import (
    ContainerExists,
    ContainerNotFound,
    InvalidRequest,
    NotEmpty,
    NotFound,
    ObjectNotFound,
    PreconditionFailed,
)
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.storage.models import Object
from cumuli.testing.names import KNOWN_BAD, generated_names
from cumuli.testing.suites.storage_base import StorageBase, needs
from cumuli.testing.suites.storage_target import Bench, Seen

LONG_AGO = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
SOME_DAY = dt.datetime(2100, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))
META_DATA = {
    "plain": "value",
    "with-dash": "ünïcöde",
    "cjk": "日本語",
    "emoji": "😀👾",
    "spaces": "  both ends  ",
    "percent": "100% %41 =?utf-8?q?x?=",
    "lines": "two\nlines\r\tand a tab",
    "empty": "",
    "control": "\x01\x7f",
}


class ObjectsSuite(StorageBase):
    """Objects: names, metadata, conditions, URLs."""

    # Containers

    @needs(Can.CREATE_CONTAINER, Can.GET_CONTAINER, Can.LIST_CONTAINERS, Can.DELETE_CONTAINER, Can.LIST_OBJECTS)
    async def test_containers(self, bench: Bench) -> None:
        name = bench.name()
        made = await bench.cloud.create_container(name)
        assert (made.name, made.id, made.provider) == (name, name, bench.cloud.provider)
        seen = await bench.cloud.get_container(made)
        assert (seen.name, seen.provider) == (name, bench.cloud.provider)
        assert seen.created_at is None or seen.created_at.utcoffset() == dt.timedelta(0)
        assert name in [container.name for container in await bench.cloud.list_containers()]
        assert name in [container.name async for container in bench.cloud.iterate_containers()]
        assert {made, seen} == {seen} or hash(made) == hash(seen)
        assert await bench.cloud.delete_container(made) is None
        assert name not in [container.name for container in await bench.cloud.list_containers()]
        for call in (bench.cloud.get_container, bench.cloud.delete_container, bench.cloud.list_container_objects):
            with pytest.raises(ContainerNotFound):
                await call(name)

    @needs(Can.CREATE_CONTAINER)
    async def test_a_container_is_created_once(self, bench: Bench) -> None:
        name = await bench.container()
        with pytest.raises(ContainerExists):
            await bench.cloud.create_container(name)

    @needs(Can.DELETE_CONTAINER, Can.UPLOAD_OBJECT)
    async def test_a_full_container_is_not_deleted(self, bench: Bench) -> None:
        name = await bench.container()
        obj = await bench.cloud.upload_object(b"x", name, "a/b")
        with pytest.raises(NotEmpty):
            await bench.cloud.delete_container(name)
        assert await bench.read(obj) == b"x"
        await bench.cloud.delete_object(obj)
        await bench.cloud.delete_container(name)

    # Objects

    @needs(Can.UPLOAD_OBJECT, Can.GET_OBJECT, Can.DELETE_OBJECT)
    async def test_an_object_is_found_again(self, bench: Bench) -> None:
        container = await bench.container()
        content = b"some content"
        made = await bench.cloud.upload_object(content, container, "folder/name.txt")
        assert (made.container, made.name, made.size) == (container, "folder/name.txt", len(content))
        assert made.provider == bench.cloud.provider
        seen = await bench.cloud.get_object(container, "folder/name.txt")
        assert (seen.container, seen.name, seen.size) == (container, "folder/name.txt", len(content))
        assert seen.content_type == "text/plain"
        assert seen.meta_data == {}
        assert seen.hash in {None, hashlib.md5(content).hexdigest()}
        assert seen.etag
        assert '"' not in seen.etag
        assert made.etag in {None, seen.etag}
        assert seen.last_modified is not None
        assert seen.last_modified.utcoffset() == dt.timedelta(0)
        assert abs((seen.last_modified - dt.datetime.now(dt.UTC)).total_seconds()) < 600
        assert hash(made) == hash(seen)
        [listed] = await bench.cloud.list_container_objects(container)
        assert (listed.name, listed.size, listed.etag) == (seen.name, seen.size, seen.etag)
        assert await bench.read(seen) == content
        assert await bench.read((container, seen.name)) == content
        assert await bench.read((await bench.cloud.get_container(container), seen.name)) == content
        bench.look(container, seen.name, content, content_type="text/plain")
        assert await bench.cloud.delete_object(seen) is None
        bench.look_gone(container, seen.name)
        assert await bench.cloud.list_container_objects(container) == []

    @needs(Can.UPLOAD_OBJECT)
    async def test_what_is_missing_is_told(self, bench: Bench) -> None:
        container = await bench.container()
        nowhere = bench.name()
        with pytest.raises(ObjectNotFound) as caught:
            await bench.cloud.get_object(container, "missing")
        with pytest.raises(ObjectNotFound):
            await bench.read((container, "missing"))
        # Of two things that are missing the larger one is told, wherever the other is asked for.
        for call in (
            bench.cloud.get_object(nowhere, "missing"),
            bench.read((nowhere, "missing")),
            bench.cloud.upload_object(b"x", nowhere, "name"),
        ):
            with pytest.raises(ContainerNotFound, match=nowhere):
                await call
        error = caught.value
        assert error.provider == bench.cloud.provider
        assert error.retryable is False
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.__dict__) == (str(error), error.__dict__)

    @needs(Can.DELETE_OBJECT)
    async def test_deleting_what_is_missing_is_told(self, bench: Bench) -> None:
        with pytest.raises(ObjectNotFound):
            await bench.cloud.delete_object((await bench.container(), "missing"))

    @needs(Can.DELETE_OBJECT)
    async def test_deleting_in_a_missing_container_is_told(self, bench: Bench) -> None:
        nowhere = bench.name()
        with pytest.raises(ContainerNotFound, match=nowhere):
            await bench.cloud.delete_object((nowhere, "missing"))

    @needs(Can.COPY_OBJECT)
    async def test_a_copy_of_what_is_missing_is_told(self, bench: Bench) -> None:
        container, nowhere = await bench.container(), bench.name()
        with pytest.raises(ObjectNotFound):
            await bench.cloud.copy_object((container, "missing"), container, "copy")
        with pytest.raises(ContainerNotFound, match=nowhere):
            await bench.cloud.copy_object((nowhere, "missing"), container, "copy")
        await bench.cloud.upload_object(b"x", container, "o")
        with pytest.raises(ContainerNotFound, match=nowhere):
            await bench.cloud.copy_object((container, "o"), nowhere, "copy")

    @needs(Can.UPLOAD_OBJECT)
    async def test_an_upload_replaces_everything(self, bench: Bench) -> None:
        container = await bench.container()
        first = await bench.cloud.upload_object(b"first, longer", container, "name.html", meta_data={"old": "1"})
        second = await bench.cloud.upload_object(b"second", container, "name.html", content_type="image/png")
        seen = await bench.cloud.get_object(container, "name.html")
        assert (seen.size, seen.content_type, seen.meta_data) == (6, "image/png", {})
        assert seen.etag != first.etag
        assert await bench.read(second) == b"second"

    @needs(Can.META_DATA)
    async def test_metadata_is_any_text(self, bench: Bench) -> None:
        container = await bench.container()
        given = {**META_DATA, "Mixed-Case": "x"}
        made = await bench.cloud.upload_object(b"x", container, "o", meta_data=given)
        expected = {**META_DATA, "mixed-case": "x"}
        assert (await bench.cloud.get_object(container, "o")).meta_data == expected
        assert made.meta_data in ({}, expected)
        async with bench.cloud.download_object_as_stream(made) as stream:
            assert stream.object.meta_data == expected
        bench.look(container, "o", b"x", meta_data=expected)
        [listed] = await bench.cloud.list_container_objects(container)
        assert listed.meta_data == {}

    @needs(Can.META_DATA)
    async def test_metadata_of_others_is_read(self, bench: Bench) -> None:
        if bench.target.write is None:
            raise AssertionError("declare the gap metadata_of_others_is_read, or how others write")
        container = await bench.container()
        bench.target.write(
            container, "theirs", Seen(content=b"abc", content_type="text/x-theirs", meta_data={"theirs": "value"})
        )
        seen = await bench.cloud.get_object(container, "theirs")
        assert (seen.size, seen.content_type, seen.meta_data) == (3, "text/x-theirs", {"theirs": "value"})
        assert await bench.read(seen) == b"abc"
        assert [obj.name for obj in await bench.cloud.list_container_objects(container)] == ["theirs"]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("a.html", "text/html"),
            ("a.tar.gz", "application/gzip"),
            ("a/b.JPG", "image/jpeg"),
            ("a.unknown-thing", "application/octet-stream"),
            ("none", "application/octet-stream"),
        ],
    )
    @needs(Can.UPLOAD_OBJECT)
    async def test_content_types_are_guessed(self, bench: Bench, name: str, expected: str) -> None:
        container = await bench.container()
        await bench.cloud.upload_object(b"x", container, name)
        assert (await bench.cloud.get_object(container, name)).content_type == expected
        await bench.cloud.upload_object(b"x", container, name, content_type="text/plain; charset=utf-8")
        assert (await bench.cloud.get_object(container, name)).content_type == "text/plain; charset=utf-8"

    @needs(Can.CONTENT_ENCODING)
    async def test_content_encoding_is_left_alone(self, bench: Bench) -> None:
        container = await bench.container()
        packed = gzip.compress(b"text " * 100)
        made = await bench.cloud.upload_object(packed, container, "t.txt", content_encoding="gzip")
        seen = await bench.cloud.get_object(container, "t.txt")
        assert (seen.content_encoding, seen.size) == ("gzip", len(packed))
        assert await bench.read(made) == packed

    # Conditions

    @needs(Can.READ_IF_MATCH)
    async def test_reading_if_match(self, bench: Bench) -> None:
        container = await bench.container()
        old = await bench.cloud.upload_object(b"old", container, "o")
        etag = (await bench.cloud.get_object(container, "o")).etag
        assert etag is not None
        assert (await bench.cloud.get_object(container, "o", if_match=etag)).size == 3
        assert (await bench.cloud.get_object(container, "o", if_match=f'"{etag}"')).size == 3
        await bench.cloud.upload_object(b"newer", container, "o")
        with pytest.raises(PreconditionFailed):
            await bench.cloud.get_object(container, "o", if_match=etag)
        with pytest.raises(PreconditionFailed):
            async with bench.cloud.download_object_as_stream(old, if_match=etag):
                pass

    @needs(Can.READ_IF_NONE_MATCH)
    async def test_reading_if_none_match(self, bench: Bench) -> None:
        container = await bench.container()
        await bench.cloud.upload_object(b"x", container, "o")
        etag = (await bench.cloud.get_object(container, "o")).etag
        with pytest.raises(PreconditionFailed):
            await bench.cloud.get_object(container, "o", if_none_match=etag)
        async with bench.cloud.download_object_as_stream((container, "o"), if_none_match="other") as stream:
            assert await stream.read() == b"x"

    @needs(Can.READ_IF_MODIFIED_SINCE)
    async def test_reading_if_modified_since(self, bench: Bench) -> None:
        container = await bench.container()
        made = await bench.cloud.upload_object(b"x", container, "o")
        assert (await bench.cloud.get_object(container, "o", if_modified_since=LONG_AGO)).size == 1
        stored = (await bench.cloud.get_object(container, "o")).last_modified
        assert stored is not None
        later = stored + dt.timedelta(seconds=1)
        with pytest.raises(PreconditionFailed):
            await bench.cloud.get_object(container, "o", if_modified_since=later)
        with pytest.raises(PreconditionFailed):
            await bench.cloud.download_object(made, "/nowhere/at/all", if_modified_since=later)

    @needs(Can.READ_IF_UNMODIFIED_SINCE)
    async def test_reading_if_unmodified_since(self, bench: Bench) -> None:
        container = await bench.container()
        made = await bench.cloud.upload_object(b"x", container, "o")
        stored = (await bench.cloud.get_object(container, "o")).last_modified
        [listed] = await bench.cloud.list_container_objects(container)
        assert stored is not None
        assert listed.last_modified is not None
        for moment in (stored, listed.last_modified, SOME_DAY):
            assert (await bench.cloud.get_object(container, "o", if_unmodified_since=moment)).size == 1
            assert await bench.cloud.download_object_as_stream(made, if_unmodified_since=moment).read() == b"x"
        # More than a second, which is all that HTTP can say.
        for moment in (stored - dt.timedelta(seconds=2), LONG_AGO):
            with pytest.raises(PreconditionFailed):
                await bench.cloud.get_object(container, "o", if_unmodified_since=moment)
            with pytest.raises(PreconditionFailed):
                await bench.cloud.download_object(made, "/nowhere/at/all", if_unmodified_since=moment)

    @needs(Can.PUT_IF_NONE_MATCH)
    async def test_an_upload_that_never_overwrites(self, bench: Bench) -> None:
        container = await bench.container()
        await bench.cloud.upload_object(b"first", container, "o", if_none_match="*")
        with pytest.raises(PreconditionFailed):
            await bench.cloud.upload_object(b"second", container, "o", if_none_match="*")
        assert await bench.read((container, "o")) == b"first"

    @needs(Can.PUT_IF_MATCH)
    async def test_an_upload_that_replaces_what_it_knows(self, bench: Bench) -> None:
        container = await bench.container()
        with pytest.raises((PreconditionFailed, ObjectNotFound)):
            await bench.cloud.upload_object(b"x", container, "o", if_match="abc")
        await bench.cloud.upload_object(b"first", container, "o")
        etag = (await bench.cloud.get_object(container, "o")).etag
        await bench.cloud.upload_object(b"second", container, "o", if_match=etag)
        with pytest.raises(PreconditionFailed):
            await bench.cloud.upload_object(b"third", container, "o", if_match=etag)
        assert await bench.read((container, "o")) == b"second"

    @needs(Can.DELETE_IF_MATCH)
    async def test_a_deletion_of_what_it_knows(self, bench: Bench) -> None:
        container = await bench.container()
        await bench.cloud.upload_object(b"first", container, "o")
        etag = (await bench.cloud.get_object(container, "o")).etag
        assert etag is not None
        newer = await bench.cloud.upload_object(b"second", container, "o")
        with pytest.raises(PreconditionFailed):
            await bench.cloud.delete_object(newer, if_match=etag)
        assert await bench.read(newer) == b"second"
        etag = (await bench.cloud.get_object(container, "o")).etag
        assert await bench.cloud.delete_object(newer, if_match=etag) is None
        bench.look_gone(container, "o")
        with pytest.raises((PreconditionFailed, ObjectNotFound)):
            await bench.cloud.delete_object((container, "o"), if_match=etag)
        before = bench.requests
        for wrong in ("", 'a"b', 'W/"weak"'):
            with pytest.raises(InvalidRequest):
                await bench.cloud.delete_object((container, "o"), if_match=wrong)
        assert bench.requests == before

    # Copies

    @needs(Can.COPY_OBJECT)
    async def test_copies(self, bench: Bench) -> None:
        one, two = await bench.container(), await bench.container()
        source = await bench.cloud.upload_object(
            b"content", one, "a?b/ü%41", meta_data={"key": "ü"}, content_type="a/b"
        )
        copy = await bench.cloud.copy_object(source, two, "c&d/é%20")
        assert (copy.container, copy.name, copy.size) == (two, "c&d/é%20", 7)
        seen = await bench.cloud.get_object(two, "c&d/é%20")
        assert (seen.meta_data, seen.content_type) == ({"key": "ü"}, "a/b")
        assert await bench.read(copy) == b"content"
        changed = await bench.cloud.copy_object((one, "a?b/ü%41"), one, "e", meta_data={"new": "1"}, content_type="c/d")
        seen = await bench.cloud.get_object(one, "e")
        assert (seen.meta_data, seen.content_type, changed.size) == ({"new": "1"}, "c/d", 7)
        assert await bench.read(source) == b"content"
        with pytest.raises(NotFound):
            await bench.cloud.copy_object((one, "missing"), two, "x")

    # Deletion of many

    @needs(Can.DELETE_OBJECT)
    async def test_deleting_many(self, bench: Bench) -> None:
        one, two = await bench.container(), await bench.container()
        names = ["a", "b/c", "ü?&%41 +", "<&>", "d"]
        made: list[Any] = [await bench.cloud.upload_object(b"x", one, name) for name in names]
        other = await bench.cloud.upload_object(b"x", two, "other")
        asked = [*made[:2], (one, "was never there"), other, *made[2:], (one, "a")]
        results = await bench.cloud.delete_objects(asked)
        assert [(result.container, result.name) for result in results] == [
            (one, "a"), (one, "b/c"), (one, "was never there"), (two, "other"), *((one, name) for name in names[2:]),
            (one, "a"),
        ]  # fmt: skip
        assert [result.error for result in results] == [None] * len(asked)
        assert await bench.cloud.list_container_objects(one) == []
        assert await bench.cloud.list_container_objects(two) == []
        assert await bench.cloud.delete_objects([]) == []

    @needs(Can.DELETE_OBJECT)
    async def test_deleting_many_tells_what_failed(self, bench: Bench) -> None:
        container = await bench.container()
        await bench.cloud.upload_object(b"x", container, "a")
        results = await bench.cloud.delete_objects([(bench.name(), "nowhere"), (container, "a")])
        assert results[1].error is None
        assert results[0].error is None or isinstance(results[0].error, NotFound)

    # Names

    @needs(Can.UPLOAD_OBJECT)
    async def test_names_that_hurt(self, bench: Bench) -> None:
        await self._round_trip(bench, KNOWN_BAD)

    @needs(Can.UPLOAD_OBJECT)
    async def test_generated_names(self, bench: Bench) -> None:
        await self._round_trip(bench, generated_names(100))

    @staticmethod
    async def _round_trip(bench: Bench, names: Sequence[str]) -> None:
        """Every name is either refused before any I/O, or is listed, read and deleted as it was given."""
        container = await bench.container()
        names = [name for name in names if not set(name) & set(bench.target.unsendable)]
        stored: dict[str, bytes] = {}
        for number, name in enumerate(names):
            content = f"{number}".encode()
            before = bench.requests
            try:
                made = await bench.cloud.upload_object(content, container, name, content_type="text/plain")
            except InvalidRequest:
                assert bench.requests == before, f"{name!r} was refused by the server only"
                with pytest.raises(InvalidRequest):
                    await bench.cloud.get_object(container, name)
                with pytest.raises(InvalidRequest):
                    await bench.read((container, name))
                assert bench.requests == before
                continue
            assert made.name == name
            stored[name] = content
        assert len(stored) > len(names) / 3, "refusing nearly everything is no support"
        listed = [obj.name for obj in await bench.cloud.list_container_objects(container)]
        assert sorted(listed) == sorted(stored)
        for name, content in stored.items():
            assert await bench.read((container, name)) == content, name
        results = await bench.cloud.delete_objects([(container, name) for name in stored])
        assert [result.error for result in results] == [None] * len(stored)
        assert await bench.cloud.list_container_objects(container) == []

    # URLs

    @needs(Can.GET_OBJECT_URL)
    async def test_a_url_reads_without_credentials(self, bench: Bench) -> None:
        if bench.target.fetch is None:
            raise AssertionError("declare the gap a_url_reads_without_credentials, or how URLs are fetched")
        container = await bench.container()
        for name in ("plain.txt", "a/ü ?&=%41+b"):
            obj = await bench.cloud.upload_object(b"content", container, name)
            url = await bench.cloud.get_object_url(obj, expires_in=60)
            assert bench.target.fetch("GET", url, b"", {}) == (200, b"content")
            assert bench.target.fetch("PUT", url, b"other", {})[0] >= 400
            assert await bench.read(obj) == b"content"

    @needs(Can.PUT_OBJECT_URL)
    async def test_a_url_writes_without_credentials(self, bench: Bench) -> None:
        if bench.target.fetch is None:
            raise AssertionError("declare the gap a_url_writes_without_credentials, or how URLs are fetched")
        container = await bench.container()
        url = await bench.cloud.get_object_url((container, "new ü"), method="PUT", expires_in=60)
        status, _ = bench.target.fetch("PUT", url, b"written", {})
        assert 200 <= status < 300
        assert await bench.read((container, "new ü")) == b"written"

    @needs(Can.ENABLE_CONTAINER_CDN, Can.GET_CONTAINER_CDN_URL, Can.GET_OBJECT_CDN_URL)
    async def test_cdn(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(b"x", container, "a b/ü")
        with pytest.raises(NotFound):
            await bench.cloud.get_container_cdn_url(container)
        assert await bench.cloud.enable_container_cdn(container) is None
        url = await bench.cloud.get_container_cdn_url(container)
        assert url.startswith("http")
        assert (await bench.cloud.get_object_cdn_url(obj)) == f"{url.rstrip('/')}/a%20b/%C3%BC"

    # Models

    @needs(Can.UPLOAD_OBJECT)
    async def test_models_are_plain_data(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(b"x", container, "o", meta_data={"a": "b"})
        assert isinstance(obj, Object)
        again = pickle.loads(pickle.dumps(obj))
        assert again == obj
        assert hash(again) == hash(obj)
        immutable: Any = obj
        with pytest.raises(AttributeError):
            immutable.size = 2

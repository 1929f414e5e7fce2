"""Large objects of objects that are there; objects that are described anew; and more URLs that work for a while."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import time
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from swiftclient.service import SwiftService, SwiftUploadObject

from cumuli.errors import InvalidRequest, NotSupported, ObjectNotFound, PreconditionFailed
from cumuli.providers.openstack.swift.models import SwiftSegment
from cumuli.sandbox import SandboxServer
from tests.conformance.swift.conftest import fetch, meta_data_on_the_wire, names_in

_numbers = count(1)
PIECES = {"one": b"1" * 1000, "two ü?": b"2" * 2000, "three": b"3" * 500}


@pytest.fixture
def name() -> str:
    return f"manifests-{next(_numbers)}"


async def read(client: Any, obj: Any) -> bytes:
    target = io.BytesIO()
    await client.download_object(obj, target)
    return target.getvalue()


async def look_around(client: Any, obj: Any, content: bytes) -> None:
    """Read it as a file, across its segments, and its last bytes."""
    async with client.open_object(obj, buffer_size=7) as file:
        for start in (0, len(content) // 2 - 3, len(content) - 5):
            await file.seek(start)
            assert await file.read(9) == content[start : start + 9]
        await file.seek(0)
        assert await file.read() == content
    assert await client.download_object_range_as_stream(obj, -15).read() == content[-15:]


async def pieces_in(swift: Any, name: str) -> list[Any]:
    await swift.create_container(name)
    return [await swift.upload_object(content, name, each) for each, content in PIECES.items()]


async def test_a_large_object_of_objects_that_are_there(swift: Any, eyes: Any, name: str) -> None:
    one, two, three = await pieces_in(swift, name)
    made = await swift.ex_create_manifest(
        [two, (name, "one"), SwiftSegment(container=name, name="three", size=three.size, hash=three.hash), one],
        name,
        "all of them",
        content_type="text/x-all",
        meta_data={"some": "thing"},
    )
    expected = PIECES["two ü?"] + PIECES["one"] + PIECES["three"] + PIECES["one"]
    assert (made.size, made.large, made.content_type, made.meta_data) == (
        len(expected), True, "text/x-all", {"some": "thing"},
    )  # fmt: skip
    assert await read(swift, made) == eyes.get_object(name, "all of them")[1] == expected
    assert [each.name for each in await swift.ex_list_segments(made)] == ["two ü?", "one", "three", "one"]
    await look_around(swift, made, expected)
    await swift.delete_object(made, ex_leave_segments=True)
    assert names_in(eyes, name) == set(PIECES)
    again = await swift.ex_create_manifest([one, two], name, "again")
    await swift.delete_object(again, ex_leave_segments=False)
    assert names_in(eyes, name) == {"three"}, "what was asked for"


# What goes with a large object, and what stays


async def delete(swift: Any, obj: Any, way: str) -> None:
    if way == "one":
        await swift.delete_object(obj)
    elif way == "many":
        [result] = await swift.delete_objects([(obj.container, obj.name)])
        assert result.error is None
    elif way == "many of a listing":
        found = [each for each in await swift.list_container_objects(obj.container) if each.name == obj.name]
        [result] = await swift.delete_objects(found)
        assert result.error is None
    elif way == "an upload over it":
        await swift.upload_object(b"new", obj.container, obj.name)
    else:
        await swift.ex_multipart_upload_object(bytes(3000), obj.container, obj.name, chunk_size=1024)


DELETIONS = pytest.mark.parametrize("way", ["one", "many", "many of a listing"])
ENDS = pytest.mark.parametrize(
    "way", ["one", "many", "many of a listing", "an upload over it", "an upload in parts over it"]
)


@ENDS
async def test_objects_that_were_there_survive_their_manifest(
    swift: Any, eyes: Any, name: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    pieces = await pieces_in(swift, name)
    made = await swift.ex_create_manifest(pieces, name, "all")
    await delete(swift, made, way)
    assert names_in(eyes, name) - {"all"} == set(PIECES)
    for each, content in PIECES.items():
        assert eyes.get_object(name, each)[1] == content
    assert ("all" in names_in(eyes, name)) == ("upload" in way)
    assert ("may be an object in its own right" in caplog.text) == ("upload" not in way)


@DELETIONS
@pytest.mark.parametrize("tool", ["cumuli", "python-swiftclient", "rclone"])
async def test_segments_of_uploads_go(
    server: SandboxServer, swift: Any, eyes: Any, name: str, tmp_path: Path, way: str, tool: str
) -> None:
    await swift.create_container(name)
    content = bytes(range(256)) * 12
    if tool == "cumuli":
        await swift.ex_multipart_upload_object(content, name, "ü/large 50%", chunk_size=1024)
    elif tool == "python-swiftclient":
        (tmp_path / "large").write_bytes(content)
        variables = server.environment
        told = {"auth": variables["ST_AUTH"], "user": variables["ST_USER"], "key": variables["ST_KEY"]}
        wanted = {"segment_size": 1024, "use_slo": True}
        with SwiftService({"auth_version": "1.0", **told}) as service:
            sent = SwiftUploadObject(str(tmp_path / "large"), object_name="ü/large 50%")
            assert all(each["success"] for each in service.upload(name, [sent], wanted))
    else:
        put_manifest(eyes, name, "ü/large 50%", [(name, f".file-segments/ü/large 50%/1/2/{at}") for at in range(3)])
    assert len(names_in(eyes, f"{name}_segments")) == 3 or len(names_in(eyes, name)) == 4
    await delete(swift, await swift.get_object(name, "ü/large 50%"), way)
    assert names_in(eyes, f"{name}_segments") == names_in(eyes, name) == set()


@DELETIONS
async def test_one_object_among_the_segments_makes_all_of_them_stay(swift: Any, eyes: Any, name: str, way: str) -> None:
    await pieces_in(swift, name)
    eyes.put_container(f"{name}_segments")
    made_of = [(f"{name}_segments", "all/1"), (name, "one")]
    put_manifest(eyes, name, "all", made_of)
    await delete(swift, await swift.get_object(name, "all"), way)
    assert (names_in(eyes, name), names_in(eyes, f"{name}_segments")) == (set(PIECES), {"all/1"})


@ENDS
async def test_segments_of_another_large_object_stay(swift: Any, eyes: Any, name: str, way: str) -> None:
    await swift.create_container(name)
    content = bytes(range(256)) * 12
    first = await swift.ex_multipart_upload_object(content, name, "first", chunk_size=1024)
    made = await swift.ex_create_manifest((await swift.ex_list_segments(first))[::-1], name, "turned")
    await delete(swift, made, way)
    assert await read(swift, first) == content
    await swift.delete_object(first)
    assert {each for each in names_in(eyes, f"{name}_segments") if each.startswith("first")} == set()


@DELETIONS
async def test_a_large_object_among_the_segments_stays(swift: Any, eyes: Any, name: str, way: str) -> None:
    """It goes with what it is made of, and that may be anything."""
    pieces = await pieces_in(swift, name)
    await swift.create_container(f"{name}_segments")
    inner = await swift.ex_create_manifest(pieces, f"{name}_segments", "inner")
    made = await swift.ex_create_manifest([inner, inner], name, "outer")
    assert await read(swift, made) == b"".join(PIECES.values()) * 2
    await delete(swift, made, way)
    assert (names_in(eyes, name), names_in(eyes, f"{name}_segments")) == (set(PIECES), {"inner"})


@ENDS
async def test_a_manifest_with_content_in_it_goes_alone(swift: Any, eyes: Any, name: str, way: str) -> None:
    """Swift puts content itself into manifests, which is no segment."""
    await swift.create_container(name)
    eyes.put_container(f"{name}_segments")
    put_manifest(eyes, name, "all", [(f"{name}_segments", "all/1")], inline=b"inline")
    made = await swift.get_object(name, "all")
    await delete(swift, made, way)
    assert "all/1" in names_in(eyes, f"{name}_segments")
    assert names_in(eyes, name) == ({"all"} if "upload" in way else set())


def put_manifest(eyes: Any, container: str, name: str, paths: list[tuple[str, str]], *, inline: bytes = b"") -> None:
    """Store a large object as other tools do, and what is not there yet of its segments."""
    manifest: list[dict[str, Any]] = []
    for where, each in paths:
        if each not in names_in(eyes, where):
            eyes.put_object(where, each, each.encode())
        manifest.append({"path": f"/{where}/{each}"})
    if inline:
        manifest.append({"data": base64.b64encode(inline).decode()})
    eyes.put_object(container, name, json.dumps(manifest), query_string="multipart-manifest=put")


# The same again


async def test_the_same_is_made_of_segments_that_are_used_in_part(swift: Any, eyes: Any, name: str) -> None:
    """Of ranges, of large objects, and of ranges of those."""
    await pieces_in(swift, name)
    inner = await swift.ex_create_manifest([(name, "one"), (name, "three")], name, "inner")
    entries = [
        {"path": f"/{name}/one", "range": "5-8"},
        {"path": f"/{name}/three", "range": "-7"},
        {"path": f"/{name}/two ü?", "range": "1990-"},
        {"path": f"/{name}/inner", "range": "998-1003"},
        {"path": f"/{name}/inner"},
        {"path": f"/{name}/one"},
    ]
    eyes.put_object(name, "theirs", json.dumps(entries), query_string="multipart-manifest=put")
    expected = b"1111" + b"3" * 7 + b"2" * 10 + b"113333" + PIECES["one"] + PIECES["three"] + PIECES["one"]
    assert eyes.get_object(name, "theirs")[1] == expected
    segments = await swift.ex_list_segments((name, "theirs"))
    assert [each.range for each in segments] == ["5-8", "493-499", "1990-1999", "998-1003", None, None]
    assert (segments[0].size, segments[4].size, segments[4].hash) == (1000, 1500, inner.etag)
    again = await swift.ex_create_manifest(segments, name, "ours")
    assert await read(swift, again) == eyes.get_object(name, "ours")[1] == expected
    assert again.etag == eyes.head_object(name, "theirs")["etag"].strip('"')
    one = SwiftSegment(container=name, name="one", size=-1, range="-3")
    assert await read(swift, await swift.ex_create_manifest([one], name, "end")) == b"111"
    for wrong in ("", "5", "9-5", "0-1,3-4", "bytes=0-1", "a-b"):
        with pytest.raises(InvalidRequest, match="no range"):
            await swift.ex_create_manifest([msgspec.structs.replace(one, range=wrong)], name, "wrong")


async def test_of_segments_without_the_content_beside_them_nothing_is_made(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    put_manifest(eyes, name, "theirs", [(name, "one")], inline=b"inline")
    assert await read(swift, (name, "theirs")) == b"oneinline"
    with pytest.raises(NotSupported, match="has content in it that is no segment"):
        await swift.ex_list_segments((name, "theirs"))
    assert await swift.ex_list_dead_segments(name) == []


# What becomes of manifests


async def test_what_segments_have_become_is_noticed(swift: Any, eyes: Any, name: str) -> None:
    one, two, _ = await pieces_in(swift, name)
    await swift.upload_object(b"other", name, "one")
    with pytest.raises(InvalidRequest):
        await swift.ex_create_manifest([one, two], name, "all")
    with pytest.raises(ObjectNotFound):
        await swift.ex_create_manifest([(name, "missing")], name, "all")
    with pytest.raises(InvalidRequest, match="1 to 1000"):
        await swift.ex_create_manifest([], name, "all")
    assert "all" not in names_in(eyes, name)
    await swift.ex_create_manifest([two], name, "all", if_none_match="*")
    with pytest.raises(PreconditionFailed):
        await swift.ex_create_manifest([(name, "one")], name, "all", if_none_match="*")
    assert await read(swift, (name, "all")) == PIECES["two ü?"]


async def test_what_a_new_manifest_still_needs_is_not_taken_away(swift: Any, eyes: Any, name: str) -> None:
    """An upload takes the segments of what it replaces along, and here they are those of the new one."""
    await swift.create_container(name)
    content = bytes(range(256)) * 12
    made = await swift.ex_multipart_upload_object(content, name, "o", chunk_size=1024)
    segments = await swift.ex_list_segments(made)
    turned = await swift.ex_create_manifest(segments[::-1][:2], name, "o")
    assert await read(swift, turned) == content[2048:] + content[1024:2048]
    assert names_in(eyes, f"{name}_segments") == {segment.name for segment in segments[1:]}


@pytest.mark.parametrize("way", ["a large object", "a dynamic one", "a link"])
async def test_what_a_new_manifest_needs_by_way_of_another_object_is_not_taken_away(
    swift: Any, eyes: Any, name: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    await swift.create_container(name)
    content = bytes(range(256)) * 12
    made = await swift.ex_multipart_upload_object(content, name, "big", chunk_size=1024)
    segments = await swift.ex_list_segments(made)
    before = names_in(eyes, f"{name}_segments")
    if way == "a large object":
        between = await swift.ex_create_manifest(segments, name, "between")
    elif way == "a dynamic one":
        between = await swift.ex_create_dynamic_manifest(
            f"{name}_segments", segments[0].name.rpartition("/")[0], name, "between"
        )
    else:
        target = f"{name}_segments/{quote(segments[0].name)}"
        eyes.put_object(name, "between", b"", headers={"X-Symlink-Target": target})
        between = (name, "between")
        content = content[:1024]
    big = await swift.ex_create_manifest([between], name, "big")
    # Swift takes dynamic ones as segments, and refuses to read them there (409, seen on 2.38).
    for whole in ["between"] if way == "a dynamic one" else ["between", "big"]:
        assert await read(swift, (name, whole)) == eyes.get_object(name, whole)[1] == content
    assert names_in(eyes, f"{name}_segments") == before
    assert "3 segments of a replaced object stay" in caplog.text
    # Segments of it told by their size and hash are no less large.
    if way == "a large object":
        await swift.ex_create_manifest(await swift.ex_list_segments(big), name, "big")
        assert await read(swift, big) == content


async def test_a_dynamic_manifest_may_take_the_place_of_what_it_is_made_of(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    content = bytes(range(256)) * 12
    await swift.ex_multipart_upload_object(content, name, "big", chunk_size=1024)
    made = await swift.ex_create_dynamic_manifest(f"{name}_segments", "big/slo/", name, "big")
    assert await read(swift, made) == eyes.get_object(name, "big")[1] == content


async def test_a_new_manifest_of_other_objects_takes_the_segments_of_the_old_one_away(
    swift: Any, eyes: Any, name: str
) -> None:
    pieces = await pieces_in(swift, name)
    await swift.ex_multipart_upload_object(bytes(3000), name, "big", chunk_size=1024)
    big = await swift.ex_create_manifest(pieces, name, "big")
    assert names_in(eyes, f"{name}_segments") == set()
    assert await read(swift, big) == b"".join(PIECES.values())


async def test_a_dynamic_large_object(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    for number in range(3):
        await swift.upload_object(b"%d" % number * 10, name, f"pärts/{number}")
    made = await swift.ex_create_dynamic_manifest(name, "pärts/", name, "whole", content_type="a/b")
    assert (made.manifest, made.size, made.content_type) == (f"{name}/pärts/", 30, "a/b")
    assert await read(swift, made) == b"0" * 10 + b"1" * 10 + b"2" * 10
    await look_around(swift, made, b"0" * 10 + b"1" * 10 + b"2" * 10)
    await swift.upload_object(b"3", name, "pärts/3")
    assert eyes.get_object(name, "whole")[1] == b"0" * 10 + b"1" * 10 + b"2" * 10 + b"3"
    with pytest.raises(InvalidRequest, match="own segments"):
        await swift.ex_create_dynamic_manifest(name, "pärts/", name, "pärts/4")
    await swift.delete_object(made)
    assert len(names_in(eyes, name)) == 4


async def test_objects_are_described_anew(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    made = await swift.upload_object(
        b"x", name, "o", meta_data={"some": "ö"}, content_type="a/b", headers={"Cache-Control": "max-age=5"}
    )
    tomorrow = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=1)
    found = await swift.ex_update_object(made, delete_at=tomorrow)
    assert (found.delete_at, found.content_type, found.meta_data) == (tomorrow, "a/b", {"some": "ö"})
    found = await swift.ex_update_object(
        made, content_type="c/d", headers={"Content-Disposition": "attachment", "Cache-Control": None}
    )
    assert (found.delete_at, found.content_type, found.meta_data) == (tomorrow, "c/d", {"some": "ö"})
    headers = eyes.head_object(name, "o")
    assert (headers["content-disposition"], headers.get("cache-control")) == ("attachment", None)
    found = await swift.ex_update_object(made, delete_at="never", meta_data={"new": "1"})
    assert (found.delete_at, found.content_type, found.meta_data) == (None, "c/d", {"new": "1"})
    found = await swift.ex_update_object(made, delete_after=3600)
    assert found.delete_at is not None
    assert 3000 < (found.delete_at - dt.datetime.now(dt.UTC)).total_seconds() < 3700
    assert eyes.head_object(name, "o")["content-disposition"] == "attachment"
    assert await read(swift, made) == b"x"


THEIRS = {
    "x-object-meta-url": "https://x/a%2Fb?q=1%262",
    "x-object-meta-file": "My%20File.txt",
    "x-object-meta-odd": "50%, %zz %C3%BC",
    "x-object-meta-a%5fb": "1",
    "x-object-meta-plain": "just words",
}


@pytest.mark.parametrize("way", ["described", "copied"])
async def test_what_other_tools_wrote_stays_as_it_is_written(swift: Any, eyes: Any, name: str, way: str) -> None:
    await swift.create_container(name)
    eyes.put_object(name, "o", b"x", headers={**THEIRS, "X-Object-Meta-Raw": "ü 1%2F2"})
    before = meta_data_on_the_wire(eyes, name, "o")
    if way == "described":
        found = await swift.ex_update_object((name, "o"), content_type="a/b")
    else:
        found = await swift.copy_object((name, "o"), name, "copy")
    seen = meta_data_on_the_wire(eyes, name, found.name)
    assert seen.pop("x-object-meta-raw") == "%C3%BC 1%2F2"
    assert seen == THEIRS == {key: value for key, value in before.items() if key != "x-object-meta-raw"}
    # What no header should have is encoded, and read as before.
    assert found.meta_data["raw"] == "ü 1/2"
    assert (found.meta_data["url"], found.meta_data["file"]) == ("https://x/a/b?q=1&2", "My File.txt")
    found = await swift.ex_update_object(found, meta_data={"new": "ü"})
    assert found.meta_data == {"new": "ü"}


async def test_a_large_object_stays_one_when_it_is_described(swift: Any, name: str) -> None:
    pieces = await pieces_in(swift, name)
    static = await swift.ex_create_manifest(pieces, name, "static")
    dynamic = await swift.ex_create_dynamic_manifest(name, "t", name, "dynamic")
    for large in (static, dynamic):
        content = await read(swift, large)
        found = await swift.ex_update_object(large, content_type="x/y")
        assert (found.content_type, found.large, found.size) == ("x/y", large.large, large.size)
        assert await read(swift, found) == content


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"delete_at": dt.datetime(2040, 1, 1)},  # noqa: DTZ001 - that is the mistake
        {"delete_at": "tomorrow"},
        {"delete_after": 0},
        {"delete_at": "never", "delete_after": 5},
        {"headers": {"Content-Type": "a/b"}},
        {"headers": {"X-Delete-At": "1"}},
        {"headers": {"X-Object-Meta-A": "1"}},
        {"headers": {"Content-Length": "1"}},
        {"content_type": ""},
    ],
    ids=repr,
)
async def test_wrong_descriptions_are_refused(swift: Any, name: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        await swift.ex_update_object((name, "o"), **wrong)


async def test_a_moment_that_is_over_is_refused_by_swift(swift: Any, name: str) -> None:
    await swift.create_container(name)
    made = await swift.upload_object(b"x", name, "o")
    with pytest.raises(InvalidRequest):
        await swift.ex_update_object(made, delete_at=dt.datetime.fromtimestamp(time.time() - 60, dt.UTC))
    with pytest.raises(ObjectNotFound):
        await swift.ex_update_object((name, "missing"), content_type="a/b")


async def test_urls_for_everything(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    made = await swift.upload_object(b"content", name, "ü ?")
    looks = await swift.get_object_url(made, method="HEAD", expires_in=60)
    assert fetch("HEAD", looks, b"", {})[0] == 200
    assert fetch("GET", looks, b"", {})[0] == 401
    posts = await swift.get_object_url(made, method="POST", expires_in=60)
    assert fetch("POST", posts, b"", {"X-Object-Meta-Posted": "1"})[0] == 202
    assert (await swift.get_object(name, "ü ?")).meta_data == {"posted": "1"}
    deletes = await swift.get_object_url(made, method="DELETE", expires_in=60)
    assert fetch("GET", deletes, b"", {})[0] == 401
    assert fetch("DELETE", deletes, b"", {})[0] == 204
    assert names_in(eyes, name) == set()
    below = await swift.ex_get_prefix_url(name, "a/", method="PUT", expires_in=60)
    assert fetch("PUT", below.replace("a/?", "a/b?"), b"x", {})[0] == 201
    below = await swift.ex_get_prefix_url(name, "a/", method="DELETE", expires_in=60)
    assert fetch("DELETE", below.replace("a/?", "a/b?"), b"", {})[0] == 204


async def test_urls_say_how_to_store_and_from_where(swift: Any, name: str) -> None:
    await swift.create_container(name)
    made = await swift.upload_object(b"content", name, "o")
    named = await swift.get_object_url(made, ex_file_name="ü &=.txt")
    assert fetch("GET", named, b"", {}) == (200, b"content")
    assert "filename=%C3%BC%20%26%3D.txt" in named
    assert "&inline" in await swift.get_object_url(made, ex_inline=True)
    here = await swift.get_object_url(made, ex_ip_range="127.0.0.0/8")
    assert fetch("GET", here, b"", {}) == (200, b"content")
    elsewhere = await swift.get_object_url(made, ex_ip_range="192.0.2.1")
    assert fetch("GET", elsewhere, b"", {})[0] == 401
    with pytest.raises(InvalidRequest):
        await swift.get_object_url(made, method="PATCH")


async def test_deletions_have_no_conditions(swift: Any, name: str) -> None:
    with pytest.raises(NotSupported, match="versions"):
        await swift.delete_object((name, "o"), if_match="e")

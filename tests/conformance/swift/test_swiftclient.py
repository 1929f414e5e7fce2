"""python-swiftclient and cumuli read what the other one wrote, byte for byte, with its metadata."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest

from cumuli.testing.names import generated_names

_numbers = count(1)
CONTENT = bytes(range(256)) * 4000
META_DATA = {
    "plain": "value",
    "with_underscore": "ünïcöde",
    "percent": "100% %41",
    "spaces": "  both ends  ",
    "lines": "two\nlines",
    "emoji": "😀",
    "empty": "",
}
# Its HTTP library takes "." and ".." out of paths.
NAMES = [
    name
    for name in generated_names(60)
    if "\0" not in name and len(name.encode()) <= 1024 and not {".", ".."} & set(name.split("/"))
]


@pytest.fixture
def name() -> str:
    return f"second-eyes-{next(_numbers)}"


async def test_what_cumuli_wrote(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name, ex_meta_data={"some_key": "ü"})
    made = await swift.upload_object(CONTENT, name, "ü ?&%41", meta_data=META_DATA, content_type="text/x")
    headers, content = eyes.get_object(name, "ü ?&%41")
    assert content == CONTENT
    assert (headers["etag"], headers["content-type"]) == (made.etag, "text/x")
    prefix = "x-object-meta-"
    assert {key[len(prefix) :]: value for key, value in headers.items() if key.startswith(prefix)} == META_DATA
    assert eyes.head_container(name)["x-container-meta-some_key"] == "ü"


async def test_what_swiftclient_wrote(swift: Any, eyes: Any, name: str) -> None:
    eyes.put_container(name, {"X-Container-Meta-Color": "grün"})
    headers = {"X-Object-Meta-Raw": "ünïcöde 日本", "X-Object-Meta-Plain": "value", "Content-Encoding": "gzip"}
    etag = eyes.put_object(name, "theirs ü", CONTENT, content_type="text/theirs", headers=headers)
    found = await swift.get_object(name, "theirs ü")
    assert (found.etag, found.hash, found.size) == (etag, etag, len(CONTENT))
    assert (found.content_type, found.content_encoding) == ("text/theirs", "gzip")
    assert found.meta_data == {"raw": "ünïcöde 日本", "plain": "value"}
    assert await swift.download_object_as_stream(found).read() == CONTENT
    assert (await swift.get_container(name)).meta_data == {"color": "grün"}


async def test_names_in_both_directions(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    for number, each in enumerate(NAMES):
        if number % 2:
            await swift.upload_object(each.encode(), name, each)
        else:
            eyes.put_object(name, each, each.encode())
    theirs = [entry["name"] for entry in eyes.get_container(name, full_listing=True)[1]]
    ours = [obj.name for obj in await swift.list_container_objects(name)]
    assert theirs == ours == sorted(NAMES)
    for number, each in enumerate(NAMES):
        read = (
            eyes.get_object(name, each)[1] if number % 2 else await swift.download_object_as_stream((name, each)).read()
        )
        assert read == each.encode(), each


async def test_large_objects_in_both_directions(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    made = await swift.ex_multipart_upload_object(CONTENT, name, "ours", chunk_size=200_000, meta_data={"a": "b"})
    headers, content = eyes.get_object(name, "ours")
    assert (content, headers["x-static-large-object"], headers["x-object-meta-a"]) == (CONTENT, "True", "b")
    assert headers["etag"].strip('"') == made.etag
    manifest: list[dict[str, Any]] = []
    for at in range(0, len(CONTENT), 300_000):
        part = CONTENT[at : at + 300_000]
        etag = eyes.put_object(name, f"parts/{at:07}", part)
        manifest.append({"path": f"/{name}/parts/{at:07}", "etag": etag, "size_bytes": len(part)})
    eyes.put_object(name, "theirs", json.dumps(manifest), query_string="multipart-manifest=put")
    found = await swift.get_object(name, "theirs")
    assert (found.large, found.size) == (True, len(CONTENT))
    assert await swift.download_object_as_stream(found).read() == CONTENT
    ranges = [{**part, "range": "0-9"} for part in manifest]
    eyes.put_object(name, "of ranges", json.dumps(ranges), query_string="multipart-manifest=put")
    expected = b"".join(CONTENT[at : at + 10] for at in range(0, len(CONTENT), 300_000))
    assert await swift.download_object_as_stream((name, "of ranges")).read() == expected
    inner = {"path": f"/{name}/theirs", "size_bytes": len(CONTENT)}
    eyes.put_object(name, "nested", json.dumps([inner, inner]), query_string="multipart-manifest=put")
    assert await swift.download_object_as_stream((name, "nested")).read() == CONTENT * 2

"""Content that more than one thing in Swift leads to: old versions, links; and what else is said of an object."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from cumuli.errors import ContainerNotFound, ObjectNotFound
from tests.conformance.swift.conftest import TEMP_URL_KEY, fetch, names_in

_numbers = count(1)
CONTENT = bytes(range(256)) * 12
PART = 1024
DESCRIBED = {
    "cache-control": "max-age=5",
    "content-disposition": "attachment",
    "content-language": "de",
    "expires": "Thu, 01 Dec 2044 16:00:00 GMT",
    "x-robots-tag": "noindex",
}


@pytest.fixture
def name(eyes: Any) -> str:
    name = f"shared-{next(_numbers)}"
    eyes.put_container(f"{name}-old")
    return name


Old = Callable[[], list[bytes]]


def old_of(eyes: Any, name: str, way: str) -> Old:
    """Make a container that keeps versions, and give what tells the content of the old ones."""
    if way == "versions":
        eyes.put_container(name, {"X-Versions-Enabled": "true"})
    else:
        eyes.put_container(name, {f"X-{way.title()}-Location": f"{name}-old"})

    def old() -> list[bytes]:
        if way == "versions":
            listed = eyes.get_container(name, query_string="versions")[1]
            return [
                eyes.get_object(name, each["name"], query_string=f"version-id={each['version_id']}")[1]
                for each in listed
                if not each["is_latest"] and each["bytes"]
            ]
        kept = f"{name}-old"
        return [eyes.get_object(kept, each["name"])[1] for each in eyes.get_container(kept)[1] if each["bytes"]]

    return old


WAYS = pytest.mark.parametrize("way", ["versions", "history"])


async def large(swift: Any, container: str, name: str) -> Any:
    return await swift.ex_multipart_upload_object(CONTENT, container, name, chunk_size=PART)


@WAYS
async def test_old_versions_keep_their_segments_when_they_are_replaced(
    swift: Any, eyes: Any, name: str, way: str
) -> None:
    old = old_of(eyes, name, way)
    await large(swift, name, "o")
    await swift.upload_object(b"new", name, "o")
    assert old() == [CONTENT]
    assert eyes.get_object(name, "o")[1] == b"new"


@WAYS
@pytest.mark.parametrize("many", [False, True])
async def test_old_versions_keep_their_segments_when_they_are_deleted(
    swift: Any, eyes: Any, name: str, way: str, many: bool
) -> None:
    old = old_of(eyes, name, way)
    made = await large(swift, name, "o")
    if many:
        [result] = await swift.delete_objects([made])
        assert result.error is None
    else:
        await swift.delete_object(made)
    assert old() == [CONTENT]
    assert names_in(eyes, name) == set()


@pytest.mark.parametrize("how", ["one", "many", "many by what a read of them told"])
async def test_a_link_goes_and_what_it_leads_to_stays(swift: Any, eyes: Any, name: str, how: str) -> None:
    await swift.create_container(name)
    await large(swift, name, "target")
    eyes.put_object(name, "link", b"", headers={"X-Symlink-Target": f"{name}/target"})
    if how == "one":
        await swift.delete_object((name, "link"))
    else:
        found = (name, "link") if how == "many" else await swift.get_object(name, "link")
        [result] = await swift.delete_objects([found])
        assert result.error is None
    assert names_in(eyes, name) == {"target"}
    assert eyes.get_object(name, "target")[1] == CONTENT


async def test_what_is_said_of_an_object_stays_with_it(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    await swift.upload_object(b"content", name, "o", headers=DESCRIBED)
    await swift.copy_object((name, "o"), name, "copy", meta_data={"a": "b"})
    await swift.copy_object((name, "o"), name, "other", headers={"Cache-Control": "no-cache"})
    await swift.ex_set_object_meta_data((name, "o"), {"a": "b"})

    def said(of: str) -> dict[str, str]:
        return {key: value for key, value in eyes.head_object(name, of).items() if key in DESCRIBED}

    assert said("o") == said("copy") == DESCRIBED
    assert said("other") == {**DESCRIBED, "cache-control": "no-cache"}


async def test_a_key_of_others_for_temporary_urls_is_taken_as_it_is(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    await swift.upload_object(b"content", name, "o")
    # No word that anybody keeps secret.
    eyes.post_account({"X-Account-Meta-Temp-URL-Key": "with%41percent"})
    try:
        url = await swift.get_object_url((name, "o"), expires_in=60)
        assert fetch("GET", url, b"", {}) == (200, b"content")
    finally:
        eyes.post_account({"X-Account-Meta-Temp-URL-Key": TEMP_URL_KEY})


async def test_what_is_missing_is_named(swift: Any, name: str) -> None:
    with pytest.raises(ContainerNotFound, match=f"'{name}'"):
        await swift.get_container(name)
    await swift.create_container(name)
    with pytest.raises(ObjectNotFound, match=f"'{name}/none/such'"):
        await swift.get_object(name, "none/such")
    with pytest.raises(ObjectNotFound, match=f"'{name}/none/such'"):
        await read(swift, (name, "none/such"))


async def read(swift: Any, obj: tuple[str, str]) -> bytes:
    async with swift.download_object_as_stream(obj) as stream:
        content: bytes = await stream.read()
        return content

"""What killed uploads leave, tried on every server that speaks Swift's protocol."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from cumuli.errors import ContainerNotFound, InvalidRequest
from cumuli.providers.openstack.swift.wire import segment_name
from tests.conformance.swift.conftest import names_in

__all__ = ["look_for_dead_segments"]

CONTENT = bytes(range(256)) * 1400
PART = 100_000


async def look_for_dead_segments(swift: Any, eyes: Any, name: str) -> None:
    """Dead segments are found and deleted, those of objects and of others are not."""
    await swift.create_container(name)
    assert await swift.ex_list_dead_segments(name) == []
    live = [await swift.ex_multipart_upload_object(CONTENT, name, each, chunk_size=PART) for each in ("a?", "b%")]
    segments = f"{name}_segments"
    kept = segment_name("joined", "by its beginning", 1)
    eyes.put_object(segments, kept, CONTENT)
    joined = kept.removesuffix("00000001")
    eyes.put_object(name, "dynamic", b"", headers={"X-Object-Manifest": quote(f"{segments}/{joined}")})
    used = names_in(eyes, segments)
    for number in (1, 2):
        eyes.put_object(segments, segment_name("b%", "killed", number), b"12345")
    eyes.put_object(segments, segment_name("never there", "killed too", 3), b"x")
    eyes.put_object(segments, "b%/others/00000001", b"x")
    # What is young may be under way.
    assert await swift.ex_list_dead_segments(name) == []
    found = await swift.ex_list_dead_segments(name, older_than=0)
    assert [(each.name, each.id, each.size, len(each.segments)) for each in found] == [
        ("b_", "killed", 10, 2), ("never there", "killed too", 1, 1),
    ]  # fmt: skip
    assert {each.container for each in found} == {name}
    assert await swift.ex_delete_dead_segments(name) == []
    assert await swift.ex_delete_dead_segments(name, older_than=0) == found
    assert names_in(eyes, segments) == used | {"b%/others/00000001"}
    for obj in live:
        assert await swift.download_object_as_stream(obj).read() == CONTENT
    assert await swift.download_object_as_stream((name, "dynamic")).read() == CONTENT
    assert await swift.ex_list_dead_segments(name, older_than=0) == []
    with pytest.raises(ContainerNotFound):
        await swift.ex_list_dead_segments(f"{name}-nowhere")
    for wrong in (-1, "1", None, float("nan")):
        with pytest.raises(InvalidRequest):
            await swift.ex_delete_dead_segments(name, older_than=wrong)

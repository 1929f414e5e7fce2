"""A recording made of a real server replays in both flavours, without a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli import sandbox
from cumuli.runtime import asynchronous_runtime, blocking_runtime
from cumuli.runtime.delegating import DelegatingRuntime
from cumuli.runtime.messages import Headers, Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.runtime.timeouts import Patience
from cumuli.testing import UnexpectedRequest, UnusedExchanges, recording, replaying
from tests.conformance.recordings.conftest import Story, told

MIB = 1024 * 1024
NOWHERE = "http://127.0.0.1:9"
IMAGE = "ami-12c6146b"
FLAVOURS = ("sync", "async")
OTHER = {"sync": "async", "async": "sync"}

Offline = Callable[[], None]
Make = Callable[..., Any]


def ec2(asynchronous: bool, endpoint: str, **more: Any) -> Any:
    kind = cumuli.AsyncEC2 if asynchronous else cumuli.EC2
    return kind("testing", "testing", region="us-east-1", endpoint=endpoint, proxy="", **more)


def s3(asynchronous: bool, endpoint: str, **more: Any) -> Any:
    kind = cumuli.AsyncS3 if asynchronous else cumuli.S3
    return kind("testing", "testing", region="us-east-1", endpoint=endpoint, proxy="", page_size=2, **more)


def recorded_and_replayed(
    path: Path, offline: Offline, flavour: str, live: Callable[[bool], Any], dead: Callable[[bool], Any], story: Story
) -> None:
    """Record in one flavour, replay in both: each time the same comes of it."""
    with recording(path):
        result = told(flavour, live, story)
    offline()
    for again in (flavour, OTHER[flavour]):
        with replaying(path):
            assert told(again, dead, story) == result


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_nodes(flavour: str, moto: str, tmp_path: Path, offline: Offline) -> None:
    async def story(cloud: Any) -> object:
        node = await cloud.create_node(f"web-{flavour}", "t3.micro", IMAGE, tags={"colour": "blue"})
        volume = await cloud.create_volume(1, "disk", location=node.location)
        [(running, addresses)] = await cloud.wait_until_running([node])
        await cloud.attach_volume(node, volume)
        listed = [item async for item in cloud.iterate_nodes() if item.id == node.id]
        await cloud.destroy_node(node)
        with pytest.raises(cumuli.NodeNotFound) as caught:
            await cloud.get_node("i-0123456789abcdef0")
        return running, addresses, volume.id, listed, caught.value.code

    recorded_and_replayed(
        tmp_path / "nodes.json",
        offline,
        flavour,
        lambda asynchronous: ec2(asynchronous, moto),
        lambda asynchronous: ec2(asynchronous, NOWHERE),
        story,
    )


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_objects(flavour: str, moto: str, tmp_path: Path, offline: Offline) -> None:
    source = tmp_path / "source"
    source.write_bytes(hashlib.sha256(b"seed").digest() * (12 * MIB // 32))

    async def story(cloud: Any) -> object:
        box = await cloud.create_container(f"box-{flavour}")
        # In parts, several at the same time; a stream; and what is no text.
        await cloud.upload_object(str(source), box, "large", part_size=5 * MIB)
        await cloud.upload_object_via_stream(iter([b"http://localhost:8080/ ", b"two"]), box, "two words.txt")
        await cloud.upload_object(bytes(range(256)), box, "bytes", meta_data={"colour": "bläulich"})
        names = [item.name async for item in cloud.iterate_container_objects(box)]
        found = await cloud.get_object(box, "bytes")
        target = tmp_path / "target"
        await cloud.download_object(found, str(target), overwrite_existing=True)
        stream = cloud.download_object_as_stream(await cloud.get_object(box, "two words.txt"))
        text = b"".join([piece async for piece in stream])
        large = await cloud.get_object(box, "large")
        for name in names:
            await cloud.delete_object(await cloud.get_object(box, name))
        await cloud.delete_container(box)
        return names, found, target.read_bytes(), text, large

    recorded_and_replayed(
        tmp_path / "objects.json",
        offline,
        flavour,
        lambda asynchronous: s3(asynchronous, moto),
        lambda asynchronous: s3(asynchronous, NOWHERE),
        story,
    )
    assert (tmp_path / "objects.json").stat().st_size < 100_000


def test_swift_at_another_address(swift: sandbox.SandboxServer, tmp_path: Path, offline: Offline) -> None:
    """Its answers tell where things are, and its segments are named by chance."""
    settings: dict[str, Any] = {
        key: value for key, value in swift.profiles["sandbox-swift"].items() if key != "provider"
    }

    def client(asynchronous: bool, **more: Any) -> Any:
        return (cumuli.AsyncSwift if asynchronous else cumuli.Swift)(**{**settings, "proxy": "", **more})

    async def story(cloud: Any) -> object:
        box = await cloud.create_container("box")
        await cloud.upload_object_via_stream(iter([b"a" * MIB, b"b" * MIB, b"c"]), box, "large", part_size=MIB)
        await cloud.upload_object(b"small", box, "small")
        stream = cloud.download_object_as_stream(await cloud.get_object(box, "small"))
        text = b"".join([piece async for piece in stream])
        found = [item async for item in cloud.iterate_container_objects(box)]
        for item in found:
            await cloud.delete_object(item)
        return text, found

    recorded_and_replayed(
        tmp_path / "swift.json",
        offline,
        "async",
        client,
        lambda asynchronous: client(asynchronous, auth_url=f"{NOWHERE}/auth/v1.0", key="any"),
        story,
    )


class Busy(DelegatingRuntime):
    """Every third request is answered that it comes at a bad time, and one is cut."""

    count = 0

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        self.count += 1
        if self.count == 2:
            raise cumuli.ConnectionFailed("cut, as ordered")
        if self.count % 3 == 1:
            return Response(status=503, headers=Headers((("retry-after", "0"),)), body=b"busy")
        return await super().send(request, deadline=deadline, patience=patience)


def test_what_was_tried_again(moto: str, tmp_path: Path, offline: Offline) -> None:
    def busy(asynchronous: bool) -> Any:
        factory = asynchronous_runtime if asynchronous else blocking_runtime

        def make(settings: TransportSettings) -> Any:
            return Busy(factory(settings))

        return ec2(asynchronous, moto, _runtime=make)

    async def story(cloud: Any) -> object:
        return await cloud.list_locations(), [key.name for key in await cloud.list_key_pairs()]

    path = tmp_path / "busy.json"
    recorded_and_replayed(path, offline, "sync", busy, lambda asynchronous: ec2(asynchronous, NOWHERE), story)
    exchanges = json.loads(path.read_text())["exchanges"]
    assert exchanges[0]["answer"]["status"] == 503
    assert exchanges[1]["failure"] == {"kind": "ConnectionFailed", "message": "cut, as ordered"}


def test_another_request_and_one_that_is_missing(moto: str, tmp_path: Path, offline: Offline) -> None:
    async def story(cloud: Any) -> object:
        await cloud.create_container("strict")
        return await cloud.delete_container("strict")

    path = tmp_path / "strict.json"
    with recording(path):
        told("sync", lambda asynchronous: s3(asynchronous, moto), story)
    offline()

    async def other(cloud: Any) -> object:
        await cloud.create_container("strict")
        return await cloud.delete_container("stricter")

    def dead(asynchronous: bool) -> Any:
        return s3(asynchronous, NOWHERE)

    with pytest.raises(UnexpectedRequest) as caught, replaying(path):
        told("async", dead, other)
    assert isinstance(caught.value, cumuli.CloudError)
    lines = str(caught.value).splitlines()
    assert '-  "url": "http://127.0.0.1:1/strict",' in lines
    assert '+  "url": "http://127.0.0.1:1/stricter",' in lines

    async def careless(cloud: Any) -> object:
        with pytest.raises(UnexpectedRequest):
            await cloud.create_container("stricter")
        return await story(cloud)

    # A program that goes on after the error fails all the same.
    with pytest.raises(UnexpectedRequest), replaying(path):
        told("sync", dead, careless)

    async def half(cloud: Any) -> object:
        return await cloud.create_container("strict")

    missing = r"1 of 3 requests(.|\n)*DeleteBucket: DELETE http://127.0.0.1:1/strict"
    with pytest.raises(UnusedExchanges, match=missing), replaying(path):
        told("sync", dead, half)

    async def twice(cloud: Any) -> object:
        await story(cloud)
        return await cloud.create_container("strict")

    with pytest.raises(UnexpectedRequest, match="made 1 times in the recording"), replaying(path):
        told("sync", dead, twice)

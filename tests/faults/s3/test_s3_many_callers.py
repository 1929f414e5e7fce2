"""Many callers on few connections of a server that answers at once: everybody gets what was asked for."""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from cumuli.calls.retry import NO_RETRY
from cumuli.errors import CloudError, PermissionDenied
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.runtime.blocking.drive import run
from cumuli.testing.flavours import SyncInAsyncShape
from tests.faults.keepalive import Exchange, reply
from tests.faults.s3.strict import StrictS3, fault

CALLERS = 8
ROUNDS = 12
CONNECTIONS = 3


def content(name: str) -> bytes:
    """What the object of this name holds: 2 to 6 KiB of its own."""
    return random.Random(name).randbytes(2000 + len(name) * 100 + sum(name.encode()) % 1000)


class Crowded(StrictS3):
    """Has every object that is named ``there-…``, refuses uploads to ``refused-…`` before it has read them."""

    def serve(self, exchange: Exchange) -> bytes | None:
        path, _, query = exchange.target.partition("?")
        name = path.rpartition("/")[2]
        if name.startswith("refused"):
            if int(exchange.get("content-length") or 0) > 1_000_000:
                exchange.send(fault(403, "AccessDenied", "", ("Connection", "close")))
                exchange.hang()
            exchange.send(fault(403, "AccessDenied"))
            exchange.body()
            return None
        if name.startswith("there") and exchange.method in {"GET", "HEAD"}:
            self.objects.setdefault(name, (content(name), hashlib.md5(content(name)).hexdigest()))
        if exchange.method == "GET" and "list-type" in query:
            prefix = query.partition("prefix=")[2].partition("&")[0]
            keys = "".join(
                f"<Contents><Key>{prefix}{n}</Key><Size>{n}</Size><ETag>&quot;e&quot;</ETag>"
                "<LastModified>2024-01-01T00:00:00Z</LastModified></Contents>"
                for n in range(20)
            )
            text = f"<ListBucketResult><Prefix>{prefix}</Prefix><IsTruncated>false</IsTruncated>{keys}"
            return reply(200, f"{text}</ListBucketResult>".encode())
        return super().serve(exchange)


async def whole(cloud: Any, name: str) -> None:
    into = io.BytesIO()
    await cloud.download_object(("bkt", name), into)
    assert into.getvalue() == content(name)


async def streamed(cloud: Any, name: str) -> None:
    parts = [part async for part in cloud.download_object_as_stream(("bkt", name), chunk_size=700)]
    assert b"".join(parts) == content(name)


async def abandoned(cloud: Any, name: str) -> None:
    async with cloud.download_object_as_stream(("bkt", name), chunk_size=700) as stream:
        async for part in stream:
            assert part == content(name)[: len(part)]
            break


async def ranged(cloud: Any, name: str) -> None:
    into = io.BytesIO()
    await cloud.download_object_range(("bkt", name), into, 100, 1100)
    assert into.getvalue() == content(name)[100:1100]


async def listed(cloud: Any, name: str) -> None:
    found = await cloud.list_container_objects("bkt", prefix=name)
    assert [(each.name, each.size) for each in found] == [(f"{name}{n}", n) for n in range(20)]


async def looked_at(cloud: Any, name: str) -> None:
    found = await cloud.get_object("bkt", name)
    assert (found.name, found.size) == (name, len(content(name)))


async def put_and_deleted(cloud: Any, name: str) -> None:
    put = await cloud.upload_object(content(name), "bkt", f"put-{name}")
    assert put.etag == hashlib.md5(content(name)).hexdigest()
    await cloud.delete_object(put)


async def refused(cloud: Any, name: str) -> None:
    size = 1_500_000 if name.endswith("7") else 3_000
    try:
        await cloud.upload_object(b"x" * size, "bkt", f"refused-{name}")
    except PermissionDenied:
        return
    raise AssertionError("the upload was refused")


KINDS: list[Callable[[Any, str], Awaitable[None]]] = [
    whole,
    streamed,
    abandoned,
    ranged,
    listed,
    looked_at,
    put_and_deleted,
    refused,
]


async def caller(cloud: Any, number: int, wrong: list[str]) -> None:
    for turn in range(ROUNDS * len(KINDS)):
        kind = KINDS[(turn + number) % len(KINDS)]
        name = f"there-{number}-{turn}"
        try:
            await kind(cloud, name)
        except (CloudError, AssertionError) as error:
            wrong.append(f"{kind.__name__} {name}: {error!r}"[:300])


SETTINGS: dict[str, Any] = {
    "region": "us-east-1",
    "proxy": "",
    "retry": NO_RETRY,
    "max_connections": CONNECTIONS,
}


def test_threads_get_their_own_answers() -> None:
    wrong: list[str] = []
    with Crowded() as server, S3("key", "secret", endpoint=server.origin, **SETTINGS) as cloud:
        shaped = SyncInAsyncShape(cloud)
        threads = [
            threading.Thread(target=lambda number=number: run(caller(shaped, number, wrong)))
            for number in range(CALLERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            assert not thread.is_alive()
    assert not wrong


def test_tasks_get_their_own_answers() -> None:
    wrong: list[str] = []

    async def case() -> None:
        async with AsyncS3("key", "secret", endpoint=server.origin, **SETTINGS) as cloud:
            await asyncio.gather(*(caller(cloud, number, wrong) for number in range(CALLERS)))

    with Crowded() as server:
        asyncio.run(case())
    assert not wrong

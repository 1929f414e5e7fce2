"""A slow link as it really is; `tests/faults/test_slow.py` has its kinds, with shorter bounds."""

from __future__ import annotations

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from tests.faults.keepalive import Exchange
from tests.faults.s3.strict import StrictS3

CONTENT = bytes(range(256)) * (6 * 4096)
# 0.5 Mbit/s, in some eight pieces a second.
RATE = 62_500
PIECE = 8192


class Slow(StrictS3):
    """Takes uploads at 0.5 Mbit/s, from each connection, and holds hardly anything of what it has not taken."""

    def __init__(self) -> None:
        super().__init__()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)

    def serve(self, exchange: Exchange) -> bytes | None:
        left, pieces, began = int(exchange.get("content-length") or 0), list[bytes](), time.monotonic()
        while left > 0:
            pieces.append(exchange.connection.read_exactly(min(left, PIECE)))
            left -= len(pieces[-1])
            due = began + len(pieces) * PIECE / RATE
            time.sleep(max(due - time.monotonic(), 0))
        exchange._body = b"".join(pieces)
        return super().serve(exchange)


@pytest.mark.heavy
def test_six_mebibytes_over_half_a_megabit_in_a_second() -> None:
    """In both flavours at once: a single put with the settings that one gets, of which none allows 100 seconds."""
    with Slow() as server:

        def sync() -> None:
            with S3("key", "secret", region="us-east-1", endpoint=server.origin, proxy="") as client:
                client.upload_object(CONTENT, "bucket", "sync")

        async def asynchronous() -> None:
            async with AsyncS3("key", "secret", region="us-east-1", endpoint=server.origin, proxy="") as client:
                await client.upload_object(CONTENT, "bucket", "async")

        began = time.monotonic()
        with ThreadPoolExecutor(2) as threads:
            for work in [threads.submit(sync), threads.submit(lambda: asyncio.run(asynchronous()))]:
                work.result()
        assert time.monotonic() - began > 95, "it was not that slow"
        assert server.operations == ["PutObject"] * 2
        assert server.objects["sync"][0] == server.objects["async"][0] == CONTENT

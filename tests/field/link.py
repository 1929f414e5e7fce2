"""A link as it is in the field: slow, far, and now and then broken. A reverse proxy in front of a real server.

What happens to which request follows from the seed and the request's number alone.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import random
import socket
import struct
import termios
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["FAULTS", "Asked", "FaultyProxy", "Link", "Trouble", "field_link"]

FAR = 0.020
"""Seconds that each way takes; there and back are 40 ms."""
RATE = 8 * 1024 * 1024
"""Bytes a second, of one connection, in each direction."""
BLOCK = 64 * 1024
IDLE = 0.4
"""Seconds after which an idle connection is closed, as balancers do."""
ONE_IN = 50
BEARABLE = 2
"""Faults that one request may meet, however often it is repeated: a client tries four times, and may meet an idle
connection's end beside them. Without this, owed faults could all fall upon one caller who is right to give up."""
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 26\r\n"
    b"Connection: close\r\n\r\n<html>503 (the link)</html>"[:-1]
)


class Trouble(Enum):
    """What can happen to a request and its answer."""

    BUSY = "the link answers 503, and the server is not asked"
    SILENCE = "the connection ends, and the server was not asked"
    LOST = "the server has done it, and the connection ends before the answer"
    CUT = "the answer ends in its middle"
    DRIBBLE = "the answer comes in drops"
    CLOSED = "the connection is closed behind the answer, without a word"


FAULTS = (Trouble.BUSY, Trouble.SILENCE, Trouble.LOST, Trouble.CUT)


@dataclass(frozen=True)
class Asked:
    """A request, as the link sees it."""

    number: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


May = Callable[[Asked], frozenset[Trouble]]


@dataclass
class Link:
    """A running link.

    Attributes:
        endpoint: Its address.
        seen: How often each trouble has happened.
        requests: How many requests came.
        most: The most connections that were open at one time.
    """

    endpoint: str = ""
    seen: Counter[Trouble] = field(default_factory=Counter[Trouble])
    requests: int = 0
    most: int = 0
    open: set[object] = field(default_factory=set[object])

    def told(self) -> str:
        """What has happened, in a line."""
        return ", ".join(f"{count} {trouble.name.lower()}" for trouble, count in sorted(self.seen.items(), key=str))


class Refused(Exception):
    """The peer is gone, or speaks no HTTP."""


class FaultyProxy:
    def __init__(self, port: int, seed: int, may: May, *, one_in: int) -> None:
        self.port = port
        self.seed = seed
        self.may = may
        self.one_in = one_in
        self.link = Link()
        self.owed: list[Trouble] = []
        self.faults = itertools.cycle(random.Random(seed).sample(FAULTS, len(FAULTS)))
        self.suffered: Counter[tuple[str, str, bytes]] = Counter()

    def trouble(self, asked: Asked) -> Trouble | None:
        """What happens to this request. A fault that it may not suffer, or no more, waits for the next one that may."""
        if asked.number % self.one_in == 0:
            self.owed.append(next(self.faults))
        allowed = self.may(asked)
        asking = asked.method, asked.target, asked.body
        for fault in self.owed:
            if fault in allowed and self.suffered[asking] < BEARABLE:
                self.suffered[asking] += 1
                self.owed.remove(fault)
                return fault
        draw = random.Random(f"{self.seed}:{asked.number}")
        if draw.randrange(9) == 0:
            return Trouble.DRIBBLE
        return Trouble.CLOSED if draw.randrange(20) == 0 else None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = self.link
        link.open.add(writer)
        link.most = max(link.most, len(link.open))
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            while True:
                asked = await self.read_request(reader, writer)
                trouble = self.trouble(asked)
                if trouble is not None:
                    link.seen[trouble] += 1
                await asyncio.sleep(FAR)
                if trouble is Trouble.BUSY:
                    await asyncio.sleep(FAR)
                    writer.write(BUSY)
                    await writer.drain()
                    return
                if trouble is Trouble.SILENCE:
                    return
                if upstream is None:
                    upstream = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
                head, body, keeps = await self.ask(asked, upstream)
                if not keeps:
                    upstream[1].close()
                    upstream = None
                await asyncio.sleep(FAR)
                if trouble is Trouble.LOST:
                    return
                ends = trouble in {Trouble.CUT, Trouble.CLOSED} or not keeps
                if ends:
                    # The client may have dialled anew before this task goes on.
                    link.open.discard(writer)
                await self.answer(writer, head, body, trouble)
                if ends:
                    return
        except (OSError, Refused, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
            # The peer has gone, is idle, or the test is over.
            return
        finally:
            link.open.discard(writer)
            for end in (writer, *(upstream[1:] if upstream else ())):
                end.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def read_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Asked:
        first = await self.first_byte(reader, writer)
        head = first + await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")[:-2]
        method, target, _ = line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding") == "chunked":
            body = await self.chunks(reader)
        else:
            body = await self.slowly(reader, int(headers.get("content-length", 0)))
        self.link.requests += 1
        return Asked(self.link.requests, method, target, headers | {"": head.decode("latin-1")}, body)

    async def first_byte(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Of the next request; the connection is closed when none comes for a while."""
        first = asyncio.ensure_future(reader.read(1))
        done, _ = await asyncio.wait([first], timeout=IDLE)
        if not done:
            end = writer.get_extra_info("socket")
            waiting = struct.unpack("i", fcntl.ioctl(end.fileno(), termios.FIONREAD, bytes(4)))[0]
            if not waiting:
                # At once, so that no request that may be sent only once is on its way meanwhile.
                self.link.open.discard(writer)
                end.shutdown(socket.SHUT_RDWR)
        byte = await first
        if not byte:
            raise Refused
        return byte

    @staticmethod
    async def slowly(reader: asyncio.StreamReader, length: int) -> bytes:
        body = bytearray()
        while len(body) < length:
            piece = await reader.readexactly(min(BLOCK, length - len(body)))
            body += piece
            await asyncio.sleep(len(piece) / RATE)
        return bytes(body)

    async def chunks(self, reader: asyncio.StreamReader) -> bytes:
        """A chunked body, as it stands on the wire."""
        body = bytearray()
        while True:
            line = await reader.readuntil(b"\r\n")
            body += line
            size = int(line.split(b";")[0], 16)
            body += await self.slowly(reader, size + 2)
            if not size:
                return bytes(body)

    async def ask(
        self, asked: Asked, upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    ) -> tuple[bytes, bytes, bool]:
        """The server's answer as it stands on the wire: head, body, and whether the connection goes on."""
        reader, writer = upstream
        writer.write(asked.headers[""].encode("latin-1") + asked.body)
        await writer.drain()
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            line, *fields = head.decode("latin-1").split("\r\n")[:-2]
            status = int(line.split(" ")[1])
            if status >= 200:
                break
        headers = {name.lower(): value.strip().lower() for name, _, value in (one.partition(":") for one in fields)}
        keeps = headers.get("connection") != "close" and line.startswith("HTTP/1.1")
        if asked.method == "HEAD" or status in {204, 304}:
            return head, b"", keeps
        if headers.get("transfer-encoding") == "chunked":
            body = bytearray()
            while True:
                size_line = await reader.readuntil(b"\r\n")
                size = int(size_line.split(b";")[0], 16)
                body += size_line + await reader.readexactly(size + 2)
                if not size:
                    return head, bytes(body), keeps
        if "content-length" in headers:
            return head, await reader.readexactly(int(headers["content-length"])), keeps
        return head, await reader.read(), False

    @staticmethod
    async def answer(writer: asyncio.StreamWriter, head: bytes, body: bytes, trouble: Trouble | None) -> None:
        whole = head + body
        if trouble is Trouble.CUT:
            whole = whole[: len(head) // 2] if not body else whole[: len(head) + len(body) // 2]
        step = BLOCK
        if trouble is Trouble.CLOSED:
            # The end of the connection comes with the last byte: behind it, it would meet a request that may be
            # sent only once, whose failure is nobody's fault.
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        if trouble is Trouble.DRIBBLE:
            # At most forty drops, a few milliseconds apart, and the rest in one.
            drops, whole = whole[:400], whole[400:]
            for at in range(0, len(drops), 10):
                writer.write(drops[at : at + 10])
                await writer.drain()
                await asyncio.sleep(0.003)
        for at in range(0, len(whole), step):
            piece = whole[at : at + step]
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(len(piece) / RATE)
        if trouble is Trouble.CLOSED:
            writer.write_eof()


@contextmanager
def field_link(port: int, *, seed: int, may: May, one_in: int = ONE_IN) -> Iterator[Link]:
    """A link to the server on this port of the loopback interface, in a thread of its own.

    Args:
        port: The server's.
        seed: What happens follows from it.
        may: Which faults (``BUSY SILENCE LOST CUT``) a request may suffer; drops and closed connections any may.
        one_in: So many requests are as many as one fault has.
    """
    at_work = FaultyProxy(port, seed, may, one_in=one_in)
    loop = asyncio.new_event_loop()
    started, stopping = threading.Event(), asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(at_work.serve, "127.0.0.1", 0, limit=1 << 20)
        at_work.link.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await stopping.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield at_work.link
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(30)
        loop.close()

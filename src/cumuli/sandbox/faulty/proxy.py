"""A link as it is on a bad day: slow, far, and now and then broken. A reverse proxy in front of a real server.

It passes the Host header on as it came, so that servers which tell their own address tell the link's.
"""

from __future__ import annotations

import asyncio
import email.utils
import re
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import msgspec

from cumuli.sandbox.faulty.plan import Asked, Fate, Plan, Trouble
from cumuli.sandbox.server import HOST

__all__ = ["Link", "Manner", "Met", "Proxy"]

BLOCK = 64 * 1024
LONGEST_HEAD = 1 << 20
AUTHORITY = re.compile(rb"127\.0\.0\.1:[0-9]+")
LENGTH = re.compile(rb"(?i)(\r\ncontent-length: *)[0-9]+")
DATE = re.compile(rb"(?i)(\r\ndate: *)([^\r]+)")

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Manner:
    """What the link is like for every request.

    Attributes:
        bandwidth: Bytes a second of one connection, in each direction.
        idle: Seconds after which an idle connection is closed, as balancers do.
        clock: Seconds by which the dates in answers are wrong.
    """

    bandwidth: float | None = None
    idle: float | None = None
    clock: float = 0.0


class Met(msgspec.Struct, frozen=True):
    """What one request met.

    Attributes:
        number: Of the request; the first is 1.
        method: Of HTTP.
        path: Without the query, where secrets may be.
        what: ``"503"``, ``"cut"``, ``"throttle"`` …
    """

    number: int
    method: str
    path: str
    what: str


@dataclass
class Link:
    """A running link.

    Attributes:
        endpoint: Its address.
        seen: How often each trouble has happened.
        met: Which request met what, those that met nothing left out.
        requests: How many requests came.
        most: The most connections that were open at one time.
    """

    endpoint: str = ""
    seen: Counter[Trouble] = field(default_factory=Counter[Trouble])
    met: list[Met] = field(default_factory=list[Met])
    requests: int = 0
    most: int = 0
    open: set[object] = field(default_factory=set[object])

    def told(self) -> str:
        """What has happened, in a line."""
        return ", ".join(f"{count} {trouble.name.lower()}" for trouble, count in sorted(self.seen.items(), key=str))


class _Refused(Exception):
    """The peer is gone, or speaks no HTTP."""


class Proxy:
    """The link: one door for each port of the server.

    Args:
        plan: What happens to which request.
        manner: What it is like for all of them.
        log: Is told of each request, in a line.
    """

    def __init__(self, plan: Plan, manner: Manner, log: Callable[[str], None] | None = None) -> None:
        self.plan = plan
        self.manner = manner
        self.link = Link()
        self._log = log
        self._moved: dict[bytes, bytes] = {}
        self._servers: list[asyncio.Server] = []

    async def listen(self, doors: Mapping[int, int]) -> list[int]:
        """Listen on the loopback interface, until the loop ends.

        Args:
            doors: The link's own port for each of the server's; 0 for any that is free.

        Returns:
            The link's ports.

        Raises:
            OSError: A port is taken.
        """
        ports: list[int] = []
        for port, own in doors.items():
            server = await asyncio.start_server(partial(self._serve, port), HOST, own, limit=LONGEST_HEAD)
            ports.append(server.sockets[0].getsockname()[1])
            self._servers.append(server)
        if len(ports) > 1:
            # A server of several ports knows them by configuration, and not by what a request calls it.
            there, here = (tuple(f"{HOST}:{port}".encode() for port in side) for side in (doors, ports))
            self._moved = dict(zip(there, here, strict=True))
        self.link.endpoint = f"http://{HOST}:{ports[0]}"
        return ports

    def close(self) -> None:
        """Take no more connections."""
        for server in self._servers:
            server.close()

    async def _serve(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = self.link
        link.open.add(writer)
        link.most = max(link.most, len(link.open))
        upstream: Connection | None = None
        try:
            while True:
                asked = await self._read_request(reader, writer)
                fate = self.plan.fate(asked)
                self._tell(asked, fate)
                await asyncio.sleep(fate.delay)
                match fate.trouble:
                    case Trouble.BUSY:
                        await asyncio.sleep(fate.delay)
                        await self._answer(writer, *_head_and_body(asked, fate.answer), None)
                        continue
                    case Trouble.SILENCE:
                        return
                    case Trouble.RESET:
                        _reset(writer)
                        return
                    case _:
                        pass
                upstream = await _dialled(port, upstream)
                head, body, keeps = await self._ask(asked, upstream)
                if not keeps:
                    upstream[1].close()
                    upstream = None
                await asyncio.sleep(fate.delay)
                if fate.trouble is Trouble.LOST:
                    return
                ends = fate.trouble in {Trouble.CUT, Trouble.CLOSED} or not keeps
                if ends:
                    # The client may have dialled anew before this task goes on.
                    link.open.discard(writer)
                await self._answer(writer, head, body, fate.trouble)
                if ends:
                    return
        except (OSError, _Refused, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            # The peer has gone, is idle, speaks no HTTP, or the link ends.
            return
        finally:
            link.open.discard(writer)
            for end in (writer, *(upstream[1:] if upstream else ())):
                end.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    def _tell(self, asked: Asked, fate: Fate) -> None:
        path = asked.target.partition("?")[0]
        if fate.trouble is not None:
            self.link.seen[fate.trouble] += 1
            self.link.met.append(Met(asked.number, asked.method, path, fate.word or fate.trouble.name.lower()))
        if self._log is not None:
            self._log(f"{asked.number} {asked.method} {path} {fate.word or 'passed'}")

    async def _read_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Asked:
        first = await self._first_byte(reader, writer)
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.split("\r\n")[:-2]
        try:
            method, target, _ = line.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
            length = int(headers.get("content-length", 0))
        except ValueError:
            raise _Refused from None
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = await _chunks_of(reader, self._take_time)
        else:
            body = await self._slowly(reader, length)
        self.link.requests += 1
        return Asked(self.link.requests, method, target, headers | {"": head}, body)

    async def _first_byte(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Of the next request; the connection is closed when none comes for a while."""
        first = asyncio.ensure_future(reader.read(1))
        done, _ = await asyncio.wait([first], timeout=self.manner.idle)
        if not done:
            end = writer.get_extra_info("socket")
            if not _waiting(end):
                # At once, so that no request that may be sent only once is on its way meanwhile.
                self.link.open.discard(writer)
                end.shutdown(socket.SHUT_RDWR)
        byte = await first
        if not byte:
            raise _Refused
        return byte

    async def _slowly(self, reader: asyncio.StreamReader, length: int) -> bytes:
        body = bytearray()
        while len(body) < length:
            piece = await reader.readexactly(min(BLOCK, length - len(body)))
            body += piece
            await self._take_time(piece)
        return bytes(body)

    async def _take_time(self, piece: bytes) -> None:
        if self.manner.bandwidth is not None:
            await asyncio.sleep(len(piece) / self.manner.bandwidth)

    async def _ask(self, asked: Asked, upstream: Connection) -> tuple[bytes, bytes, bool]:
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
        head = self._with_clock(head)
        if asked.method == "HEAD" or status in {204, 304}:
            return self._at_home(head, b"")[0], b"", keeps
        if headers.get("transfer-encoding") == "chunked":
            return head, await _chunks_of(reader), keeps
        if "content-length" in headers:
            whole = await reader.readexactly(int(headers["content-length"]))
            if "json" in headers.get("content-type", ""):
                return *self._at_home(head, whole), keeps
            return self._at_home(head, b"")[0], whole, keeps
        return head, await reader.read(), False

    def _at_home(self, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        """With the link's addresses in place of the server's."""
        if not self._moved:
            return head, body
        moved = _replaced(body, self._moved)
        head = _replaced(head, self._moved)
        if len(moved) != len(body):
            head = LENGTH.sub(b"\\g<1>%d" % len(moved), head)
        return head, moved

    def _with_clock(self, head: bytes) -> bytes:
        if not self.manner.clock:
            return head

        def moved(match: re.Match[bytes]) -> bytes:
            then = email.utils.parsedate_to_datetime(match[2].decode("latin-1"))
            wrong = email.utils.format_datetime(then + timedelta(seconds=self.manner.clock), usegmt=True)
            return match[1] + wrong.encode()

        return DATE.sub(moved, head)

    async def _answer(self, writer: asyncio.StreamWriter, head: bytes, body: bytes, trouble: Trouble | None) -> None:
        whole = head + body
        if trouble is Trouble.CUT:
            whole = whole[: len(head) // 2] if not body else whole[: len(head) + len(body) // 2]
        if trouble is Trouble.CLOSED:
            # The end of the connection comes with the last byte: behind it, it would meet a request that may be
            # sent only once, whose failure is nobody's fault.
            _hold_together(writer)
        if trouble is Trouble.DRIBBLE:
            # At most forty drops, a few milliseconds apart, and the rest in one.
            drops, whole = whole[:400], whole[400:]
            for at in range(0, len(drops), 10):
                writer.write(drops[at : at + 10])
                await writer.drain()
                await asyncio.sleep(0.003)
        for at in range(0, len(whole), BLOCK):
            piece = whole[at : at + BLOCK]
            writer.write(piece)
            await writer.drain()
            await self._take_time(piece)
        if trouble is Trouble.CLOSED:
            writer.write_eof()


async def _dialled(port: int, before: Connection | None) -> Connection:
    """A connection to the server: the one that there was, unless the server has closed it meanwhile."""
    if before is not None:
        if not before[0].at_eof():
            return before
        before[1].close()
    return await asyncio.open_connection(HOST, port, limit=LONGEST_HEAD)


async def _chunks_of(
    reader: asyncio.StreamReader, take_time: Callable[[bytes], Awaitable[None]] | None = None
) -> bytes:
    """A chunked body, as it stands on the wire."""
    body = bytearray()
    while True:
        line = await reader.readuntil(b"\r\n")
        body += line
        if size := _size(line):
            piece = await reader.readexactly(size + 2)
            body += piece
            if take_time is not None:
                await take_time(piece)
            continue
        # Trailers, if there are any, and the empty line behind them.
        while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
            body += line
        return bytes(body + line)


def _waiting(end: socket.socket) -> int:
    """How many bytes have come that nobody has read yet, as far as the system can tell."""
    try:
        import fcntl
        import termios
    except ImportError:
        return 0
    waiting: int = struct.unpack("i", fcntl.ioctl(end.fileno(), termios.FIONREAD, bytes(4)))[0]
    return waiting


def _head_and_body(asked: Asked, answer: bytes) -> tuple[bytes, bytes]:
    head, end, body = answer.partition(b"\r\n\r\n")
    return head + end, b"" if asked.method == "HEAD" else body


def _replaced(text: bytes, moved: Mapping[bytes, bytes]) -> bytes:
    return AUTHORITY.sub(lambda match: moved.get(match[0], match[0]), text)


def _size(line: bytes) -> int:
    try:
        return int(line.split(b";")[0], 16)
    except ValueError:
        raise _Refused from None


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection by a reset instead of by the usual goodbye."""
    end = writer.get_extra_info("socket")
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _hold_together(writer: asyncio.StreamWriter) -> None:
    # Linux's own; elsewhere the end comes a moment later.
    if (option := getattr(socket, "TCP_CORK", None)) is not None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, option, 1)

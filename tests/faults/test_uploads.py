"""Uploads: framing, wrong lengths, early answers, stalls."""

from __future__ import annotations

import gc
import io
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cumuli.errors import ConnectionFailed, InvalidRequest, Timeout
from cumuli.runtime.messages import Request, Response, Source
from cumuli.runtime.protocol import UNLIMITED, Runtime
from tests.faults.calls import request, send
from tests.faults.keepalive import Exchange, Hangup, Server, eventually, reply
from tests.flavours import Flavour

MEBI = 1024 * 1024


class Declared:
    """A source whose declared length need not be true."""

    rewindable = False

    def __init__(self, pieces: list[bytes], length: int | None) -> None:
        self.length = length
        self._data = io.BytesIO(b"".join(pieces))

    async def read(self, size: int) -> bytes:
        return self._data.read(size)

    async def rewind(self) -> None:
        raise AssertionError("rewound by the runtime")

    async def close(self) -> None:
        raise AssertionError("closed by the runtime")


def put(server: Server, source: Source) -> Request:
    return request(server, "/up", "PUT", body=source)


class Uploads:
    """Reads whole uploads and remembers them."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str | None, str | None, bytes]] = []
        self.cut = 0

    def __call__(self, exchange: Exchange) -> bytes:
        try:
            body = exchange.body()
        except Hangup:
            self.cut += 1
            raise
        self.arrived.append((exchange.get("content-length"), exchange.get("transfer-encoding"), body))
        return reply(201)


def upload(flavour: Flavour, source: object, **settings: float) -> Uploads:
    """Upload over one connection, with a small call behind it to see that the framing held."""
    uploads = Uploads()

    async def case(runtime: Runtime) -> None:
        given: Source = source if isinstance(source, Declared) else runtime.source(source)
        try:
            assert (await send(runtime, server, "/up", "PUT", body=given)).status == 201
        finally:
            if not isinstance(source, Declared):
                await given.close()
        assert (await send(runtime, server, "/after", "POST")).status == 201

    with Server(uploads) as server:
        flavour.run(case, **settings)
        assert server.connections == 1
    return uploads


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 3 * MEBI + 7])
def test_bytes_and_files_are_sent_with_their_length(flavour: Flavour, size: int, tmp_path: Path) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    path = tmp_path / "data"
    path.write_bytes(data)
    with path.open("rb") as file:
        for source in (data, path, str(path), file, io.BytesIO(data)):
            assert upload(flavour, source).arrived[0] == (str(size), None, data)
        assert not file.closed


@pytest.mark.parametrize("pieces", [[], [b""], [b"a", b"", b"bc"], [b"x" * 100_000] * 20])
def test_an_iterable_is_sent_in_chunks(flavour: Flavour, pieces: list[bytes]) -> None:
    def generate() -> Iterator[bytes]:
        yield from pieces

    assert upload(flavour, generate()).arrived[0] == (None, "chunked", b"".join(pieces))


def test_an_async_iterable_is_for_async_clients(flavour: Flavour) -> None:
    async def generate() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    if flavour.is_async:
        assert upload(flavour, generate()).arrived[0] == (None, "chunked", b"abcdef")
    else:
        with pytest.raises(InvalidRequest, match="async client"):
            upload(flavour, generate())


def test_what_was_sent_is_let_go_of_at_once(flavour: Flavour) -> None:
    """Not at the next collection of garbage: the parts of a large object would fill the memory until then."""

    async def case(runtime: Runtime) -> None:
        body, source = b"x" * (3 * MEBI), Declared([b"y" * MEBI], None)
        still_there = weakref.ref(source)
        await send(runtime, server, "/before", "PUT", body=body)
        references = sys.getrefcount(body)
        for _ in range(3):
            assert (await send(runtime, server, "/up", "PUT", body=body)).status == 201
        assert sys.getrefcount(body) == references
        assert (await send(runtime, server, "/up", "PUT", body=source)).status == 201
        del source
        assert still_there() is None

    gc.collect()
    gc.disable()
    try:
        with Server(Uploads()) as server:
            flavour.run(case)
    finally:
        gc.enable()


def test_large_parts_are_read_by_one_thread(flavour: Flavour) -> None:
    """Each thread has memory of its own for what it frees, as large as a part or more."""
    threads: set[threading.Thread] = set()

    def generate() -> Iterator[bytes]:
        for _ in range(64):
            threads.add(threading.current_thread())
            yield b"x" * (256 * 1024)

    async def case(runtime: Runtime) -> None:
        source = runtime.source(generate())
        for _ in range(8):
            assert len(await source.read(2 * MEBI)) == 2 * MEBI
            # What else there is to do in threads is done in others.
            await runtime.gather([lambda: runtime.offload(lambda: None)] * 4, limit=4)
        await source.close()

    flavour.run(case)
    [reader] = threads
    if flavour.is_async:
        eventually(lambda: not reader.is_alive(), "the thread ended with its source")


def test_text_is_no_upload(flavour: Flavour) -> None:
    with pytest.raises(InvalidRequest, match="rb"):
        upload(flavour, io.StringIO("text"))
    with pytest.raises(InvalidRequest, match="bytes"):
        upload(flavour, iter(["text"]))


@pytest.mark.parametrize(
    ("size", "declared"),
    [(10, 11), (0, 5), (11, 10), (5, 0), (3 * MEBI, 3 * MEBI + 1), (3 * MEBI, 3 * MEBI - 1), (65_537, 65_536)],
)
def test_a_wrong_length_never_makes_a_complete_request(flavour: Flavour, size: int, declared: int) -> None:
    uploads = Uploads()

    async def case(runtime: Runtime) -> None:
        with pytest.raises(InvalidRequest, match=str(declared)):
            await send(runtime, server, "/up", "PUT", body=Declared([b"x" * size], declared))
        assert (await send(runtime, server, "/after", "POST")).status == 201

    with Server(uploads) as server:
        flavour.run(case)
    assert [body for _, _, body in uploads.arrived] == [b""]


def test_a_source_that_fails_is_the_error_and_cuts_the_request(flavour: Flavour) -> None:
    def generate() -> Iterator[bytes]:
        yield b"x" * 200_000
        # What a server has not read yet is lost with its connection, and it would know of no request.
        eventually(lambda: server.seen, "the head of the upload arrives")
        raise LookupError("the source broke")

    uploads = Uploads()

    async def case(runtime: Runtime) -> None:
        with pytest.raises(LookupError, match="the source broke"):
            await send(runtime, server, "/up", "PUT", body=runtime.source(generate()))
        assert (await send(runtime, server, "/after", "POST")).status == 201

    with Server(uploads) as server:
        flavour.run(case)
    assert [body for _, _, body in uploads.arrived] == [b""]
    assert uploads.cut == 1


def refuse(exchange: Exchange) -> None:
    """403 without reading the upload; then what is behind it is thrown away for a while, as good servers do."""
    exchange.send(reply(403, b"no", ("Connection", "close")))
    exchange.hang()


def refuse_rudely(exchange: Exchange) -> None:
    """403, and the connection closed with unread bytes, which makes it a reset."""
    exchange.send(reply(403, b"no"))
    time.sleep(0.05)
    exchange.close()


@pytest.mark.parametrize("answer", [refuse, refuse_rudely])
@pytest.mark.parametrize("kind", ["bytes", "source", "chunks"])
def test_an_early_403_to_a_large_upload_is_the_answer(flavour: Flavour, answer: object, kind: str) -> None:
    read = 0

    def generate() -> Iterator[bytes]:
        nonlocal read
        for _ in range(1024):
            read += 1
            yield b"x" * 65_536

    async def case(runtime: Runtime) -> Response:
        body = {"bytes": lambda: b"x" * (64 * MEBI), "source": lambda: runtime.source(io.BytesIO(bytes(64 * MEBI)))}
        given = runtime.source(generate()) if kind == "chunks" else body[kind]()
        return await send(runtime, server, "/up", "PUT", body=given)

    started = time.monotonic()
    with Server(answer) as server:
        got = flavour.run(case)
    assert (got.status, got.body) == (403, b"no")
    assert read < 1024
    assert time.monotonic() - started < 10  # the upload stalls for a minute


def test_a_connection_is_not_used_again_after_half_an_upload(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> bytes | None:
        if exchange.target == "/up":
            exchange.send(reply(403, b"no"))  # and it would go on with the next request
            exchange.body()
            return None
        return reply(200, b"fresh")

    async def case(runtime: Runtime) -> bytes:
        assert (await send(runtime, server, "/up", "PUT", body=b"x" * (64 * MEBI))).status == 403
        return (await send(runtime, server, "/after", "POST")).body

    with Server(answer) as server:
        assert flavour.run(case) == b"fresh"


def test_an_upload_may_take_longer_than_a_stall(flavour: Flavour) -> None:
    def generate() -> Iterator[bytes]:
        for _ in range(6):
            time.sleep(0.3)
            yield b"x" * 70_000

    assert upload(flavour, generate(), stall_timeout=1.5).arrived[0][2] == b"x" * 420_000


def test_an_upload_that_is_not_taken_stalls(flavour: Flavour) -> None:
    over = threading.Event()

    def answer(exchange: Exchange) -> None:
        over.wait(60)  # reads nothing: the socket's buffers fill up
        exchange.close()

    async def case(runtime: Runtime) -> float:
        started = runtime.monotonic()
        with pytest.raises(Timeout) as caught:
            await runtime.send(put(server, runtime.source(io.BytesIO(bytes(64 * MEBI)))), deadline=UNLIMITED)
        assert caught.value.sent
        return runtime.monotonic() - started

    with Server(answer) as server:
        seconds = flavour.run(case, stall_timeout=0.4)
        over.set()
    assert 0.3 < seconds < 6  # the server waits for a minute


def test_an_upload_without_an_answer_stalls(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.body()
        exchange.hang()

    async def case(runtime: Runtime) -> None:
        with pytest.raises(Timeout):
            await runtime.send(put(server, runtime.source(b"abc")), deadline=UNLIMITED)

    with Server(answer) as server:
        flavour.run(case, stall_timeout=0.3)


def test_an_upload_that_is_cut_was_sent(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.connection.read_exactly(1000)
        exchange.reset()

    async def case(runtime: Runtime) -> None:
        with pytest.raises(ConnectionFailed) as caught:
            await send(runtime, server, "/up", "PUT", body=runtime.source(io.BytesIO(bytes(8 * MEBI))))
        assert caught.value.sent

    with Server(answer) as server:
        flavour.run(case)

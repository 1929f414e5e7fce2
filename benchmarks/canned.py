"""A server that answers from memory with bytes made beforehand, over keep-alive connections.

    python -m benchmarks.canned KIND   prints its port, serves until its standard input closes

It does as little as possible, in a process of its own, so that what is measured is the client.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from typing import Protocol


class Answers(Protocol):
    """What a kind of server says: the whole answer to a request."""

    def __call__(self, method: str, target: str, body: bytes) -> bytes: ...


def http(body: bytes, content_type: str, status: str = "200 OK", extra: str = "") -> bytes:
    """The bytes of an answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One client's connection: requests with a Content-Length or without a body."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length", "0"))
            if len(rest) < length:
                if headers.get("expect", "").lower() == "100-continue":
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")  # type: ignore[attr-defined]
                return
            body, self.buffer = rest[:length], rest[length:]
            method, target, _ = lines[0].split(" ", 2)
            self.transport.write(self.answers(method, target, body))  # type: ignore[attr-defined]


async def serve(kind: str) -> None:
    answers: Answers = importlib.import_module(f"benchmarks.servers.{kind}").answers
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main(kind: str) -> None:
    # A kind that has a server of its own, and not only answers, runs that.
    own = getattr(importlib.import_module(f"benchmarks.servers.{kind}"), "serve", None)
    if own is not None:
        own()
    else:
        asyncio.run(serve(kind))


if __name__ == "__main__":
    main(sys.argv[1])

"""An account in memory that outlives the process that uses it: served to it over a socket, in the words of the account.

What is tried is the provider in memory itself, client, driver and account; only that the account is in another process.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Client, Listener
from typing import Any

from cumuli import MemoryAccount, ProviderInfo
from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
from cumuli.providers.memory.compute.client import MemoryCompute
from cumuli.runtime.messages import Request, Response

INFO = ProviderInfo(
    name="served",
    service="compute",
    title="Served from memory",
    client="served_memory:Served",
    async_client="served_memory:AsyncServed",
)


class FarAccount(MemoryAccount):
    """The account at the other end of a socket. A connection for each call: the caller may be killed at any moment."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def answer(self, request: Request, *, region: str, now: float, unlisted: float) -> Response:
        with Client(("127.0.0.1", self.port)) as connection:
            connection.send((request, region, now, unlisted))
            answer: Response = connection.recv()
        return answer


class AsyncServed(AsyncMemoryCompute):
    def __init__(self, *, port: int, page_size: int | None = None) -> None:
        super().__init__(FarAccount(port), page_size=page_size)


class Served(MemoryCompute):
    def __init__(self, *, port: int, page_size: int | None = None) -> None:
        super().__init__(FarAccount(port), page_size=page_size)


def serve() -> None:
    """Answer until standard input ends; the port is printed first."""
    import threading

    account: Any = MemoryAccount()
    listener = Listener(("127.0.0.1", 0))
    print(listener.address[1], flush=True)

    def answer() -> None:
        while True:
            try:
                with listener.accept() as connection:
                    request, region, now, unlisted = connection.recv()
                    # What arrived has happened, whether or not anybody waits for the answer.
                    connection.send(account.answer(request, region=region, now=now, unlisted=unlisted))
            except (EOFError, OSError):
                continue

    threading.Thread(target=answer, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    serve()

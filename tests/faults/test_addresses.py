"""Names with several addresses, of which some do not answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cumuli.errors import CloudError, ConnectionFailed, Timeout
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import send, settled
from tests.faults.keepalive import Exchange, Server, reply
from tests.flavours import Flavour

Where = tuple[str, int]
Named = Callable[..., str]


def answer(_: Exchange) -> bytes:
    return reply(200, b"ok", ("Connection", "close"))


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Named:
    """Gives an origin whose name has these addresses, ports included."""

    def name(*addresses: Where) -> str:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        return "http://several.test"

    return name


class Silent:
    """A listener whose backlog is full: Linux does not answer whoever wants to connect."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.address: Where = self.listener.getsockname()
        self.fillers = [socket.socket() for _ in range(4)]
        for filler in self.fillers:
            filler.setblocking(False)
            filler.connect_ex(self.address)
        # Full when a further one is not connected.
        time.sleep(0.05)

    def wake(self) -> None:
        """Take connections from now on."""
        for filler in self.fillers:
            filler.close()
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            if sock.recv(65_536):
                sock.sendall(reply(200, b"late"))

    def close(self) -> None:
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for filler in self.fillers:
            filler.close()


@contextmanager
def silent() -> Iterator[Silent]:
    made = Silent()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def refused() -> Where:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address: Where = taken.getsockname()
    return address


def sockets() -> set[str]:
    """Those of this process, each by its own name: some of other tests may still be on their way out."""
    found: set[str] = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(str(entry.readlink()))
    return {name for name in found if name.startswith("socket:")}


def test_a_dead_first_address_costs_a_quarter_of_a_second_once(flavour: Flavour, named: Named) -> None:
    async def case(runtime: Runtime) -> tuple[float, float]:
        started = runtime.monotonic()
        assert (await send(runtime, origin)).body == b"ok"
        first = runtime.monotonic() - started
        for _ in range(20):
            await send(runtime, origin)
        return first, runtime.monotonic() - started - first

    with Server(answer) as server, silent() as dead:
        origin = named(dead.address, ("127.0.0.1", server.port))
        first, others = flavour.run(case)
        assert server.connections == 21
    assert 0.2 < first < 2.5  # it is 5 when each address is waited for alone
    assert others < 2.5  # it is 5 when the dead one is tried first each time


def test_a_refusal_is_not_waited_for(flavour: Flavour, named: Named, refused: Where) -> None:
    async def case(runtime: Runtime) -> float:
        started = runtime.monotonic()
        assert (await send(runtime, origin)).body == b"ok"
        return runtime.monotonic() - started

    with Server(answer) as server:
        # Distinct ones: an address is tried once.
        many = [(f"127.0.0.{last}", refused[1]) for last in range(1, 21)]
        origin = named(*many, ("127.0.0.1", server.port))
        seconds = flavour.run(case)
    assert seconds < 2.5  # it is 5 when a quarter of a second passes behind each


def test_many_dead_addresses_share_the_time_for_connecting(flavour: Flavour, named: Named) -> None:
    async def case(runtime: Runtime) -> None:
        assert (await send(runtime, origin)).body == b"ok"

    with Server(answer) as server, silent() as one, silent() as two, silent() as three:
        origin = named(one.address, two.address, three.address, ("127.0.0.1", server.port))
        # A quarter of it for each would be over before any next attempt began.
        flavour.run(case, connect_timeout=3)
        assert server.connections == 1


def test_an_address_that_answers_late_is_still_listened_to(flavour: Flavour, named: Named) -> None:
    async def case(runtime: Runtime) -> bytes:
        waking = threading.Timer(0.6, late.wake)
        waking.daemon = True
        waking.start()
        return (await send(runtime, origin)).body

    with silent() as late, silent() as dead:
        origin = named(late.address, dead.address)
        # Linux asks again after 1 and 3 seconds.
        assert flavour.run(case, connect_timeout=20) == b"late"


def test_all_dead_is_a_timeout_and_nothing_is_left_open(flavour: Flavour, named: Named) -> None:
    async def case(runtime: Runtime) -> None:
        before = sockets()
        started = runtime.monotonic()
        with pytest.raises(Timeout, match="no connection to") as caught:
            await send(runtime, origin)
        assert not caught.value.sent
        assert 0.5 < runtime.monotonic() - started < 5  # it is 10 when the setting is not heeded
        await settled(flavour, lambda: sockets() <= before, "every attempt is closed")

    with silent() as one, silent() as two:
        origin = named(one.address, two.address)
        flavour.run(case, connect_timeout=0.6)


def test_the_attempts_that_did_not_win_are_closed(flavour: Flavour, named: Named, refused: Where) -> None:
    async def case(runtime: Runtime) -> None:
        before = sockets()
        for _ in range(3):
            await send(runtime, origin)
        with pytest.raises(ConnectionFailed, match="refused"):
            await send(runtime, f"http://{refused[0]}:{refused[1]}")
        await runtime.close()
        await settled(flavour, lambda: sockets() <= before, "both ends of all connections are closed")

    with Server(answer) as server, silent() as one, silent() as two:
        origin = named(refused, one.address, two.address, ("127.0.0.1", server.port))
        flavour.run(case)


@pytest.mark.parametrize("how", ["another job fails", "the client is closed"])
def test_dead_addresses_do_not_hold_up_the_end(flavour: Flavour, named: Named, how: str) -> None:
    async def case(runtime: Runtime) -> float:
        before = sockets()

        async def dial() -> None:
            await send(runtime, origin)

        async def end() -> None:
            # Two attempts are under way.
            await runtime.sleep(0.4)
            if how == "the client is closed":
                await runtime.close()
            raise ConnectionFailed("the other job")

        started = runtime.monotonic()
        with pytest.raises(CloudError):
            await runtime.gather([dial, end])
        await settled(flavour, lambda: sockets() <= before, "every attempt is closed")
        return runtime.monotonic() - started

    with silent() as one, silent() as two:
        origin = named(one.address, two.address)
        seconds = flavour.run(case, connect_timeout=20)
    assert seconds < 5  # the attempts alone take 20

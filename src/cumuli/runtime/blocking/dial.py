"""Making connections: names, addresses, proxies and TLS, within a time limit."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from cumuli.runtime.blocking.connection import Connection
from cumuli.runtime.blocking.happy_eyeballs import Race
from cumuli.runtime.blocking.pool import Lease
from cumuli.runtime.http.address_order import Address, Reachability, unix_address
from cumuli.runtime.http.routes import Route
from cumuli.runtime.http.tunnel import open_tunnel

if TYPE_CHECKING:
    import ssl

    from cumuli.runtime.blocking.tls_in_tls import LayeredTLS

__all__ = ["Interruptible", "connect"]

Interruptible = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Makes a block that another thread may end early, by calling what it is given."""


async def connect(
    route: Route,
    tls: Callable[[], ssl.SSLContext],
    deadline: float,
    interruptible: Interruptible,
    lease: Lease[Connection],
    known: Reachability,
) -> None:
    """A new connection to an origin, which the lease then holds.

    Args:
        route: Where to, and through what.
        tls: Gives the client's TLS context, when it is needed.
        deadline: Until when all of it has to be done.
        interruptible: For what waits.
        lease: Holds what is not complete yet, so that it can be cut, and closes it if it never is.
        known: What the client knows of addresses.

    Raises:
        OSError: The network's or TLS's own error; ``TimeoutError`` past the deadline.
        CloudError: The proxy refuses.
    """
    origin, proxy = route.origin, route.proxy
    host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
    addresses = [unix_address(origin.socket)] if origin.socket else _resolve(host, port, deadline, interruptible)
    race = Race(known, deadline)
    lease.prepare(race)
    with interruptible(race.abort):
        sock = race.run(addresses)
    connection = Connection(sock)
    lease.hold(connection)
    if proxy is not None and proxy.is_socks:
        target = origin.host
        if proxy.scheme == "socks5":
            target = str(known.order(_resolve(origin.host, origin.port, deadline, interruptible))[0][1][0])
        with interruptible(connection.abort):
            from cumuli.runtime.http.socks import through  # seldom needed

            through(sock, proxy, target, origin.port, deadline)
    with interruptible(connection.abort):
        if proxy is not None and proxy.scheme == "https":
            _start_tls(connection, proxy.host, tls(), deadline)
        if origin.scheme == "https":
            if proxy is not None and not proxy.is_socks:
                await open_tunnel(connection, origin, proxy, deadline)
            _start_tls(connection, origin.host, tls(), deadline)


def _resolve(host: str, port: int, deadline: float, interruptible: Interruptible) -> list[Address]:
    """The addresses of a name, in the order of preference."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            socket.inet_pton(family, host)
            return [(family, (host, port))]
    # The system's resolver cannot be interrupted and may take half a minute, so it is asked in a
    # thread; one that is not waited for any longer ends by itself, and nothing hangs on it.
    found: list[Address] = []
    failures: list[OSError] = []
    done = threading.Event()

    def ask() -> None:
        try:
            # As bytes, because a str would be taken through the slow IDNA codec.
            answers = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
            found.extend((family, address) for family, _, _, _, address in answers)
        except OSError as error:
            failures.append(error)
        finally:
            done.set()

    threading.Thread(target=ask, name="cumuli-resolve", daemon=True).start()
    with interruptible(done.set):
        if not done.wait(max(0.0, min(deadline - time.monotonic(), threading.TIMEOUT_MAX))):
            raise TimeoutError
    if failures:
        raise failures[0]
    if not found:
        raise OSError(f"no address for {host}")
    return found


def _start_tls(connection: Connection, host: str, context: ssl.SSLContext, deadline: float) -> None:
    import ssl

    sock: ssl.SSLSocket | LayeredTLS
    if isinstance(connection.sock, ssl.SSLSocket):
        from cumuli.runtime.blocking.tls_in_tls import LayeredTLS

        sock = LayeredTLS(connection.sock, context, host)
    else:
        # A TLS stream that ends without saying so may have been cut by somebody: that is no end.
        sock = context.wrap_socket(
            connection.sock, server_hostname=host, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
    connection.adopt(sock)
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(min(left, threading.TIMEOUT_MAX))
    sock.do_handshake()

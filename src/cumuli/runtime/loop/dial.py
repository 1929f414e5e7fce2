"""Making connections of an event loop: names, addresses, proxies and TLS, within a time limit."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from cumuli.runtime.http.address_order import Address, Reachability, unix_address
from cumuli.runtime.http.headers import Origin
from cumuli.runtime.http.proxies import Proxy
from cumuli.runtime.http.routes import Route
from cumuli.runtime.http.tunnel import open_tunnel
from cumuli.runtime.loop.connection import Connection
from cumuli.runtime.loop.happy_eyeballs import first_connected

if TYPE_CHECKING:
    import ssl

__all__ = ["connect"]


async def connect(
    make: Callable[[], Connection],
    route: Route,
    tls: ssl.SSLContext | None,
    end: float,
    known: Reachability,
) -> Connection:
    """A new connection to an origin.

    Args:
        make: Makes the connection that is then connected.
        route: Where to, and through what.
        tls: The client's TLS context, for an https origin or proxy.
        end: Until when all of it has to be done.
        known: What the client knows of addresses.

    Raises:
        OSError: The network's or TLS's own error; ``TimeoutError`` past the end.
        CloudError: The proxy refuses.
    """
    origin, proxy = route.origin, route.proxy
    left = max(0.0, end - time.monotonic())
    async with asyncio.timeout(left):
        host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
        addresses = [unix_address(origin.socket)] if origin.socket else await _resolve(host, port)
        sock = await first_connected(addresses, known)
        if proxy is not None and proxy.is_socks:
            await _through_socks(sock, origin, proxy, left, known)
        if proxy is None or proxy.is_socks:
            return await _open(make, sock, origin.host, tls if origin.scheme == "https" else None, left)
        connection = await _open(make, sock, host, tls if proxy.scheme == "https" else None, left)
        if tls is not None and origin.scheme == "https":
            try:
                await open_tunnel(connection, origin, proxy, end)
                await _start_tls(connection, origin.host, tls, left)
            except BaseException:
                connection.abort()
                raise
        return connection


async def _through_socks(
    sock: socket.socket, origin: Origin, proxy: Proxy, patience: float, known: Reachability
) -> None:
    from cumuli.runtime.http.socks import through_async  # seldom needed

    try:
        target = origin.host
        if proxy.scheme == "socks5":
            target = str(known.order(await _resolve(origin.host, origin.port))[0][1][0])
        # The time limit around this ends it sooner.
        await through_async(sock, proxy, target, origin.port, patience + 1)
    except BaseException:
        sock.close()
        raise


async def _open(
    make: Callable[[], Connection], sock: socket.socket, host: str, tls: ssl.SSLContext | None, patience: float
) -> Connection:
    # From here on the socket is the loop's, which closes it whatever happens.
    _, connection = await asyncio.get_running_loop().create_connection(
        make,
        sock=sock,
        ssl=tls,
        server_hostname=host if tls is not None else None,
        # asyncio's own limit is beyond the time limit around this, and has to be positive.
        ssl_handshake_timeout=patience + 1 if tls is not None else None,
    )
    return connection


async def _resolve(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the order of preference."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            socket.inet_pton(family, host)
            return [(family, (host, port))]
    # As bytes, because a str would be taken through the slow IDNA codec.
    answers = await asyncio.get_running_loop().getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in answers]


async def _start_tls(connection: Connection, host: str, context: ssl.SSLContext, patience: float) -> None:
    below = connection.transport
    if sys.version_info < (3, 12, 2) and below.get_extra_info("ssl_object") is not None:
        # TLS inside of TLS that fails ends there in a TypeError: https://github.com/python/cpython/issues/113214.
        # Transports of other loops have no such dictionary, and no such fault.
        with suppress(TypeError):
            vars(below)["_force_close"] = partial(_force_close, below)
    transport = await asyncio.get_running_loop().start_tls(
        below, connection, context, server_hostname=host, ssl_handshake_timeout=patience + 1
    )
    if transport is None:
        raise ConnectionResetError("the connection was closed during the TLS handshake")
    connection.connection_made(transport)


def _force_close(transport: asyncio.Transport, _reason: BaseException | None) -> None:
    transport.abort()

"""Through a SOCKS proxy, by python-socks, over a socket that is connected to the proxy already."""

from __future__ import annotations

import importlib
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from cumuli.errors import CloudError
from cumuli.runtime.http.limits import LONGEST_WAIT
from cumuli.runtime.http.network_errors import no_tunnel
from cumuli.runtime.http.proxies import Proxy

__all__ = ["through", "through_async"]


class _Timed:
    """What python-socks does to a socket, each step within what is left of the time."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def recv(self, size: int) -> bytes:
        self._sock.settimeout(self._left())
        return self._sock.recv(size)

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._left())
        self._sock.sendall(data)

    def close(self) -> None:
        """Left to the connection's owner."""

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, LONGEST_WAIT)


class _Connected:
    """Stands where python-socks has the proxy in front of the proxy: here nothing is left to connect."""

    def __init__(self, sock: _Timed) -> None:
        self._sock = sock

    def connect(self, **_: object) -> _Timed:
        return self._sock


class _ConnectedAsync:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def connect(self, **_: object) -> socket.socket:
        return self._sock


def through(sock: socket.socket, proxy: Proxy, host: str, port: int, deadline: float) -> None:
    """Have a proxy connect to a host.

    Args:
        sock: Connected to the proxy.
        proxy: The proxy.
        host: A name for the proxy to resolve, or an address.
        port: TCP port.
        deadline: Until when.

    Raises:
        OSError: The connection failed.
        CloudError: The proxy refuses.
    """
    made = _made("python_socks.sync", proxy, _Connected(_Timed(sock, deadline)))
    connect = cast("Callable[[str, int], object]", made.connect)
    try:
        connect(host, port)
    except _refusals() as error:
        raise _refused(error, proxy, host, port) from error


async def through_async(sock: socket.socket, proxy: Proxy, host: str, port: int, patience: float) -> None:
    """As ``through``, in an event loop."""
    made = _made("python_socks.async_.asyncio", proxy, _ConnectedAsync(sock))
    connect = cast("Callable[[str, int, float], Awaitable[object]]", made.connect)
    try:
        await connect(host, port, patience)
    except _refusals() as error:
        raise _refused(error, proxy, host, port) from error


def _made(module: str, proxy: Proxy, forward: object) -> Any:  # noqa: ANN401 - of a library that need not be there
    kind = importlib.import_module("python_socks").ProxyType.SOCKS5
    name, password = proxy.login or (None, None)
    make = importlib.import_module(module).Proxy
    return make(kind, proxy.host, proxy.port, name, password, rdns=True, forward=forward)


def _refusals() -> type[Exception]:
    return cast("type[Exception]", importlib.import_module("python_socks").ProxyError)


def _refused(error: Exception, proxy: Proxy, host: str, port: int) -> CloudError:
    name = f"[{host}]" if ":" in host else host
    wants_login = getattr(error, "error_code", None) is None and "authentication" in str(error)
    return no_tunnel(proxy.url, f"{name}:{port}", 407 if wants_login else str(error))

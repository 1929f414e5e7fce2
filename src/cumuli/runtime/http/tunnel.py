"""A tunnel through a proxy that speaks HTTP. No I/O of its own."""

from __future__ import annotations

from cumuli.runtime.http.exchange import Connection
from cumuli.runtime.http.headers import Origin
from cumuli.runtime.http.http1 import write_head
from cumuli.runtime.http.network_errors import no_tunnel
from cumuli.runtime.http.proxies import Proxy
from cumuli.runtime.http.reader import Reader

__all__ = ["open_tunnel"]


async def open_tunnel(connection: Connection, origin: Origin, proxy: Proxy, end: float) -> None:
    """Have a proxy connect to an origin: what follows on the connection is between the two of us.

    Raises:
        CloudError: The proxy refuses.
    """
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    authority = f"{host}:{origin.port}"
    fields = [("Host", authority)]
    if proxy.authorization is not None:
        fields.append(("Proxy-Authorization", proxy.authorization))
    await connection.send(write_head("CONNECT", authority, fields), end)
    head = await Reader(connection).proxy_head(end)
    # What the proxy was told is not what the provider was told.
    connection.begin()
    if not 200 <= head.status < 300:
        raise no_tunnel(proxy.url, authority, head.status)

"""How an origin is reached. Pure."""

from __future__ import annotations

from cumuli.runtime.http.headers import Origin, parse_origin
from cumuli.runtime.http.proxies import Proxies, Proxy

__all__ = ["Route", "Routes"]


class Route:
    """How an origin is reached, worked out once.

    Attributes:
        origin: The origin.
        proxy: Through what.
        secure: Whether the origin or the proxy is spoken to by TLS.
        prefix: Put before a request's target: a proxy wants the whole URL.
        fields: Put behind a request's own header fields: what a proxy wants to know.
    """

    __slots__ = ("fields", "origin", "prefix", "proxy", "secure")

    def __init__(self, origin: Origin, proxy: Proxy | None) -> None:
        self.origin = origin
        self.proxy = proxy
        self.secure = origin.scheme == "https" or (proxy is not None and proxy.scheme == "https")
        # A tunnel's CONNECT carries the credentials; without a tunnel, each request does.
        forwarded = proxy is not None and not proxy.is_socks and origin.scheme == "http"
        self.prefix = f"http://{origin.authority}" if forwarded else ""
        self.fields: list[tuple[str, str]] = []
        if forwarded and proxy is not None and proxy.authorization is not None:
            self.fields.append(("Proxy-Authorization", proxy.authorization))


class Routes:
    """The routes of a client, by origin."""

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies
        self._found: dict[str, Route] = {}

    def find(self, text: str) -> Route:
        """How an origin is reached.

        Raises:
            ConfigurationError: It is not an origin, or the environment names something that is not a proxy.
        """
        route = self._found.get(text)
        if route is None:
            origin = parse_origin(text)
            # No proxy leads to a socket in this machine's file system.
            proxy = None if origin.socket else self._proxies.choose(origin.scheme, origin.host, origin.port)
            route = self._found[text] = Route(origin, proxy)
        return route

"""Which proxy, if any, a request goes through. Pure: settings and environment in, answer out."""

from __future__ import annotations

import base64
import importlib.util
import ipaddress
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from cumuli.errors import ConfigurationError
from cumuli.extras import how_to_install

__all__ = ["Proxies", "Proxy"]

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


class Proxy:
    """A proxy.

    Attributes:
        host: Name or address, IPv6 without brackets.
        port: TCP port.
        authorization: Value of the ``Proxy-Authorization`` header, or None. A secret.
        scheme: ``http``, ``https`` (HTTP over TLS), ``socks5`` (names are resolved here) or ``socks5h`` (by the proxy).
        login: User and password for SOCKS, or None. A secret.
    """

    __slots__ = ("authorization", "host", "login", "port", "scheme")

    def __init__(
        self,
        host: str,
        port: int,
        authorization: str | None = None,
        scheme: str = "http",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.authorization = authorization
        self.scheme = scheme
        self.login = login

    @property
    def url(self) -> str:
        """``scheme://host:port``, without the user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_socks(self) -> bool:
        """Whether it passes bytes on and knows nothing of HTTP."""
        return self.scheme.startswith("socks")

    def __repr__(self) -> str:
        return f"Proxy({self.url})"

    @classmethod
    def parse(cls, text: str, setting: str) -> Proxy:
        """Read a proxy URL; ``host:port`` alone is taken as ``http://host:port``.

        Args:
            text: The URL.
            setting: Where it came from, for the error.

        Raises:
            ConfigurationError: It is not the URL of a proxy, or the library for SOCKS is missing. The message
                shows no password.
        """
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _unusable(setting, "is not a URL") from None
        if parts.scheme not in PORTS:
            raise _unusable(setting, f"has the scheme {parts.scheme!r}")
        if parts.scheme.startswith("socks") and importlib.util.find_spec("python_socks") is None:
            raise ConfigurationError(
                f"the proxy of {setting} is a SOCKS proxy, which needs a library: {how_to_install('socks')}"
            )
        if not host or not host.isascii() or not host.isprintable() or parts.path not in {"", "/"} or parts.query:
            raise _unusable(setting, "is not the URL of a proxy")
        authorization, login = None, None
        if parts.username is not None:
            login = unquote(parts.username), unquote(parts.password or "")
            if parts.scheme.startswith("socks") and not "".join(login).isascii():
                raise _unusable(setting, "has a user or password that is not ASCII, which SOCKS has no rule for")
            authorization = "Basic " + base64.b64encode(":".join(login).encode()).decode("ascii")
        return cls(host, port or PORTS[parts.scheme], authorization, parts.scheme, login)


class Proxies:
    """A client's choice of proxy, made once.

    A proxy that is given in the settings serves every request. Without one, the environment
    decides: ``https_proxy`` or ``http_proxy`` by the origin's scheme, then ``all_proxy``, minus
    what ``no_proxy`` lists; the lower-case names win over the upper-case ones.

    Args:
        setting: Proxy URL, ``""`` for none, None to follow the environment.
        environment: ``os.environ``.

    Raises:
        ConfigurationError: ``setting`` is not the URL of a proxy.
    """

    def __init__(self, setting: str | None, environment: Mapping[str, str]) -> None:
        self._fixed = Proxy.parse(setting, "proxy=") if setting else None
        self._follow = setting is None
        self._urls: dict[str, tuple[str, str]] = {}
        self._exceptions: list[str] = []
        if self._follow:
            for scheme in ("http", "https"):
                found = _first(environment, (f"{scheme}_proxy", "all_proxy"))
                if found is not None:
                    self._urls[scheme] = found
            listed = environment.get("no_proxy", environment.get("NO_PROXY", ""))
            self._exceptions = listed.lower().replace(",", " ").split()

    def choose(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy for an origin, or None to connect straight to it.

        Raises:
            ConfigurationError: The environment names something that is not a proxy.
        """
        if not self._follow:
            return self._fixed
        found = self._urls.get(scheme)
        if found is None or any(_excepts(entry, host.lower(), port) for entry in self._exceptions):
            return None
        return Proxy.parse(found[1], found[0])


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str] | None:
    """The first of the variables that is set, as (its name, its value); one that is empty means no proxy."""
    for name in names:
        for spelled in (name, name.upper()):
            # Behind CGI, HTTP_PROXY is the value of a request header "Proxy", set by a stranger.
            if spelled == "HTTP_PROXY" and "REQUEST_METHOD" in environment:
                continue
            value = environment.get(spelled)
            if value is not None:
                return (spelled, value) if value.strip() else None
    return None


def _excepts(entry: str, host: str, port: int) -> bool:
    """Whether an entry of ``no_proxy`` covers a host: ``*``, a name and what is under it, an address, a network."""
    if entry == "*":
        return True
    name, wanted = _split_port(entry)
    if wanted is not None and wanted != str(port):
        return False
    address = _address(host)
    if address is None:
        suffix = name.removeprefix("*").strip(".")
        return bool(suffix) and (host == suffix or host.rstrip(".").endswith(f".{suffix}"))
    try:
        return address in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, str | None]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest.removeprefix(":") or None
    name, colon, port = entry.rpartition(":")
    # Two colons and no brackets: a bare IPv6 address.
    if colon and ":" not in name and port.isdigit():
        return name, port
    return entry, None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _unusable(setting: str, why: str) -> ConfigurationError:
    # The URL itself is not shown: it may hold a password.
    return ConfigurationError(
        f"the proxy of {setting} {why}; use http://[user:password@]host:port, or https, socks5 or socks5h"
    )

"""What both runtimes check about the heads of requests and answers. Pure."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

import msgspec

from cumuli.errors import ConfigurationError, InvalidRequest, MalformedResponse
from cumuli.runtime.messages import Headers, Request
from cumuli.version import __version__

__all__ = [
    "Origin",
    "declared_length",
    "is_chunked",
    "parse_origin",
    "request_fields",
    "unix_origin",
    "user_agent",
]

PORTS = {"http": 80, "https": 443}
# As requests-unixsocket, httpie and urllib3's users write it: the path is the host, percent-encoded whole.
UNIX = "http+unix://"
# Whose machine a Unix socket is on. Servers want a Host header there as well, and none cares what it says.
LOCAL = "localhost"
# Without "#": a fragment is never sent, so a target that has one was not encoded.
_TARGET = re.compile(r"/[!\"$-~]*")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_METHOD = re.compile(r"[A-Z]+")
_VALUE = re.compile(r"[\t -~]*")
_BAD_IN_ANSWER = re.compile(r"[\x00\r\n]")
_DIGITS = re.compile(r"[0-9]{1,18}")
# What the runtime decides by itself; a second opinion in the same request would be a smuggling hole.
_OWN_FIELDS = frozenset({"connection", "content-length", "proxy-authorization", "transfer-encoding", "upgrade"})
# A request of these methods says that its body is empty; for others nothing is said.
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Origin(msgspec.Struct, frozen=True):
    """Scheme, host and port of an endpoint.

    Attributes:
        scheme: ``http`` or ``https``.
        host: Name or address, IPv6 without brackets.
        port: TCP port, the scheme's own when none was given.
        authority: Value of the ``Host`` header.
        socket: Path of the Unix socket that leads there, or empty for TCP.
    """

    scheme: str
    host: str
    port: int
    authority: str
    socket: str = ""


@lru_cache(maxsize=256)
def parse_origin(text: str) -> Origin:
    """Take ``scheme://host[:port]`` apart, or ``http+unix://`` and the encoded path of a Unix socket.

    Raises:
        ConfigurationError: It is not an http or https origin.
    """
    if text.startswith(UNIX):
        path = unquote(text.removeprefix(UNIX))
        if not path.startswith("/") or "\0" in path or "/" in text.removeprefix(UNIX):
            raise ConfigurationError(f"{text!r} is not a Unix socket; use unix:///path, or {UNIX} and the encoded path")
        return Origin("http", LOCAL, PORTS["http"], LOCAL, path)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _not_an_origin(text) from None
    if parts.scheme not in PORTS or not host or parts.netloc != text[len(parts.scheme) + 3 :] or "@" in parts.netloc:
        raise _not_an_origin(text)
    if not host.isascii() or not host.isprintable() or " " in host:
        raise _not_an_origin(text)
    default = PORTS[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    authority = name if port in {None, default} else f"{name}:{port}"
    return Origin(parts.scheme, host, default if port is None else port, authority)


def unix_origin(path: str) -> str:
    """The origin of a server that listens on the Unix socket at this absolute path."""
    return UNIX + quote(path, safe="")


def _not_an_origin(text: str) -> ConfigurationError:
    shown = text.rpartition("@")[2] if "@" in text else text
    return ConfigurationError(f"{shown!r} is not an endpoint; use http://host[:port] or https://host[:port]")


def request_fields(request: Request, origin: Origin, agent: str) -> list[tuple[str, str]]:
    """The header fields of a request, in the order of the wire: ``Host`` first, the body's length last.

    Args:
        request: The request. Its own ``Host``, ``User-Agent`` and ``Accept-Encoding``, if any, are kept.
        origin: Of the request.
        agent: ``user_agent(...)``.

    Raises:
        InvalidRequest: The method, the target or a header cannot be put on the wire.
    """
    if not _METHOD.fullmatch(request.method):
        raise InvalidRequest(f"{request.method!r} is not an HTTP method")
    if not _TARGET.fullmatch(request.target):
        raise InvalidRequest("the request's target is not an encoded path; percent-encode what is not printable ASCII")
    fields: list[tuple[str, str]] = []
    host, sent_agent, unpacked = origin.authority, agent, True
    for name, value in request.headers:
        lower = name.lower()
        if not _TOKEN.fullmatch(name) or lower in _OWN_FIELDS:
            raise InvalidRequest(f"the header {name!r} cannot be set")
        if not _VALUE.fullmatch(value):
            # The value is not shown: it may be a secret that was pasted with its line end.
            raise InvalidRequest(
                f"the value of the header {name} is not printable ASCII; encode it, or take out line ends"
            )
        if lower == "host":
            host = value
        elif lower == "user-agent":
            sent_agent = value
        else:
            unpacked = unpacked and lower != "accept-encoding"
            fields.append((name, value))
    fields.insert(0, ("Host", host))
    fields.insert(1, ("User-Agent", sent_agent))
    if unpacked:
        # The bytes as they are stored; without it, servers and proxies may pack them.
        fields.insert(2, ("Accept-Encoding", "identity"))
    body = request.body
    length = len(body) if isinstance(body, bytes) else body.length
    if length is None:
        fields.append(("Transfer-Encoding", "chunked"))
    elif length or not isinstance(body, bytes) or request.method in _WITH_BODY:
        fields.append(("Content-Length", str(length)))
    return fields


def user_agent(prefix: str) -> str:
    """The ``User-Agent`` of a client whose settings put ``prefix`` before our own.

    Raises:
        ConfigurationError: The prefix is not printable ASCII.
    """
    if not _VALUE.fullmatch(prefix):
        raise ConfigurationError("user_agent= has to be printable ASCII")
    own = f"cumuli/{__version__} Python/{sys.version.split()[0]}"
    return f"{prefix} {own}" if prefix else own


def check_field(name: str, value: str) -> None:
    """Refuse a header field of an answer that no HTTP server sends.

    Raises:
        MalformedResponse: The name is no token, or the value holds a line end or a NUL.
    """
    if not _TOKEN.fullmatch(name) or _BAD_IN_ANSWER.search(value):
        raise MalformedResponse("the answer has a malformed header; check that the endpoint speaks HTTP")


def is_chunked(headers: Headers) -> bool:
    """Whether the body of an answer comes in chunks.

    Raises:
        MalformedResponse: It comes in an encoding that nobody asked for, or declares a length as well.
    """
    codings = headers.get_all("transfer-encoding")
    if not codings:
        return False
    if len(codings) > 1 or codings[0].lower() != "chunked":
        raise MalformedResponse("the answer's Transfer-Encoding is not 'chunked'")
    if "content-length" in headers:
        raise MalformedResponse("the answer has both a Transfer-Encoding and a Content-Length")
    return True


def declared_length(headers: Headers) -> int | None:
    """``Content-Length``, or None when there is none.

    Raises:
        MalformedResponse: It is not a number, or there are two that differ.
    """
    values = headers.get_all("content-length")
    if not values:
        return None
    if len(set(values)) > 1 or not _DIGITS.fullmatch(values[0]):
        raise MalformedResponse("the answer's Content-Length is not one number")
    return int(values[0])

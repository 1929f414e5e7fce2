"""HTTP/1.1 as text: heads written and read, and how a body is framed. Pure, and stricter than http.client.

Written for the blocking runtime instead of ``http.client``, whose reading of headers is the most of
a small call's CPU time (it builds an e-mail message), stops at 100 headers, decodes Latin-1, takes
a cut body for a whole one and has no limit in time or size.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from cumuli.errors import MalformedResponse
from cumuli.runtime.http.headers import declared_length, is_chunked
from cumuli.runtime.http.limits import MAX_CHUNK_LINE, MAX_HEADERS
from cumuli.runtime.messages import Headers

__all__ = ["CHUNKED", "UNTIL_CLOSE", "AnswerHead", "chunk_size", "parse_head", "take_chunks", "write_head"]

CHUNKED = -1
UNTIL_CLOSE = -2

_STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n\0]*)?")
# All header lines at once: one by one would be the most of what reading a head takes.
_LINE = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*"
_LINES = re.compile(rf"{_LINE}(?:\r\n{_LINE})*")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?")


class AnswerHead(msgspec.Struct, frozen=True):
    """The head of an answer.

    Attributes:
        status: Status code.
        headers: Header fields.
        length: Bytes of the body, or ``CHUNKED``, or ``UNTIL_CLOSE``.
        keeps: Whether the server keeps the connection for another request.
    """

    status: int
    headers: Headers
    length: int
    keeps: bool


def write_head(method: str, target: str, fields: Sequence[tuple[str, str]]) -> bytes:
    """The bytes of a request's head; everything in it has been checked."""
    lines = [f"{method} {target} HTTP/1.1\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in fields]
    lines.append("\r\n")
    return "".join(lines).encode("ascii")


def parse_head(block: bytes, method: str) -> AnswerHead:
    """Read the head of an answer.

    Args:
        block: From the status line to the last header, without the empty line.
        method: Of the request: what the body's framing depends on.

    Raises:
        MalformedResponse: It is not the head of an HTTP/1 answer, or beyond the limits.
    """
    first, line_end, rest = block.decode("utf-8", "surrogateescape").partition("\r\n")
    matched = _STATUS_LINE.fullmatch(first)
    if matched is None:
        raise MalformedResponse("the answer is not HTTP; check the endpoint's scheme and port")
    lines = rest.split("\r\n") if line_end else []
    if len(lines) > MAX_HEADERS:
        raise MalformedResponse(f"the answer has more than {MAX_HEADERS} headers")
    # Continuation lines, whose names begin with a space, are refused with the rest.
    if lines and not _LINES.fullmatch(rest):
        raise MalformedResponse("the answer has a malformed header; check that the endpoint speaks HTTP")
    pairs: list[tuple[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        pairs.append((name.lower(), value.strip(" \t")))
    headers = Headers(tuple(pairs))
    status = int(matched[2])
    options = {option.strip().lower() for value in headers.get_all("connection") for option in value.split(",")}
    # What HTTP/1.0 knows nothing of may be read in another way by somebody in between.
    old = matched[1] == "0" and ("keep-alive" not in options or "transfer-encoding" in headers)
    keeps = "close" not in options and not old
    length = _framing(status, method, headers)
    return AnswerHead(status, headers, length, keeps and length != UNTIL_CLOSE)


def _framing(status: int, method: str, headers: Headers) -> int:
    if method == "CONNECT" and 200 <= status < 300:
        # What follows is the tunnel, whatever the fields say (RFC 9110, 9.3.6).
        return 0
    chunked = is_chunked(headers)
    length = declared_length(headers)
    if method == "HEAD" or status < 200 or status in {204, 304}:
        return 0
    if chunked:
        return CHUNKED
    return UNTIL_CLOSE if length is None else length


def take_chunks(data: bytes, position: int, left: int, size: int) -> tuple[list[bytes], int, int]:
    """What of several small chunks is there, in one go.

    Whatever is not plain (the last chunk, a line that is not whole or malformed) is left to who reads line by line.

    Args:
        data: What was received.
        position: Where in it a chunk's content, or what is left of that, begins.
        left: How much of that chunk is left, at least 1.
        size: How much is wanted at most, at least 1.

    Returns:
        Pieces, where what was not taken begins, and how much is left of the chunk there: if nothing, its line end is
        next.
    """
    parts: list[bytes] = []
    between, following = b"", 0
    while True:
        part = data[position : position + (min(size, left))]
        parts.append(part)
        position += len(part)
        left -= len(part)
        size -= len(part)
        if left or not size:
            break
        # Most servers send chunk after chunk of one size.
        if between and data.startswith(between, position):
            begin = position + len(between)
        else:
            end = data.find(b"\r\n", position + 2, position + MAX_CHUNK_LINE)
            matched = _CHUNK_LINE.fullmatch(data, position + 2, end) if end > 0 else None
            if matched is None or data[position : position + 2] != b"\r\n":
                break
            following, begin = int(matched[1], 16), end + 2
            between = data[position:begin]
        if not following or begin == len(data):
            break
        position, left = begin, following
    return parts, position, left


def chunk_size(line: bytes) -> int:
    """The size that a chunk's first line announces, its line end taken off.

    Raises:
        MalformedResponse: It is not such a line.
    """
    matched = _CHUNK_LINE.fullmatch(line)
    if matched is None:
        raise MalformedResponse("the answer's chunked body is malformed")
    return int(matched[1], 16)

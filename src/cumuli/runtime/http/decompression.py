"""Answers that come packed although nobody asked for it. Pure."""

from __future__ import annotations

import zlib
from typing import Final

import msgspec

from cumuli.errors import MalformedResponse
from cumuli.runtime.messages import Response

__all__ = ["MAX_INFLATED", "inflated"]

MAX_INFLATED: Final = 128 * 1024 * 1024
"""Most bytes that a packed answer may unpack to. Listings of 10,000 names are of some 3 MiB."""

GZIP = b"\x1f\x8b"
# For zlib: a gzip member, a zlib stream, and what some servers call deflate and is neither.
GZIP_WINDOW = 16 + zlib.MAX_WBITS
RAW_WINDOW = -zlib.MAX_WBITS


def inflated(answer: Response, *, asked: str | None = None, cut: bool = False) -> Response:
    """An answer with its body as it is meant.

    What says that it is packed and is not, as it comes from proxies that unpack, and the manifest of an object whose
    content is packed, stays as it is; so does what is packed in a way that is not known here.

    Args:
        answer: As it came.
        asked: What the request took, or None: whoever says so unpacks it himself.
        cut: Whether the body may have been cut, as that of an error.

    Raises:
        MalformedResponse: It cannot be unpacked, or would not end.
    """
    packing = (answer.headers.get("content-encoding") or "").strip().lower()
    body = answer.body
    if not body or asked is not None or packing not in {"gzip", "x-gzip", "deflate"}:
        return answer
    if packing == "deflate":
        # RFC 9110 means a zlib stream, and servers send the bare one as well.
        for window in (zlib.MAX_WBITS, RAW_WINDOW):
            found = _unpacked(body, window, cut=cut)
            if found is not None:
                return msgspec.structs.replace(answer, body=found)
        return answer
    if not body.startswith(GZIP):
        return answer
    found = _unpacked(body, GZIP_WINDOW, cut=cut)
    if found is None:
        raise MalformedResponse("the answer is compressed (gzip) and damaged", status=answer.status)
    return msgspec.structs.replace(answer, body=found)


def _unpacked(body: bytes, window: int, *, cut: bool) -> bytes | None:
    """The content, or None where it is no such stream. Of gzip there may be several members."""
    parts: list[bytes] = []
    left = MAX_INFLATED
    while body:
        stream = zlib.decompressobj(window)
        try:
            part = stream.decompress(body, left + 1)
        except zlib.error:
            return None
        if len(part) > left:
            raise MalformedResponse(f"the compressed answer has more than {MAX_INFLATED} bytes of content")
        parts.append(part)
        left -= len(part)
        if not stream.eof:
            return b"".join(parts) if cut else None
        # Behind a whole stream there may be padding.
        body = stream.unused_data if window == GZIP_WINDOW and stream.unused_data.startswith(GZIP) else b""
    return b"".join(parts)

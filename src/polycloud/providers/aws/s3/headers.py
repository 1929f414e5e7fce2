"""What S3 says of objects in headers, and what it is told there. Pure.

``known`` stands for the headers of an answer, names in lower case.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Mapping
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import md5

from polycloud.providers.aws.s3.models import S3Address, S3Object
from polycloud.providers.aws.s3.names import in_query
from polycloud.storage.driver import Address, Conditions
from polycloud.storage.verify import Digest

__all__ = [
    "bare", "conditional", "crc32_of", "digest_of_whole", "hexadecimal", "http_date", "is_md5", "made_version",
    "merged", "number", "stored_encoding", "version_of", "version_query", "xml_headers",
]  # fmt: skip

MD5 = re.compile(r"[0-9a-f]{32}")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NUMBERS: dict[str, int] = dict(zip(MONTHS, range(1, 13), strict=True))


def version_query(address: Address) -> str:
    """The query that asks for the address's version."""
    version = version_of(address)
    return "" if version is None else f"versionId={in_query(version)}"


def version_of(address: Address) -> str | None:
    """The version that an address names."""
    return address.version_id if isinstance(address, S3Address) else None


def xml_headers(body: bytes) -> list[tuple[str, str]]:
    """The headers of a request whose body is XML; S3 asks for its hash with most of them."""
    digest = base64.b64encode(md5(body, usedforsecurity=False).digest()).decode("ascii")
    return [("Content-Type", "application/xml"), ("Content-MD5", digest)]


def bare(etag: str | None) -> str | None:
    """An etag without its quotes, or None."""
    return etag.strip('"') or None if etag else None


def http_date(text: str) -> dt.datetime | None:
    """The moment in a header such as ``Sun, 06 Nov 1994 08:49:37 GMT``; None for what is none."""
    try:
        if len(text) == 29 and text.endswith(" GMT"):
            # What S3 sends, read ten times as fast.
            return dt.datetime(
                int(text[12:16]), MONTH_NUMBERS[text[8:11]], int(text[5:7]),
                int(text[17:19]), int(text[20:22]), int(text[23:25]), tzinfo=dt.UTC,
            )  # fmt: skip
        return parsedate_to_datetime(text).astimezone(dt.UTC)
    except (ValueError, KeyError, OverflowError):
        return None


def conditional(conditions: Conditions) -> list[tuple[str, str]]:
    """The headers that make a request conditional."""
    headers: list[tuple[str, str]] = []
    if conditions.if_match is not None:
        headers.append(("If-Match", _quoted(conditions.if_match)))
    if conditions.if_none_match is not None:
        headers.append(("If-None-Match", _quoted(conditions.if_none_match)))
    if conditions.if_modified_since is not None:
        headers.append(("If-Modified-Since", format_datetime(conditions.if_modified_since, usegmt=True)))
    return headers


def _quoted(etag: str) -> str:
    return etag if etag == "*" else f'"{etag}"'


def merged(own: list[tuple[str, str]], callers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers of ours, and those of the caller's that do not replace them."""
    if not callers:
        return own
    taken = {name.lower() for name, _ in own}
    return own + [pair for pair in callers.items() if pair[0].lower() not in taken]


def number(text: str | None) -> int | None:
    """A whole number, or None."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def is_md5(etag: str, known: Mapping[str, str]) -> bool:
    """Whether an etag is the MD5 of the content: not of what came in parts, or is encrypted with other keys."""
    return (
        MD5.fullmatch(etag) is not None
        and not known.get("x-amz-server-side-encryption", "").startswith("aws:kms")
        and "x-amz-server-side-encryption-customer-algorithm" not in known
    )


def hexadecimal(value: str | None, size: int) -> str | None:
    """Base64 as hexadecimal, if it is of so many bytes: S3 appends ``-N`` to what is not of the plain content."""
    if value is None:
        return None
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return data.hex() if len(data) == size else None


def crc32_of(known: Mapping[str, str]) -> str | None:
    """The CRC32 of the whole content, as far as an answer tells it."""
    # Of an upload in parts there may be a checksum of checksums instead.
    if known.get("x-amz-checksum-type") == "COMPOSITE":
        return None
    return hexadecimal(known.get("x-amz-checksum-crc32"), 4)


def digest_of_whole(obj: S3Object, known: Mapping[str, str]) -> Digest | None:
    """The best hash of the whole content that an answer has."""
    if obj.checksum is not None:
        return Digest("crc32", obj.checksum)
    sha256 = hexadecimal(known.get("x-amz-checksum-sha256"), 32)
    if sha256 is not None and known.get("x-amz-checksum-type") != "COMPOSITE":
        return Digest("sha256", sha256)
    return Digest("md5", obj.hash) if obj.hash else None


def made_version(known: Mapping[str, str]) -> str | None:
    """The version that a bucket that keeps versions made; ``null`` stands for content that is of none."""
    version = known.get("x-amz-version-id")
    return None if version == "null" else version


def stored_encoding(value: str | None) -> str | None:
    """What the content was packed with; ``aws-chunked`` is only how it once travelled."""
    if not value:
        return None
    kept = [word for word in (part.strip() for part in value.split(",")) if word and word != "aws-chunked"]
    return ", ".join(kept) or None

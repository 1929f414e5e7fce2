"""What S3 says of objects in headers, and what it is told there. Pure.

``known`` stands for the headers of an answer, names in lower case.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from hashlib import md5

from polycloud.providers.aws.s3.models import S3Address, S3Object
from polycloud.providers.aws.s3.names import in_query
from polycloud.storage.driver import Address
from polycloud.storage.verify import Digest
from polycloud.wire.headers import bare, conditional, http_date, merged, number

__all__ = [
    "bare", "conditional", "crc32_of", "digest_of_whole", "hexadecimal", "http_date", "is_composite", "is_made_of",
    "is_md5", "made_version",
    "merged", "number", "stored_encoding", "version_of", "version_query", "xml_headers",
]  # fmt: skip

MD5 = re.compile(r"[0-9a-f]{32}")
COMPOSITE = re.compile(r"([0-9a-f]{32})-([0-9]{1,5})")


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


def is_md5(etag: str, known: Mapping[str, str]) -> bool:
    """Whether an etag is the MD5 of the content: not of what came in parts, or is encrypted with other keys."""
    return (
        MD5.fullmatch(etag) is not None
        and not known.get("x-amz-server-side-encryption", "").startswith("aws:kms")
        and "x-amz-server-side-encryption-customer-algorithm" not in known
    )


def is_composite(etag: str | None, known: Mapping[str, str]) -> bool:
    """Whether an etag is the MD5 of the MD5 of parts."""
    found = COMPOSITE.fullmatch(etag or "")
    return found is not None and is_md5(found[1], known)


def is_made_of(obj: S3Object, parts: Digest, last: int) -> bool:
    """Whether an object is made of parts of this size, and a last one of that; some programs make them otherwise."""
    found = COMPOSITE.fullmatch(parts.value)
    size = parts.part_size
    return (
        obj.etag == parts.value
        and found is not None
        and size is not None
        and (int(found[2]) - 1) * size + last == obj.size
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

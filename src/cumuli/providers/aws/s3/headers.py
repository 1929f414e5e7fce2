"""What S3 says of objects in headers, and what it is told there. Pure.

``known`` stands for the headers of an answer, names in lower case.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from hashlib import md5

from cumuli.providers.aws.s3.models import Retention, S3Address, S3Object
from cumuli.providers.aws.s3.names import in_query
from cumuli.storage.driver import Address
from cumuli.storage.etags import is_weak, opaque
from cumuli.storage.headers import bare, completed, conditional, http_date, merged, number
from cumuli.storage.verify import Algorithm, Digest, can_compute
from cumuli.wire.timestamps import moment_of

__all__ = [
    "BYPASS",
    "CHECKSUMS",
    "about",
    "bare",
    "bypassing",
    "completed",
    "composite_of",
    "conditional",
    "crc32_of",
    "digest_of_whole",
    "etag_digest",
    "hexadecimal",
    "http_date",
    "is_composite",
    "is_made_of",
    "is_md5",
    "legal_hold_told",
    "looks_like_md5",
    "made_version",
    "merged",
    "number",
    "retention_told",
    "stored_encoding",
    "version_of",
    "version_query",
    "xml_headers",
]

MD5 = re.compile(r"[0-9a-f]{32}")
# What S3 knows and the bytes of each, the cheapest ones first.
CHECKSUMS: dict[Algorithm, int] = {"crc32": 4, "crc64nvme": 8, "crc32c": 4, "sha256": 32, "sha1": 20}
BYPASS = ("x-amz-bypass-governance-retention", "true")
COMPOSITE = re.compile(r"([0-9a-f]{32})-([0-9]{1,5})")


def version_query(address: Address) -> str:
    """The query that asks for the address's version."""
    version = version_of(address)
    return "" if version is None else f"versionId={in_query(version)}"


def about(what: str, address: Address) -> str:
    """The query that asks for something about the address's version."""
    version = version_query(address)
    return f"{what}&{version}" if version else what


def version_of(address: Address) -> str | None:
    """The version that an address names."""
    return address.version_id if isinstance(address, S3Address) else None


def xml_headers(body: bytes) -> list[tuple[str, str]]:
    """The headers of a request whose body is XML; S3 asks for its hash with most of them."""
    digest = base64.b64encode(md5(body, usedforsecurity=False).digest()).decode("ascii")
    return [("Content-Type", "application/xml"), ("Content-MD5", digest)]


def is_md5(etag: str, known: Mapping[str, str]) -> bool:
    """Whether an etag is the MD5 of the content, where etags are: not of what came in parts, or is encrypted with
    other keys than the service's own.
    """
    return (
        looks_like_md5(etag)
        and known.get("x-amz-server-side-encryption", "AES256") == "AES256"
        and "x-amz-server-side-encryption-customer-algorithm" not in known
    )


def looks_like_md5(etag: str | None) -> bool:
    """Whether an etag could be the MD5 of the content."""
    return MD5.fullmatch(etag or "") is not None


def is_composite(etag: str | None, known: Mapping[str, str]) -> bool:
    """Whether an etag is the MD5 of the MD5 of parts."""
    found = COMPOSITE.fullmatch(etag or "")
    return found is not None and is_md5(found[1], known)


def is_made_of(obj: S3Object, parts: Digest, last: int) -> bool:
    """Whether an object is made of parts of this size, and a last one of that; some programs make them otherwise."""
    count = int(parts.value.partition("-")[2])
    return parts.part_size is not None and (count - 1) * parts.part_size + last == obj.size


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


def digest_of_whole(etag: str | None, known: Mapping[str, str], *, md5_etags: bool) -> Digest | None:
    """The best hash of the whole content that an answer has.

    Args:
        etag: Of the answer.
        known: Its headers.
        md5_etags: Whether etags are MD5 by the service's own word.
    """
    if known.get("x-amz-checksum-type") != "COMPOSITE":
        for algorithm, size in CHECKSUMS.items():
            value = hexadecimal(known.get(f"x-amz-checksum-{algorithm}"), size)
            if value is not None and can_compute(algorithm):
                return Digest(algorithm, value)
    return etag_digest(etag, known, md5_etags=md5_etags)


def etag_digest(etag: str | None, known: Mapping[str, str], *, md5_etags: bool) -> Digest | None:
    """The hash that an etag is, or looks like; of a weak one nothing is sure."""
    # What is said to be encrypted with other keys has another etag, which need not be warned of.
    if etag is None or not is_md5(opaque(etag), known):
        return None
    return Digest("md5", opaque(etag), sure=md5_etags and not is_weak(etag))


def composite_of(etag: str | None, known: Mapping[str, str], *, etags: bool) -> Digest | None:
    """The hash of the hashes of parts that an answer has, without its parts' size, which it does not tell.

    Args:
        etag: Of the answer.
        known: Its headers.
        etags: Whether etags are such hashes.
    """
    for algorithm, size in CHECKSUMS.items():
        value, _, count = known.get(f"x-amz-checksum-{algorithm}", "").partition("-")
        found = hexadecimal(value, size)
        if found is not None and count.isascii() and count.isdigit() and len(count) <= 5 and can_compute(algorithm):
            return Digest(algorithm, f"{found}-{int(count)}")
    return Digest("md5", etag) if etags and etag is not None and is_composite(etag, known) else None


def bypassing(addresses: Iterable[Address]) -> list[tuple[str, str]]:
    """The header by which a deletion passes over retentions of the mode ``GOVERNANCE``, if it is to."""
    asked = any(isinstance(address, S3Address) and address.bypass_governance for address in addresses)
    return [BYPASS] if asked else []


def retention_told(known: Mapping[str, str]) -> Retention | None:
    """Until when an object can be neither deleted nor overwritten, as far as an answer tells it."""
    mode, until = known.get("x-amz-object-lock-mode"), known.get("x-amz-object-lock-retain-until-date")
    moment = moment_of(until) if until else None
    if moment is None or mode not in {"GOVERNANCE", "COMPLIANCE"}:
        return None
    return Retention(mode="GOVERNANCE" if mode == "GOVERNANCE" else "COMPLIANCE", until=moment)


def legal_hold_told(known: Mapping[str, str]) -> bool | None:
    """Whether an object is kept until somebody says otherwise, as far as an answer tells it."""
    status = known.get("x-amz-object-lock-legal-hold")
    return None if status is None else status == "ON"


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

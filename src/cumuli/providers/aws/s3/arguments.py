"""The ``ex_`` arguments of uploads, reads and copies as the headers that they are on the wire."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from hashlib import md5
from typing import Literal
from urllib.parse import urlencode, urlsplit

from cumuli.errors import InvalidRequest
from cumuli.providers.aws.s3.configurations_xml import moment_text
from cumuli.providers.aws.s3.dialect import Dialect, Feature
from cumuli.providers.aws.s3.models import Retention
from cumuli.secret import Secret
from cumuli.storage.arguments import content_type_of

__all__ = [
    "CannedACL",
    "CustomerKey",
    "Encryption",
    "checked_tags",
    "customer_headers",
    "put_headers",
    "response_parameters",
]

Encryption = Literal["AES256", "aws:kms", "aws:kms:dsse"]
"""With whose keys S3 encrypts: its own, or KMS's (``dsse``: twice)."""

CannedACL = Literal[
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
]
"""A ready-made access control list."""

CustomerKey = bytes | Secret
"""A key of the caller's own for AES-256: 32 bytes, or a ``Secret`` with them in base64."""

ENCRYPTIONS = frozenset({"AES256", "aws:kms", "aws:kms:dsse"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def put_headers(
    dialect: Dialect,
    *,
    storage_class: str | None = None,
    acl: CannedACL | None = None,
    tags: Mapping[str, str] | None = None,
    encryption: Encryption | None = None,
    kms_key: str | None = None,
    retention: Retention | None = None,
    legal_hold: bool | None = None,
) -> dict[str, str]:
    """The headers for what an upload, or a copy, asks for beyond the portable.

    Raises:
        NotSupported: The service has no such thing.
        InvalidRequest: A value cannot be right.
    """
    headers: dict[str, str] = {}
    if storage_class is not None:
        dialect.require(Feature.STORAGE_CLASSES)
        headers["x-amz-storage-class"] = _word(storage_class, "ex_storage_class")
    if acl is not None:
        dialect.require(Feature.ACL)
        headers["x-amz-acl"] = _word(acl, "ex_acl")
    if tags is not None:
        dialect.require(Feature.OBJECT_TAGS)
        headers["x-amz-tagging"] = urlencode(checked_tags(tags))
    if encryption is not None:
        dialect.require(Feature.ENCRYPTION if encryption == "AES256" else Feature.KMS)
        if encryption not in ENCRYPTIONS:
            raise InvalidRequest(f"ex_encryption is {encryption!r}; it takes one of {', '.join(sorted(ENCRYPTIONS))}")
        headers["x-amz-server-side-encryption"] = encryption
    if kms_key is not None:
        if encryption is None or encryption == "AES256":
            raise InvalidRequest('ex_kms_key goes with ex_encryption="aws:kms"')
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = _word(kms_key, "ex_kms_key")
    if retention is not None:
        dialect.require(Feature.LOCKS)
        headers["x-amz-object-lock-mode"] = _word(retention.mode, "the mode of ex_retention")
        headers["x-amz-object-lock-retain-until-date"] = moment_text(retention.until)
    if legal_hold is not None:
        dialect.require(Feature.LOCKS)
        headers["x-amz-object-lock-legal-hold"] = "ON" if legal_hold else "OFF"
    return headers


def customer_headers(dialect: Dialect, key: CustomerKey | None, endpoint: str | None) -> dict[str, str]:
    """The headers that carry the caller's own key.

    Raises:
        NotSupported: The service does not encrypt with those.
        InvalidRequest: The key is none, or would travel unencrypted.
    """
    if key is None:
        return {}
    dialect.require(Feature.CUSTOMER_KEYS)
    if endpoint is not None:
        parts = urlsplit(endpoint)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise InvalidRequest("ex_customer_key would travel unencrypted to this endpoint; use https")
    try:
        raw = base64.b64decode(key.reveal(), validate=True) if isinstance(key, Secret) else bytes(key)
    except ValueError:
        raise InvalidRequest("ex_customer_key is not base64") from None
    if len(raw) != 32:
        raise InvalidRequest(f"ex_customer_key has {len(raw)} bytes; it takes 32")
    return {
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key": base64.b64encode(raw).decode("ascii"),
        "x-amz-server-side-encryption-customer-key-MD5": base64.b64encode(
            md5(raw, usedforsecurity=False).digest()
        ).decode("ascii"),
    }


def response_parameters(
    method: str,
    *,
    content_type: str | None,
    content_disposition: str | None,
    content_encoding: str | None,
    content_language: str | None,
    cache_control: str | None,
    expires: dt.datetime | None,
) -> dict[str, str]:
    """The parameters of a URL that replace headers of its answer.

    Raises:
        InvalidRequest: The URL gives no content, or a value cannot be a header's.
    """
    given = {
        "content-type": content_type,
        "content-disposition": content_disposition,
        "content-encoding": content_encoding,
        "content-language": content_language,
        "cache-control": cache_control,
        "expires": None if expires is None else _http_date(expires),
    }
    found = {f"response-{name}": _text(value, name) for name, value in given.items() if value is not None}
    if found and method not in {"GET", "HEAD"}:
        raise InvalidRequest(f"a URL for {method} gives no content, whose headers ex_response_… could replace")
    return found


def _text(value: str, name: str) -> str:
    # Beyond ASCII as well: a file name in a disposition is encoded by the service.
    if not value or not value.isprintable():
        raise InvalidRequest(f"ex_response_{name.replace('-', '_')} is {value!r}, which no header can have")
    return value


def _http_date(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise InvalidRequest("ex_response_expires has no time zone; give an aware datetime, for example in UTC")
    from email.utils import format_datetime  # it loads much, and few come here

    return format_datetime(moment.astimezone(dt.UTC), usegmt=True)


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags as a dict.

    Raises:
        InvalidRequest: A key is empty, or something is no text.
    """
    for key, value in tags.items():
        if not isinstance(key, str) or not isinstance(value, str) or not key:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(f"a tag has a key that is not empty and a value, both text, not {key!r}: {value!r}")
    return dict(tags)


def _word(value: str, argument: str) -> str:
    try:
        return content_type_of(value, "")
    except InvalidRequest:
        raise InvalidRequest(f"{argument} is {value!r}, which cannot be sent") from None

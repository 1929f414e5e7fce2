"""``S3Driver``: S3's calls, resource by resource."""

from __future__ import annotations

import msgspec

from cumuli.calls.options import ClientOptions, make_caller
from cumuli.errors import ConfigurationError
from cumuli.providers.aws.s3.buckets import Buckets
from cumuli.providers.aws.s3.copying import Copying
from cumuli.providers.aws.s3.dialect import Checksum, Dialect
from cumuli.providers.aws.s3.session import S3Session
from cumuli.providers.aws.s3.settings import Settings
from cumuli.runtime.protocol import Runtime

__all__ = ["S3Driver", "open_driver"]

CHECKSUMS = frozenset({"crc32", "sha256", "md5"})


class S3Driver(Buckets, Copying, Settings):
    """Everything that cumuli calls of S3."""


def open_driver(
    runtime: Runtime,
    session: S3Session,
    dialect: Dialect,
    options: ClientOptions,
    *,
    checksum: Checksum | None,
    sign_payload: bool | None,
    md5_etags: bool | None = None,
    page_size: int,
) -> S3Driver:
    """The driver of a client.

    Raises:
        ConfigurationError: A setting has no meaning.
    """
    if checksum is not None and checksum not in CHECKSUMS:
        raise ConfigurationError(f"checksum is {checksum!r}; it is one of {', '.join(sorted(CHECKSUMS))}")
    if not 1 <= page_size <= 1000:
        raise ConfigurationError(f"page_size is {page_size}; it is between 1 and 1000")
    if md5_etags is not None:
        dialect = msgspec.structs.replace(dialect, md5_etags=md5_etags)
    session.caller = make_caller(runtime, options, provider=dialect.provider, authorizer=session, redirects=False)
    return S3Driver(
        session.caller,
        session,
        dialect,
        checksum=checksum or dialect.checksum,
        sign_payload=sign_payload,
        page_size=page_size,
    )

"""``S3``: Amazon S3's client.

Generated from aio.py by tools/generate_sync.py. Change that file and run ``make format``.
"""

from __future__ import annotations

from typing import Unpack

from polycloud.credentials.aws import CredentialsLike
from polycloud.credentials.secret import Secret
from polycloud.options import ClientOptions
from polycloud.providers.aws.s3.aio import AsyncS3
from polycloud.providers.aws.s3.dialect import Checksum
from polycloud.providers.aws.s3.models import S3Container, S3Object
from polycloud.providers.aws.s3.session import Addressing
from polycloud.runtime import blocking_runtime
from polycloud.runtime.protocol import RuntimeFactory
from polycloud.storage.client import Storage

__all__ = ["S3"]


class S3(Storage[S3Container, S3Object]):
    """Amazon S3."""

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        credentials: CredentialsLike | None = None,
        addressing: Addressing = "auto",
        checksum: Checksum | None = None,
        sign_payload: bool | None = None,
        page_size: int = 1000,
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._s3 = AsyncS3(
            key,
            secret,
            token,
            region=region,
            endpoint=endpoint,
            profile=profile,
            credentials=credentials,
            addressing=addressing,
            checksum=checksum,
            sign_payload=sign_payload,
            page_size=page_size,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._s3)

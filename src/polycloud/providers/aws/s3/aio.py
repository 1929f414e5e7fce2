"""``AsyncS3``: Amazon S3's client. ``S3`` is generated from it."""

from __future__ import annotations

from typing import Unpack

from polycloud.credentials.aws import CredentialsLike
from polycloud.credentials.secret import Secret
from polycloud.options import ClientOptions, make_caller, make_runtime
from polycloud.providers.aws.s3.dialect import AWS, COMPATIBLE, Checksum
from polycloud.providers.aws.s3.driver import S3Driver
from polycloud.providers.aws.s3.models import S3Container, S3Object
from polycloud.providers.aws.s3.session import Addressing, S3Session
from polycloud.runtime import asynchronous_runtime
from polycloud.runtime.protocol import RuntimeFactory
from polycloud.storage.aio import AsyncStorage

__all__ = ["AsyncS3"]


class AsyncS3(AsyncStorage[S3Container, S3Object]):
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
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        runtime = make_runtime(_runtime, options)
        session = S3Session(
            runtime,
            addressing=addressing,
            key=key,
            secret=secret,
            token=token,
            credentials=credentials,
            region=region,
            endpoint=endpoint,
            profile=profile,
        )
        dialect = AWS if endpoint is None else COMPATIBLE
        self._s3 = S3Driver(
            make_caller(runtime, options, provider=dialect.provider, authorizer=session, redirects=False),
            session,
            dialect,
            checksum=checksum or dialect.checksum,
            sign_payload=sign_payload,
            page_size=page_size,
        )
        super().__init__(self._s3)

"""Clients of services that speak S3's protocol. The sync ones are generated from these.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Unpack

from cumuli.calls.options import ClientOptions
from cumuli.credential_arguments import CredentialArguments
from cumuli.providers.aws.identity.credentials import CredentialsLike
from cumuli.providers.aws.s3.client import S3Access, S3Buckets
from cumuli.providers.aws.s3.dialect import Checksum
from cumuli.providers.aws.s3.session import Addressing
from cumuli.providers.aws.s3_presets.aio import (
    AsyncBackblazeB2,
    AsyncCephS3,
    AsyncCloudflareR2,
    AsyncDigitalOceanSpaces,
)
from cumuli.runtime import blocking_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.verify import Integrity

__all__ = ["BackblazeB2", "CephS3", "CloudflareR2", "DigitalOceanSpaces"]


class BackblazeB2(S3Access, S3Buckets):
    """Backblaze B2, by its S3-compatible API.

    As ``S3``, but for these:

    * It is reached at ``https://s3.REGION.backblazeb2.com``; an account is in one region, which stands
      in its buckets' endpoints.
    * Buckets always keep versions: an object that was deleted without ``version_id`` goes on to cost.
    * There are no tags, bucket policies, lifecycle rules (B2's own API has them), storage classes, KMS keys or
      conditional uploads. Of access control lists buckets take ``"private"`` and ``"public-read"``, and
      objects have those of their bucket.
    * The account's master key does not work here: make an application key.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncBackblazeB2.credential_arguments

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        region: str,
        endpoint: str | None = None,
        credentials: CredentialsLike | None = None,
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Id of an application key. Default: ``B2_APPLICATION_KEY_ID``.
            secret: The application key. Default: ``B2_APPLICATION_KEY``.
            region: Such as ``"us-west-004"``.
            endpoint: Another URL than the region's.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._backblaze_b2 = AsyncBackblazeB2(
            key,
            secret,
            region=region,
            endpoint=endpoint,
            credentials=credentials,
            page_size=page_size,
            integrity=integrity,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._backblaze_b2)


class CephS3(S3Access, S3Buckets):
    """The RADOS Gateway of a Ceph cluster, by its S3 API.

    As ``S3``, but for these:

    * It is reached at the cluster's own address, and requests name their bucket in the path unless
      ``addressing="virtual"`` (which needs ``rgw_dns_name`` and a wildcard in the DNS).
    * Regions are names of zone groups; ``create_container`` names one only for ``ex_region``.
    * Content is verified by MD5: of large uploads by the etag, which is made of the parts' MD5. From Squid
      on ``checksum="crc32"`` works as well.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncCephS3.credential_arguments

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        *,
        endpoint: str,
        region: str = "us-east-1",
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        checksum: Checksum | None = None,
        sign_payload: bool | None = None,
        request_payer: Literal["requester"] | None = None,
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Access key of a user of the gateway; instead of ``credentials``.
            secret: Its secret key.
            token: Session token of temporary credentials.
            endpoint: The gateway's URL.
            region: What requests are signed for; the gateway takes any.
            credentials: ``AWSCredentials``, a provider or a function that finds them.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: As for ``S3``, like the next four.
            checksum: How content is verified.
            sign_payload: Whether signatures cover contents.
            request_payer: Who pays for requests.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._ceph_s3 = AsyncCephS3(
            key,
            secret,
            token,
            endpoint=endpoint,
            region=region,
            credentials=credentials,
            anonymous=anonymous,
            addressing=addressing,
            checksum=checksum,
            sign_payload=sign_payload,
            request_payer=request_payer,
            page_size=page_size,
            integrity=integrity,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._ceph_s3)


class CloudflareR2(S3Access, S3Buckets):
    """Cloudflare R2.

    As ``S3``, but for these:

    * It is reached at ``https://ACCOUNT.r2.cloudflarestorage.com``; there are no regions, and requests
      are signed for ``auto``.
    * There are no versions, tags, access control lists, bucket policies or KMS keys: everything is
      encrypted anyway, and ``ex_customer_key`` works. Storage classes are ``"STANDARD"`` and ``"STANDARD_IA"``.
    * The parts of an upload have the same size, whatever its length: content of unknown length ends at
      10,000 parts, so give a larger ``part_size`` beyond 80 GB.
    * User metadata is decoded by R2 itself, so what is not ASCII reads the same everywhere.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncCloudflareR2.credential_arguments

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        *,
        account_id: str | None = None,
        jurisdiction: Literal["eu", "fedramp"] | None = None,
        endpoint: str | None = None,
        credentials: CredentialsLike | None = None,
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Access key id of an R2 token. Default: ``R2_ACCESS_KEY_ID``.
            secret: Its secret access key. Default: ``R2_SECRET_ACCESS_KEY``.
            token: Session token of temporary credentials.
            account_id: The account's id, 32 hexadecimal digits.
            jurisdiction: ``"eu"`` or ``"fedramp"`` for buckets that are bound to it.
            endpoint: Another URL, instead of the two.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of the three.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._cloudflare_r2 = AsyncCloudflareR2(
            key,
            secret,
            token,
            account_id=account_id,
            jurisdiction=jurisdiction,
            endpoint=endpoint,
            credentials=credentials,
            page_size=page_size,
            integrity=integrity,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._cloudflare_r2)


class DigitalOceanSpaces(S3Access, S3Buckets):
    """DigitalOcean Spaces.

    As ``S3``, but for these:

    * It is reached at ``https://REGION.digitaloceanspaces.com``; one client serves one region.
    * There are no tags, storage classes or KMS keys; lifecycle rules expire objects and unfinished
      uploads only, and know no tags. ``ex_customer_key`` is the way to encrypt.
    * Of access control lists it takes ``"private"`` and ``"public-read"``.
    * Objects are not copied between regions.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncDigitalOceanSpaces.credential_arguments

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        region: str,
        endpoint: str | None = None,
        credentials: CredentialsLike | None = None,
        addressing: Addressing = "auto",
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: A Spaces access key. Default: ``SPACES_ACCESS_KEY_ID``.
            secret: Its secret. Default: ``SPACES_SECRET_ACCESS_KEY``.
            region: Such as ``"nyc3"``.
            endpoint: Another URL than the region's.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            addressing: As for ``S3``, like the next one.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._digital_ocean_spaces = AsyncDigitalOceanSpaces(
            key,
            secret,
            region=region,
            endpoint=endpoint,
            credentials=credentials,
            addressing=addressing,
            page_size=page_size,
            integrity=integrity,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._digital_ocean_spaces)

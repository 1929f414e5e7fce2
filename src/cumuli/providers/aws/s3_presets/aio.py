"""Clients of services that speak S3's protocol. The sync ones are generated from these."""

from __future__ import annotations

from typing import ClassVar, Literal, Unpack

from cumuli.calls.options import ClientOptions, make_runtime
from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import ConfigurationError
from cumuli.providers.aws.identity.credentials import KEYS, KEYS_OR_NOBODY, CredentialsLike
from cumuli.providers.aws.s3.aio_access import AsyncS3Access
from cumuli.providers.aws.s3.aio_buckets import AsyncS3Buckets
from cumuli.providers.aws.s3.dialect import Checksum, Dialect
from cumuli.providers.aws.s3.driver import S3Driver, open_driver
from cumuli.providers.aws.s3.session import Addressing, S3Session
from cumuli.providers.aws.s3_presets.credentials import found_credentials
from cumuli.providers.aws.s3_presets.dialects import (
    B2,
    CEPH,
    E2,
    HETZNER,
    MINIO,
    OVH,
    R2,
    REGIONS,
    SCALEWAY,
    SPACES,
    WASABI,
    r2_endpoint,
    regional_endpoint,
)
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.verify import Integrity

__all__ = [
    "AsyncBackblazeB2",
    "AsyncCephS3",
    "AsyncCloudflareR2",
    "AsyncDigitalOceanSpaces",
    "AsyncHetznerS3",
    "AsyncIDriveE2",
    "AsyncMinIO",
    "AsyncOVHcloudS3",
    "AsyncScalewayS3",
    "AsyncWasabi",
]


class AsyncBackblazeB2(AsyncS3Access, AsyncS3Buckets):
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

    credential_arguments: ClassVar[CredentialArguments] = KEYS

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
        _runtime: RuntimeFactory = asynchronous_runtime,
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
        self._s3 = _driver(
            B2, _runtime, options, (key, secret, None, credentials), endpoint, region,
            page_size=page_size,
            variables=("B2_APPLICATION_KEY_ID", "B2_APPLICATION_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncCephS3(AsyncS3Access, AsyncS3Buckets):
    """The RADOS Gateway of a Ceph cluster, by its S3 API.

    As ``S3``, but for these:

    * It is reached at the cluster's own address, and requests name their bucket in the path unless
      ``addressing="virtual"`` (which needs ``rgw_dns_name`` and a wildcard in the DNS).
    * Regions are names of zone groups; ``create_container`` names one only for ``ex_region``.
    * Content is verified by MD5: of large uploads by the etag, which is made of the parts' MD5. From Squid
      on ``checksum="crc32"`` works as well.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_NOBODY

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
        _runtime: RuntimeFactory = asynchronous_runtime,
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
        if key is None and credentials is None and not anonymous:
            raise ConfigurationError(
                "give key and secret of a user of the gateway, or credentials; for public buckets, anonymous=True"
            )
        self._s3 = _driver(
            CEPH, _runtime, options, (key, secret, token, credentials), endpoint, region,
            addressing=addressing, checksum=checksum, sign_payload=sign_payload, page_size=page_size,
            anonymous=anonymous, request_payer=request_payer,
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncCloudflareR2(AsyncS3Access, AsyncS3Buckets):
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

    credential_arguments: ClassVar[CredentialArguments] = KEYS

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
        _runtime: RuntimeFactory = asynchronous_runtime,
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
        if endpoint is None:
            if account_id is None:
                raise ConfigurationError("give the account_id, which Cloudflare's dashboard shows, or an endpoint")
            endpoint = r2_endpoint(account_id, jurisdiction)
        self._s3 = _driver(
            R2, _runtime, options, (key, secret, token, credentials), endpoint, "auto", page_size=page_size,
            variables=("R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncDigitalOceanSpaces(AsyncS3Access, AsyncS3Buckets):
    """DigitalOcean Spaces.

    As ``S3``, but for these:

    * It is reached at ``https://REGION.digitaloceanspaces.com``; one client serves one region.
    * There are no tags, storage classes or KMS keys; lifecycle rules expire objects and unfinished
      uploads only, and know no tags. ``ex_customer_key`` is the way to encrypt.
    * Of access control lists it takes ``"private"`` and ``"public-read"``.
    * Objects are not copied between regions.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS

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
        _runtime: RuntimeFactory = asynchronous_runtime,
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
        self._s3 = _driver(
            SPACES, _runtime, options, (key, secret, None, credentials), endpoint, region,
            addressing=addressing, page_size=page_size,
            variables=("SPACES_ACCESS_KEY_ID", "SPACES_SECRET_ACCESS_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncHetznerS3(AsyncS3Access, AsyncS3Buckets):
    """Hetzner's Object Storage. Made after its documentation, and not tried on the service.

    As ``S3``, but for these:

    * It is reached at ``https://REGION.your-objectstorage.com``; one client serves one region.
    * It is a Ceph: conditions of uploads are kept by one request only.
    * There are no tags of buckets, websites, notifications, logs, storage classes or attributes of objects, and of
      encryption ``ex_customer_key`` only. Of access control lists it takes ``"private"`` and ``"public-read"``.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_NOBODY

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        region: str,
        endpoint: str | None = None,
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Access key of a project. Default: ``HETZNER_S3_ACCESS_KEY``.
            secret: Its secret. Default: ``HETZNER_S3_SECRET_KEY``.
            region: Such as ``"fsn1"``.
            endpoint: Another URL than the region's.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: As for ``S3``, like the next one.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._s3 = _driver(
            HETZNER, _runtime, options, (key, secret, None, credentials),
            endpoint, region,
            addressing=addressing, page_size=page_size, anonymous=anonymous,
            variables=("HETZNER_S3_ACCESS_KEY", "HETZNER_S3_SECRET_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncIDriveE2(AsyncS3Access, AsyncS3Buckets):
    """IDrive e2. Made after its documentation, and not tried on the service.

    As ``S3``, but for these:

    * It is reached at an endpoint of the account's own for each region, which its dashboard shows.
    * There are no access control lists, tags of buckets, websites, logs, notifications, storage classes or KMS keys.
    * It is not known to keep conditions of uploads, so objects are looked at before and after.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_NOBODY

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        endpoint: str,
        region: str = "us-east-1",
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: An access key of the region. Default: ``E2_ACCESS_KEY_ID``.
            secret: Its secret. Default: ``E2_SECRET_ACCESS_KEY``.
            endpoint: The service's URL.
            region: What requests are signed for.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: As for ``S3``, like the next one.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._s3 = _driver(
            E2, _runtime, options, (key, secret, None, credentials), endpoint, region,
            addressing=addressing, page_size=page_size, anonymous=anonymous,
            variables=("E2_ACCESS_KEY_ID", "E2_SECRET_ACCESS_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncMinIO(AsyncS3Access, AsyncS3Buckets):
    """MinIO, and services that are made of it. Made after its documentation, and not tried on one.

    As ``S3``, but for these:

    * It is reached at the server's own address.
    * There are no access control lists (policies say what is public), CORS rules of buckets, websites, logs or
      blocks of public access.
    * Unfinished uploads are listed by the whole name only (``ex_list_multipart_uploads(prefix=)``).
    * Not every release is known to keep conditions of uploads, so objects are looked at before and after.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_NOBODY

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        endpoint: str,
        region: str = "us-east-1",
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Access key, or name of a user. Default: ``MINIO_ACCESS_KEY``.
            secret: Its secret. Default: ``MINIO_SECRET_KEY``.
            endpoint: The service's URL.
            region: What requests are signed for: the server's ``MINIO_REGION``.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: As for ``S3``, like the next one.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._s3 = _driver(
            MINIO, _runtime, options, (key, secret, None, credentials), endpoint, region,
            addressing=addressing, page_size=page_size, anonymous=anonymous,
            variables=("MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncOVHcloudS3(AsyncS3Access, AsyncS3Buckets):
    """OVHcloud's Object Storage by its S3 API. Made after its documentation, and not tried on the service.

    As ``S3``, but for these:

    * It is reached at ``https://s3.REGION.io.cloud.ovh.net``; one client serves one region.
    * There are no bucket policies (users have policies of their own), notifications, KMS keys or attributes of objects.
    * It is not known to keep conditions of uploads, so objects are looked at before and after.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_NOBODY

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        region: str,
        endpoint: str | None = None,
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Access key of an S3 user. Default: ``OVH_S3_ACCESS_KEY_ID``.
            secret: Its secret. Default: ``OVH_S3_SECRET_ACCESS_KEY``.
            region: Such as ``"gra"``.
            endpoint: Another URL than the region's.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: As for ``S3``, like the next one.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._s3 = _driver(
            OVH, _runtime, options, (key, secret, None, credentials),
            endpoint, region,
            addressing=addressing, page_size=page_size, anonymous=anonymous,
            variables=("OVH_S3_ACCESS_KEY_ID", "OVH_S3_SECRET_ACCESS_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncScalewayS3(AsyncS3Access, AsyncS3Buckets):
    """Scaleway's Object Storage. Made after its documentation, and not tried on the service.

    As ``S3``, but for these:

    * It is reached at ``https://s3.REGION.scw.cloud``; one client serves one region.
    * There are no logs, notifications, blocks of public access or encryption with its own keys; ``ex_customer_key``
      is the way to encrypt.
    * Conditions of uploads are taken to be kept by one request only.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_NOBODY

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        region: str,
        endpoint: str | None = None,
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Access key of an API key. Default: ``SCW_ACCESS_KEY``.
            secret: Its secret. Default: ``SCW_SECRET_KEY``.
            region: Such as ``"fr-par"``.
            endpoint: Another URL than the region's.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: As for ``S3``, like the next one.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._s3 = _driver(
            SCALEWAY, _runtime, options, (key, secret, None, credentials),
            endpoint, region,
            addressing=addressing, page_size=page_size, anonymous=anonymous,
            variables=("SCW_ACCESS_KEY", "SCW_SECRET_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


class AsyncWasabi(AsyncS3Access, AsyncS3Buckets):
    """Wasabi. Made after its documentation, and not tried on the service.

    As ``S3``, but for these:

    * It is reached at ``https://s3.REGION.wasabisys.com``; one client serves one region.
    * There are no websites, notifications, storage classes, KMS keys or attributes of objects.
    * It is not known to keep conditions of uploads, so objects are looked at before and after.
    * What is deleted is paid for as long as the least term of storage says.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_OR_NOBODY

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        *,
        region: str,
        endpoint: str | None = None,
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent until it is used.

        Args:
            key: Access key. Default: ``WASABI_ACCESS_KEY_ID``.
            secret: Its secret. Default: ``WASABI_SECRET_ACCESS_KEY``.
            region: Such as ``"eu-central-1"``.
            endpoint: Another URL than the region's.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key and secret.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: As for ``S3``, like the next one.
            page_size: Most names in one page of a listing.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._s3 = _driver(
            WASABI, _runtime, options, (key, secret, None, credentials),
            endpoint, region,
            addressing=addressing, page_size=page_size, anonymous=anonymous,
            variables=("WASABI_ACCESS_KEY_ID", "WASABI_SECRET_ACCESS_KEY"),
        )  # fmt: skip
        super().__init__(self._s3, integrity)


def _driver(
    dialect: Dialect,
    factory: RuntimeFactory,
    options: ClientOptions,
    who: tuple[str | None, str | Secret | None, str | Secret | None, CredentialsLike | None],
    endpoint: str | None,
    region: str,
    *,
    addressing: Addressing = "auto",
    checksum: Checksum | None = None,
    sign_payload: bool | None = None,
    page_size: int,
    anonymous: bool = False,
    request_payer: Literal["requester"] | None = None,
    variables: tuple[str, str] | None = None,
) -> S3Driver:
    """The driver. An endpoint follows from the region, and keys that nobody gave from the service's ``variables``."""
    if not endpoint and dialect.provider in REGIONS:
        endpoint = regional_endpoint(dialect, region)
    runtime = make_runtime(factory, options)
    key, secret, token, credentials = who
    if variables is not None and who == (None, None, None, None) and not anonymous:
        credentials = found_credentials(*variables)
    session = S3Session(
        runtime,
        addressing=addressing,
        key=key,
        secret=secret,
        token=token,
        credentials=credentials,
        region=region,
        endpoint=endpoint,
        anonymous=anonymous,
    )
    return open_driver(
        runtime,
        session,
        dialect,
        options,
        checksum=checksum,
        sign_payload=sign_payload,
        page_size=page_size,
        request_payer=request_payer,
    )

"""``AsyncS3``: Amazon S3's client. ``S3`` is generated from it."""

from __future__ import annotations

from typing import ClassVar, Literal, Unpack

from cumuli.calls.options import ClientOptions, make_runtime
from cumuli.credential_arguments import CredentialArguments
from cumuli.providers.aws.identity.credentials import KEYS_PROFILE_OR_NOBODY, CredentialsLike
from cumuli.providers.aws.s3.aio_access import AsyncS3Access
from cumuli.providers.aws.s3.aio_buckets import AsyncS3Buckets
from cumuli.providers.aws.s3.dialect import AWS, COMPATIBLE, Checksum
from cumuli.providers.aws.s3.driver import open_driver
from cumuli.providers.aws.s3.session import Addressing, S3Session
from cumuli.providers.aws.sts import CallerIdentity, TokenService
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.verify import Integrity

__all__ = ["AsyncS3"]


class AsyncS3(AsyncS3Access, AsyncS3Buckets):
    """Amazon S3 (REST API of 2006-03-01), and other services that speak its protocol.

    One client serves buckets of every region: where a bucket is, is learned from S3's first answer
    about it and remembered. What has names of its own here (``CephS3``, ``DigitalOceanSpaces``,
    ``CloudflareR2``, ``BackblazeB2``) is better asked by its own client, which knows what it lacks.

    Content is verified on its way: by a checksum that S3 compares and reports, in ``S3`` a CRC32,
    which S3 keeps with the content and gives back with it, of large uploads too. Where the way is
    encrypted, the signature covers that checksum instead of the content itself
    (``UNSIGNED-PAYLOAD``), which spares a second hash; ``sign_payload=True`` signs the content all
    the same, for bucket policies that ask for it.

    User metadata may be any text. What is not plain ASCII is stored as an encoded word of RFC 2047
    (``=?UTF-8?B?…?=``), which is how S3 itself answers with it; others read it with Python's
    ``email.header``, for example.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYS_PROFILE_OR_NOBODY

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
        anonymous: bool = False,
        addressing: Addressing = "auto",
        checksum: Checksum | None = None,
        sign_payload: bool | None = None,
        md5_etags: bool | None = None,
        request_payer: Literal["requester"] | None = None,
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is read or sent until it is used.

        Args:
            key: Access key id. Without it and ``credentials``, credentials are looked for as AWS's
                own tools do: environment, shared files, and with ``cumuli[aws]`` the rest.
            secret: Secret access key.
            token: Session token of temporary credentials.
            region: The region of new buckets, and the first guess for others. Default:
                ``AWS_REGION``, ``AWS_DEFAULT_REGION``, the profile's, us-east-1.
            endpoint: URL of another service that speaks the protocol. Default:
                ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL``, the profile's, AWS's own.
            profile: Profile of AWS's shared files. Default: ``AWS_PROFILE``, or ``default``.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key,
                secret and token.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: How requests name their bucket: ``"virtual"`` in the host name, ``"path"`` in the
                path; ``"auto"`` takes the path for a custom endpoint and for names that no host name,
                or no certificate, can hold.
            checksum: ``"crc32"``, ``"sha256"`` or ``"md5"``. Default: CRC32; with an ``endpoint`` MD5, which
                every service knows.
            sign_payload: Whether signatures cover contents. Default: where the way is not encrypted.
            md5_etags: Whether the etag of an object is the MD5 of its content unless its headers say how it is
                encrypted, so that content with another MD5 is damaged. Default: what is known of the service, which of
                one behind ``endpoint`` is nothing: another MD5 is warned of there, and is no error.
            request_payer: ``"requester"``: this account pays for requests and traffic, in buckets whose owner asks
                for that. Said with every call for which it can be, signed URLs included.
            page_size: Most names in one page of a listing, up to 1,000.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        runtime = make_runtime(_runtime, options, aws=True)
        session = S3Session(
            runtime,
            addressing=addressing,
            key=key,
            secret=secret,
            token=token,
            credentials=credentials,
            anonymous=anonymous,
            region=region,
            endpoint=endpoint,
            profile=profile,
            options=options,
            # With an endpoint the checksum is one that every service knows.
            given=frozenset(
                name
                for name, value in (("checksum", checksum or endpoint), ("sign_payload", sign_payload))
                if value is not None
            ),
        )
        self._s3 = open_driver(
            runtime,
            session,
            AWS if endpoint is None else COMPATIBLE,
            options,
            checksum=checksum,
            sign_payload=sign_payload,
            md5_etags=md5_etags,
            page_size=page_size,
            request_payer=request_payer,
        )
        self._tokens = TokenService(runtime, session, options, provider=self._s3.provider)
        super().__init__(self._s3, integrity)

    async def ex_get_caller_identity(self) -> CallerIdentity:
        """Who AWS takes this client for: its account, and the user or role. Every key may ask that.

        The operation of AWS's Security Token Service: ``GetCallerIdentity``. A client with an ``endpoint`` of its own
        asks there, unless ``AWS_ENDPOINT_URL_STS`` names another.

        Raises:
            AuthenticationError: AWS does not know the key, the secret is wrong, or the token has ended.
        """
        return await self._do(self._tokens.caller_identity())

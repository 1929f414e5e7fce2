"""``S3Session``: where each bucket's requests go, and how they are signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from cumuli.calls.options import ClientOptions
from cumuli.errors import ConfigurationError, InvalidRequest
from cumuli.providers.aws.identity.credentials import KEYS_PROFILE_OR_NOBODY, AWSCredentials, CredentialsLike
from cumuli.providers.aws.identity.session import AWSSession
from cumuli.providers.aws.regions import ANY_NAME, Place, check_region, partition_of, service_origin
from cumuli.providers.aws.s3.names import fits_host
from cumuli.providers.aws.sigv4 import HASH_HEADER, PostCondition, SigV4Signer
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import Runtime
from cumuli.secret import Secret

__all__ = ["Addressing", "S3Session", "Site"]

Addressing = Literal["auto", "path", "virtual"]
"""How a request names its bucket: in the path (``https://host/bucket/name``), in the host name
(``virtual``: ``https://bucket.host/name``), or as it suits the endpoint and the bucket (``auto``).
"""

# Where requests go that no region is set for; S3 says where a bucket really is.
DEFAULT_REGION = "us-east-1"


class _Nobody:
    """The credentials of a client that has none on purpose."""

    async def get(self) -> AWSCredentials:
        raise InvalidRequest(
            "this client is anonymous and has nothing to sign a URL or a form with; make one with credentials, without "
            "anonymous=True. What is public needs no signed URL"
        )


class Site(msgspec.Struct, frozen=True):
    """Where one bucket's requests go.

    Attributes:
        origin: ``scheme://host[:port]``.
        base: What their targets begin with.
        region: What they are signed for.
        secure: Whether the way is encrypted.
    """

    origin: str
    base: str
    region: str
    secure: bool


class S3Session(AWSSession):
    """As ``AWSSession``, and it learns which region each bucket is in.

    What is learned is only ever added, one bucket at a time, so threads and tasks may share it.

    Args:
        runtime: The client's.
        key: As for ``AWSSession``, like all but the next.
        addressing: How requests name their bucket.
        secret: Secret access key.
        token: Session token.
        credentials: Instead of the three.
        region: Region's name. Default besides: us-east-1.
        endpoint: URL of the service.
        profile: Profile of the shared files.
        options: The client's.
        given: As for ``AWSSession``.
        anonymous: Whether requests go unsigned, as anybody's. Never because credentials are missing.

    Raises:
        ConfigurationError: The arguments contradict each other, or cannot be right.
    """

    advice = "; a public bucket is read without credentials by anonymous=True"

    def __init__(
        self,
        runtime: Runtime,
        *,
        addressing: Addressing,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        credentials: CredentialsLike | None = None,
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        options: ClientOptions | None = None,
        given: frozenset[str] = frozenset(),
        anonymous: bool = False,
    ) -> None:
        KEYS_PROFILE_OR_NOBODY.check(
            {
                "anonymous": anonymous or None,
                "key": key,
                "secret": secret,
                "token": token,
                "credentials": credentials,
                "profile": profile,
            }
        )
        self.anonymous = anonymous
        if addressing not in {"auto", "path", "virtual"}:
            raise ConfigurationError(f'addressing is {addressing!r}; it is "auto", "path" or "virtual"')
        self._addressing = addressing
        self.given_endpoint = endpoint
        self._custom = False
        self._sites: dict[str, Site] = {}
        # By origin, or origin and base: the signers of sites in other regions than the client's own.
        self._learned: dict[str, SigV4Signer] = {}
        super().__init__(
            runtime,
            "s3",
            key=key,
            secret=secret,
            token=token,
            credentials=_Nobody() if anonymous else credentials,
            region=region,
            endpoint=endpoint,
            profile=profile,
            default_region=DEFAULT_REGION,
            options=options,
            given=given,
        )

    async def site(self, bucket: str) -> Site:
        """Where a bucket's requests go; of no bucket (``""``): those of the account."""
        found = self._sites.get(bucket)
        if found is None:
            place = await self.place()
            found = self._sites[bucket] = self._site(bucket, place, place.region)
        return found

    async def learn(self, bucket: str, region: str) -> bool:
        """Take a bucket to be in this region from now on. False where that is no news, or no region at all."""
        place = await self.place()
        known = await self.site(bucket)
        if region == known.region:
            return False
        if self._custom:
            if not ANY_NAME.fullmatch(region):
                return False
        else:
            region = region.lower()
            # An answer must not lead anywhere but to a region of the same AWS.
            try:
                check_region(region)
            except ConfigurationError:
                return False
            if partition_of(region) != partition_of(place.region):
                return False
        site = self._site(bucket, place, region)
        self._learned[site.origin + site.base] = SigV4Signer.for_s3(region)
        self._sites[bucket] = site
        return True

    async def authorize(self, request: Request) -> Request:
        """The request, signed now for the region of its bucket; unsigned if it is to be anonymous."""
        if self.anonymous:
            kept = tuple(pair for pair in request.headers if pair[0].lower() != HASH_HEADER)
            return msgspec.structs.replace(request, headers=kept)
        credentials = await self._credentials.get()
        return (await self._signer_of(request)).sign(request, credentials, self._clock.now())

    async def renew(self, rejected: Request) -> bool:
        """Whether there are other credentials than those that ``rejected`` was signed with."""
        return not self.anonymous and await super().renew(rejected)

    async def presign(self, request: Request, *, expires_in: int, payload_hash: str | None = None) -> str:
        """A URL that carries the signature; see ``SigV4Signer.presign``."""
        credentials = await self._credentials.get()
        signer = await self._signer_of(request)
        return signer.presign(request, credentials, self._clock.now(), expires_in=expires_in, payload_hash=payload_hash)

    async def sign_post(
        self, bucket: str, conditions: Sequence[PostCondition], *, expires_in: int
    ) -> tuple[dict[str, str], int]:
        """The fields of a signed form for a bucket, and when it ends; see ``SigV4Signer.sign_post``."""
        credentials = await self._credentials.get()
        site = await self.site(bucket)
        signer = await self._signer_of(Request(method="POST", origin=site.origin, target=site.base or "/"))
        now = int(self._clock.now())
        return signer.sign_post(conditions, credentials, now, expires_in=expires_in), now + expires_in

    async def _signer_of(self, request: Request) -> SigV4Signer:
        if self._learned:
            place = await self.place()
            behind = request.target[len(place.path) + 1 :].partition("?")[0].partition("/")[0]
            for key in (f"{request.origin}{place.path}/{behind}", request.origin + place.path):
                if key in self._learned:
                    return self._learned[key]
        if self._signer is None:
            await self.place()
        assert self._signer is not None  # noqa: S101 - place() has just made it
        return self._signer

    def _settle(self, region: str, endpoint: str | None) -> Place:
        self._custom = endpoint is not None
        if self._addressing == "auto" and self._found.addressing is not None:
            self._addressing = self._found.addressing
        return super()._settle(region, endpoint)

    def _site(self, bucket: str, place: Place, region: str) -> Site:
        origin = place.origin
        if not self._custom and region != place.region:
            origin = service_origin("s3", region, fips=self._found.fips, dualstack=self._found.dualstack)
        secure = origin.startswith("https://")
        if not bucket:
            return Site(origin, place.path or "", region, secure)
        if self._in_host(bucket, secure=secure):
            scheme, _, host = origin.partition("://")
            return Site(f"{scheme}://{bucket}.{host}", place.path, region, secure)
        return Site(origin, f"{place.path}/{bucket}", region, secure)

    def _in_host(self, bucket: str, *, secure: bool) -> bool:
        if self._addressing == "auto":
            return not self._custom and fits_host(bucket, secure=secure)
        return self._addressing == "virtual"

"""``AWSSession``: what every AWS client needs to know before its first request."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.options import ClientOptions, timeouts_of, transport_settings
from cumuli.errors import CloudError, ConfigurationError
from cumuli.providers.aws.identity.authorizer import SigV4Authorizer
from cumuli.providers.aws.identity.botocore import Surroundings
from cumuli.providers.aws.identity.chain import credentials_stamp, find_credentials, find_place, profile_settings
from cumuli.providers.aws.identity.clock import ProviderClock
from cumuli.providers.aws.identity.credentials import (
    KEYS_OR_PROFILE,
    CredentialsLike,
    CredentialsProvider,
    RefreshingCredentials,
    StaticCredentials,
    credentials_provider,
    explicit_credentials,
)
from cumuli.providers.aws.identity.settings import CallSettings, find_call_settings
from cumuli.providers.aws.regions import Place, is_region, place_of
from cumuli.providers.aws.sigv4 import SigV4Signer
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import Runtime
from cumuli.secret import Secret

__all__ = ["AWSSession"]


class AWSSession:
    """Region, endpoint and credentials of one client, looked up when they are first needed.

    It is the client's ``Authorizer``. What is given wins over the environment, which wins over
    AWS's shared files.

    Args:
        runtime: The client's.
        service: ``"ec2"`` or ``"s3"``.
        key: Access key id.
        secret: Secret access key.
        token: Session token of temporary credentials.
        credentials: ``AWSCredentials``, a provider, or a function that finds credentials; instead of
            the three above.
        region: Region's name. Default: ``AWS_REGION``, ``AWS_DEFAULT_REGION``, the profile's.
        endpoint: URL of the service. Default: ``AWS_ENDPOINT_URL_EC2`` (``_S3``), ``AWS_ENDPOINT_URL``,
            the profile's, AWS's own.
        profile: Profile of the shared files. Default: ``AWS_PROFILE``, or ``default``.
        default_region: The region where nothing names one; None makes that an error.
        options: The client's: they hold for the services that give credentials, too.
        given: Other arguments that go before AWS's settings; see ``find_call_settings``.

    Raises:
        ConfigurationError: The arguments contradict each other, or cannot be right.

    Attributes:
        advice: What else somebody without credentials may do, behind what there is to do anyway.
    """

    advice = ""

    def __init__(
        self,
        runtime: Runtime,
        service: str,
        *,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        credentials: CredentialsLike | None = None,
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        default_region: str | None = None,
        options: ClientOptions | None = None,
        given: frozenset[str] = frozenset(),
    ) -> None:
        KEYS_OR_PROFILE.check(
            {"key": key, "secret": secret, "token": token, "credentials": credentials, "profile": profile}
        )
        explicit = explicit_credentials(key, secret, token)
        provider: CredentialsProvider
        if explicit is not None:
            provider = StaticCredentials(explicit)
        elif credentials is not None:
            provider = credentials_provider(runtime, credentials)
        else:
            provider = RefreshingCredentials(
                runtime,
                lambda: find_credentials(profile, around=self._surroundings(), advice=self.advice),
                again=lambda: find_credentials(profile, around=self._surroundings(), cached=False, advice=self.advice),
                stamp=credentials_stamp,
            )
        self._runtime = runtime
        self._clock = ProviderClock(runtime)
        self._service = service
        self._options = options or {}
        self._given = given
        self._found = CallSettings()
        # The client's, whose retries AWS's settings may bound; it is made after the session.
        self.caller: Caller | None = None
        self._region = region
        self._endpoint = endpoint
        self._profile = profile
        self._default_region = default_region
        self._credentials = provider
        self._place: Place | None = None
        # The endpoint in use, if it is not AWS's own.
        self._custom_endpoint: str | None = None
        self._authorizer: SigV4Authorizer | None = None
        self._signer: SigV4Signer | None = None
        if region is not None and endpoint is not None:
            self._settle(region, endpoint)

    async def place(self) -> Place:
        """Where requests go. Reads the environment and the shared files once.

        Raises:
            ConfigurationError: No region is set anywhere, or region or endpoint cannot be right.
        """
        if self._place is not None:
            return self._place
        region, endpoint, self._found = await self._runtime.offload(self._look_up)
        return self._settle(region, endpoint)

    async def for_service(self, service: str) -> AWSSession:
        """A session of another service, for the same account: with this one's credentials, region and profile.

        Args:
            service: As AWS signs for it: ``"sts"``. It is asked at the client's own endpoint if it has one that is not
                AWS's, unless the other service's is set.
        """
        place = await self.place()
        other = AWSSession(
            self._runtime,
            service,
            credentials=self._credentials,
            region=place.region,
            profile=self._profile,
            options=self._options,
            endpoint=await self._runtime.offload(lambda: self._endpoint_of(service, place.region)),
        )
        other._clock = self._clock
        return other

    def _endpoint_of(self, service: str, region: str) -> str | None:
        """The other service's endpoint. Blocks."""
        return find_place(service, region, profile=self._profile)[1] or self._custom_endpoint

    async def authorize(self, request: Request) -> Request:
        """The request, signed now; see ``SigV4Authorizer``."""
        return await (await self._signing()).authorize(request)

    async def renew(self, rejected: Request) -> bool:
        """Whether there are other credentials than those that ``rejected`` was signed with."""
        return await (await self._signing()).renew(rejected)

    def correct_clock(self, refusal: CloudError, rejected: Request) -> bool:
        """Whether a signature was refused because this machine's clock is wrong; it is right from then on."""
        return self._clock.correct(refusal, token=rejected.header("x-amz-security-token") is not None)

    async def presign(self, request: Request, *, expires_in: int, payload_hash: str | None = None) -> str:
        """A URL that carries the signature; see ``SigV4Signer.presign``."""
        return await (await self._signing()).presign(request, expires_in=expires_in, payload_hash=payload_hash)

    def _look_up(self) -> tuple[str, str | None, CallSettings]:
        """What the environment and the shared files say. Blocks."""
        region, endpoint = find_place(
            self._service, self._region, self._endpoint, self._profile, default_region=self._default_region
        )
        given = self._given | (frozenset(self._options) & {"verify", "retry"})
        return region, endpoint, find_call_settings(self._service, profile_settings(self._profile), given=given)

    def _surroundings(self) -> Surroundings:
        """What the services that give credentials are asked with."""
        settings = transport_settings(self._options)
        region = self._place.region if self._place is not None else self._region
        if region is None:
            with suppress(ConfigurationError):  # whoever needs the region says what is wrong with it
                region = find_place(self._service, profile=self._profile)[0]
        return Surroundings(
            # Another service's word for where it is names no place that STS is at.
            region=region if region is not None and is_region(region) else None,
            proxy=settings.proxy,
            verify=settings.verify,
            connect_timeout=settings.connect_timeout,
            read_timeout=timeouts_of(self._options).attempt,
        )

    async def _signing(self) -> SigV4Authorizer:
        if self._authorizer is None:
            await self.place()
        assert self._authorizer is not None  # noqa: S101 - place() has just made it
        return self._authorizer

    def _settle(self, region: str, endpoint: str | None) -> Place:
        found = self._found
        self._custom_endpoint = endpoint
        place = place_of(self._service, region, endpoint, fips=found.fips, dualstack=found.dualstack)
        if found.attempts is not None and self.caller is not None and "retry" not in self._options:
            self.caller.retry = msgspec.structs.replace(self.caller.retry, attempts=found.attempts)
        known = place.region
        signer = SigV4Signer.for_s3(known) if self._service == "s3" else SigV4Signer(self._service, known)
        self._signer = signer
        self._authorizer = SigV4Authorizer(self._clock, signer, self._credentials)
        self._place = place
        return place

"""Swift's own way to get a token, v1: a user and a key in headers.

It is what Swift's TempAuth and swauth, Ceph's gateway and Rackspace's first identity service speak.
"""

from __future__ import annotations

import msgspec

from cumuli.calls.caller import Caller
from cumuli.errors import AuthenticationError, CloudError, ConfigurationError, MalformedResponse
from cumuli.providers.openstack.catalog import ServiceEndpoint, split_endpoint, version_in_path
from cumuli.providers.openstack.identity.keystone import KeystoneIdentity
from cumuli.providers.openstack.swift.faults import error_of
from cumuli.runtime.messages import Request, Response
from cumuli.secret import Secret
from cumuli.storage.headers import number

__all__ = ["SwiftV1Session", "V1Token", "auth_request", "check_auth", "is_v1", "parse_auth"]

# A token is renewed this many seconds before its end, or a tenth of its life before it if that is less.
RENEW_BEFORE = 60.0


class V1Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token and the addresses that came with it.

    Attributes:
        secret: The token itself.
        storage: Where the account is.
        cdn: Where its containers are published (Rackspace), or None.
        lifetime: Seconds it is good for, or None where that was not told.
    """

    secret: Secret
    storage: ServiceEndpoint
    cdn: ServiceEndpoint | None = None
    lifetime: float | None = None


def is_v1(auth_url: str) -> bool:
    """Whether a URL is of this way in: it ends in ``/v1.0`` or ``/v1``.

    Raises:
        ConfigurationError: It is no URL.
    """
    path = split_endpoint(auth_url).path
    versioned = version_in_path(path)
    return versioned is not None and versioned[1].startswith("v1") and versioned[0] == path


def auth_request(auth_url: str, user: str, key: Secret) -> Request:
    """The request for a token."""
    place = split_endpoint(auth_url)
    return Request(
        method="GET",
        origin=place.origin,
        target=place.path or "/",
        headers=(("X-Auth-User", user), ("X-Auth-Key", key.reveal())),
        operation="authenticate",
        identity=True,
    )


def check_auth(answer: Response) -> CloudError | None:
    """The error that an answer to it tells of, or None."""
    if answer.status in {401, 403}:
        return AuthenticationError(
            "the service refuses these credentials; check the user (often account:user) and the key",
            status=answer.status,
        )
    if answer.status in {400, 404, 405, 412}:
        return ConfigurationError(
            f"auth_url does not lead to a service that gives tokens (HTTP {answer.status}); it usually ends in "
            "/auth/v1.0",
            status=answer.status,
        )
    return error_of(answer, method="GET", subject="account")


def parse_auth(answer: Response) -> V1Token:
    """The token of an answer.

    Raises:
        MalformedResponse: It holds none, or not where the account is.
    """
    token = answer.headers.get("x-auth-token") or answer.headers.get("x-storage-token")
    storage = answer.headers.get("x-storage-url")
    if not token or not storage:
        raise MalformedResponse(
            "the answer holds no token, or not where the account is; check auth_url", status=answer.status
        )
    cdn = answer.headers.get("x-cdn-management-url")
    lifetime = number(answer.headers.get("x-auth-token-expires"))
    try:
        return V1Token(
            secret=Secret(token),
            storage=split_endpoint(storage),
            cdn=split_endpoint(cdn) if cdn else None,
            lifetime=None if lifetime is None else float(lifetime),
        )
    except ConfigurationError as error:
        raise MalformedResponse(f"the service names no usable address: {error.message}") from None


class SwiftV1Session:
    """One token for all the calls of a client, renewed when it ends: as ``KeystoneSession``, with the same promises.

    Args:
        caller: Sends the requests for tokens; one without an authorizer.
        auth_url: Where tokens are given.
        user: The user, often ``account:user``.
        key: The user's key.
        endpoint: Address of the account, instead of the one that comes with the token.
        cdn_endpoint: Likewise of the content delivery network's management.
    """

    def __init__(
        self,
        caller: Caller,
        *,
        auth_url: str,
        user: str,
        key: Secret,
        endpoint: str | None = None,
        cdn_endpoint: str | None = None,
    ) -> None:
        split_endpoint(auth_url)
        self._caller = caller
        self._auth_url = auth_url
        self._user = user
        self._key = key
        self._endpoint = split_endpoint(endpoint) if endpoint else None
        self._cdn_endpoint = split_endpoint(cdn_endpoint) if cdn_endpoint else None
        self._lock = caller.runtime.lock()
        self._token: V1Token | None = None
        self._fresh_until = float("inf")

    async def authorize(self, request: Request) -> Request:
        """The request with the token of now."""
        token = await self._current()
        return request.with_headers({"X-Auth-Token": token.secret.reveal()})

    async def renew(self, rejected: Request) -> bool:
        """After a 401: True when there is a token that ``rejected`` did not carry."""
        refused = rejected.header("x-auth-token")
        async with self._lock:
            # Another call may have renewed it meanwhile.
            if self._token is None or self._token.secret.reveal() == refused:
                await self._obtain()
            return True

    async def identity(self) -> KeystoneIdentity:
        """Who one is: the user whose name was given, after the service has taken the key."""
        await self._current()
        return KeystoneIdentity(user_name=self._user)

    async def endpoint(self, service_type: str) -> ServiceEndpoint:
        """Where the account is (``"object-store"``), or its containers are published (``"rax:object-cdn"``).

        Raises:
            ConfigurationError: The service does not tell.
        """
        if service_type == "object-store":
            return self._endpoint or (self._token or await self._current()).storage
        found = self._cdn_endpoint or (self._token or await self._current()).cdn
        if found is None:
            raise ConfigurationError(
                "the service names no content delivery network; give its address in "
                f"endpoints={{{service_type!r}: …}} if there is one"
            )
        return found

    async def _current(self) -> V1Token:
        token = self._token
        if token is not None and self._caller.runtime.monotonic() < self._fresh_until:
            return token
        async with self._lock:
            token = self._token
            if token is None or self._caller.runtime.monotonic() >= self._fresh_until:
                token = await self._obtain()
            return token

    async def _obtain(self) -> V1Token:
        """A new token; the lock is held."""
        request = auth_request(self._auth_url, self._user, self._key)
        token = parse_auth(await self._caller.call(request, check=check_auth, repeatable=True))
        self._token = token
        self._fresh_until = float("inf")
        if token.lifetime is not None:
            margin = min(RENEW_BEFORE, token.lifetime / 10)
            self._fresh_until = self._caller.runtime.monotonic() + token.lifetime - margin
        return token

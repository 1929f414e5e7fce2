"""``SwiftV1Session``: one token of Swift's own kind for all the calls of a client, renewed when it ends."""

from __future__ import annotations

from cumuli.calls.caller import Caller
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.catalog import ServiceEndpoint, split_endpoint
from cumuli.providers.openstack.swift.v1_wire import V1Token, auth_request, check_auth, parse_auth
from cumuli.runtime.messages import Request
from cumuli.secret import Secret

__all__ = ["SwiftV1Session"]

# A token is renewed this many seconds before its end, or a tenth of its life before it if that is less.
RENEW_BEFORE = 60.0


class SwiftV1Session:
    """What ``KeystoneSession`` is for Keystone, with the same promises.

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

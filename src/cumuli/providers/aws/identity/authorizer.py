"""``SigV4Authorizer``: signs every attempt of a call to AWS with the credentials of that moment."""

from __future__ import annotations

from typing import Protocol

from cumuli.providers.aws.identity.credentials import AWSCredentials, CredentialsProvider, RenewableCredentialsProvider
from cumuli.providers.aws.sigv4 import SigV4Signer
from cumuli.runtime.messages import Request

__all__ = ["SigV4Authorizer"]


class Clock(Protocol):
    """Tells the time that signatures are made with."""

    def now(self) -> float: ...


class SigV4Authorizer:
    """An ``Authorizer`` of the call loop.

    Args:
        clock: The client's.
        signer: Of the service and region.
        credentials: Gives the credentials; asked at every attempt.
    """

    def __init__(self, clock: Clock, signer: SigV4Signer, credentials: CredentialsProvider) -> None:
        self._clock = clock
        self._signer = signer
        self._credentials = credentials

    async def authorize(self, request: Request) -> Request:
        """The request, signed now.

        A hash of the payload that is known beforehand, or ``UNSIGNED-PAYLOAD``, is handed over in
        the request's ``x-amz-content-sha256`` header.
        """
        return self._signer.sign(request, await self._credentials.get(), self._clock.now())

    async def renew(self, rejected: Request) -> bool:
        """Whether there are other credentials than those that ``rejected`` was signed with."""
        current = await self._credentials.get()
        if not _signed_with(rejected, current):
            return True
        if isinstance(self._credentials, RenewableCredentialsProvider):
            return await self._credentials.renew(current)
        return False

    async def presign(self, request: Request, *, expires_in: int, payload_hash: str | None = None) -> str:
        """A URL that carries the signature; see ``SigV4Signer.presign``."""
        credentials = await self._credentials.get()
        return self._signer.presign(
            request, credentials, self._clock.now(), expires_in=expires_in, payload_hash=payload_hash
        )


def _signed_with(request: Request, credentials: AWSCredentials) -> bool:
    token = credentials.token.reveal() if credentials.token else None
    return (
        f"Credential={credentials.access_key}/" in (request.header("authorization") or "")
        and request.header("x-amz-security-token") == token
    )

"""``AsyncAcme``: the client. ``Acme`` is generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Unpack

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.models import Volume
from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import ConfigurationError, InvalidRequest
from cumuli.providers.acme.driver import ENDPOINT, AcmeAuthorizer, AcmeDriver
from cumuli.providers.acme.models import AcmeNode
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret

__all__ = ["AsyncAcme"]


class AsyncAcme(AsyncCompute[AcmeNode, Volume]):
    """Acme Cloud (API v1)."""

    credential_arguments: ClassVar[CredentialArguments] = CredentialArguments(ways=(frozenset({"token"}),))

    def __init__(
        self,
        token: str | Secret,
        *,
        endpoint: str = ENDPOINT,
        page_size: int = 100,
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent.

        Args:
            token: The account's token.
            endpoint: Origin of the API, for another server that speaks it.
            page_size: How many nodes to ask for in one page of a listing.

        Raises:
            ConfigurationError: The token is empty, or the size of pages is less than 1.
        """
        hidden = token if isinstance(token, Secret) else Secret(token)
        if not hidden or page_size < 1:
            raise ConfigurationError("Acme Cloud needs a token, and a page_size of at least 1", provider="acme")
        runtime = make_runtime(_runtime, options)
        caller = make_caller(runtime, options, provider="acme", authorizer=AcmeAuthorizer(hidden))
        self._acme = AcmeDriver(caller, endpoint=endpoint.rstrip("/"), page_size=page_size)
        super().__init__(self._acme)

    async def ex_call(
        self,
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"],
        path: str,
        *,
        body: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """Send any authorised call of the API and return its answer as parsed JSON.

        Args:
            method: The HTTP method; only ``"GET"`` is tried again after a failure.
            path: What follows the version, encoded, with its query: ``"/servers?limit=1"``.
            body: What to send as JSON; None for nothing.

        Raises:
            InvalidRequest: The path does not start with a slash, or the call is refused.
        """
        if not path.startswith("/"):
            raise InvalidRequest(f'{path!r} is no path of the API; one looks like "/servers?limit=1"')
        operation = f"{method} {path.partition('?')[0]}"
        return await self._do(
            self._acme.call(method, path, dict[str, object], operation=operation, body=body, repeatable=method == "GET")
        )

"""Acme Cloud's calls."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.errors import CloudError
from cumuli.providers.acme import wire
from cumuli.providers.acme.models import AcmeContainer
from cumuli.runtime.messages import Request, Response
from cumuli.secret import Secret
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import StorageDriver
from cumuli.storage.models import Object

__all__ = ["ENDPOINT", "AcmeAuthorizer", "AcmeDriver"]

T = TypeVar("T")

ENDPOINT = "https://api.acme.example"


class AcmeAuthorizer:
    """Puts the token on each attempt."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    async def authorize(self, request: Request) -> Request:
        header = ("Authorization", f"Bearer {self._token.reveal()}")
        return msgspec.structs.replace(request, headers=(*request.headers, header))

    async def renew(self, rejected: Request) -> bool:
        return False


class AcmeDriver(StorageDriver[AcmeContainer, Object]):
    """Acme Cloud, API v1.

    Args:
        caller: Sends requests, authorised by an ``AcmeAuthorizer``.
        endpoint: Origin of the API.
        page_size: How many folders to ask for in one page.
    """

    provider = wire.PROVIDER
    # Whatever is not among these raises NotSupported before anything is sent.
    capabilities = Capabilities(
        frozenset(
            {
                StorageCapability.LIST_CONTAINERS,
                StorageCapability.GET_CONTAINER,
            }
        )
    )

    def __init__(self, caller: Caller, *, endpoint: str, page_size: int) -> None:
        super().__init__(caller)
        self._endpoint = endpoint
        self._page_size = page_size

    async def list_containers(self, *, cursor: str | None) -> Page[AcmeContainer]:
        query = f"limit={self._page_size}&page={cursor or 1}"
        found = await self.call("GET", f"/folders?{query}", wire.Folders, operation="listFolders")
        return Page([wire.container_of(folder) for folder in found.folders], str(found.next) if found.next else None)

    async def get_container(self, name: str) -> AcmeContainer:
        path = f"/folders/{quote(name, safe='')}"
        return wire.container_of(await self.call("GET", path, wire.Folder, operation="getFolder"))

    async def call(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        operation: str,
        body: object = None,
        repeatable: bool = True,
    ) -> T:
        """Send one call and decode its answer.

        Args:
            method: The HTTP method.
            path: What follows the version, encoded, with its query.
            kind: What the answer is to be.
            operation: The API's own name of the call, for errors and logs.
            body: What to send as JSON; None for nothing.
            repeatable: False for what must not happen twice.
        """
        request = Request(
            method=method,
            origin=self._endpoint,
            target=f"/v1{path}",
            headers=() if body is None else (("Content-Type", "application/json"),),
            body=b"" if body is None else msgspec.json.encode(body),
            operation=operation,
        )
        response = await self.caller.call(request, check=_check, repeatable=repeatable)
        # An answer of another shape becomes MalformedResponse in the client.
        return msgspec.json.decode(response.body, type=kind)


def _check(response: Response) -> CloudError | None:
    return None if 200 <= response.status < 300 else wire.error_of(response.status, response.body)

"""``AsyncExample``: Example Cloud's client. ``Example`` is generated from it."""

from __future__ import annotations

from typing import ClassVar, Unpack

from cumuli import ConfigurationError, Node, Secret, Volume
from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import id_of
from cumuli.credential_arguments import CredentialArguments
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory

from cumuli_example.driver import ENDPOINT, ExampleAuthorizer, ExampleDriver
from cumuli_example.models import ExampleNode

__all__ = ["AsyncExample"]


class AsyncExample(AsyncCompute[ExampleNode, Volume]):
    """Example Cloud (API v1)."""

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
            ConfigurationError: The token or the size of pages is no such thing.
        """
        hidden = token if isinstance(token, Secret) else Secret(token)
        if not hidden or page_size < 1:
            raise ConfigurationError("Example Cloud needs a token, and a page_size of at least 1", provider="example")
        runtime = make_runtime(_runtime, options)
        caller = make_caller(runtime, options, provider="example", authorizer=ExampleAuthorizer(hidden))
        self._example = ExampleDriver(caller, endpoint=endpoint, page_size=page_size)
        super().__init__(self._example)

    async def ex_rack(self, node: Node | str) -> str | None:
        """Where in the datacenter a node stands.

        Example Cloud's operation: ``getServer``.

        Args:
            node: The node.

        Raises:
            NodeNotFound: It does not exist.
        """
        return (await self.get_node(id_of(node, Node, self.provider))).rack

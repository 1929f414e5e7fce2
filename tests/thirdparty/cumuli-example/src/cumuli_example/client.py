"""``Example``: Example Cloud's client.

Generated from aio.py by python -m cumuli.generate. Change that file and run that again.
"""

from __future__ import annotations

from typing import ClassVar, Unpack

from cumuli import Node, Secret, Volume
from cumuli.calls.options import ClientOptions
from cumuli.compute.client import Compute
from cumuli.credential_arguments import CredentialArguments
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.protocol import RuntimeFactory

from cumuli_example.aio import AsyncExample
from cumuli_example.driver import ENDPOINT
from cumuli_example.models import ExampleNode

__all__ = ["Example"]


class Example(Compute[ExampleNode, Volume]):
    """Example Cloud (API v1)."""

    credential_arguments: ClassVar[CredentialArguments] = AsyncExample.credential_arguments

    def __init__(
        self,
        token: str | Secret,
        *,
        endpoint: str = ENDPOINT,
        page_size: int = 100,
        _runtime: RuntimeFactory = blocking_runtime,
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
        self._example = AsyncExample(token, endpoint=endpoint, page_size=page_size, _runtime=_runtime, **options)
        super().__init__(self._example)

    def ex_rack(self, node: Node | str) -> str | None:
        """Where in the datacenter a node stands.

        Example Cloud's operation: ``getServer``.

        Args:
            node: The node.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._example.ex_rack(node))

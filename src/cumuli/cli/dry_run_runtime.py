"""``DryRunRuntime``: shows the first request that changes something instead of sending it."""

from __future__ import annotations

from cumuli.cli.dry_run import RequestShown, shown
from cumuli.cli.looking import is_looking
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.messages import Request, Response, ResponseStream
from cumuli.runtime.timeouts import Patience

__all__ = ["DryRunRuntime"]


class DryRunRuntime(BlockingRuntime):
    """Sends only what obtains credentials, which a request cannot be built without, and what is looked at first."""

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        """The answer to an identity request.

        Raises:
            RequestShown: It is any other.
        """
        if not request.identity and not is_looking():
            raise RequestShown(shown(request))
        return await super().send(request, deadline=deadline, patience=patience)

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        """As ``send``."""
        if not request.identity and not is_looking():
            raise RequestShown(shown(request))
        return await super().stream(request, deadline=deadline, patience=patience)

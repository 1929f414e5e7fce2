"""``ClockRuntime``: a runtime that notes by which clock it was answered."""

from __future__ import annotations

import time
from typing import ClassVar

from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.timeouts import Patience

__all__ = ["ClockRuntime"]


class ClockRuntime(BlockingRuntime):
    """As any, for one look.

    Attributes:
        seen: Who answered, the ``Date`` of the answer, and this machine's time.
    """

    seen: ClassVar[list[tuple[str, str, float]]] = []

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        """As ``BlockingRuntime``'s."""
        response = await super().send(request, deadline=deadline, patience=patience)
        date = response.headers.get("date")
        if date is not None:
            self.seen.append((request.origin, date, time.time()))
        return response

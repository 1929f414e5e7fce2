"""A runtime that records what is sent and answers as AWS's model says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any
from urllib.parse import parse_qs

from cumuli.runtime.messages import Headers, Request, Response
from cumuli.runtime.timeouts import Patience
from tests.contract.aws_model import EC2Model

__all__ = ["RecordingRuntime"]

Fault = tuple[int, str]


class RecordingRuntime:
    """Does no I/O and never suspends.

    Args:
        model: Makes the answers.
        faults: Actions that fail, each with an HTTP status and AWS's code.
    """

    def __init__(self, model: EC2Model, faults: dict[str, Fault]) -> None:
        self.sent: list[Request] = []
        self._model = model
        self._faults = faults

    @property
    def actions(self) -> list[str]:
        return [request.operation for request in self.sent]

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        self.sent.append(request)
        action = request.operation
        if action in self._faults:
            status, code = self._faults[action]
            body = (
                f"<Response><Errors><Error><Code>{code}</Code><Message>Said so.</Message></Error></Errors>"
                "<RequestID>0</RequestID></Response>"
            )
            return Response(status=status, headers=Headers(), body=body.encode())
        assert isinstance(request.body, bytes)
        # One more page of every listing, so that what a second page is asked with is seen as well.
        first = "MaxResults" in parse_qs(request.body.decode()) and "NextToken" not in parse_qs(request.body.decode())
        return Response(status=200, headers=Headers(), body=self._model.answer(action, next_token=first))

    def now(self) -> float:
        return 1_700_000_000.0

    def monotonic(self) -> float:
        return 0.0

    def random(self) -> float:
        return 0.0

    def token(self) -> str:
        return "00000000-0000-4000-8000-000000000001"

    def lock(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here has to be waited for")

    async def offload(self, function: Callable[[], Any]) -> Any:
        return function()

    async def close(self) -> None:
        pass

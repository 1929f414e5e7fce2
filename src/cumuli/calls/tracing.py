"""OpenTelemetry spans for those who use it, nothing at all for those who do not."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, cast

__all__ = ["Span", "call_span"]


class Span(Protocol):
    """The part of an OpenTelemetry span that is used here."""

    def set_attribute(self, key: str, value: str | float) -> None: ...


_NOTHING: AbstractContextManager[Span | None] = nullcontext(None)


def call_span(provider: str, operation: str, origin: str) -> AbstractContextManager[Span | None]:
    """A span around one logical call, its retries included.

    A program that traces has imported ``opentelemetry.trace`` itself; one that has not is not made
    to pay for the import.
    """
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return _NOTHING
    from cumuli.version import __version__

    tracer = trace.get_tracer("cumuli", __version__)
    return cast(
        "AbstractContextManager[Span | None]",
        tracer.start_as_current_span(
            f"{provider} {operation}",
            attributes={"rpc.system": provider, "rpc.method": operation, "server.address": origin.partition("://")[2]},
        ),
    )

"""The only room that touches sockets, files, clocks, threads and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cumuli.runtime.protocol import Runtime, TransportSettings

__all__ = ["asynchronous_runtime", "blocking_runtime"]


def blocking_runtime(settings: TransportSettings) -> Runtime:
    """The runtime behind the sync clients."""
    from cumuli.runtime.blocking.runtime import BlockingRuntime

    return BlockingRuntime(settings)


def asynchronous_runtime(settings: TransportSettings) -> Runtime:
    """The runtime behind the async clients."""
    from cumuli.runtime.loop.runtime import AsyncioRuntime

    return AsyncioRuntime(settings)

"""Driving one test body over either runtime."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from cumuli.runtime import asynchronous_runtime, blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.protocol import Runtime, TransportSettings

T = TypeVar("T")

FLAVOURS = ("blocking", "asyncio")


class Flavour:
    """One of the two runtimes, and how to run a coroutine function over it."""

    def __init__(self, name: str) -> None:
        assert name in FLAVOURS
        self.name = name

    def __repr__(self) -> str:
        return f"Flavour({self.name!r})"

    @property
    def is_async(self) -> bool:
        return self.name == "asyncio"

    def runtime(self, **settings: Any) -> Runtime:
        # Tests reach nothing but loopback: a proxy of the machine's must not come between.
        settings.setdefault("proxy", "")
        factory = asynchronous_runtime if self.is_async else blocking_runtime
        return factory(TransportSettings(**settings))

    def drive(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(coroutine) if self.is_async else run(coroutine)

    def run(self, case: Callable[[Runtime], Coroutine[Any, Any, T]], **settings: Any) -> T:
        """The result of ``case(runtime)`` over a runtime that is closed afterwards."""

        async def whole() -> T:
            runtime = self.runtime(**settings)
            try:
                return await case(runtime)
            finally:
                await runtime.close()

        return self.drive(whole())

"""Both flavours from one test body.

A test that asks for ``flavour`` (or for a fixture that does) is ``async def``, is written against
the async clients, and runs twice. For the sync flavour ``flavour.shape(client)`` puts a thin proxy
around the sync client, so that its methods can be awaited and its iterators walked with ``async
for``; what runs is the sync client itself, without an event loop: the body is driven as the sync
clients drive theirs. So a body awaits clients and ``flavour``, and nothing of asyncio.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any, Protocol, Self, TypeVar

import pytest

__all__ = ["Flavour", "flavour"]

T = TypeVar("T")


class Flavour(Protocol):
    """One way to run a test body."""

    name: str

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine. Everything of one test runs on the same event loop, if on any."""
        ...

    # Any, here and below: the client of whichever provider, whose methods are looked up by name.
    def shape(self, client: Any) -> Any:
        """A client of this flavour in the shape of the async one."""

    async def sleep(self, seconds: float) -> None: ...

    def close(self) -> None: ...


class AsyncFlavour:
    name = "async"

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def shape(self, client: Any) -> Any:
        return client

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def close(self) -> None:
        self._runner.close()


class SyncFlavour:
    name = "sync"

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        try:
            awaited = coroutine.send(None)
        except StopIteration as stop:
            result: T = stop.value
            return result
        coroutine.close()
        raise AssertionError(f"the test body awaited {awaited!r}; in the sync flavour there is no event loop")

    def shape(self, client: Any) -> Any:
        return SyncInAsyncShape(client)

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251 - there is no event loop to hold up

    def close(self) -> None:
        pass


class SyncInAsyncShape:
    """A sync client whose methods can be awaited."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, "close" if name == "aclose" else name)
        if not inspect.ismethod(value):
            return value
        if name.removeprefix("ex_").startswith("iterate_"):

            def walked(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
                return _walk(value(*args, **kwargs))

            return walked
        if name.endswith("_as_stream"):

            def stream(*args: Any, **kwargs: Any) -> SyncStreamInAsyncShape:
                return SyncStreamInAsyncShape(value(*args, **kwargs))

            return stream
        if name == "open_object":

            def opened(*args: Any, **kwargs: Any) -> SyncFileInAsyncShape:
                return SyncFileInAsyncShape(value(*args, **kwargs))

            return opened

        async def method(*args: Any, **kwargs: Any) -> Any:
            return value(*args, **kwargs)

        return method

    def __repr__(self) -> str:
        return repr(self._client)

    async def __aenter__(self) -> Self:
        self._client.__enter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._client.__exit__(*failure)


class SyncStreamInAsyncShape(SyncInAsyncShape):
    """A sync stream that can be walked with ``async for``."""

    def __aiter__(self) -> SyncStreamInAsyncShape:
        return self

    async def __anext__(self) -> Any:
        try:
            return next(self._client)
        except StopIteration:
            raise StopAsyncIteration from None


class SyncFileInAsyncShape(SyncInAsyncShape):
    """A sync file whose reads can be awaited; its own methods are no functions of Python's."""

    async def read(self, size: int = -1) -> Any:
        return self._client.read(size)

    async def seek(self, offset: int, whence: int = 0) -> Any:
        return self._client.seek(offset, whence)

    async def aclose(self) -> None:
        self._client.close()


async def _walk(items: Iterator[T]) -> AsyncIterator[T]:
    try:
        for item in items:
            yield item
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()


@pytest.fixture(params=["sync", "async"])
def flavour(request: pytest.FixtureRequest) -> Iterator[Flavour]:
    """How the test body runs; every test that uses it runs in both flavours."""
    chosen: Flavour = SyncFlavour() if request.param == "sync" else AsyncFlavour()
    yield chosen
    chosen.close()


async def eventually(
    flavour: Flavour, look: Callable[[], Awaitable[T]], good: Callable[[T], bool], *, within: float = 120.0
) -> T:
    """Look again and again until what is seen is good, and give it; fail after ``within`` seconds."""
    end = time.monotonic() + within
    pause = 0.02
    while True:
        seen = await look()
        if good(seen):
            return seen
        assert time.monotonic() < end, f"after {within} s still {seen!r}"
        await flavour.sleep(pause)
        pause = min(pause * 2, 1.0)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Run ``async def`` tests in their flavour."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    if any(name.startswith("cumuli_") for name in pyfuncitem.fixturenames):
        # Of cumuli.testing.plugin, which runs it.
        return None
    if "flavour" not in pyfuncitem.funcargs:
        raise AssertionError("an async test asks for the fixture `flavour`, which says how it is run")
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}
    chosen: Any = pyfuncitem.funcargs["flavour"]
    chosen.run(pyfuncitem.obj(**arguments))
    return True

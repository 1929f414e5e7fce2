"""What the storage suite needs to know of a provider, and the bench its tests work at."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from cumuli.errors import CloudError
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.client import Storage
from cumuli.storage.models import Container, Object
from cumuli.testing.flavours import Flavour

__all__ = ["Bench", "Seen", "StorageTarget"]

_numbers = count(1)


@dataclass(frozen=True)
class Seen:
    """An object as a second pair of eyes sees it."""

    content: bytes
    content_type: str | None = None
    meta_data: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class StorageTarget:
    """A provider to try, and what to try it with.

    Attributes:
        name: For the report.
        sync_client: Makes a sync client; takes more settings by keyword. It is not shown: it knows secrets.
        async_client: Makes an async client, of the same account, likewise.
        small_pages: Settings that make listings come in pages of a few names; None if there are none.
        part_size: Bytes of the smallest part that the provider takes, but for the last one.
        gaps: What the provider lacks, with the reason. A key is a ``StorageCapability`` that its
            clients do not declare, or the name of a test of the suite without ``test_``.
        requests: Whether the provider is asked by requests, which can be counted.
        eyes: Looks at an object by another way (another library, the server's own files): what is
            seen of ``(container, name)``, or None where there is none. None if there is no other way.
        write: Puts an object by another way: ``(container, name, Seen)``. None if there is none.
        open_uploads: How many uploads in parts are under way in a container; None if nobody knows.
        fill: Puts empty or tiny objects of these names into a container, in any way that is fast.
            None to have the client put them.
        fetch: What an HTTP library gets for ``(method, url, body, headers)``: status and body. None
            where URLs lead nowhere.
        prefix: How the names of containers begin.
        unsendable: Characters that the server, for a reason of its own, takes in no name.
    """

    name: str
    sync_client: Callable[..., Storage[Container, Object]] = field(repr=False)
    async_client: Callable[..., AsyncStorage[Container, Object]] = field(repr=False)
    small_pages: Mapping[str, Any] | None = None
    part_size: int = 5 * 1024 * 1024
    gaps: Mapping[StorageCapability | str, str] = field(default_factory=dict[StorageCapability | str, str])
    requests: bool = True
    eyes: Callable[[str, str], Seen | None] | None = None
    write: Callable[[str, str, Seen], None] | None = None
    open_uploads: Callable[[str], int] | None = None
    fill: Callable[[str, Iterable[str]], None] | None = None
    fetch: Callable[[str, str, bytes, Mapping[str, str]], tuple[int, bytes]] | None = None
    prefix: str = "cumuli"
    unsendable: str = ""
    shared: dict[str, str] = field(default_factory=dict[str, str], init=False)


class RequestCounter(logging.Handler):
    """Counts requests by the record that the library logs of every attempt."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.requests = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.requests += hasattr(record, "attempt")


class Bench:
    """One test's place to work: a client, containers (removed afterwards), and the requests it sends."""

    def __init__(self, target: StorageTarget, flavour: Flavour) -> None:
        self.target = target
        self.flavour = flavour
        self.cloud = self.client()
        self._containers: list[str] = []
        self._counter = RequestCounter()
        self._log = logging.getLogger("cumuli.http")
        self._level = self._log.level
        self._log.addHandler(self._counter)
        self._log.setLevel(logging.DEBUG)

    @property
    def requests(self) -> int:
        """How many requests have been sent since the test began, by any client in this process."""
        return self._counter.requests

    def client(self, **settings: Any) -> AsyncStorage[Container, Object]:
        """A client of the target, in the shape of the async one whatever its flavour."""
        make = self.target.async_client if self.flavour.name == "async" else self.target.sync_client
        shaped: AsyncStorage[Container, Object] = self.flavour.shape(make(**settings))
        return shaped

    def name(self) -> str:
        """A container's name that nothing else has, and that every provider takes."""
        return f"{self.target.prefix}-{next(_numbers)}-{os.getpid():x}-{id(self):x}"

    async def container(self) -> str:
        """A new container."""
        name = self.name()
        await self.cloud.create_container(name)
        self._containers.append(name)
        return name

    async def shared_container(self, key: str, names: Callable[[], Iterable[str]]) -> str:
        """A container with objects of these names, made once for all tests of the target."""
        if key not in self.target.shared:
            container = self.name()
            await self.cloud.create_container(container)
            if self.target.fill is not None:
                self.target.fill(container, names())
            else:
                for name in names():
                    await self.cloud.upload_object(b"", container, name, content_type="text/plain")
            self.target.shared[key] = container
        return self.target.shared[key]

    def pieces(self, *pieces: bytes) -> Any:
        """Pieces of content as this flavour's iterator of unknown length."""

        async def walk() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        return walk() if self.flavour.name == "async" else iter(pieces)

    def failing(self, error: Exception, *pieces: bytes) -> Any:
        """Pieces of content, and then an error of the caller's own."""

        def walk() -> Iterator[bytes]:
            yield from pieces
            raise error

        async def awalk() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece
            raise error

        return awalk() if self.flavour.name == "async" else walk()

    async def read(self, obj: Any) -> bytes:
        """An object's content."""
        target = io.BytesIO()
        await self.cloud.download_object(obj, target)
        return target.getvalue()

    def look(self, container: str, name: str, content: bytes, **expected: object) -> None:
        """The second pair of eyes, if there is one, sees the object, with this content."""
        if self.target.eyes is None:
            return
        seen = self.target.eyes(container, name)
        assert seen is not None, f"{self.target.name}: {container}/{name} is seen by cumuli alone"
        assert seen.content == content
        for what, value in expected.items():
            other = getattr(seen, what)
            assert other is None or other == value, f"{self.target.name}: {what} is {other!r} to others"

    def look_gone(self, container: str, name: str) -> None:
        """The second pair of eyes does not see the object."""
        if self.target.eyes is not None:
            assert self.target.eyes(container, name) is None

    def assert_no_open_uploads(self, container: str) -> None:
        if self.target.open_uploads is not None:
            assert self.target.open_uploads(container) == 0

    async def tidy(self) -> None:
        """Remove the containers and what they hold."""
        for container in self._containers:
            with suppress(CloudError):
                await self.cloud.delete_objects(await self.cloud.list_container_objects(container))
                await self.cloud.delete_container(container)

    def close(self) -> None:
        """Tidy up, and close the client."""
        self._log.removeHandler(self._counter)
        self._log.setLevel(self._level)

        async def end() -> None:
            await self.tidy()
            await self.cloud.aclose()

        self.flavour.run(end())

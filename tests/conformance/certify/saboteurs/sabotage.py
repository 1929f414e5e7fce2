"""Drivers that are broken on purpose, each in one way: a provider of another distribution, found by its entry point."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from cumuli import MemoryAccount, MemoryStorageAccount, ObjectNotFound, ProviderInfo
from cumuli.calls.paging import Page
from cumuli.errors import NodeNotFound, NotSupported
from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
from cumuli.providers.memory.compute.client import MemoryCompute
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage

Method = Callable[..., Awaitable[Any]]
INFO = [
    ProviderInfo(
        name="sabotaged",
        service="compute",
        title="Sabotaged compute",
        client="sabotage:Compute",
        async_client="sabotage:AsyncCompute",
    ),
    ProviderInfo(
        name="sabotaged",
        service="storage",
        title="Sabotaged storage",
        client="sabotage:Storage",
        async_client="sabotage:AsyncStorage",
    ),
]
SERVERS, OBJECTS = MemoryAccount(), MemoryStorageAccount()


class Fault:
    """One way in which a driver is broken. ``verb`` is the method of the driver that is replaced."""

    def __init__(self, driver: Any, verb: str) -> None:
        self.driver = driver
        self.right: Method = getattr(driver, verb)
        setattr(driver, verb, self)


class DropsTheLastPage(Fault):
    async def __call__(self, *given: Any, **named: Any) -> Any:
        page = await self.right(*given, **named)
        return Page([], None) if page.next is None and named["cursor"] is not None else page


class ClaimsWhatItLacks(Fault):
    async def __call__(self, *given: Any, **named: Any) -> Any:
        raise NotSupported("not written yet")


class LeaksAVolume(Fault):
    """A node's data disk, which nobody takes away with the node."""

    async def __call__(self, *given: Any, **named: Any) -> Any:
        made = await self.right(*given, **named)
        await self.driver.create_volume(size=1, name=f"data of {made.id}", location=None, snapshot=None)
        return made


class SendsItTwice(Fault):
    """A call that makes something is repeated as if it were not: the first one's volume is nobody's."""

    async def __call__(self, *given: Any, **named: Any) -> Any:
        await self.right(*given, **named)
        return await self.right(*given, **named)


class ReturnsAnothersNode(Fault):
    async def __call__(self, node_id: str) -> Any:
        asked = await self.right(node_id)
        return msgspec.structs.replace(asked, id="node-0", name="somebody else's")


class SwallowsAnError(Fault):
    async def __call__(self, *given: Any, **named: Any) -> Any:
        try:
            return await self.right(*given, **named)
        except (NodeNotFound, ObjectNotFound):
            return None


class ReturnsAnothersObject(Fault):
    """The first one of the container, whichever is asked for."""

    def __init__(self, driver: Any, verb: str) -> None:
        super().__init__(driver, verb)
        self.first: dict[str, Any] = {}

    async def __call__(self, spec: Any) -> Any:
        known = self.first.setdefault(spec.address.container, spec.address)
        return await self.right(msgspec.structs.replace(spec, address=known))


class IgnoresTheHash(Fault):
    async def __call__(self, *given: Any, **named: Any) -> Any:
        return msgspec.structs.replace(await self.right(*given, **named), digest=None)


FAULTS: dict[str, tuple[type[Fault], str]] = {
    "drops the last page of nodes": (DropsTheLastPage, "list_nodes"),
    "says that it makes images": (ClaimsWhatItLacks, "create_image"),
    "leaks a volume": (LeaksAVolume, "create_node"),
    "makes two volumes for one": (SendsItTwice, "create_volume"),
    "returns another's node": (ReturnsAnothersNode, "get_node"),
    "swallows an error of nodes": (SwallowsAnError, "reboot_node"),
    "drops the last page of objects": (DropsTheLastPage, "list_objects"),
    "says that it copies": (ClaimsWhatItLacks, "copy_object"),
    "ignores the hash": (IgnoresTheHash, "read_object"),
    "ignores the hash of uploads": (IgnoresTheHash, "put_object"),
    "returns another's object": (ReturnsAnothersObject, "read_object"),
    "swallows an error of objects": (SwallowsAnError, "delete_object"),
}


def break_it(client: Any, fault: str) -> None:
    if not fault:
        return
    kind, verb = FAULTS[fault]
    kind(client._driver, verb)


class AsyncCompute(AsyncMemoryCompute):
    def __init__(self, *, fault: str = "", page_size: int | None = None) -> None:
        super().__init__(SERVERS, page_size=page_size)
        break_it(self, fault)


class Compute(MemoryCompute):
    def __init__(self, *, fault: str = "", page_size: int | None = None) -> None:
        super().__init__(SERVERS, page_size=page_size)
        break_it(self._compute, fault)


class AsyncStorage(AsyncMemoryStorage):
    def __init__(self, *, fault: str = "", page_size: int | None = None) -> None:
        super().__init__(OBJECTS, page_size=page_size)
        break_it(self, fault)


class Storage(MemoryStorage):
    def __init__(self, *, fault: str = "", page_size: int | None = None) -> None:
        super().__init__(OBJECTS, page_size=page_size)
        break_it(self._storage, fault)

"""What every async client has in common: its life, and the context of its errors.

The sync twins are generated; ``cumuli.runtime.blocking.drive`` runs them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from types import TracebackType
from typing import ClassVar, Protocol, Self, TypeVar

import msgspec

from cumuli.argument_types import check_arguments
from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page, iterate_pages
from cumuli.capabilities import Capabilities
from cumuli.credential_arguments import CONVENTIONAL, CredentialArguments
from cumuli.errors import CloudError, MalformedResponse

__all__ = ["AsyncClient", "Driver"]

T = TypeVar("T")


class Driver(Protocol):
    """What a client needs of any driver, whatever the service."""

    @property
    def provider(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def caller(self) -> Caller: ...

    async def close(self) -> None: ...


class AsyncClient:
    """Base of the async clients of every service. Methods of its subclasses check the types of their arguments.

    Attributes:
        credential_arguments: By which arguments one says who one is.
    """

    credential_arguments: ClassVar[CredentialArguments] = CONVENTIONAL

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_arguments(cls)

    def __init__(self, driver: Driver) -> None:
        self.__driver = driver
        # The driver's, and the same with the provider's name.
        self.__capabilities: tuple[Capabilities, Capabilities] | None = None

    @property
    def provider(self) -> str:
        """The provider's registry name, such as ``"ec2"``."""
        return self.__driver.provider

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do; asking for more raises ``NotSupported`` before any I/O."""
        found = self.__driver.capabilities
        if self.__capabilities is None or self.__capabilities[0] is not found:
            self.__capabilities = found, msgspec.structs.replace(found, provider=self.provider)
        return self.__capabilities[1]

    async def aclose(self) -> None:
        """Close every connection. The client cannot be used afterwards; closing twice is fine."""
        try:
            await self.__driver.close()
        finally:
            await self.__driver.caller.runtime.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        # Constructor arguments hold secrets; the address tells two clients apart.
        return f"<{type(self).__name__} at {id(self):#x}>"

    async def _do(self, work: Awaitable[T]) -> T:
        """Await a driver's call; errors leave with the provider's name, and only of our own tree."""
        try:
            return await work
        except CloudError as error:
            error.provider = error.provider or self.provider
            raise
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise MalformedResponse(
                f"the answer does not have the shape that the protocol promises: {error}", provider=self.provider
            ) from error

    async def _pages(
        self,
        fetch: Callable[[str | None], Awaitable[Page[T]]],
        key: Callable[[T], Hashable],
        order: Callable[[T], str] | None = None,
    ) -> AsyncIterator[T]:
        """Every item of every page of a driver's listing; see ``iterate_pages``."""

        async def checked(cursor: str | None) -> Page[T]:
            return await self._do(fetch(cursor))

        try:
            async for item in iterate_pages(checked, key=key, order=order):
                yield item
        except CloudError as error:
            # A listing that does not end is found out between the driver's calls.
            error.provider = error.provider or self.provider
            raise

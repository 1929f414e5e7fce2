"""``AsyncSwiftStorage``: what the clients of Swift and of Cloud Files have in common."""

from __future__ import annotations

from polycloud.providers.swift.driver import SwiftDriver
from polycloud.providers.swift.models import SwiftAddress, SwiftContainer, SwiftObject
from polycloud.storage.aio import AsyncStorage
from polycloud.storage.driver import Address
from polycloud.storage.models import ObjectLike

__all__ = ["AsyncSwiftStorage"]


class AsyncSwiftStorage(AsyncStorage[SwiftContainer, SwiftObject]):
    """Containers and objects of Swift."""

    _swift: SwiftDriver

    def _address(self, obj: ObjectLike) -> Address:
        """As of every client; that an object is large is kept, so that its segments go with it."""
        address = super()._address(obj)
        large = obj.large if isinstance(obj, SwiftObject) else None
        return SwiftAddress(container=address.container, name=address.name, large=large)

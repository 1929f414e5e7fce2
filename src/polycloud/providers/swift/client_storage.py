"""``SwiftStorage``: what the clients of Swift and of Cloud Files have in common.

Generated from aio_storage.py by tools/generate_sync.py. Change that file and run ``make format``.
"""

from __future__ import annotations

from polycloud.providers.swift.aio_storage import AsyncSwiftStorage
from polycloud.providers.swift.models import SwiftContainer, SwiftObject
from polycloud.storage.client import Storage

__all__ = ["SwiftStorage"]


class SwiftStorage(Storage[SwiftContainer, SwiftObject]):
    """Containers and objects of Swift."""

    def __init__(self, client: AsyncSwiftStorage) -> None:
        super().__init__(client)
        self._swift_storage = client

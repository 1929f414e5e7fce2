"""``LocalStorage``: object storage in a folder.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from os import PathLike
from typing import Unpack

from cumuli.calls.options import ClientOptions
from cumuli.providers.local.aio import AsyncLocalStorage
from cumuli.providers.local.models import LocalObject
from cumuli.runtime import blocking_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.storage.client import Storage
from cumuli.storage.models import Container
from cumuli.storage.verify import Integrity

__all__ = ["LocalStorage"]


class LocalStorage(Storage[Container, LocalObject]):
    """Object storage in a folder: its sub-folders are the containers, the files below them the objects.

    Files that other programs put there are objects too; links, pipes and devices are not, and
    nothing outside of the folder is ever touched. An upload is there completely or not at all,
    whatever happens in the middle of it, and may go on beside others of any number of processes.
    Content type, metadata and the content's MD5 are kept in an extended attribute of the file
    (``user.cumuli``), or in the container's hidden folder ``.cumuli`` where the file system has
    none. Names that no file can have (``a//b``, ``..``) are written as files called ``.cumuli=…`` and
    folders called ``.cumuli-…``.

    Args:
        root: The folder; ``~`` is one's home, since no shell reads profiles. It is made with the first
            container.
        fsync: True for uploads that return only when the content is on the disk, and survives a
            loss of power.
        integrity: What is asked of the verification of contents; see ``Storage``.
        options: As every client takes; nothing is sent, so those about the network have no effect.

    Raises:
        ConfigurationError: No folder was named.
    """

    def __init__(
        self,
        root: str | PathLike[str],
        *,
        fsync: bool = False,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._local_storage = AsyncLocalStorage(root, fsync=fsync, integrity=integrity, _runtime=_runtime, **options)
        super().__init__(self._local_storage)

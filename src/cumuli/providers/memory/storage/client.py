"""``MemoryStorage``: object storage that lives in memory.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Unpack

from cumuli.calls.options import ClientOptions
from cumuli.providers.memory.runtime import Failures
from cumuli.providers.memory.storage.account import MemoryStorageAccount
from cumuli.providers.memory.storage.aio import DEFAULT_RULES, AsyncMemoryStorage
from cumuli.runtime import blocking_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.client import Storage
from cumuli.storage.models import Container, Object
from cumuli.storage.verify import Integrity

__all__ = ["MemoryStorage"]


class MemoryStorage(Storage[Container, Object]):
    """Object storage that lives in memory, for the tests of programs that use cumuli.

    It does everything that the portable API knows, and it can be told to misbehave as real
    providers and networks do; retries, deadlines, paging and verification treat it as they treat those.

    Args:
        account: What it works on; None for a new, empty ``MemoryStorageAccount``. Clients that are
            given the same one see the same things.
        latency: Seconds that every call takes.
        fail_call: Which calls fail, and with which error. A number is that call of this client's,
            counted from 1, retries included: ``{3: ProviderUnavailable("try later")}``. A verb
            (``"upload_object"``), or an operation (``MemoryStorageAccount.calls`` shows their names), with an error
            fails at every call; with a list of errors it fails that often, and then works. Any of the verbs that read
            stands for all of them, and so do ``list_…`` and ``iterate_…``. A call that fails has no effect.
        throttle: Of so many calls one is ``RateLimited``: every third one for 3, counted as above; None for none.
        consistency_delay: Seconds for which listings of this client do not show objects and containers that are new.
            They can be asked for by their names at once.
        page_size: Most items in one page of a listing; None for all in one.
        corrupt: Operations on whose way one byte of the content changes: ``"put_object"``,
            ``"upload_part"``, ``"read_object"``.
        cut_downloads: After how many bytes the connection of the first read breaks, of the second,
            and so on; later reads are whole.
        part_size: Bytes of a part of a large upload; uploads of twice as much go up in parts.
        without: Capabilities that it is not to have, to see what a program makes of ``NotSupported``.
        integrity: What is asked of the verification of contents; see ``Storage``.
        options: As every client takes; nothing is sent, so those about the network have no effect.

    Raises:
        ConfigurationError: A setting has no meaning.
    """

    def __init__(
        self,
        account: MemoryStorageAccount | None = None,
        *,
        latency: float = 0.0,
        fail_call: Failures | None = None,
        throttle: int | None = None,
        consistency_delay: float = 0.0,
        page_size: int | None = None,
        corrupt: Collection[str] = (),
        cut_downloads: Sequence[int] = (),
        part_size: int = DEFAULT_RULES.part_size,
        without: Iterable[StorageCapability] = (),
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._memory_storage = AsyncMemoryStorage(
            account,
            latency=latency,
            fail_call=fail_call,
            throttle=throttle,
            consistency_delay=consistency_delay,
            page_size=page_size,
            corrupt=corrupt,
            cut_downloads=cut_downloads,
            part_size=part_size,
            without=without,
            integrity=integrity,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._memory_storage)

    @property
    def account(self) -> MemoryStorageAccount:
        """What the client works on. Its ``calls`` tell what was asked of it."""
        return self._memory_storage.account

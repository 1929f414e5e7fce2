"""``AsyncMemoryStorage``: object storage that lives in memory. ``MemoryStorage`` is generated from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Unpack

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.capabilities import Capabilities
from cumuli.errors import ConfigurationError
from cumuli.providers.memory.runtime import Failures, check_orders
from cumuli.providers.memory.storage.account import OPERATIONS, PROVIDER, MemoryStorageAccount
from cumuli.providers.memory.storage.driver import EVERYTHING, MemoryStorageDriver
from cumuli.providers.memory.storage.runtime import SAME, VERBS, MemoryStorageRuntime
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import TransferRules
from cumuli.storage.models import Container, Object
from cumuli.storage.verify import Integrity

__all__ = ["AsyncMemoryStorage"]

DEFAULT_RULES = TransferRules(unknown_length=True)
CORRUPTIBLE = frozenset({"put_object", "upload_part", "read_object"})


class AsyncMemoryStorage(AsyncStorage[Container, Object]):
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
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        if latency < 0 or consistency_delay < 0 or part_size < 1 or (page_size is not None and page_size < 1):
            raise ConfigurationError(
                "latency and consistency_delay are at least 0, and part_size and page_size at least 1"
            )
        failures = check_orders(fail_call or {}, throttle, OPERATIONS.union(VERBS.values()), SAME)
        unknown = CORRUPTIBLE.symmetric_difference(corrupt) - CORRUPTIBLE
        if unknown:
            raise ConfigurationError(f"corrupt has {sorted(unknown)}; content travels in {sorted(CORRUPTIBLE)} only")
        self._account = MemoryStorageAccount() if account is None else account
        network = MemoryStorageRuntime(
            make_runtime(_runtime, options),
            self._account,
            latency=latency,
            failures=failures,
            throttle=throttle,
            consistency_delay=consistency_delay,
            corrupt=corrupt,
            cuts=cut_downloads,
        )
        super().__init__(
            MemoryStorageDriver(
                make_caller(network, options, provider=PROVIDER),
                page_size=page_size,
                capabilities=Capabilities(supported=EVERYTHING.supported.difference(without)),
                rules=TransferRules(part_size=part_size, multipart_from=2 * part_size, unknown_length=True),
            ),
            integrity,
        )

    @property
    def account(self) -> MemoryStorageAccount:
        """What the client works on. Its ``calls`` tell what was asked of it."""
        return self._account

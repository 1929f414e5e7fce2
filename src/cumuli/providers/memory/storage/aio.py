"""``AsyncMemoryStorage``: object storage that lives in memory. ``MemoryStorage`` is generated from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Unpack

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.capabilities import Capabilities
from cumuli.errors import ConfigurationError
from cumuli.providers.memory.runtime import Failures
from cumuli.providers.memory.storage.account import PROVIDER, MemoryStorageAccount
from cumuli.providers.memory.storage.driver import EVERYTHING, MemoryStorageDriver
from cumuli.providers.memory.storage.runtime import MemoryStorageRuntime
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
            counted from 1, retries included: ``{3: ProviderUnavailable("try later")}``. An operation
            (``MemoryStorageAccount.calls`` shows their names) with an error fails at every call;
            with a list of errors it fails that often, and then works. A call that fails has no effect.
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
        page_size: int | None = None,
        corrupt: Collection[str] = (),
        cut_downloads: Sequence[int] = (),
        part_size: int = DEFAULT_RULES.part_size,
        without: Iterable[StorageCapability] = (),
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        if latency < 0 or part_size < 1 or (page_size is not None and page_size < 1):
            raise ConfigurationError("latency is at least 0, and part_size and page_size are at least 1")
        unknown = CORRUPTIBLE.symmetric_difference(corrupt) - CORRUPTIBLE
        if unknown:
            raise ConfigurationError(f"corrupt has {sorted(unknown)}; content travels in {sorted(CORRUPTIBLE)} only")
        self._account = MemoryStorageAccount() if account is None else account
        network = MemoryStorageRuntime(
            make_runtime(_runtime, options),
            self._account,
            latency=latency,
            failures=fail_call or {},
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

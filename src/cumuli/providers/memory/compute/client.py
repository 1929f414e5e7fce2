"""``MemoryCompute``: a compute provider that lives in memory.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from cumuli.calls.options import ClientOptions
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.client import Compute
from cumuli.providers.memory.compute.account import MemoryAccount
from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
from cumuli.providers.memory.compute.models import MemoryNode, MemoryVolume
from cumuli.providers.memory.runtime import Failures
from cumuli.runtime import blocking_runtime
from cumuli.runtime.protocol import RuntimeFactory

__all__ = ["MemoryCompute"]


class MemoryCompute(Compute[MemoryNode, MemoryVolume]):
    """A compute provider that lives in memory, for the tests of programs that use cumuli.

    It does everything that the portable API knows, and it can be told to misbehave as real
    providers do; retries, deadlines and paging treat it as they treat those. There are the sizes
    ``small``, ``medium`` and ``large`` and the images ``debian``, ``fedora`` and ``ubuntu``.

    Args:
        account: What it works on; None for a new, empty ``MemoryAccount``. Clients that are given
            the same one see the same things.
        region: Its region. Nodes, volumes, images and keys of other regions are not seen.
        latency: Seconds that every call takes.
        fail_call: Which calls fail, and with which error. A number is that call of this client's,
            counted from 1, retries included: ``{3: ProviderUnavailable("try later")}``. A verb with
            an error fails at every call: ``{"create_node": QuotaExceeded("too many")}``. A verb
            with a list of errors fails that often, and then works. ``iterate_nodes`` is the same as ``list_nodes``;
            waits have no calls of their own. A call that fails has no effect.
        throttle: Of so many calls one is ``RateLimited``: every third one for 3, counted as above; None for none.
        consistency_delay: Seconds for which this client does not see nodes, volumes, snapshots, images and key pairs
            that are new. Listings do not show them, and what names one is answered that there is none, as EC2 does
            for a while. The client asks again for what it made itself, for up to 10 s in each call, unless it has
            ``retry=False``; so a delay of less makes calls slow, and a longer one makes them ``NotFound``.
        page_size: Most items in one page of a listing; None for all in one.
        polls_until_running: How often a new or started node is looked at until it runs; 0 for at once.
        without: Capabilities that it is not to have, to see what a program makes of ``NotSupported``.
        options: As every client takes; nothing is sent, so those about the network have no effect.

    Raises:
        ConfigurationError: A setting has no meaning.
    """

    def __init__(
        self,
        account: MemoryAccount | None = None,
        *,
        region: str = "memory-1",
        latency: float = 0.0,
        fail_call: Failures | None = None,
        throttle: int | None = None,
        consistency_delay: float = 0.0,
        page_size: int | None = None,
        polls_until_running: int = 0,
        without: Iterable[ComputeCapability] = (),
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._memory_compute = AsyncMemoryCompute(
            account,
            region=region,
            latency=latency,
            fail_call=fail_call,
            throttle=throttle,
            consistency_delay=consistency_delay,
            page_size=page_size,
            polls_until_running=polls_until_running,
            without=without,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._memory_compute)

    @property
    def account(self) -> MemoryAccount:
        """What the client works on. Its ``calls`` tell what was asked of it."""
        return self._memory_compute.account

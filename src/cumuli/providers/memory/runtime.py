"""A runtime whose requests go to an account in memory.

Being slow and failing on order happen here, below the call loop, so that retries, deadlines and
logs treat them as they treat a real provider's.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from cumuli.errors import CloudError, ConfigurationError, NotSupported, RateLimited, Timeout
from cumuli.runtime.closed_client import closed_error
from cumuli.runtime.delegating import DelegatingRuntime
from cumuli.runtime.messages import Request, Response, ResponseStream
from cumuli.runtime.mutex import Mutex
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.timeouts import Patience

__all__ = ["Account", "Failures", "MemoryRuntime", "check_orders"]

Failures = Mapping[int | str, CloudError | Sequence[CloudError]]
"""Which calls fail, and how: see ``AsyncMemoryCompute``."""


NO_VERBS: dict[str, str] = {}


class Account(Protocol):
    """Who answers at the other end: the account of a service in memory."""

    def answer(self, request: Request, *, region: str, now: float, unlisted: float) -> Response: ...


def check_orders(
    failures: Failures, throttle: int | None, words: AbstractSet[str], same: Mapping[str, str] = NO_VERBS
) -> Failures:
    """Refuse orders to misbehave that have no meaning.

    Args:
        failures: Which calls are to fail.
        throttle: Of so many calls one is to be refused; None for none.
        words: The calls that there are.
        same: Verbs of the client that make the calls of another verb.

    Returns:
        The failures by the words that there are.

    Raises:
        ConfigurationError: ``failures`` has a word that is none of those, or names one call twice, or ``throttle`` is
            less than 2.
    """
    if throttle is not None and throttle < 2:
        raise ConfigurationError(f"throttle is {throttle}; it is at least 2, for every second call")
    found: dict[int | str, CloudError | Sequence[CloudError]] = {}
    misspelt: list[str] = []
    for given, planned in failures.items():
        word = given
        if isinstance(given, str):
            # A listing that is walked makes the calls of one that is not.
            listing = f"list_{given.removeprefix('iterate_')}" if given.startswith("iterate_") else given
            word = same.get(listing, listing)
            if word not in words:
                misspelt.append(given)
        if word in found:
            raise ConfigurationError(f"fail_call has {given!r}, and another word for the same calls; give one of them")
        found[word] = planned
    if misspelt:
        raise ConfigurationError(f"fail_call has {sorted(misspelt)}, which are no calls; there are {sorted(words)}")
    return found


class MemoryRuntime(DelegatingRuntime):
    """A ``Runtime`` that sends to an account in memory; time and concurrency are the real runtime's.

    Args:
        runtime: Blocking or asynchronous.
        account: Who answers.
        region: The region that requests are for.
        latency: Seconds that every request takes.
        failures: Which requests fail.
        throttle: Of so many requests one is refused for being one too many; None for none.
        consistency_delay: Seconds for which what is new is not listed.
        verbs: By which verb of the client an operation is begun, where the two have different names.
    """

    def __init__(
        self,
        runtime: Runtime,
        account: Account,
        *,
        region: str,
        latency: float,
        failures: Failures,
        throttle: int | None,
        consistency_delay: float,
        verbs: Mapping[str, str] = NO_VERBS,
    ) -> None:
        super().__init__(runtime)
        self._account = account
        self._region = region
        self._latency = latency
        self._failures = failures
        self._throttle = throttle
        self._delay = consistency_delay
        self._verbs = verbs
        self._lock = Mutex()
        self._sent = 0
        self._sent_of: dict[str, int] = {}
        self._closed = False

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        await self.travel(request, deadline, patience)
        return self.answer(request)

    async def travel(self, request: Request, deadline: float, patience: Patience | None) -> None:
        """What happens to a request on its way: it takes its time, and fails if it is to fail."""
        if self._closed:
            raise closed_error()
        failure = self._failure(request.operation)
        left = deadline - self.monotonic()
        if patience is not None:
            left = min(left, patience.until - self.monotonic(), patience.attempt)
        if left <= self._latency:
            await self.sleep(max(left, 0.0))
            raise Timeout("no answer in time; the in-memory cloud was told to be slow")
        if self._latency:
            await self.sleep(self._latency)
        if failure is not None:
            # A copy: an exception object collects tracebacks and context each time it is raised.
            raise copy.copy(failure)

    def answer(self, request: Request) -> Response:
        """What the account says to a request that has arrived."""
        return self._account.answer(request, region=self._region, now=self.now(), unlisted=self._delay)

    def _failure(self, operation: str) -> CloudError | None:
        """Count a request, and tell how it is to fail, if it is."""
        with self._lock:
            self._sent += 1
            number, turn = self._sent, 0
            planned = self._failures.get(number)
            for word in filter(None, (operation, self._verbs.get(operation))):
                self._sent_of[word] = self._sent_of.get(word, 0) + 1
                if planned is None and word in self._failures:
                    planned, turn = self._failures[word], self._sent_of[word]
        if isinstance(planned, CloudError):
            return planned
        if planned is not None and turn <= len(planned):
            return planned[turn - 1]
        if self._throttle is not None and number % self._throttle == 0:
            return RateLimited("one call too many, as ordered; try later", status=429)
        return None

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        raise NotSupported("the in-memory cloud has no streamed answers")

    async def close(self) -> None:
        self._closed = True
        await self._runtime.close()

"""The pytest plug-in of a run: gives the suites their target, and collects what becomes of each behaviour."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from cumuli.capabilities import Capability
from cumuli.certify.evidence import Behaviour, Failure, Outcome, merged
from cumuli.certify.exchanges import Exchanges
from cumuli.certify.plan import CostRefused
from cumuli.certify.targets import UNTRIED
from cumuli.testing.gaps import DECLARED
from cumuli.testing.suites.compute_target import ComputeTarget
from cumuli.testing.suites.storage_target import StorageTarget

__all__ = ["Collector", "Requests"]

# Lists what is left to write, for those who write a provider: here it would say what each gap says.
LEFT_OUT = "nothing_is_left_to_write"
THROTTLED = (429, 503)


class Requests(logging.Handler):
    """What the library's own log says of every attempt."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.milliseconds: list[float] = []
        self.throttled = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count an attempt."""
        if not hasattr(record, "attempt"):
            return
        self.milliseconds.append(float(getattr(record, "milliseconds", 0.0)))
        self.throttled += getattr(record, "status", 0) in THROTTLED


class _Seen:
    """What is known of one behaviour so far."""

    def __init__(self) -> None:
        self.about: tuple[str, ...] = ()
        self.outcomes: list[Outcome] = []
        self.reasons: dict[Outcome, str] = {}
        self.failures: list[Failure] = []
        self.requests = 0
        self.seconds = 0.0


class Collector:
    """The plug-in.

    Args:
        target: What the suites are to try.
        flavours: In which flavours.
        only: Names of behaviours, with wildcards; none for all.
        exchanges: What went over the wire.
        requests: Counts attempts.
        say: Told of every behaviour that has been tried.
    """

    def __init__(
        self,
        target: ComputeTarget | StorageTarget,
        *,
        flavours: tuple[str, ...],
        only: tuple[str, ...],
        exchanges: Exchanges,
        requests: Requests,
        say: Callable[[str], None],
    ) -> None:
        self._target = target
        self._flavours = flavours
        self._only = only
        self._exchanges = exchanges
        self._requests = requests
        self._say = say
        self._seen: dict[str, _Seen] = {}
        self._left = 0
        self.broken: list[str] = []

    @pytest.fixture(scope="session")
    def target(self) -> ComputeTarget | StorageTarget:
        """What the suites try."""
        return self._target

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what is not wanted."""
        wanted = [item for item in items if self._wants(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = wanted
        self._left = len(wanted)

    def _wants(self, item: pytest.Item) -> bool:
        name = _name(item)
        if name == LEFT_OUT or (self._only and not any(fnmatchcase(name, each) for each in self._only)):
            return False
        flavour = _parameters(item).get("flavour")
        return flavour is None or flavour in self._flavours

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Measure a behaviour."""
        seen = self._seen.setdefault(_name(item), _Seen())
        seen.about = tuple(sorted({*seen.about, *(str(each) for each in _about(item))}))
        self._exchanges.forget()
        started, before = time.monotonic(), len(self._requests.milliseconds)
        try:
            return (yield)
        finally:
            seen.seconds += time.monotonic() - started
            seen.requests += len(self._requests.milliseconds) - before
            self._left -= 1
            self._say(f"{_name(item).replace('_', ' ')} ({self._left} to go)")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take down what became of it."""
        report = yield
        seen = self._seen.setdefault(_name(item), _Seen())
        if call.excinfo is not None and _was_refused(call.excinfo.value):
            self._add(seen, "untried", "it makes what may cost: --allow-cost")
        elif report.skipped:
            declared = [text for title, text in item.user_properties if title == DECLARED]
            reason = str(declared[-1]).split(": ", 2)[-1] if declared else "what it needs is not complete"
            untried = reason.startswith(UNTRIED) or not declared
            self._add(seen, "untried" if untried else "unsupported", reason.removeprefix(UNTRIED))
        elif report.failed:
            self._add(seen, "fail", "")
            seen.failures.append(
                Failure(
                    case=f"{_case(item)} ({report.when})" if report.when != "call" else _case(item),
                    expected=self._exchanges.redact(report.longreprtext),
                    exchange=self._exchanges.last(),
                )
            )
        elif report.when == "call":
            self._add(seen, "pass", "")
        return report

    @staticmethod
    def _add(seen: _Seen, outcome: Outcome, reason: str) -> None:
        seen.outcomes.append(outcome)
        if reason:
            seen.reasons.setdefault(outcome, reason)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """The suites themselves cannot be read."""
        if report.failed:
            self.broken.append(self._exchanges.redact(str(report.longrepr)))

    def behaviours(self) -> dict[str, Behaviour]:
        """What became of each behaviour."""
        return dict(sorted(self._behaviours()))

    def _behaviours(self) -> Iterator[tuple[str, Behaviour]]:
        for name, seen in self._seen.items():
            outcome = merged(seen.outcomes)
            yield (
                name,
                Behaviour(
                    outcome=outcome,
                    about=seen.about,
                    reason=seen.reasons.get(outcome, ""),
                    requests=seen.requests,
                    seconds=round(seen.seconds, 3),
                    failures=seen.failures,
                ),
            )


def _name(item: pytest.Item) -> str:
    return getattr(item, "originalname", item.name).removeprefix("test_")


def _parameters(item: pytest.Item) -> dict[str, Any]:
    found: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return found


def _case(item: pytest.Item) -> str:
    return item.name.partition("[")[2].removesuffix("]") or item.name


def _about(item: pytest.Item) -> Iterator[Capability]:
    """The capabilities that a test is about: those it needs, or the one that this case of it is given."""
    yield from getattr(getattr(item, "function", None), "needs", ())
    yield from (value for value in _parameters(item).values() if isinstance(value, Capability))


def _was_refused(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, CostRefused):
            return True
        error = error.__cause__ or error.__context__
    return False

"""Tiers of tests that need more than Python: what was not run is said at the end, and how to run it."""

from __future__ import annotations

from collections import Counter
from typing import NoReturn

import pytest

__all__ = ["not_run", "skip_without"]

MARK = "not run without "
# Suites of more servers, or of one more provider at a server. One driver speaks to them in both flavours: `make test`
# tries one of the two there, and `make test-heavy` the other.
SYNC_IS_HEAVY = frozenset({"test_s3_rclone.py", "test_s3_swift.py", "TestCloudFiles"})


def not_run(what: str, command: str) -> NoReturn:
    """Skip the test, because ``what`` is not there; ``command`` brings it and runs the test."""
    pytest.skip(_reason(what, command))


def skip_without(what: str, command: str) -> pytest.MarkDecorator:
    """The same as a mark, which keeps the summary of many tests short."""
    return pytest.mark.skip(reason=_reason(what, command))


def _reason(what: str, command: str) -> str:
    return f"{MARK}{what}: `{command}`"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        chosen = getattr(item, "callspec", None)
        if chosen is not None and chosen.params.get("flavour") == "sync":
            suite = getattr(item, "cls", None)
            if not SYNC_IS_HEAVY.isdisjoint({item.path.name, "" if suite is None else suite.__name__}):
                item.add_marker(pytest.mark.heavy)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ").removeprefix(MARK)
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and MARK in report.longrepr[2]
    )
    if reasons:
        terminalreporter.section("not run")
        for reason, number in sorted(reasons.items()):
            what, _, command = reason.rpartition(": ")
            terminalreporter.line(f"{number} tests need {what}; to run them: {command.strip('`')}")

"""Gaps: what a target of a conformance suite lacks is said at the end of the run, never skipped in silence."""

from __future__ import annotations

from typing import NoReturn

import pytest

__all__ = ["gap", "undeclared_gap"]

DECLARED = "declared gaps of conformance targets"
UNDECLARED = "to be written, or declared as gaps of their targets"


def gap(request: pytest.FixtureRequest, target: str, what: str, why: str) -> NoReturn:
    """Skip the test, and list the gap in the summary of the run."""
    request.node.user_properties.append((DECLARED, f"{target}: {what}: {why}"))
    pytest.skip(f"gap of {target}: {what}: {why}")


def undeclared_gap(node: pytest.Item, target: str, what: str, how: str) -> NoReturn:
    """Fail the test, and list in the summary of the run how to close the gap."""
    node.user_properties.append((UNDECLARED, f"{target}: {what}: {how}"))
    pytest.fail(f"{target} lacks {what}: {how}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report for kind in terminalreporter.stats.values() for report in kind if hasattr(report, "user_properties")
    ]
    for title in (DECLARED, UNDECLARED):
        gaps = dict.fromkeys(text for report in reports for name, text in report.user_properties if name == title)
        if gaps:
            terminalreporter.section(title)
            for text in sorted(gaps):
                terminalreporter.line(text)

"""Declared gaps: what a target of a conformance suite lacks is said at the end of the run, never skipped in silence."""

from __future__ import annotations

from typing import NoReturn

import pytest

__all__ = ["gap"]

PROPERTY = "conformance gap"


def gap(request: pytest.FixtureRequest, target: str, what: str, why: str) -> NoReturn:
    """Skip the test, and list the gap in the summary of the run."""
    request.node.user_properties.append((PROPERTY, f"{target}: {what}: {why}"))
    pytest.skip(f"gap of {target}: {what}: {why}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report for kind in terminalreporter.stats.values() for report in kind if hasattr(report, "user_properties")
    ]
    gaps = sorted({text for report in reports for name, text in report.user_properties if name == PROPERTY})
    if gaps:
        terminalreporter.section("declared gaps of conformance targets")
        for text in gaps:
            terminalreporter.line(text)

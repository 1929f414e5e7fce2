"""Gaps: what a target of a conformance suite lacks is said at the end of the run, never skipped in silence.

What it has not yet, and nobody has said that it cannot have, is one failure: a list of what to write, in order.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Sequence
from typing import NoReturn

import pytest

from cumuli.capabilities import Capability

__all__ = ["Steps", "gap", "nothing_is_left_to_write", "unwritten"]

DECLARED = "declared gaps of conformance targets"
TO_DO = "to do for "

Steps = Sequence[tuple[str, Sequence[Capability]]]
"""In which order a provider is best written: what each step is about, and its capabilities."""


def gap(request: pytest.FixtureRequest, target: str, what: str, why: str) -> NoReturn:
    """Skip the test, and list the gap in the summary of the run."""
    request.node.user_properties.append((DECLARED, f"{target}: {what}: {why}"))
    pytest.skip(f"gap of {target}: {what}: {why}")


def unwritten(target: str) -> NoReturn:
    """Skip the test, for which the one of ``nothing_is_left_to_write`` fails."""
    pytest.skip(f"{target} is not complete: what this needs is to be written first")


def nothing_is_left_to_write(
    node: pytest.Item, target: str, steps: Steps, has: Container[Capability], gaps: Container[Capability | str]
) -> None:
    """Fail if the target lacks something that is no declared gap, and list in the summary what to write, in order.

    Args:
        node: The test.
        target: What is tried.
        steps: What there can be.
        has: What the target has.
        gaps: What it cannot have.
    """
    left = [(title, [each for each in wanted if each not in has and each not in gaps]) for title, wanted in steps]
    lines = [f"{title}: {', '.join(missing)}" for title, missing in left if missing]
    if not lines:
        return
    [kind] = {type(each).__name__ for _, missing in left for each in missing}
    node.user_properties += [(f"{TO_DO}{target}", f"{number}. {line}") for number, line in enumerate(lines, 1)]
    how = (
        f"Write each in the driver and add its {kind} to the driver's capabilities, from the top; cumuli's "
        "CONTRIBUTING.md tells more. What the provider cannot do goes into the target's gaps, with the reason."
    )
    node.user_properties.append((f"{TO_DO}{target}", how))
    pytest.fail("\n".join([f"{target} is not complete:", *lines, how]), pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    reports = [
        report for kind in terminalreporter.stats.values() for report in kind if hasattr(report, "user_properties")
    ]
    said = list(dict.fromkeys((title, text) for report in reports for title, text in report.user_properties))
    _section(terminalreporter, DECLARED, sorted(text for title, text in said if title == DECLARED))
    yield
    # Behind everything else, because the end of the output is what people see.
    for to_do in dict.fromkeys(title for title, _ in said if title.startswith(TO_DO)):
        _section(terminalreporter, to_do, [text for title, text in said if title == to_do])


def _section(reporter: pytest.TerminalReporter, title: str, lines: Sequence[str]) -> None:
    if lines:
        reporter.section(title)
    for line in lines:
        reporter.line(line)

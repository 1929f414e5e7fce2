"""What a run writes for people and for CI: a page in Markdown, and JUnit's XML."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from cumuli.certify.evidence import Behaviour, Evidence, Outcome

__all__ = ["SIGNS", "junit", "page", "write"]

SIGNS: dict[Outcome, str] = {"pass": "✓", "fail": "✗", "unsupported": "n", "untried": "?"}
ILLEGAL = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd"
)


def write(found: Iterable[Evidence], folder: Path, problems: Collection[str] = ()) -> list[Path]:
    """Write the page and the XML beside the evidence; gives both.

    Args:
        found: The evidence.
        folder: Where to.
        problems: For what there is no evidence, why.
    """
    everything = list(found)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "report.md", folder / "junit.xml"]
    paths[0].write_text(page(everything, problems), encoding="utf-8", errors="replace")
    paths[1].write_text(junit(everything, problems), encoding="utf-8", errors="replace")
    return paths


def page(found: Iterable[Evidence], problems: Collection[str] = ()) -> str:
    """The page."""
    untried = ["## What could not be tried", "", *(f"- {problem}" for problem in problems), ""] if problems else []
    return "\n".join(["# What was certified", "", *untried, *(line for each in found for line in _about(each))])


def _about(evidence: Evidence) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in evidence.versions.items())
    server = f", {evidence.server}" if evidence.server else ""
    yield f"## {evidence.title}: {evidence.service}"
    yield ""
    yield f"{evidence.date}, {evidence.endpoint}{server}; {versions}; {' and '.join(evidence.flavours)}."
    yield (
        f"**{evidence.count('pass')} pass, {evidence.count('fail')} fail**, {evidence.count('unsupported')} are not "
        f"supported, {evidence.count('untried')} were not tried."
    )
    yield ""
    yield from _measurements(evidence)
    for name, behaviour in evidence.behaviours.items():
        if behaviour.outcome == "fail":
            yield from _failure(name, behaviour)
    yield "| | behaviour | requests | seconds | |"
    yield "| --- | --- | --- | --- | --- |"
    for name, behaviour in evidence.behaviours.items():
        words = name.replace("_", " ")
        reason = behaviour.reason.replace("|", "\\|")
        yield f"| {SIGNS[behaviour.outcome]} | {words} | {behaviour.requests} | {behaviour.seconds:.1f} | {reason} |"
    yield ""


def _measurements(evidence: Evidence) -> Iterator[str]:
    measured = evidence.measured
    if measured is None:
        return
    if measured.latency_ms:
        times = ", ".join(f"{name} {value:g} ms" for name, value in measured.latency_ms.items())
        yield f"- {measured.requests} requests: {times}; {measured.throttled} were refused as too many."
    if measured.clock_skew is not None:
        yield f"- Its clock differs from this machine's by {measured.clock_skew:+g} s."
    if measured.listed_after is not None:
        late = f"within {measured.listed_after:g} s" if measured.listings_without else "by the first look"
        yield f"- What was made was listed {late}; {measured.listings_without} listings did not have it yet."
    for what, counted in (("made", measured.made), ("at one time, at most", measured.at_once)):
        numbers = ", ".join(f"{number} {kind}" for kind, number in counted.items())
        yield f"- {what.capitalize()}: {numbers or 'nothing'}."
    yield ""


def _failure(name: str, behaviour: Behaviour) -> Iterator[str]:
    yield f"### ✗ {name.replace('_', ' ')}"
    yield ""
    for failure in behaviour.failures:
        yield f"{failure.case}:"
        yield from ("", "```", *failure.expected.splitlines(), "```", "")
        if failure.exchange:
            yield from ("What went over the wire at last:", "", "```")
            yield from (line for exchange in failure.exchange for line in exchange.splitlines())
            yield from ("```", "")


def junit(found: Iterable[Evidence], problems: Collection[str] = ()) -> str:
    """The XML: a suite for each service of a provider, a case for each behaviour; and one of what was not tried."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    if problems:
        number = len(problems)
        lines.append(f'<testsuite name="cumuli certify" tests="{number}" failures="0" errors="{number}" skipped="0">')
        for problem in problems:
            text = problem.translate(ILLEGAL)
            name = quoteattr(text.partition(":")[0])
            lines.append(
                f'<testcase classname="cumuli certify" name={name} time="0"><error>{escape(text)}</error></testcase>'
            )
        lines.append("</testsuite>")
    for evidence in found:
        skipped = evidence.count("unsupported") + evidence.count("untried")
        lines.append(
            f'<testsuite name={quoteattr(evidence.slug)} tests="{len(evidence.behaviours)}" '
            f'failures="{evidence.count("fail")}" errors="0" skipped="{skipped}" timestamp={quoteattr(evidence.date)}>'
        )
        lines += [line for name, each in evidence.behaviours.items() for line in _case(evidence.slug, name, each)]
        lines.append("</testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _case(suite: str, name: str, behaviour: Behaviour) -> Iterator[str]:
    yield f'<testcase classname={quoteattr(suite)} name={quoteattr(name)} time="{behaviour.seconds:.3f}">'
    if behaviour.outcome in {"unsupported", "untried"}:
        yield f"<skipped message={quoteattr(behaviour.reason.translate(ILLEGAL))}/>"
    for failure in behaviour.failures:
        text = "\n".join([failure.expected, *failure.exchange]).translate(ILLEGAL)
        yield f"<failure message={quoteattr(failure.case)}>{escape(text)}</failure>"
    yield "</testcase>"

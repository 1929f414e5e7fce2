"""Evidence: written, read, compared, and shown."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest

from cumuli.certify import report
from cumuli.certify.evidence import (
    Behaviour,
    Evidence,
    Failure,
    Measured,
    Outcome,
    committed,
    differences,
    load,
    merged,
    save,
)
from cumuli.errors import ConfigurationError

FAILURE = Failure(case="sync", expected="E  assert 1 == 2\x1b[0m", exchange=["> GET /\n< 500 <oops>"])
EVIDENCE = Evidence(
    provider="acme",
    service="compute",
    title="Acme | Cloud",
    date="2026-11-29",
    endpoint="real server",
    versions={"cumuli": "1", "python": "3.13"},
    flavours=("sync",),
    declares=("create_node",),
    behaviours={
        "a": Behaviour(outcome="pass", about=("create_node",), requests=3, seconds=1.5),
        "b": Behaviour(outcome="fail", failures=[FAILURE]),
        "c": Behaviour(outcome="unsupported", reason="no | such thing"),
    },
    measured=Measured(requests=3, latency_ms={"median": 1.5}, clock_skew=-2.0, listed_after=0.0, made={"node": 1}),
)


@pytest.mark.parametrize(
    ("outcomes", "together"),
    [
        (["pass", "unsupported"], "pass"),
        (["pass", "fail", "untried"], "fail"),
        (["unsupported", "untried"], "untried"),
        ([], "untried"),
    ],
)
def test_cases_make_one_outcome(outcomes: list[Outcome], together: str) -> None:
    assert merged(outcomes) == together


def test_what_is_committed_is_the_same_next_time(tmp_path: Path) -> None:
    kept = committed(EVIDENCE)
    assert kept.measured is None
    assert kept.behaviours["a"] == Behaviour(outcome="pass", about=("create_node",))
    save(kept, tmp_path)
    assert load(tmp_path) == [kept]
    assert differences(kept, EVIDENCE) == []


def test_each_disagreement_is_told() -> None:
    behaviours = {
        "a": Behaviour(outcome="fail"),
        "c": Behaviour(outcome="unsupported", reason="another reason"),
        "d": Behaviour(outcome="pass"),
    }
    assert differences(EVIDENCE, msgspec.structs.replace(EVIDENCE, behaviours=behaviours)) == [
        "acme-compute: a: pass in the evidence, fail now",
        "acme-compute: b: fail in the evidence, not there now",
        "acme-compute: c: unsupported (no | such thing) in the evidence, unsupported (another reason) now",
        "acme-compute: d: not there in the evidence, pass now",
    ]


def test_what_a_client_declares_and_behaviours_are_about_is_compared() -> None:
    behaviours = {**EVIDENCE.behaviours, "a": Behaviour(outcome="pass", about=("get_node",))}
    now = msgspec.structs.replace(EVIDENCE, declares=("get_node",), behaviours=behaviours)
    assert differences(EVIDENCE, now) == [
        "acme-compute: its client declares get_node, unlike in the evidence",
        "acme-compute: its client does not declare create_node, unlike in the evidence",
        "acme-compute: a: it is about other capabilities than in the evidence",
    ]


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ConfigurationError, match=r"x\.json is no evidence"):
        load(tmp_path)


def test_what_could_not_be_tried_is_in_the_page_and_the_xml(tmp_path: Path) -> None:
    """Who looks at JUnit's XML alone would take it for nothing."""
    page, xml = (path.read_text() for path in report.write([], tmp_path, ["work: the key <x> is refused"]))
    assert "- work: the key <x> is refused" in page
    [suite] = ET.fromstring(xml)
    assert (suite.get("tests"), suite.get("errors"), suite[0].get("name")) == ("1", "1", "work")
    assert suite[0][0].text == "work: the key <x> is refused"


def test_the_page_and_the_xml(tmp_path: Path) -> None:
    page, xml = (path.read_text() for path in report.write([EVIDENCE], tmp_path))
    for part in ("1 pass, 1 fail", "### ✗ b", "assert 1 == 2", "< 500 <oops>", "differs from this machine's by -2 s"):
        assert part in page
    assert "| n | c | 0 | 0.0 | no \\| such thing |" in page
    suite = ET.fromstring(xml)[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert [case.get("name") for case in suite] == ["a", "b", "c"]
    assert "< 500 <oops>" in (suite[1][0].text or "")

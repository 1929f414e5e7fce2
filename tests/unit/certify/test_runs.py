"""The marks of runs, and their journals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cumuli.certify import runs
from cumuli.certify.runs import Header, JournalWriter, RunId, journals


def header(run: RunId, **more: str) -> Header:
    return Header(**{"run": run.text, "name": "work", "provider": "p", "service": "compute", "started": "now"} | more)


def test_a_run_is_known_by_the_names_that_begin_with_its_mark() -> None:
    run = RunId.new()
    assert RunId.of_name(f"{run.prefix}-node-3-7f12") == run
    assert RunId.of_name(run.prefix) == run
    assert not run.expired
    left = run.expires - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=5, minutes=55) < left <= dt.timedelta(hours=6)
    assert RunId.new(lifetime=dt.timedelta(minutes=-2)).expired


@pytest.mark.parametrize("change", ["before", "longer", "shorter", "another letter", "capitals", "no dash", "typo"])
def test_what_only_looks_like_a_mark_is_none(change: str) -> None:
    run = RunId.new()
    other = "1" if run.text[8] != "1" else "2"
    names = {
        "before": f"my-{run.prefix}-node-1",
        "longer": f"{run.prefix}0-node-1",
        "shorter": f"{run.prefix[:-1]}-node-1",
        "another letter": f"cumuli-{run.text[:8]}{other}{run.text[9:]}-node-1",
        "capitals": f"{run.prefix.upper()}-node-1",
        "no dash": f"{run.prefix}_node-1",
        "typo": f"cumulus-{run.text}-node-1",
    }
    assert RunId.of_name(names[change]) is None


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUMULI_CERTIFY_HOME", str(tmp_path))
    return tmp_path


def test_a_journal_is_read_while_it_is_written_and_says_that_it_is(home: Path) -> None:
    run = RunId.new()
    journal = JournalWriter(header(run))
    journal.creating("node", "n")
    journal.made("node", "n", "i-1")
    journal.creating("snapshot", "", volume="v-1")
    [seen] = journals(provider="p", service="compute")
    assert seen.alive
    assert [(each.what, each.kind, each.name, each.id, each.volume) for each in seen.entries] == [
        ("creating", "node", "n", "", ""),
        ("made", "node", "n", "i-1", ""),
        ("creating", "snapshot", "", "", "v-1"),
    ]
    journal.close()
    [seen] = journals(provider="p", service="compute")
    assert not seen.alive
    assert journals(provider="p", service="storage") == []


def test_a_journal_that_no_run_has_written_counts_for_nothing(home: Path) -> None:
    run = RunId.new()
    journal = JournalWriter(header(run))
    journal.creating("node", f"{run.prefix}-n")
    journal.close()
    lines = journal.path.read_text()
    # Under another name; with a run's id that would make every name of cumuli's its own; with a wrong check.
    for forged in ("", "0" * 16, run.text):
        (home / f"{forged or 'x'}.jsonl").write_text(lines.replace(run.text, forged))
    (home / "another.jsonl").write_text(lines)
    assert [each.path for each in journals(provider="p", service="compute")] == [journal.path]


def test_without_locks_a_run_may_be_under_way_until_it_expires(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LOCKS", False)
    for lifetime, alive in ((dt.timedelta(hours=1), True), (dt.timedelta(minutes=-1), False)):
        run = RunId.new(lifetime=lifetime)
        JournalWriter(header(run)).close()
        [seen] = [each for each in journals(provider="p", service="compute") if each.run == run]
        assert seen.alive == alive


def test_a_line_that_a_kill_cut_is_left_out(home: Path) -> None:
    run = RunId.new()
    journal = JournalWriter(header(run))
    journal.creating("node", "n")
    journal.close()
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + whole.splitlines()[1][:20])
    [seen] = journals(provider="p", service="compute")
    assert [entry.name for entry in seen.entries] == ["n"]
    # Killed before its first line was whole: it had made nothing.
    journal.path.write_bytes(whole[:10])
    assert journals(provider="p", service="compute") == []

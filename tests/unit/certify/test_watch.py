"""What a watched client writes down, and when."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cumuli import ConnectionFailed, MemoryCompute, QuotaExceeded
from cumuli.certify.plan import CostRefused, Limits, MadeTooMuch, NotOurs
from cumuli.certify.runs import EXPIRES_TAG, RUN_TAG, Header, JournalWriter, RunId
from cumuli.certify.watch import Watch

RUN = RunId.new()


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JournalWriter:
    monkeypatch.setenv("CUMULI_CERTIFY_HOME", str(tmp_path))
    return JournalWriter(Header(run=RUN.text, name="m", provider="memory", service="compute", started="now"))


def watched(journal: JournalWriter, client: MemoryCompute, *, allowed: bool = True) -> MemoryCompute:
    Watch(RUN, journal, Limits("compute", flavours=1, allowed=allowed)).over(client)
    return client


def lines(journal: JournalWriter) -> list[tuple[str, str, str]]:
    return [(entry.what, entry.kind, entry.name.removeprefix(RUN.prefix)) for entry in journal.read().entries]


def test_what_is_about_to_be_made_is_written_down_before(journal: JournalWriter) -> None:
    with MemoryCompute(fail_call={"create_node": QuotaExceeded("too many")}) as client:
        watched(journal, client)
        with pytest.raises(QuotaExceeded):
            client.create_node(f"{RUN.prefix}-n", "small", "debian")
    assert lines(journal) == [("creating", "node", "-n"), ("refused", "node", "-n")]
    assert not journal.read().in_doubt
    journal.close()


def test_a_call_whose_answer_nobody_heard_is_in_doubt(journal: JournalWriter) -> None:
    with MemoryCompute(fail_call={"create_node": ConnectionFailed("cut", sent=True)}) as client:
        watched(journal, client)
        with pytest.raises(ConnectionFailed):
            client.create_node(f"{RUN.prefix}-n", "small", "debian")
    assert lines(journal) == [("creating", "node", "-n")]
    assert journal.read().in_doubt
    journal.close()


def test_what_was_there_before_is_not_taken_away_whoever_asks(journal: JournalWriter) -> None:
    """A driver that gives another's node for the one it made would have it destroyed when the behaviour tidies up."""
    with MemoryCompute() as client:
        theirs, pair = client.create_node("theirs", "small", "debian"), client.create_key_pair("theirs")
        [(theirs, _)] = client.wait_until_running([theirs])
        state = theirs.state
        watch = Watch(RUN, journal, Limits("compute", flavours=1, allowed=True))
        watch.spare({("node", theirs.id), ("key_pair", pair.name)})
        watch.over(client)
        for thing in (theirs, theirs.id):
            with pytest.raises(NotOurs, match="was there before the run"):
                client.destroy_node(thing)
        with pytest.raises(NotOurs):
            client.delete_key_pair(pair)
        with pytest.raises(NotOurs):
            client.stop_node(theirs)
        with pytest.raises(NotOurs):
            client.create_image(node=theirs.id, name=f"{RUN.prefix}-i")
        assert [(node.id, node.state) for node in client.list_nodes()] == [(theirs.id, state)]
        client.destroy_node(client.create_node(f"{RUN.prefix}-n", "small", "debian"))
    journal.close()


def test_a_run_that_has_expired_makes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUMULI_CERTIFY_HOME", str(tmp_path))
    run = RunId.new(lifetime=dt.timedelta(minutes=-1))
    journal = JournalWriter(Header(run=run.text, name="m", provider="memory", service="compute", started="then"))
    with MemoryCompute() as client:
        Watch(run, journal, Limits("compute", flavours=1, allowed=True)).over(client)
        with pytest.raises(MadeTooMuch, match="so long"):
            client.create_key_pair(f"{run.prefix}-1")
        assert client.list_key_pairs() == []
    journal.close()


def test_what_is_made_is_marked_and_what_is_not_the_runs_is_left_alone(journal: JournalWriter) -> None:
    with MemoryCompute() as client:
        watched(journal, client)
        node = client.create_node(f"{RUN.prefix}-n", "small", "debian", tags={"a": "b"})
        assert (node.tags["a"], node.tags[RUN_TAG]) == ("b", RUN.text)
        assert EXPIRES_TAG in node.tags
        assert client.create_node("never made", "small", "debian").tags == {}
        volume = client.create_volume(1, f"{RUN.prefix}-v")
        client.create_volume_snapshot(volume)
        entries = journal.read().entries
        assert [(entry.what, entry.kind) for entry in entries] == [
            (what, kind) for kind in ("node", "volume", "snapshot") for what in ("creating", "made")
        ]
        assert (entries[-1].name, entries[-1].volume) == ("", volume.id)
    journal.close()


def test_more_than_was_said_is_refused_before_it_is_sent(journal: JournalWriter) -> None:
    with MemoryCompute() as client:
        watched(journal, client)
        for number in range(2):
            client.create_key_pair(f"{RUN.prefix}-{number}")
        with pytest.raises(MadeTooMuch, match="2 at a time"):
            client.create_key_pair(f"{RUN.prefix}-3")
        client.delete_key_pair(f"{RUN.prefix}-0")
        client.create_key_pair(f"{RUN.prefix}-3")
    with MemoryCompute() as client:
        watched(journal, client, allowed=False)
        with pytest.raises(CostRefused, match="--allow-cost"):
            client.create_key_pair(f"{RUN.prefix}-4")
        assert client.list_key_pairs() == []
    journal.close()

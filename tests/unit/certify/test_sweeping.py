"""What is taken for something that a dead run left, and what is not."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from cumuli.certify import sweeping
from cumuli.certify.places import places_of
from cumuli.certify.runs import RUN_TAG, Entry, Header, Journal, JournalWriter, RunId, journals
from cumuli.certify.sweeping import Left, Thing, find, inventory
from cumuli.compute.models import Node
from cumuli.providers.memory.compute.client import MemoryCompute

RUN = RunId.new()
EXPIRED = RunId.new(lifetime=dt.timedelta(minutes=-65))
JUST_EXPIRED = RunId.new(lifetime=dt.timedelta(minutes=-30))
KEY = "cumuli-0123456789abcdef0123456789abcdef"
NAME = f"{RUN.prefix}-node-1-7f12"
TAGS = {RUN_TAG: RUN.text}
ENTRIES = [
    Entry(what="creating", kind="node", name=NAME),
    Entry(what="made", kind="node", name=NAME, id="i-1"),
    Entry(what="creating", kind="volume", name=f"{RUN.prefix}-volume-2"),
    Entry(what="creating", kind="container", name=f"{RUN.prefix}-3"),
    Entry(what="creating", kind="snapshot", volume="vol-1"),
    Entry(what="made", kind="snapshot", volume="vol-1", id="snap-1"),
    Entry(what="creating", kind="snapshot", volume="vol-2"),
    Entry(what="creating", kind="key_pair", name=KEY, on_the_way=True),
    # What a journal should never say: that these came with something.
    Entry(what="creating", kind="key_pair", name="production", on_the_way=True),
    Entry(what="creating", kind="node", name=KEY, on_the_way=True),
    Entry(what="made", kind="image", name=f"{RUN.prefix}-image-4", id="ami-0abc"),
    # What a journal should never say: a name without the mark.
    Entry(what="creating", kind="node", name="never made"),
]


def thing(kind: str, name: str, thing_id: str = "x", **more: object) -> Thing:
    return Thing(kind=kind, name=name, id=thing_id, **more)  # type: ignore[arg-type]


def found(one: Thing, *, alive: bool = False, entries: list[Entry] = ENTRIES) -> bool:
    header = Header(run=RUN.text, name="work", provider="p", service="compute", started="now")
    return bool(find([one], [Journal(path=Path("j"), header=header, entries=entries, alive=alive)]))


OURS = {
    "by its name and tag": thing("node", NAME, "i-1", tags=TAGS),
    "whose id was not learnt": thing("node", NAME, "i-2", tags=TAGS),
    "without tags where there are none": thing("volume", f"{RUN.prefix}-volume-2"),
    "a container": thing("container", f"{RUN.prefix}-3"),
    "the segments beside it": thing("container", f"{RUN.prefix}-3_segments"),
    "a snapshot without a name": thing("snapshot", "", "snap-1", volume="vol-1"),
    "one that was being made": thing("snapshot", "", "snap-9", volume="vol-2"),
    "the key pair of a node's key": thing("key_pair", KEY),
    "an image's snapshot": thing("snapshot", "", "snap-7", description="Created by CreateImage(i-1) for ami-0abc"),
    "of another machine, expired": thing("volume", f"{EXPIRED.prefix}-volume-1"),
    "of another machine, expired, tagged": thing("node", f"{EXPIRED.prefix}-n", tags={RUN_TAG: EXPIRED.text}),
}
BYSTANDERS = {
    "the name without the tag": thing("node", NAME, "i-1", tags={}),
    "the name with another run's tag": thing("node", NAME, "i-1", tags={RUN_TAG: EXPIRED.text}),
    "the tag with another name": thing("node", "web-1", "i-1", tags=TAGS),
    "the mark with another end": thing("node", f"{RUN.prefix}-node-1-7f13", tags=TAGS),
    "the name of another kind": thing("volume", NAME),
    "a container that begins so": thing("container", f"{RUN.prefix}-33"),
    "segments of another container": thing("container", f"{RUN.prefix}-4_segments"),
    "a snapshot of its volume by somebody else": thing("snapshot", "", "snap-2", volume="vol-1"),
    "a snapshot of another volume with its id": thing("snapshot", "", "snap-1", volume="vol-3"),
    "a snapshot of a copy of its image": thing(
        "snapshot",
        "",
        description="Copied for DestinationAmi ami-0fff from SourceAmi ami-0abc for snap-1",
    ),
    "a snapshot that names its image": thing("snapshot", "", description="before the change to ami-0abc"),
    "a key pair that came with nothing": thing("key_pair", "production"),
    "a node that came with something": thing("node", KEY, tags=TAGS),
    "of another machine, expired by this clock": thing("volume", f"{JUST_EXPIRED.prefix}-volume-1"),
    "a snapshot of another image": thing("snapshot", "", description="Created by CreateImage(i-1) for ami-0abcd"),
    "a name without the mark that a journal has": thing("node", "never made", tags=TAGS),
    "of another machine, not expired": thing("volume", f"{RunId.new().prefix}-volume-1"),
    "of another machine, expired, without its tag": thing("node", f"{EXPIRED.prefix}-n", tags={}),
    "of another machine, with a wrong check": thing("volume", f"{EXPIRED.prefix[:-1]}!-volume-1"),
    "nothing of anybody": thing("volume", ""),
}


@pytest.mark.parametrize("what", OURS)
def test_a_dead_run_left_it(what: str) -> None:
    assert found(OURS[what])


@pytest.mark.parametrize("what", BYSTANDERS)
def test_a_bystander_is_left_alone(what: str) -> None:
    assert not found(BYSTANDERS[what])


@pytest.mark.parametrize("what", [name for name in OURS if "another machine" not in name])
def test_a_run_that_is_under_way_is_left_alone(what: str) -> None:
    assert not found(OURS[what], alive=True)


def test_the_snapshots_of_another_machines_image_go_with_it() -> None:
    image = thing("image", f"{EXPIRED.prefix}-image-1", "ami-0123")
    snapshot = thing("snapshot", "", "snap-1", description="Created by CreateImage(i-1) for ami-0123")
    assert [left.id for left in find([snapshot, image], [])] == ["ami-0123", "snap-1"]
    theirs = thing("image", "theirs", "ami-0123")
    assert find([snapshot, theirs], []) == []


class Stuck(MemoryCompute):
    """Accepts that a node is destroyed, and does not do it."""

    def destroy_node(self, node: Node | str) -> None:
        pass


def test_a_node_that_stays_is_told_and_its_journal_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "PATIENCE", 0.05)
    with Stuck() as client:
        node = client.create_node(NAME, "small", "debian")
        left = Left(kind="node", id=node.id, name=node.name, run=RUN.text)
        assert list(sweeping.remove(client, [left])) == [f"node {node.id}"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a journal of each of two profiles' dead runs, and of the containers of both."""
    monkeypatch.setenv("CUMULI_CERTIFY_HOME", str(tmp_path / "journals"))
    config = tmp_path / "config.toml"
    config.write_text(f"[profiles.one]\nprovider = 'local'\nroot = '{tmp_path / 'one'}'\n")
    monkeypatch.setenv("CUMULI_CONFIG", str(config))
    return tmp_path


def test_another_places_journal_is_kept_when_its_run_has_expired(folder: Path) -> None:
    """Ids, keys and parts in it are known by nothing else: its own account has not been looked at."""
    for name, run in (("one", EXPIRED), ("two", RunId.new(lifetime=dt.timedelta(hours=-9)))):
        journal = JournalWriter(Header(run=run.text, name=name, provider="local", service="storage", started="then"))
        journal.creating("container", f"{run.prefix}-1")
        journal.creating("snapshot", "", volume="7")
        journal.close()
        os.utime(journal.path, (0, 0))
    [place] = places_of("one", [])
    (folder / "one" / f"{EXPIRED.prefix}-1").mkdir(parents=True)
    (folder / "one" / f"{EXPIRED.prefix}-2").mkdir()
    shown = sweeping.sweep(place, dry=True).removed
    assert [left.name for left in shown] == [f"{EXPIRED.prefix}-1"]
    late = folder / "one" / f"{EXPIRED.prefix}-1_segments"
    late.mkdir()
    assert sweeping.sweep(place, shown=shown).removed == shown
    assert late.exists(), "it was not shown to whoever said yes"
    assert len(list((folder / "journals").iterdir())) == 2
    sweeping.sweep(place)
    assert not late.exists()
    [kept] = journals(provider="local", service="storage")
    assert kept.header.name == "two"


def test_ids_count_only_in_the_place_they_are_of() -> None:
    header = Header(run=RUN.text, name="other", provider="p", service="compute", started="now")
    journal = Journal(path=Path("j"), header=header, entries=ENTRIES, alive=False)
    theirs = [OURS["a snapshot without a name"], OURS["one that was being made"], OURS["an image's snapshot"]]
    assert find(theirs, [sweeping.only_named(journal)]) == []
    assert find([OURS["a container"]], [sweeping.only_named(journal)]) != []


def test_what_a_server_has_no_list_of_is_not_looked_for() -> None:
    """Mimic answers 404 to who wants its snapshots listed."""
    with MemoryCompute() as client:
        client.create_volume_snapshot(client.create_volume(1, "kept"))
        everything = {thing.kind for thing in inventory(client)}
        assert {"volume", "snapshot"} <= everything
        assert {thing.kind for thing in inventory(client, ("volume", "snapshot"))} == everything - {
            "volume",
            "snapshot",
        }

"""What is taken for something that a dead run left, and what is not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cumuli.certify.runs import RUN_TAG, Entry, Header, Journal, RunId
from cumuli.certify.sweeping import Thing, find, inventory
from cumuli.providers.memory.compute.client import MemoryCompute

RUN = RunId.new()
EXPIRED = RunId.new(lifetime=dt.timedelta(minutes=-5))
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
    Entry(what="creating", kind="key_pair", name="cumuli-of-a-key", on_the_way=True),
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
    "the key pair of a node's key": thing("key_pair", "cumuli-of-a-key"),
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

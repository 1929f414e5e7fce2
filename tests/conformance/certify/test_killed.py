"""Killed at random moments, all of it at once: a sweep leaves the account as it was, and bystanders where they are."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

import cumuli
from cumuli import sandbox
from cumuli.certify.runs import RUN_TAG, RunId
from cumuli.certify.sweeping import inventory
from cumuli.sandbox.processes import Process, identify, is_running
from tests.conformance.certify.conftest import Certify, profile

# Each of the moments takes a run's start and a sweep.
pytestmark = pytest.mark.heavy

MOMENTS = 20
SEED = 20111111
EXPIRED, FRESH = RunId.new(lifetime=dt.timedelta(hours=-1)), RunId.new()
# Behaviours that make something of every kind, and take it away.
COMPUTE = "*nodes*,*volume*,*snapshot*,*key*,*images,tags,attach*,listing*,stop*"
LOOK_ALIKE = {
    "mine": {},
    "cumuli-node-1-7f12": {},
    f"{FRESH.prefix}-node-1-7f12": {RUN_TAG: FRESH.text},
    f"{EXPIRED.prefix}-node-1-7f12": {RUN_TAG: FRESH.text},
    f"{EXPIRED.prefix[:-1]}!-node-1": {RUN_TAG: EXPIRED.text},
    f"web {EXPIRED.prefix}": {RUN_TAG: EXPIRED.text},
}


@contextmanager
def moto() -> Iterator[dict[str, Any]]:
    with sandbox.running("ec2") as server:
        yield {**server.profiles["sandbox-ec2"], "proxy": ""}


@contextmanager
def swift() -> Iterator[dict[str, Any]]:
    with sandbox.running("swift") as server:
        yield {**server.profiles["sandbox-swift"], "proxy": ""}


@contextmanager
def memory(site: Path) -> Iterator[dict[str, Any]]:
    server = subprocess.Popen(
        [sys.executable, str(site / "served_memory.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield {"provider": "served", "port": int(server.stdout.readline())}
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The provider in memory as a distribution of its own."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "served_memory.py").write_text((Path(__file__).parent / "served_memory.py").read_text())
    meta = folder / "cumuli_served-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: cumuli-served\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text("[cumuli.providers]\nserved = served_memory:INFO\n")
    return folder


def bystanders(client: Any) -> None:
    """Things of somebody else's, whose names and tags look like a run's."""
    if hasattr(client, "create_container"):
        for name in ("mine", "cumuli-1-2-3", f"{FRESH.prefix}-1-2-3", f"my-{EXPIRED.prefix}-1", "mine_segments"):
            client.create_container(name)
            client.upload_object(b"precious", name, "o")
        return
    image = client.list_images()[0].id
    size = "t3.micro" if client.provider == "ec2" else "small"
    for name, tags in LOOK_ALIKE.items():
        client.create_node(name, size, image, tags=tags)
    for name in (f"{FRESH.prefix}-volume-1", f"{EXPIRED.prefix}x-volume-1", "cumuli-volume-1"):
        volume = client.create_volume(1, name)
        client.create_volume_snapshot(volume, name=f"{name}-snapshot")
        client.create_key_pair(f"{name}-key")


def seen(client: Any) -> list[Any]:
    return sorted(((thing.kind, thing.id, thing.name) for thing in inventory(client)), key=str)


def processes_of(command: subprocess.Popen[bytes]) -> list[Process]:
    """The command, and the child that it has started, if it has."""
    found: list[Process] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if parent == str(command.pid):
            child = identify(int(path.parent.name))
            found += [child] if child is not None else []
    own = identify(command.pid)
    return [*([own] if own is not None else []), *found]


def killed(arguments: list[str], environment: dict[str, str], folder: Path, journals: Path, after: float) -> None:
    """Run certify, wait until it makes things, then kill all of it at once ``after`` seconds later."""
    known = set(journals.glob("*.jsonl"))
    command = subprocess.Popen(
        [sys.executable, "-m", "cumuli", "certify", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert command.stderr is not None
    end = time.monotonic() + 120
    while not any(path.read_bytes().count(b"\n") > 1 for path in {*journals.glob("*.jsonl")} - known):
        assert command.poll() is None, command.stderr.read().decode()
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(after)
    doomed = processes_of(command)
    # Stopped first, so that none learns of another's end before its own.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for process in doomed:
            if is_running(process):
                os.kill(process.pid, number)
    command.wait()
    command.stderr.close()
    while any(is_running(process) for process in doomed):
        time.sleep(0.01)


@pytest.mark.parametrize("what", ["moto", "swift", "memory"])
def test_a_sweep_after_a_kill_leaves_the_account_as_it_was(
    certify: Certify, environment: dict[str, str], site: Path, tmp_path: Path, what: str
) -> None:
    chance = random.Random(f"{SEED} {what}")
    places: dict[str, Callable[[], Any]] = {"moto": moto, "swift": swift, "memory": lambda: memory(site)}
    more = {"PYTHONPATH": f"{site}{os.pathsep}{environment['PYTHONPATH']}"}
    found = 0
    with places[what]() as settings:
        provider = settings.pop("provider")
        profile(tmp_path, "mine", provider=provider, **settings)
        if provider == "served":
            from tests.conformance.certify import served_memory

            client: Any = served_memory.Served(**settings)
        else:
            client = cast("Any", cumuli.storage if provider == "swift" else cumuli.compute)(provider, **settings)
        with client:
            bystanders(client)
            before = seen(client)
            only = ["--only", COMPUTE] if provider != "swift" else []
            arguments = ["mine", "--kind", "real server", "--flavour", "sync", *only]
            for number in range(MOMENTS):
                after = chance.uniform(0, 1.5)
                killed(arguments, environment | more, tmp_path, tmp_path / "journals", after)
                left = [thing for thing in seen(client) if thing not in before]
                found += len(left)
                end = time.monotonic() + 60
                while True:
                    done = certify("sweep", "mine", "--yes", "--json", **more)
                    assert done.returncode == 0, done.stderr
                    now = seen(client)
                    # A request that was under way when its process was killed may arrive after a sweep.
                    if now == before or time.monotonic() > end:
                        break
                assert now == before, f"moment {number} of {what}, {after} s: {left}, swept: {done.stdout}"
                swept = {each["name"] for each in json.loads(done.stdout)}
                assert swept.isdisjoint({name for _, _, name in before} - {""})
            if provider == "swift":
                assert client.download_object_as_stream(("mine", "o")).read() == b"precious"
    assert found >= MOMENTS / 2, "the moments were no moments"

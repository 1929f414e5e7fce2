"""The starter of Ceph: a start that fails is made again, three times at most, and then the tests are left out."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from cumuli.sandbox.openstack.processes import DidNotStart, Processes
from tests import secrets_used
from tools.ceph_service import __main__ as starter
from tools.ceph_service import cluster, install

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Ceph is started on Linux only")


class Reluctant:
    """Starts when it has been asked so often."""

    def __init__(self, failures: int, log: Path) -> None:
        self.failures = failures
        self.log = log
        self.started = self.stopped = 0

    def start(self) -> Path:
        self.started += 1
        if self.started <= self.failures:
            raise DidNotStart("the OSD did not come in 60 s")
        return self.log / "ceph.json"

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(starter, "HOME", tmp_path)
    return tmp_path


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_start_that_fails_is_made_again(home: Path, monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
    made = Reluctant(failures, home)
    monkeypatch.setattr(starter, "Cluster", lambda: made)
    look = f"import os, sys; sys.exit(os.environ['CUMULI_CEPH'] != {str(home / 'ceph.json')!r} or 7)"
    assert starter.run([sys.executable, "-c", look]) == 7
    assert (made.started, made.stopped) == (failures + 1, failures + 1)


def test_after_three_of_them_the_tests_are_left_out_and_that_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Reluctant(9, home)
    monkeypatch.setattr(starter, "Cluster", lambda: made)
    assert starter.run([sys.executable, "-c", "raise SystemExit(1)"]) == 0
    assert (made.started, made.stopped) == (3, 4)
    said = capsys.readouterr().out
    assert said.count("the OSD did not come in 60 s") == 3
    assert "CEPH DID NOT START. ITS TESTS ARE LEFT OUT OF THIS RUN" in said


def test_who_may_not_install_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.shutil, "which", lambda _program: None)
    with pytest.raises(SystemExit, match="apt-get install --yes --no-install-recommends radosgw ceph-mon ceph-osd"):
        install.install()


def test_a_program_that_hangs_is_killed(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("hanging", ["sleep", "600"])
    pid = int((tmp_path / "hanging.pid").read_text())
    began = time.monotonic()
    assert processes.ended("hanging", within=0.2) < 0
    assert time.monotonic() - began < 10
    assert not Path(f"/proc/{pid}").exists()
    processes.start("brief", ["sh", "-c", "exit 3"])
    assert processes.ended("brief", within=60) == 3
    assert not list(tmp_path.glob("*.pid"))
    processes.stop()


def test_ports_are_free_and_beside_each_other() -> None:
    monitor, gateway, own = cluster.free_ports()
    assert 20_000 <= monitor < gateway < own < own + cluster.OWN_PORTS <= 32_000


def test_its_secrets_are_those_that_the_tests_look_for() -> None:
    assert {cluster.SECRET_KEY, cluster.SWIFT_KEY} <= secrets_used.ALL_SECRETS


def test_nothing_to_run_is_told() -> None:
    done = subprocess.run([sys.executable, "-m", "tools.ceph_service"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run COMMAND" in done.stdout

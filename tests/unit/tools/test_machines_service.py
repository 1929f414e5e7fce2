"""The starter of machines: a start that fails is made again, three times at most, and then the tests are left out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cumuli.errors import ConnectionFailed
from tools.machines_service import __main__ as starter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="podman is started on Linux only")


class Reluctant:
    """Starts when it has been asked so often."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.started = self.stopped = 0

    def start(self) -> str:
        self.started += 1
        if self.started <= self.failures:
            raise ConnectionFailed("podman did not come")
        return "unix:///somewhere"

    def stop(self) -> None:
        self.stopped += 1


@pytest.mark.parametrize("failures", [0, 2])
def test_a_start_that_fails_is_made_again(failures: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Reluctant(failures)
    monkeypatch.setattr(starter, "HOME", tmp_path)
    monkeypatch.setattr(starter, "Machines", lambda: made)
    monkeypatch.setenv("CUMULI_SANDBOX_CACHE", "")
    look = "import os, sys; sys.exit(os.environ['CUMULI_MACHINES'] == 'unix:///somewhere' and 7)"
    assert starter.run([sys.executable, "-c", look]) == 7
    assert (made.started, made.stopped) == (failures + 1, failures + 1)


def test_after_three_of_them_the_tests_are_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Reluctant(9)
    monkeypatch.setattr(starter, "HOME", tmp_path)
    monkeypatch.setattr(starter, "Machines", lambda: made)
    monkeypatch.setenv("CUMULI_SANDBOX_CACHE", "")
    assert starter.run([sys.executable, "-c", "raise SystemExit(1)"]) == 0
    assert made.started == 3
    assert "PODMAN DID NOT START" in capsys.readouterr().out


def test_what_is_missing_is_named_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "missing_packages", lambda: ["podman", "runc"])
    monkeypatch.setattr(starter.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match=r"Machines need podman and runc\. As root: apt-get install"):
        starter.install()

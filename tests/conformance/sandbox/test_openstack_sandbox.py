"""OpenStack in the sandbox: its own command line works by what `env` prints, through the link, and nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from cumuli import compute as compute_named
from cumuli import sandbox
from cumuli.errors import ConfigurationError
from cumuli.sandbox.environments import made
from cumuli.sandbox.openstack import layout
from cumuli.sandbox.openstack.layout import LOCK_FILE, missing_programs
from tests.support.processes import nothing_left, with_temporary
from tests.support.tiers import not_run

CACHE = Path(__file__).parents[3] / ".cache"


def test_missing_packages_of_the_system_are_named_with_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(layout, "RABBIT", home / "nowhere")
    with pytest.raises(ConfigurationError, match=r"rabbitmq-server.*apt-get install .*rabbitmq-server"):
        sandbox.up("openstack")


@pytest.mark.heavy
def test_its_command_line_works_through_the_link(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = CACHE / "openstack" / "venv"
    if missing_programs() or not made(venv, LOCK_FILE):
        not_run("OpenStack", "make test-openstack, and then make test-heavy")
    monkeypatch.setenv("CUMULI_SANDBOX_CACHE", str(CACHE))
    monkeypatch.setenv("TMPDIR", str(home))
    [server] = sandbox.up("openstack", faults="slow=1ms,drip=0.05")

    def openstack(*arguments: str) -> list[dict[str, str]]:
        environment = {"PATH": os.defpath, "HOME": str(home), **server.environment}
        command = [venv / "bin" / "openstack", *arguments, "-f", "json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, str]] = json.loads(done.stdout)
        return found

    real = json.loads((home / "state" / "openstack" / "run" / "cloud.json").read_text())["urls"]
    catalog = json.dumps(openstack("catalog", "list"))
    assert "http://127.0.0.1:" in catalog
    assert not [url for url in real.values() if f"{url}/" in catalog], "an address leads around the link"
    openstack("server", "create", "--flavor", "1", "--image", "cirros", "--network", "private", "--wait", "one")
    with compute_named("sandbox-openstack") as client:
        assert [node.name for node in client.list_nodes()] == ["one"]
        assert client.list_volumes() == []
    os.kill(server.pid, signal.SIGKILL)
    [again] = sandbox.up("openstack")
    assert again.running
    with compute_named("sandbox-openstack") as client:
        assert client.list_nodes() == []
    assert sandbox.down() == ["openstack"]
    nothing_left(home)
    assert not with_temporary(home)

"""The commands: two sandboxes side by side, reset, run, signatures that are checked, faults of a sandbox that stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cumuli import config, sandbox
from cumuli import storage as storage_named
from cumuli.cli.app import run
from cumuli.errors import ConfigurationError, NotFound
from cumuli.sandbox.processes import identify
from tests.support.processes import nothing_left, with_temporary

ROOT = Path(__file__).parents[3]
CUMULI = [sys.executable, "-m", "cumuli"]


def test_two_sandboxes_side_by_side(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [first], [second] = sandbox.up("gogrid"), sandbox.up("gogrid", name="work")
    try:
        assert first.port != second.port
        assert list(first.profiles) == ["sandbox-gogrid"]
        assert list(second.profiles) == ["sandbox-work-gogrid"]
        assert {"sandbox-gogrid", "sandbox-work-gogrid"} <= set(config.load_profiles())
        assert (sandbox.status(), sandbox.status(name="work")) == ([first], [second])
        assert run(["sandbox", "status"]) == 0
        assert "--name: work" in capsys.readouterr().err
        assert sandbox.down() == ["gogrid"]
        assert identify(second.pid) is not None
    finally:
        assert sandbox.down(name="work") == ["gogrid"]
    assert config.load_profiles() == {}
    assert "cumuli sandbox down" in (home / "state" / "README").read_text()
    monkeypatch.chdir(home)
    monkeypatch.setenv("CUMULI_SANDBOX_HOME", "state")
    assert sandbox.up("gogrid")[0].log == str(home / "state" / "gogrid" / "log")
    for name in ("swift", "../x", "Work"):
        with pytest.raises(ConfigurationError, match="name"):
            sandbox.status(name=name)


def test_cloudfiles_is_swift(home: Path) -> None:
    [server] = sandbox.up("cloudfiles", "swift")
    assert server.name == "swift"
    assert sandbox.down("cloudfiles") == ["swift"]


def test_reset_forgets_everything_but_the_ports(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy would look on a machine of its own.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(NotFound):
        sandbox.reset("s3")
    [before] = sandbox.up("s3", auth=True, faults="drip=1", seed=5)
    with storage_named("sandbox-s3") as client:
        client.create_container("gone")
    assert run(["sandbox", "logs", "s3", "--link"]) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == ["1 HEAD /gone drip", "2 PUT /gone drip"]
    [after] = sandbox.reset()
    assert (after.endpoint, after.profiles, after.faults) == (before.endpoint, before.profiles, "drip=1")
    assert after.pid != before.pid
    with storage_named("sandbox-s3") as client:
        assert client.list_containers() == []
    # What runs in another way is not taken for what is wanted.
    assert sandbox.up("s3") == [after]
    with pytest.raises(ConfigurationError, match=r"s3 runs already.*--auth --faults drip=1 --seed 5"):
        sandbox.up("s3", faults="503=0.5")
    assert sandbox.down() == ["s3"]
    assert not with_temporary(home)


@pytest.mark.parametrize("service", ["ec2", "s3"])
def test_signatures_are_checked_when_that_is_asked_for(service: str) -> None:
    def ask(secret: str) -> None:
        variables = server.environment
        client: Any = boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=server.endpoint,
            region_name="us-east-1",
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret,
        )
        client.list_buckets() if service == "s3" else client.describe_regions()
        client.close()

    with sandbox.running(service, auth=True) as server:
        ask(server.environment["AWS_SECRET_ACCESS_KEY"])
        with pytest.raises(ClientError) as caught:
            ask("wrong")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in {401, 403}


def test_down_removes_what_never_started(home: Path) -> None:
    for name in ("gogrid", "s3"):
        (home / "state" / name / "run").mkdir(parents=True)
    assert sandbox.down("s3") == []
    assert {path.name for path in (home / "state").iterdir()} == {"README", "lock", "gogrid"}
    assert sandbox.down() == []
    assert {path.name for path in (home / "state").iterdir()} == {"README", "lock"}


SEEN = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def mine(tmp_path: Path) -> dict[str, str]:
    """An environment by which everything that is started is known."""
    return {**os.environ, "TMPDIR": str(tmp_path), "AWS_PROFILE": "mine", "CUMULI_CONFIG": str(tmp_path / "c.toml")}


def test_run_gives_the_environment_and_passes_the_status_on(tmp_path: Path, mine: dict[str, str]) -> None:
    command = [*CUMULI, "sandbox", "run", "gogrid", "--", sys.executable, "-c"]
    done = subprocess.run([*command, SEEN, "--help"], env=mine, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["CUMULI_PROFILE"] == "sandbox-gogrid"
    assert "AWS_PROFILE" not in seen
    assert not Path(seen["CUMULI_CONFIG"]).exists(), "it was for the command only"
    done = subprocess.run([*command, "raise SystemExit(7)"], env=mine, cwd=ROOT)
    assert done.returncode == 7
    nothing_left(tmp_path)
    done = subprocess.run([*command[:-2], "/nowhere/program"], env=mine, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 127
    assert "/nowhere/program: No such file" in done.stderr
    done = subprocess.run([*CUMULI, "sandbox", "run", "gogrid"], env=mine, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    nothing_left(tmp_path)


SLEEPING = "import sys, time; print('runs', flush=True); time.sleep(600)"
HEARING = "import signal, sys; signal.signal({number}, lambda *_: sys.exit(9));" + SLEEPING


@pytest.mark.parametrize(
    ("number", "script", "status"),
    [
        (signal.SIGINT, SLEEPING, 130),
        (signal.SIGTERM, SLEEPING, 143),
        (signal.SIGTERM, HEARING.format(number=int(signal.SIGTERM)), 9),
        (signal.SIGINT, HEARING.format(number=int(signal.SIGINT)), 9),
        (signal.SIGKILL, SLEEPING, -signal.SIGKILL),
    ],
    ids=["INT", "TERM", "TERM heard", "INT heard", "KILL"],
)
def test_run_hands_signals_on_and_leaves_nothing(
    tmp_path: Path, mine: dict[str, str], number: signal.Signals, script: str, status: int
) -> None:
    command = [*CUMULI, "sandbox", "run", "gogrid", "--faults", "slow=1ms", "--", sys.executable, "-c", script]
    program = subprocess.Popen(command, env=mine, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert program.stdout is not None
    with program.stdout:
        assert program.stdout.readline() == "runs\n"
        program.send_signal(number)
        assert program.wait(120) == status
    nothing_left(tmp_path)


ENDED_AS_IT_STARTS = """
import os, signal, subprocess, sys
from cumuli.cli.app import run
started = subprocess.Popen.__init__
def starting(self, command, *arguments, **words):
    started(self, command, *arguments, **words)
    if command[-1] == "import time; time.sleep(600)":
        os.kill(os.getpid(), signal.SIGTERM)
subprocess.Popen.__init__ = starting
sys.exit(run(["sandbox", "run", "gogrid", "--", sys.executable, "-c", "import time; time.sleep(600)"]))
"""


def test_run_hands_on_what_comes_while_the_command_starts(tmp_path: Path, mine: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", ENDED_AS_IT_STARTS], env=mine, cwd=ROOT, timeout=300)
    assert done.returncode == 143
    nothing_left(tmp_path)

"""Variables for other programs, written for those who read them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess

import msgspec
import pytest

from cumuli.sandbox.described import SandboxServer
from cumuli.sandbox.shells import assignments
from cumuli.sandbox.surroundings import in_the_way, private_environment, variables_of

ODD = {"PLAIN": "http://127.0.0.1:1/x", "EMPTY": "", "ODD": """a b'c"d$(touch x)`e`\\f\\'g\\\\h*;!~#"""}
SERVER = SandboxServer(
    name="s3",
    summary="",
    endpoint="http://127.0.0.1:1",
    port=1,
    pid=1,
    log="",
    profiles={"sandbox-s3": {"provider": "s3", "key": "k", "secret": "s"}},
    environment={"AWS_ACCESS_KEY_ID": "testing"},
)


@pytest.mark.parametrize("shell", ["sh", "bash", "fish"])
def test_a_shell_reads_values_as_they_are(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell}")
    script = assignments(ODD, "fish" if shell == "fish" else "sh", without=["GONE"])
    script += "python3 -c 'import json, os; print(json.dumps(dict(os.environ)))'\n"
    done = subprocess.run([program, "-c", script], capture_output=True, text=True, env={**os.environ, "GONE": "1"})
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert {name: seen[name] for name in ODD} == ODD
    assert "GONE" not in seen


def test_json_and_dotenv() -> None:
    assert json.loads(assignments(ODD, "json", without=["GONE"])) == ODD
    lines = assignments(ODD, "dotenv", without=["GONE"]).splitlines()
    assert lines[:2] == ["PLAIN=http://127.0.0.1:1/x", "EMPTY="]
    # What sh reads between double quotes is what readers of such files do.
    assert shlex.split(lines[2].replace(r"\$", "$").replace(r"\`", "`")) == [f"ODD={ODD['ODD']}"]
    assert len(lines) == 3


def test_fish_is_quoted_by_its_own_rules() -> None:
    assert assignments({"A": "it's \\ so"}, "fish", without=["B"]) == "set -e B\nset -gx A 'it\\'s \\\\ so'\n"


def test_what_would_lead_elsewhere_is_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "OS_CLOUD"):
        monkeypatch.setenv(name, "mine")
    variables = variables_of([SERVER])
    assert variables["CUMULI_PROFILE"] == "sandbox-s3"
    found = in_the_way(variables)
    assert {"AWS_PROFILE", "AWS_SESSION_TOKEN"} <= set(found)
    assert {"AWS_CA_BUNDLE", "OS_CLOUD", "AWS_ACCESS_KEY_ID"}.isdisjoint(found), "harmless, of another, said anew"


def test_keys_that_are_checked_are_those_that_are_told() -> None:
    checked = msgspec.structs.replace(SERVER, name="ec2", auth=True, environment={"AWS_ACCESS_KEY_ID": "checked"})
    for servers in ([checked, SERVER], [SERVER, checked]):
        assert variables_of(servers)["AWS_ACCESS_KEY_ID"] == "checked"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, None),
        ({"no_proxy": "a.example"}, None),
        ({"HTTP_PROXY": "http://proxy.example"}, "127.0.0.1"),
        ({"all_proxy": "http://proxy.example", "NO_PROXY": "a.example"}, "a.example,127.0.0.1"),
        ({"http_proxy": "http://proxy.example", "NO_PROXY": "a.example, 127.0.0.1"}, None),
        ({"http_proxy": "http://proxy.example", "no_proxy": "*"}, None),
    ],
)
def test_no_proxy_stands_before_this_machine(
    given: dict[str, str], told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = variables_of([SERVER])
    assert (found.get("no_proxy"), found.get("NO_PROXY")) == (told, told)


def test_a_command_beside_the_sandbox_knows_no_other_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebody's own")
    monkeypatch.setenv("OS_PASSWORD", "somebody's own")
    folder = tmp_path_factory.mktemp("run")
    private = private_environment([SERVER], folder)
    assert "somebody's own" not in private.values()
    assert private["AWS_CONFIG_FILE"] == private["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull, "not those of ~/.aws"
    assert private["CUMULI_CONFIG"] == str(folder / "config.toml")
    assert "sandbox-s3" in (folder / "config.toml").read_text()

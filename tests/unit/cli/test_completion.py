"""Completion: what is offered, and that the shells offer it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Cli

ROOT = Path(__file__).parents[3]
# In each shell: what runs a command line's completion without a terminal, and prints the candidates.
ASKING = {
    "bash": """
        . {script}
        COMP_WORDS=(cumuli {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); {empty} _cumuli 2>/dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "fish": "source {script}; complete -C 'cumuli {words}{space}' | string replace -r '\\t.*' ''",
    # Without a terminal zsh has no line editor; what would be offered is printed instead.
    "zsh": """
        compdef() {{ }}; _files() {{ print -l *(N) }}
        compadd() {{ local each; [[ $1 == -S ]] && shift 2; for each in "${{(@P)2}}"; do print -r -- $each; done }}
        source {script}
        words=(cumuli {words}{quoted}); CURRENT=$#words; _cumuli
    """,
}


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file with the profiles ``disk`` and ``diary``, and an account with a few objects."""
    for name in ("photos/2024/a.jpg", "photos/2024/b c.jpg", "photos/2025/x.jpg", "papers/y"):
        path = tmp_path / "account" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "config.toml").write_text(
        f'[profiles.disk]\nprovider = "local"\nroot = "{tmp_path / "account"}"\n[profiles.diary]\nprovider = "memory"\n'
    )
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path


def offered(cli: Cli, line: str) -> list[str]:
    result = cli("__complete", *line.split(" "))
    assert (result.status, result.err) == (0, "")
    return [each.partition("\t")[0] for each in result.out.splitlines()]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("nod", ["nodes"]),
        ("--profile diary nodes cr", ["create"]),
        ("nodes list --pro", ["--provider", "--profile"]),
        ("nodes create w --si", ["--size"]),
        ("nodes create w -p memory --size ", ["Small", "small", "Medium", "medium", "Large", "large"]),
        ("nodes create w --profile diary --size=me", ["--size=medium"]),
        ("nodes create w -p memory --image deb", ["debian"]),
        ("nodes create w --interface ", ["public", "private"]),
        ("nodes create w --ssh-key ", [":files"]),
        ("nodes wait w --to st", ["stopped"]),
        ("nodes list --profile di", ["diary", "disk"]),
        ("nodes list -P dis", ["disk"]),
        ("nodes list --provider mem", ["memory", "memory"]),
        ("nodes list --output y", ["yaml"]),
        ("profiles check di", ["diary", "disk"]),
        ("completion z", ["zsh"]),
        ("sandbox up sw", ["swift"]),
        ("ls di", ["diary:", "disk:"]),
        ("ls disk:", ["disk:papers/", "disk:photos/"]),
        ("ls disk:ph", ["disk:photos/"]),
        ("cat disk:photos/", ["disk:photos/2024/", "disk:photos/2025/"]),
        ("rm disk:photos/2024/a", ["disk:photos/2024/a.jpg"]),
        ("ls -P disk photos/202", ["photos/2024/", "photos/2025/"]),
        ("get disk:photos/2025/x.jpg ", [":files"]),
        ("ex -p gogrid save", ["save-image"]),
        ("ls nosuch:", []),
        ("nodes show -P nosuch ", []),
        ("nodse ", []),
    ],
)
def test_what_is_offered(cli: Cli, disk: Path, line: str, values: list[str]) -> None:
    assert offered(cli, line) == values


@pytest.mark.parametrize("shell", sorted(ASKING))
def test_shells_offer_it(cli: Cli, disk: Path, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script = disk / "script"
    script.write_text(cli("completion", shell).out)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed; its script was written and not run")
    bin_ = disk / "bin"
    bin_.mkdir()
    program = bin_ / "cumuli"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m cumuli "$@"\n')
    program.chmod(0o755)
    work = disk / "work"
    work.mkdir()
    (work / "README.md").touch()
    env = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "HOME": str(disk)}

    def ask(words: str, *, begun: bool = True) -> list[str]:
        command = ASKING[shell].format(
            script=script,
            words=words,
            space="" if begun else " ",
            quoted="" if begun else " ''",
            empty="" if begun else "COMP_WORDS+=(''); COMP_CWORD=$((COMP_CWORD + 1));",
        )
        done = subprocess.run([shell, "-c", command], text=True, capture_output=True, cwd=work, env=env, timeout=300)
        assert done.stderr == ""
        return sorted(line for line in done.stdout.splitlines() if line)

    assert ask("--profile diary nodes cr") == ["create"]
    assert ask("nodes list --pro") == ["--profile", "--provider"]
    assert ask("ls di") == ["diary:", "disk:"]
    assert ask("ls disk:photos/") == ["disk:photos/2024/", "disk:photos/2025/"]
    assert [each.replace("\\ ", " ") for each in ask("ls disk:photos/2024/b")] == ["disk:photos/2024/b c.jpg"]
    assert "debian" in ask("nodes create w -p memory --image", begun=False)
    assert ask("put READ") == ["README.md"]


def test_nothing_is_said_while_somebody_types(cli: Cli, disk: Path) -> None:
    (disk / "config.toml").write_text("[profiles\n")
    assert cli("__complete", "ls", "") == (0, "", "")

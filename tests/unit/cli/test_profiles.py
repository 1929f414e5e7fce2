"""Profiles: the default one, those that are added, and what is said of them."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from cumuli import config
from tests.secrets_used import API_SECRET
from tests.unit.cli.conftest import Cli


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CUMULI_PROFILE", raising=False)
    (tmp_path / "account" / "photos").mkdir(parents=True)
    (tmp_path / "account" / "photos" / "a").write_text("x")
    path = tmp_path / "config.toml"
    path.write_text(
        f'# mine\ndefault_profile = "disk"\n\n[profiles.disk]\nprovider = "local"\nroot = "{tmp_path / "account"}"\n'
        '[profiles.toy]\nprovider = "memory"\n'
    )
    path.chmod(0o600)
    return path


def test_the_default_profile_is_meant_where_none_is_named(
    cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("ls", "photos", "-o", "ids").out == "disk:photos/a\n"
    assert cli("ls", "-o", "ids").out == "disk:photos\n"
    assert cli("ls", "memory:", "-o", "ids").out == "", "who names a cloud means that one"
    told = cli("sizes", "list")
    assert told.status == 2
    assert "'disk' has object storage and no servers" in told.err
    assert f"default_profile in {file}" in told.err
    monkeypatch.setenv("CUMULI_PROFILE", "toy")
    assert cli("sizes", "list", "-o", "ids").out == "small\nmedium\nlarge\n"
    assert cli("ls", "photos").status == 3, "the variable goes before the file"
    monkeypatch.setenv("CUMULI_PROFILE", "tyo")
    told = cli("sizes", "list")
    assert told.status == 2
    assert "CUMULI_PROFILE: there is no profile 'tyo'" in told.err
    assert "did you mean 'toy'?" in told.err
    assert cli("sizes", "list", "-p", "memory").status == 0


def test_list(cli: Cli, file: Path) -> None:
    disk, toy = cli("profiles", "list", "--json").json
    assert disk == {
        "name": "disk", "provider": "local", "services": ["storage"], "settings": ["root"], "default": True,
        "path": str(file),
    }  # fmt: skip
    assert toy["services"] == ["compute", "storage"]
    assert cli("profiles", "list").out.splitlines()[1].split() == ["disk", "local", "storage", "yes", "root"]


def test_add_leaves_what_is_there(cli: Cli, file: Path) -> None:
    before = file.read_text()
    added = cli("profiles", "add", "work", "-p", "ec2", "--region", "eu-west-1", "--set", "key=AKIA", "--set-env",
                "secret=MY_SECRET", "--default")  # fmt: skip
    assert (added.status, added.out) == (0, f"added the profile work to {file}\n")
    assert file.read_text().startswith(before.replace('"disk"', '"work"'))
    assert tomllib.loads(file.read_text())["profiles"]["work"] == {
        "provider": "ec2", "region": "eu-west-1", "key": "AKIA", "secret": {"env": "MY_SECRET"},
    }  # fmt: skip
    assert config.default_profile() == ("work", f"default_profile in {file}")
    assert list(file.parent.glob(".config*")) == []


def test_add_makes_a_file_that_only_its_owner_reads(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "config.toml"
    monkeypatch.setenv("CUMULI_CONFIG", str(path))
    assert cli("profiles", "add", "toy", "-p", "memory", "--default").status == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == 'default_profile = "toy"\n\n[profiles.toy]\nprovider = "memory"\n'
    assert cli("sizes", "list").status == 0


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("work", 2, "cumuli profiles add work --provider NAME"),
        ("work -p ecc2", 2, "--provider: 'ecc2' is no provider; did you mean 'ec2'?"),
        ("work -p ec2 --set regoin=x", 2, "ec2 has no setting 'regoin'; did you mean 'region'?"),
        ("work -p ec2 --set region", 2, "--set takes KEY=VALUE"),
        ("work -p ec2 --ask secret", 2, "--ask secret: there is no terminal"),
        ("disk -p ec2", 5, "there is a profile 'disk' already"),
        ("swift -p swift", 2, "'swift' is a provider's name"),
    ],
)
def test_what_cannot_be_added(cli: Cli, file: Path, words: str, status: int, told: str) -> None:
    before = file.read_text()
    result = cli("profiles", "add", *words.split())
    assert result.status == status
    assert told in result.err
    assert file.read_text() == before
    assert cli("profiles", "add", "dry", "-p", "memory", "--dry-run").status == 0
    assert file.read_text() == before


def test_check(cli: Cli, file: Path) -> None:
    with file.open("a") as more:
        more.write(f'[profiles.lost]\nprovider = "local"\nroot = "{file}"\n[profiles.odd]\nprovider = "s33"\n')
        more.write(f'[profiles.half]\nprovider = "s3"\nregoin = "x"\nkey = "AKIA"\nsecret = "{API_SECRET}"\n')
    good = cli("profiles", "check", "toy", "--json")
    assert good.status == 0
    assert {(check["service"], check["check"]) for check in good.json} >= {
        ("compute", "nodes list"), ("storage", "containers list"),
    }  # fmt: skip
    assert all(check["ok"] for check in good.json)
    [settings, listing] = cli("profiles", "check", "--json").json
    assert settings["result"] == f"root={file.parent / 'account'}", "the default one"
    assert listing["result"] == "1 seen"
    every = cli("profiles", "check", "lost", "odd", "half", "--json")
    assert every.status != 0
    assert API_SECRET not in every.out + every.err
    results = {check["profile"]: check["result"] for check in every.json if not check["ok"]}
    assert "no such setting: regoin; did you mean region?" in results["half"]
    assert "'s33' is no provider" in results["odd"]
    assert cli("profiles", "check", "tyo").status == 2

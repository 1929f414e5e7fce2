"""``cumuli doctor`` sees what is wrong on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cumuli.version import __version__
from tests.unit.cli.conftest import Cli


@pytest.fixture(autouse=True)
def _nobodys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "OS_", "ST_", "CUMULI_")) or name.lower().endswith(("_proxy", "ca_bundle")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def findings(cli: Cli, *words: str) -> tuple[int, dict[str, tuple[str, str]]]:
    result = cli("doctor", "--json", *words)
    return result.status, {each["what"]: (each["state"], each["detail"]) for each in result.json}


def test_a_machine_without_settings(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))
    status, found = findings(cli)
    assert status == 0, found
    assert __version__ in found["cumuli"][1]
    assert found["proxy"] == ("ok", "none")
    assert found["default profile"] == ("ok", "none")
    assert found["clock"][0] == "note"
    lines = cli("doctor").out.splitlines()
    assert lines[0].startswith("ok     cumuli ")


def test_what_is_wrong_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('default_profile = "wrok"\n[profiles.work]\nprovider = "s33"\n')
    monkeypatch.setenv("CUMULI_CONFIG", str(config))
    monkeypatch.setenv("CUMULI_PROFIL", "x")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "gone.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "ftp://user:hunter2@proxy.example")
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    status, found = findings(cli)
    assert status == 2
    wrong = {what for what, (state, _) in found.items() if state == "wrong"}
    assert wrong == {
        "CUMULI_PROFIL", "REQUESTS_CA_BUNDLE", "proxy for https", "AWS's settings (ec2)", "AWS's settings (s3)",
        "default profile", "profile work",
    }  # fmt: skip
    assert "did you mean 'CUMULI_PROFILE'?" in found["CUMULI_PROFIL"][1]
    assert "did you mean 'work'?" in found["default profile"][1]
    assert "AWS_SECRET_ACCESS_KEY" in found["AWS_*"][1]
    assert not [detail for _, detail in found.values() if "hunter2" in detail]


def test_a_config_file_that_cannot_be_read(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[profiles.work\n")
    monkeypatch.setenv("CUMULI_CONFIG", str(config))
    status, found = findings(cli)
    assert status == 2
    assert found["config file"][0] == "wrong"
    assert "line 1" in found["config file"][1]


def test_a_provider_is_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[profiles.disk]\nprovider = "local"\nroot = "{tmp_path}"\n')
    monkeypatch.setenv("CUMULI_CONFIG", str(config))
    assert findings(cli, "--profile", "disk")[1]["disk (storage)"] == ("ok", "answers")

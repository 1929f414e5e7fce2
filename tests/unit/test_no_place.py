"""No home is known (no HOME, nobody in passwd), or the working folder was removed: that is told, or passed over."""

from __future__ import annotations

import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli import ConfigurationError, config, sandbox
from cumuli.cli.app import run
from cumuli.providers.aws.identity.cache import SharedCache
from cumuli.providers.openstack.identity.clouds_yaml import load_cloud

KEYSTONE = {"OS_AUTH_URL": "http://127.0.0.1:9/v3", "OS_USERNAME": "u", "OS_PASSWORD": "p"}


def ec2() -> None:
    cumuli.EC2(region="eu-west-1").list_nodes()


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_uid: int) -> Any:
        raise KeyError

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "CUMULI_CONFIG", "CUMULI_SANDBOX_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "removed"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize("variable", ["cacert", "cert", "key"])
def test_a_file_in_no_home(variable: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"{variable} is '~/there.pem', in a home .* set HOME"):
        load_cloud(environ={**KEYSTONE, "OS_CERT": "/c.pem", f"OS_{variable.upper()}": "~/there.pem"})


@pytest.mark.usefixtures("homeless")
def test_no_home_is_needed_where_settings_are_given() -> None:
    assert load_cloud(environ=KEYSTONE)
    assert "name" not in SharedCache(reading=True)


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize("look", [config.config_path, sandbox.status, sandbox.up, sandbox.down, ec2])
def test_no_home_is_told(look: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigurationError, match="the home directory is not known; set HOME, or "):
        look()


@pytest.mark.usefixtures("nowhere")
def test_the_working_folder_was_removed(tmp_path: Path) -> None:
    assert load_cloud(environ={**KEYSTONE, "HOME": str(tmp_path)})
    for kind in (cumuli.LocalStorage, cumuli.AsyncLocalStorage):
        with pytest.raises(ConfigurationError, match="the working folder was removed; give an absolute path"):
            kind("relative")


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("place", ["there", "there/", "."])
def test_the_command_line_in_a_folder_that_was_removed(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "account"
    with cumuli.LocalStorage(root) as store:
        store.create_container("box")
        store.upload_object(b"content", "box", "name")
    (tmp_path / "config.toml").write_text(f'[profiles.disk]\nprovider = "local"\nroot = "{root}"\n')
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))
    for line in (["get", "disk:box/name", place], ["get", "-r", "disk:box", place], ["put", place, "disk:box/"]):
        assert run(line) in {1, 2}, line
    assert run(["put", "-r", ".", "disk:box/"]) == 0  # as cp has it: there is nothing in it
    assert "defect" not in capsys.readouterr().err

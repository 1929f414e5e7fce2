"""Settings of OpenStack's tools are followed, refused, or said to have no meaning."""

import argparse
import re
import time
from pathlib import Path

import pytest
from keystoneauth1 import loading
from openstack.config import defaults

import cumuli
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.clouds_yaml import load_cloud

PAGE = Path(__file__).parents[5] / "docs/providers/openstack-settings.md"
PLUGINS = (
    "password",
    "v2password",
    "v3password",
    "token",
    "v2token",
    "v3token",
    "v3applicationcredential",
    "admin_token",
)
AUTH = "auth_url: 'http://c/v3', username: u, password: p, project_name: p"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OS_CLOUD", raising=False)
    return tmp_path


def test_every_setting_that_the_tools_know_is_on_the_page() -> None:
    parser = argparse.ArgumentParser(conflict_handler="resolve", add_help=False)
    loading.register_session_argparse_arguments(parser)
    loading.register_adapter_argparse_arguments(parser)
    known = {action.dest.removeprefix("os_") for action in parser._actions}
    known |= {option.dest for plugin in PLUGINS for option in loading.get_plugin_loader(plugin).get_options()}
    known |= set(defaults.get_defaults())
    told = set(re.findall(r"`([a-z0-9_]+)`", PAGE.read_text()))
    assert known - told == set()
    assert len(known) > 40


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (f"auth: {{{AUTH}, trust_id: t}}", "the cloud 'a' has trust_id, which cumuli does not follow; get a token"),
        (f"auth: {{{AUTH}}}, trust_id: t", "has trust_id"),
        (f"auth: {{{AUTH}, passcode: '1'}}", "has passcode"),
        (f"auth: {{{AUTH}}}, auth_methods: [v3password]", "has auth_methods"),
        (f"auth: {{{AUTH}}}, tls_min_version: '1.3'", "has tls_min_version"),
        (f"auth: {{{AUTH}}}, compute_api_version: '3'", "has compute_api_version '3', and cumuli speaks 2"),
        (f"auth: {{{AUTH}}}, volume_api_version: 1", "has volume_api_version '1', .* speaks 2 and 3"),
    ],
)
def test_what_is_refused(home: Path, entry: str, words: str) -> None:
    (home / "clouds.yaml").write_text(f"clouds: {{a: {{{entry}}}}}")
    with pytest.raises(ConfigurationError, match=words):
        load_cloud("a")


def test_versions_that_are_spoken_are_no_error(home: Path) -> None:
    versions = "identity_api_version: 3, compute_api_version: '2.72', volume_api_version: v3, image_api_version: 2"
    (home / "clouds.yaml").write_text(f"clouds: {{a: {{auth: {{{AUTH}}}, {versions}}}}}")
    assert load_cloud("a").credentials.username == "u"


@pytest.mark.parametrize(
    "value",
    ["*hunter2", '!!int ""', "!!bool hunter2", "!!timestamp hunter2", "!!float hunter2", "!hunter2 x", "@hunter2"],
)
def test_whatever_the_yaml_loader_raises_is_ours_and_quotes_nothing(home: Path, value: str) -> None:
    (home / "clouds.yaml").write_text(f"clouds: {{a: {{auth: {{password: {value} }}}}}}")
    with pytest.raises(ConfigurationError, match=r"clouds\.yaml.*correct the file") as caught:
        load_cloud("a")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["[" * 5000, "1" * 5000])
def test_whatever_the_toml_reader_raises_is_ours(home: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CUMULI_CONFIG", str(home / "config.toml"))
    (home / "config.toml").write_text(f'[profiles.a]\nprovider = "memory"\npage_size = {value}\n')
    with pytest.raises(ConfigurationError, match=r"config\.toml is not TOML"):
        cumuli.compute("a")


def test_a_deadline_bounds_a_command_of_a_profile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUMULI_CONFIG", str(home / "config.toml"))
    (home / "config.toml").write_text(
        '[profiles.a]\nprovider = "gogrid"\napi_key = "k"\nsecret = { command = ["sleep", "30"] }\n'
    )
    (home / "config.toml").chmod(0o600)
    started = time.monotonic()
    with pytest.raises(ConfigurationError, match="sleep did not end within"), cumuli.deadline(1):
        cumuli.compute("a")
    assert time.monotonic() - started < 10

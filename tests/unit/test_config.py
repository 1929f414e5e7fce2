"""Profiles."""

import os
import stat
import sys
import tomllib
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cumuli import config
from cumuli.errors import ConfigurationError


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "cumuli" / "config.toml"
    found.parent.mkdir()
    monkeypatch.setenv("CUMULI_CONFIG", str(found))
    return found


def written(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def test_where_the_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.delenv("CUMULI_CONFIG", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert config.config_path() == Path("/home/x/.config/cumuli/config.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert config.config_path() == Path("/home/x/.config/cumuli/config.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/xdg")
    assert config.config_path() == Path("/etc/xdg/cumuli/config.toml")
    monkeypatch.setenv("CUMULI_CONFIG", "/srv/p.toml")
    assert config.config_path() == Path("/srv/p.toml")
    assert config.sandbox_path() == Path("/srv/sandbox.toml")


def test_no_file_is_no_profile(path: Path) -> None:
    assert config.load_profiles() == {}
    with pytest.raises(ConfigurationError, match=r"there is no profile 'x' in .*config\.toml \(profiles there: none\)"):
        config.get_profile("x")


def test_settings_are_given_or_looked_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "from-env")
    (path.parent / "secret.txt").write_text("from-file\nsecond line\n")
    command = [sys.executable, "-c", "print('from-command'); print('more')"]
    written(
        path,
        f"""
        [profiles.b]
        provider = "ec2"
        timeout = 5
        verify = true
        cert = ["a", "b"]
        token = {{ env = "MY_TOKEN" }}
        secret = {{ file = "secret.txt" }}
        key = {{ command = {command!r} }}
        [profiles.a]
        provider = "gogrid"
        """,
    )
    assert list(config.load_profiles()) == ["a", "b"]
    profile = config.get_profile("b")
    assert profile.provider == "ec2"
    assert {key: profile.resolve(key) for key in profile.settings} == {
        "timeout": 5,
        "verify": True,
        "cert": ["a", "b"],
        "token": "from-env",
        "secret": "from-file",
        "key": "from-command",
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{ env = "CUMULI_TEST_UNSET" }', "the environment variable CUMULI_TEST_UNSET is not set"),
        ('{ file = "absent" }', "absent cannot be read: No such file or directory"),
        ('{ file = "empty" }', "empty is empty, or its first line is"),
        ('{ file = "binary" }', "binary is not UTF-8 text"),
        ('{ command = ["cumuli-no-such-program"] }', "cumuli-no-such-program cannot be run"),
        ('{ command = ["false"] }', "false failed with exit status 1"),
        ('{ command = ["true"] }', "the output of true is empty"),
        ('{ command = "echo x" }', "a value that stands elsewhere is"),
        ("{ command = [1] }", "a value that stands elsewhere is"),
        ("{ command = [] }", "a value that stands elsewhere is"),
        ('{ env = "A", file = "b" }', "a value that stands elsewhere is"),
        ('{ vault = "a" }', "a value that stands elsewhere is"),
    ],
)
def test_a_setting_that_cannot_be_looked_up(path: Path, value: str, message: str) -> None:
    (path.parent / "empty").write_text("\nsecond")
    (path.parent / "binary").write_bytes(b"\xff\xfe")
    written(path, f'[profiles.p]\nprovider = "ec2"\nsecret = {value}\n')
    with pytest.raises(ConfigurationError, match=message) as caught:
        config.get_profile("p").resolve("secret")
    assert "secret of the profile 'p' in " in str(caught.value)


def test_what_a_failing_command_printed_is_not_shown(path: Path) -> None:
    command = [sys.executable, "-c", "print('hunter2'); raise SystemExit(3)"]
    written(path, f'[profiles.p]\nprovider = "ec2"\nsecret = {{ command = {command!r} }}\n')
    with pytest.raises(ConfigurationError, match="exit status 3") as caught:
        config.get_profile("p").resolve("secret")
    assert "hunter2" not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[profiles.p\n", r"config\.toml is not TOML: .*line 1"),
        ('[profiles.p]\nprovider = "a"\nprovider = "b"\n', r"is not TOML: .*line 3"),
        ("profiles = 3\n", r"profiles are written as \[profiles\.NAME\] tables"),
        ("[profiles]\np = 3\n", r"profiles\.p is not a table"),
        ("[profiles.p]\nregion = 'x'\n", r"the profile 'p' has no provider"),
        ("[profiles.p]\nprovider = 3\n", r"the profile 'p' has no provider"),
        (
            "[profile.p]\nprovider = 'x'\n",
            r"has unknown settings: profile; it takes default_profile",
        ),
    ],
)
def test_a_file_that_is_wrong(path: Path, text: str, message: str) -> None:
    written(path, text)
    with pytest.raises(ConfigurationError, match=message):
        config.load_profiles()


def test_a_file_that_cannot_be_read(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        config.load_profiles()
    path.rmdir()
    path.write_bytes(b"a = '\xff'")
    with pytest.raises(ConfigurationError, match="is not UTF-8 text"):
        config.load_profiles()


@pytest.mark.parametrize(
    "settings",
    [
        'secret = "hunter2"',
        'username = "account:user"\nkey = "hunter2"',
        'temp_url_key = "hunter2"',
        'application_credential_secret = "hunter2"',
    ],
)
def test_secrets_that_others_may_read_are_warned_of(path: Path, settings: str) -> None:
    text = f'[profiles.p]\nprovider = "x"\n{settings}\n'
    written(path, text, 0o644)
    with pytest.warns(config.ExposedSecretsWarning, match="chmod 600") as caught:
        config.load_profiles()
    assert "hunter2" not in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written(path, text, 0o600)
        config.load_profiles()
        written(path, '[profiles.p]\nprovider = "ec2"\nkey = "k"\nsecret = {env = "X"}\nregion = "r"\n', 0o644)
        config.load_profiles()


def test_a_profile_does_not_show_its_settings(path: Path) -> None:
    written(path, '[profiles.p]\nprovider = "ec2"\nsecret = "hunter2"\n')
    assert repr(config.get_profile("p")) == "Profile('p', provider='ec2', settings of secret)"
    assert "hunter2" not in repr(config.load_profiles())


def test_the_sandbox_keeps_its_profiles_in_a_file_of_its_own(path: Path) -> None:
    mine = '# mine\n[profiles.mine]\nprovider = "ec2" # a comment\n'
    written(path, mine)
    config.write_sandbox_profiles({"sandbox-ec2": {"provider": "ec2", "endpoint": "http://127.0.0.1:1", "secret": "s"}})
    config.write_sandbox_profiles({"sandbox-s3": {"provider": "s3", "md5_etags": True}, "mine": {"provider": "gogrid"}})
    assert path.read_text() == mine
    assert stat.S_IMODE(config.sandbox_path().stat().st_mode) == 0o600
    assert {name: profile.provider for name, profile in config.load_profiles().items()} == {
        "mine": "ec2",
        "sandbox-ec2": "ec2",
        "sandbox-s3": "s3",
    }
    assert config.get_profile("sandbox-ec2").resolve("endpoint") == "http://127.0.0.1:1"
    assert config.get_profile("sandbox-s3").resolve("md5_etags") is True
    config.remove_sandbox_profiles(["sandbox-ec2", "never-there"])
    assert set(config.load_profiles()) == {"mine", "sandbox-s3"}
    config.remove_sandbox_profiles(["sandbox-s3", "mine"])
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]
    config.remove_sandbox_profiles(["sandbox-s3"])


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "new" / "config.toml"))
    config.write_sandbox_profiles({"a": {"provider": "ec2"}})
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_write_that_fails_leaves_the_old_file(path: Path) -> None:
    config.write_sandbox_profiles({"a": {"provider": "ec2"}})
    before = config.sandbox_path().read_text()
    with pytest.raises(ConfigurationError, match="is written with text, true and false only, not int"):
        config.write_sandbox_profiles({"b": {"provider": 3}})  # type: ignore[dict-item] # the mistake is the test
    assert config.sandbox_path().read_text() == before
    blocked = path.parent / "file"
    blocked.write_text("")
    os.environ["CUMULI_CONFIG"] = str(blocked / "config.toml")  # put back by the fixture
    with pytest.raises(ConfigurationError, match="cannot be written: "):
        config.write_sandbox_profiles({"b": {"provider": "ec2"}})


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(st.dictionaries(texts, st.dictionaries(texts, texts, max_size=3), max_size=3))
def test_any_text_round_trips(path: Path, tables: dict[str, dict[str, str]]) -> None:
    profiles = {name: {**table, "provider": "p"} for name, table in tables.items()}
    config.sandbox_path().unlink(missing_ok=True)
    config.write_sandbox_profiles(profiles)
    document = tomllib.loads(config.sandbox_path().read_text(encoding="utf-8"))
    assert document.get("profiles", {}) == profiles

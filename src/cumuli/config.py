"""Profiles: the settings of an account under a name, in a TOML file.

    default_profile = "work"

    [profiles.work]
    provider = "ec2"
    region = "eu-west-1"
    key = "AKIA…"
    secret = { command = ["pass", "show", "aws/work"] }

The file is ``$CUMULI_CONFIG``, else ``cumuli/config.toml`` in ``$XDG_CONFIG_HOME`` or ``~/.config``.
Any setting can be given indirectly, and is looked up when the profile is used: ``{ env = "NAME" }``,
``{ file = "path" }`` (from the file's folder) or ``{ command = ["program", "argument"] }``; of a file
and of a command's output the first line counts.

The command line uses ``default_profile``, or the one that ``$CUMULI_PROFILE`` names, where nothing else
says which cloud is meant. Programs name theirs.

A setting comes from the arguments of the client if it is there, else from the profile, else from
where the provider's own tools look for it.

The sandbox keeps its profiles in ``sandbox.toml`` beside the config file, so that nothing ever
rewrites what a person wrote; where both have a name, the person's profile counts.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from pathlib import Path
from typing import cast

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.runtime.file_locks import LOCKS, lock
from cumuli.runtime.within_deadline import time_left

__all__ = [
    "ExposedSecretsWarning",
    "Profile",
    "add_profile",
    "config_path",
    "default_profile",
    "get_profile",
    "load_profiles",
    "remove_sandbox_profiles",
    "sandbox_hint",
    "sandbox_path",
    "write_profiles",
    "write_sandbox_profiles",
]

SECRETS = frozenset({"secret", "token", "password", "api_key", "application_credential_secret", "temp_url_key"})
COMMAND_SECONDS = 120
DEFAULT_LINE = re.compile(r"^default_profile[ \t]*=.*\n", re.MULTILINE)
READABLE_BY_OTHERS = 0o044


class ExposedSecretsWarning(UserWarning):
    """A config file holds secrets and other users of the machine may read it."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One profile as it is written; indirect settings are not looked up yet.

    Attributes:
        name: What people ask for.
        provider: A provider's name.
        settings: Everything else.
        path: The file that it is in.
    """

    name: str
    provider: str
    settings: dict[str, object]
    path: Path

    def __repr__(self) -> str:
        return f"Profile({self.name!r}, provider={self.provider!r}, settings of {', '.join(self.settings)})"

    def resolve(self, key: str) -> object:
        """The value of a setting, looked up where the profile says.

        Raises:
            ConfigurationError: The variable is not set, the file cannot be read, the command failed.
        """
        value = self.settings[key]
        if not isinstance(value, dict):
            return value
        where = f"{key} of the profile {self.name!r} in {self.path}"
        table = cast("dict[str, object]", value)
        match list(table.items()):
            case [("env", str(name))]:
                return _from_environment(name, where)
            case [("file", str(name))]:
                return _from_file(self.path.parent, name, where)
            case [("command", _)] if words := _words(table["command"]):
                return _from_command(words, where)
            case _:
                raise ConfigurationError(
                    f'{where} is a table; a value that stands elsewhere is {{ env = "NAME" }}, {{ file = "path" }} '
                    'or { command = ["program", "argument"] }'
                )


def config_path() -> Path:
    """The config file, whether or not it exists."""
    given = os.environ.get("CUMULI_CONFIG")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CONFIG_HOME")
    try:
        # A relative XDG_CONFIG_HOME is to be ignored, says its specification.
        base = Path(home) if home and Path(home).is_absolute() else Path("~/.config").expanduser()
    except RuntimeError:
        raise ConfigurationError("the home directory is not known; set HOME, or CUMULI_CONFIG") from None
    return base / "cumuli" / "config.toml"


def sandbox_path() -> Path:
    """The file in which the sandbox keeps its profiles, whether or not it exists."""
    return config_path().with_name("sandbox.toml")


def load_profiles() -> dict[str, Profile]:
    """Every profile by name, sorted. A file that does not exist is an empty one.

    Raises:
        ConfigurationError: A file cannot be read or is not what it should be; the message says where.
    """
    found = {**_read(sandbox_path()), **_read(config_path())}
    return {name: found[name] for name in sorted(found)}


def get_profile(name: str) -> Profile:
    """One profile.

    Raises:
        ConfigurationError: There is none of that name; the message lists those that there are.
    """
    found = load_profiles()
    if name not in found:
        known = ", ".join(found) or "none"
        close = get_close_matches(name, found, n=1)
        hint = sandbox_hint(name) or (f"; did you mean {close[0]!r}?" if close else "")
        raise ConfigurationError(f"there is no profile {name!r} in {config_path()} (profiles there: {known}){hint}")
    return found[name]


def default_profile() -> tuple[str, str] | None:
    """The profile that the command line uses where none is named, and what says so; None if nothing does.

    Raises:
        ConfigurationError: The config file cannot be read or is not what it should be.
    """
    variable = os.environ.get("CUMULI_PROFILE")
    if variable:
        return variable, "CUMULI_PROFILE"
    path = config_path()
    named = _document(path)[0].get("default_profile")
    return (named, f"default_profile in {path}") if isinstance(named, str) else None


def add_profile(name: str, provider: str, settings: Mapping[str, object], *, default: bool = False) -> Path:
    """Add a profile to the end of the config file, of which nothing else is changed; gives the file.

    The file is replaced whole, and a new one may be read by its owner only.

    Args:
        name: What to call it.
        provider: A provider's name.
        settings: Text, or ``{"env": …}`` and the like for what is given indirectly.
        default: Whether it becomes the file's ``default_profile``.

    Raises:
        ConfigurationError: The file cannot be read or written, or has a profile of this name.
    """
    path = config_path()
    document, mode = _document(path)
    profiles = document.get("profiles", {})
    if isinstance(profiles, dict) and name in profiles:
        raise ConfigurationError(f"there is a profile {name!r} in {path} already; choose another name")
    text = path.read_text(encoding="utf-8") if mode else ""
    lines = [f"[profiles.{_key(name)}]", f"provider = {_toml(provider)}"]
    lines += [f"{_key(key)} = {_toml(value)}" for key, value in settings.items()]
    text = "\n".join([*([f"{text.rstrip()}\n"] if text.strip() else []), *lines, ""])
    if default:
        # Above every table: below one it would be that one's.
        setting = f"default_profile = {_toml(name)}\n"
        text, changed = DEFAULT_LINE.subn(lambda _: setting, text, count=1)
        text = text if changed else f"{setting}\n{text}"
    _replace(path, text, mode=(mode & 0o777) or 0o600)
    return path


def sandbox_hint(name: str) -> str:
    """What to do about a profile that is not there, if it is one of the sandbox."""
    return "; run: cumuli sandbox up" if name.startswith("sandbox-") else ""


def write_profiles(path: Path, profiles: Mapping[str, Mapping[str, str | bool]]) -> None:
    """Write a config file that has these profiles and nothing else.

    Args:
        path: Where.
        profiles: Settings by name of the profile; ``provider`` is one of them.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    _write(path, profiles)


def write_sandbox_profiles(profiles: Mapping[str, Mapping[str, str | bool]]) -> None:
    """Add profiles to the sandbox's file, replacing those of the same names.

    The file is replaced whole by one that only its owner may read: a reader sees the old or the new.

    Args:
        profiles: Settings by name of the profile; ``provider`` is one of them.

    Raises:
        ConfigurationError: The file cannot be read or written.
    """
    path = sandbox_path()
    with _alone(path):
        kept = {name: {"provider": old.provider, **old.settings} for name, old in _read(path).items()}
        _write(path, {**kept, **profiles})


def remove_sandbox_profiles(names: Iterable[str]) -> None:
    """Remove profiles from the sandbox's file, if they are there; without any left, the file goes too.

    Raises:
        ConfigurationError: The file cannot be read or written.
    """
    path = sandbox_path()
    gone = set(names)
    if not path.exists():
        return
    with _alone(path):
        present = _read(path)
        kept = {name: {"provider": old.provider, **old.settings} for name, old in present.items() if name not in gone}
        if kept:
            _write(path, kept)
        elif present:
            path.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """Hold off others who read a file and write it again: of two sandboxes side by side, each has profiles in it."""
    if not LOCKS:
        yield
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The folder itself, so that no file is left which means nothing to people.
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    try:
        lock(folder)
        yield
    finally:
        os.close(folder)


def _document(path: Path) -> tuple[dict[str, object], int]:
    """What a file says, and its mode; nothing if it is not there.

    Raises:
        ConfigurationError: It cannot be read or is not what it should be.
    """
    import tomllib

    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            document: dict[str, object] = tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}, 0
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, a thousand brackets
        raise ConfigurationError(f"{path} is not TOML: {type(error).__name__}") from None
    unknown = sorted(set(document) - {"profiles", "default_profile"})
    if unknown:
        raise ConfigurationError(
            f"{path} has unknown settings: {', '.join(unknown)}; it takes default_profile and [profiles.NAME] tables"
        )
    default = document.get("default_profile", "")
    if not isinstance(default, str):
        raise ConfigurationError(f'{path}: default_profile is a profile\'s name; write default_profile = "work"')
    return document, mode


def _read(path: Path) -> dict[str, Profile]:
    document, mode = _document(path)
    tables = document.get("profiles", {})
    if not isinstance(tables, dict):
        raise ConfigurationError(f"{path}: profiles are written as [profiles.NAME] tables")
    named = cast("dict[str, object]", tables)
    profiles = {name: _profile(name, table, path) for name, table in named.items()}
    exposed = [profile.name for profile in profiles.values() if _has_literal_secrets(profile)]
    if exposed and mode & READABLE_BY_OTHERS:
        warnings.warn(
            f"{path} holds secrets ({', '.join(exposed)}) and others may read it; run: chmod 600 {path}",
            ExposedSecretsWarning,
            stacklevel=2,
        )
    return profiles


def _profile(name: str, table: object, path: Path) -> Profile:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: profiles.{name} is not a table; write [profiles.{name}]")
    settings = dict(cast("dict[str, object]", table))
    provider = settings.pop("provider", None)
    if not isinstance(provider, str) or not provider:
        raise ConfigurationError(f'{path}: the profile {name!r} has no provider; add provider = "ec2", for example')
    return Profile(name=name, provider=provider, settings=settings, path=path)


def _has_literal_secrets(profile: Profile) -> bool:
    # Beside a user's name a key is the secret (Swift); beside a secret it is the name (AWS).
    secrets = SECRETS | {"key"} if "username" in profile.settings else SECRETS
    return any(isinstance(value, str) and key in secrets for key, value in profile.settings.items())


def _words(value: object) -> list[str]:
    """A command line's words, or none if it is no list of text."""
    words = cast("list[object]", value) if isinstance(value, list) else []
    texts = [word for word in words if isinstance(word, str)]
    return texts if len(texts) == len(words) else []


def _from_environment(name: str, where: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(f"{where}: the environment variable {name} is not set")
    return value


def _from_file(folder: Path, name: str, where: str) -> str:
    path = Path(name)
    try:
        path = folder / path.expanduser()
        return _first_line(path.read_text(encoding="utf-8"), f"{where}: {path}")
    except OSError as error:
        raise ConfigurationError(f"{where}: {path} cannot be read: {error.strerror}") from error
    except (RuntimeError, UnicodeDecodeError):
        raise ConfigurationError(f"{where}: {path} is not UTF-8 text, or is in the home of an unknown user") from None


def _from_command(words: list[str], where: str) -> str:
    import subprocess

    left = time_left()
    seconds = COMMAND_SECONDS if left is None else min(COMMAND_SECONDS, left)
    try:
        # Standard error stays the terminal's, where the program may ask for a passphrase.
        done = subprocess.run(words, stdout=subprocess.PIPE, timeout=seconds, check=False)
        text = done.stdout.decode()
    except OSError as error:
        raise ConfigurationError(f"{where}: {words[0]} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired:
        # From None: the exception carries what the program had printed.
        raise ConfigurationError(f"{where}: {words[0]} did not end within {seconds:.4g} seconds") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{where}: {words[0]} did not print UTF-8 text") from None
    if done.returncode != 0:
        raise ConfigurationError(f"{where}: {words[0]} failed with exit status {done.returncode}")
    return _first_line(text, f"{where}: the output of {words[0]}")


def _first_line(text: str, where: str) -> str:
    line = text.partition("\n")[0].strip()
    if not line:
        raise ConfigurationError(f"{where} is empty, or its first line is")
    return line


def _write(path: Path, profiles: Mapping[str, Mapping[str, object]]) -> None:
    lines = ["# Written by cumuli sandbox; your own profiles belong in config.toml."]
    for name, settings in profiles.items():
        lines += ["", f"[profiles.{_toml(name)}]"]
        lines += [f"{_toml(key)} = {_toml(value)}" for key, value in settings.items()]
    _replace(path, "\n".join(lines) + "\n", mode=0o600)


def _replace(path: Path, text: str, *, mode: int) -> None:
    """Write a file in place of what is there: a reader sees the old or the new one.

    Raises:
        ConfigurationError: It cannot be written.
    """
    # What is a link stays one.
    path = path.resolve()
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # it is not there any more, unless something went wrong
            partial.unlink()


def _key(name: str) -> str:
    """A key as TOML writes it, without quotes where it can do without."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    """A value as TOML writes it: as JSON does, but for DEL, which TOML wants escaped, and inline tables."""
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        return f"{{ {', '.join(f'{_key(key)} = {_toml(inner)}' for key, inner in table.items())} }}"
    if not isinstance(value, str | bool):
        raise ConfigurationError(f"a profile is written with text, true and false only, not {type(value).__name__}")
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")

"""AWS's shared ``config`` and ``credentials`` files, read as the AWS tools read them.

The format only looks like INI: values hold ``%`` and ``#``, a key with an empty value may be
followed by indented lines that belong to it, and profiles are named ``profile x`` in one file
and ``x`` in the other. Nothing of a line is ever shown in an error: it may be a secret.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import msgspec

from cumuli.errors import ConfigurationError

__all__ = ["SharedFiles", "parse_shared_file", "read_shared_files", "shared_paths"]

Sections = dict[str, dict[str, str]]


class SharedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Both files, by profile.

    Attributes:
        config_path: Where ``config`` is, or would be.
        credentials_path: Where ``credentials`` is, or would be.
        config: Its profiles, by name without the ``profile`` prefix.
        credentials: Its profiles.
        services: The ``[services NAME]`` sections of ``config``, by name; see ``nested``.
        nested: Settings of its profiles that stand below another: ``"s3.addressing_style"``.
    """

    config_path: Path
    credentials_path: Path
    config: Sections
    credentials: Sections
    services: Sections = {}
    nested: Sections = {}

    def names(self) -> list[str]:
        """The profiles that either file has, sorted."""
        return sorted({*self.config, *self.credentials})

    def profile(self, name: str) -> dict[str, str]:
        """The settings of a profile from both files; ``credentials`` wins. Empty if there is none."""
        return {**self.config.get(name, {}), **self.credentials.get(name, {})}


def read_shared_files(environ: Mapping[str, str]) -> SharedFiles:
    """Read both files, from where ``AWS_CONFIG_FILE`` and ``AWS_SHARED_CREDENTIALS_FILE`` say. Blocks.

    A file that does not exist is an empty one.

    Raises:
        ConfigurationError: A file cannot be read or understood; the message names it and the line.
    """
    config_path, credentials_path = shared_paths(environ)
    config: Sections = {}
    below: Sections = {}
    for section, settings in _read(config_path, below).items():
        name = _profile_name(section)
        if name is not None:
            config.setdefault(name, {}).update(settings)
    services: Sections = {}
    nested: Sections = {}
    for section, settings in below.items():
        name = _profile_name(section)
        if name is not None:
            nested.setdefault(name, {}).update(settings)
        elif (name := _profile_name(section, "services")) is not None:
            services.setdefault(name, {}).update(settings)
    return SharedFiles(
        config_path=config_path,
        credentials_path=credentials_path,
        config=config,
        credentials=_read(credentials_path),
        services=services,
        nested=nested,
    )


def shared_paths(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """Where ``config`` and ``credentials`` are, or would be.

    Raises:
        ConfigurationError: The home directory is not known.
    """
    return _path(environ, "AWS_CONFIG_FILE", "config"), _path(environ, "AWS_SHARED_CREDENTIALS_FILE", "credentials")


def parse_shared_file(text: str, path: str, nested: Sections | None = None) -> Sections:
    """The sections of a file, each a dict of lower-case keys.

    Args:
        text: What is in the file.
        path: Its path, for errors.
        nested: Gets what stands below a setting, by section: ``"s3.addressing_style"``.

    Raises:
        ConfigurationError: A line is no section, setting or comment.
    """
    sections: Sections = {}
    settings: dict[str, str] | None = None
    setting_indent: int | None = None
    section = above = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        indent = len(line) - len(line.lstrip())
        if setting_indent is not None and indent > setting_indent:
            # Belongs to the setting before it, such as "s3 =".
            key, sign, value = stripped.partition("=")
            if sign and nested is not None:
                nested.setdefault(section, {})[f"{above}.{key.strip().lower()}"] = _without_comment(value)
            continue
        if stripped[0] == "[":
            name, bracket, _ = stripped[1:].partition("]")
            if not bracket or not name.strip():
                raise ConfigurationError(f"{path}, line {number}: a section is written [name]")
            section = name.strip()
            settings = sections.setdefault(section, {})
            setting_indent = None
            continue
        cut = min((at for at in (stripped.find("="), stripped.find(":")) if at >= 0), default=-1)
        if cut < 1 or settings is None:
            where = "settings follow a [section]" if settings is None else "a setting is written key = value"
            raise ConfigurationError(f"{path}, line {number}: {where}")
        above = stripped[:cut].strip().lower()
        settings[above] = _without_comment(stripped[cut + 1 :])
        setting_indent = indent
    return sections


def _without_comment(value: str) -> str:
    """A comment after a value stands behind white space; a ``#`` without it belongs to the value."""
    for mark in (" #", " ;", "\t#", "\t;"):
        value = value.partition(mark)[0]
    return value.strip()


def _profile_name(section: str, kind: str = "profile") -> str | None:
    """The profile that a section of ``config`` describes, or None for another kind of section."""
    if section == "default":
        return section
    try:
        words = shlex.split(section)
    except ValueError:
        return None
    return words[1] if len(words) == 2 and words[0] == kind else None


def _path(environ: Mapping[str, str], variable: str, name: str) -> Path:
    given = environ.get(variable)
    try:
        return Path(given or f"~/.aws/{name}").expanduser()
    except RuntimeError as error:
        raise ConfigurationError(f"the home directory is not known; set HOME, or {variable}") from error


def _read(path: Path, nested: Sections | None = None) -> Sections:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text (byte {error.start})") from None
    return parse_shared_file(text, str(path), nested)

"""The words of a command line, without what is global among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import get_args, get_type_hints

from cyclopts import App, Parameter

from cumuli.cli.session import Options
from cumuli.cli.suggestions import did_you_mean
from cumuli.cli.usage import UsageError

__all__ = ["check_commands", "global_options", "without_globals"]


def global_options() -> dict[str, bool]:
    """Every spelling of every global option, and whether a value belongs to it."""
    hints = get_type_hints(Options, include_extras=True)
    found: dict[str, bool] = {}
    for field in fields(Options):
        hint = hints[field.name]
        named = [name for given in get_args(hint)[1:] if isinstance(given, Parameter) for name in given.name or ()]
        switch = bool in {hint, *get_args(hint)[:1]}
        own = f"--{field.name.replace('_', '-')}"
        for name in named or [own]:
            found[name] = not switch
        if field.name == "verify":
            found["--no-verify"] = False
    return found


def without_globals(arguments: Sequence[str]) -> Iterator[str]:
    """The words that are no global options, nor values of such."""
    known = global_options()
    words = iter(arguments)
    for word in words:
        if word.partition("=")[0] not in known:
            yield word
        elif "=" not in word and known[word]:
            next(words, None)


def check_commands(app: App, arguments: Sequence[str]) -> None:
    """Do nothing if the words up to the first option are commands, or arguments of one.

    Raises:
        UsageError: One of them is no command.
    """
    words = [word for word in without_globals(arguments) if word not in {"--help", "-h", "--version"}]
    commands, apps, rest = app.parse_commands(words)
    known = [name for name in apps[-1] if not name.startswith("-")]
    if known and rest and not rest[0].startswith("-") and apps[-1].default_command is None:
        after = f" of `{' '.join(commands)}`" if commands else ""
        hint = did_you_mean(rest[0], known, ".")
        raise UsageError(f"there is no command {rest[0]!r}{after}{hint} There are: {', '.join(known)}")

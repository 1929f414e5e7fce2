"""The words of a command line, without what is global among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import islice
from typing import get_args, get_type_hints

from cyclopts import App, Parameter

from cumuli.cli.session import Options
from cumuli.cli.suggestions import did_you_mean
from cumuli.cli.usage import UsageError

__all__ = ["HELP", "check_commands", "check_selectable", "global_options", "split_globals", "unknown_command"]


HELP = "\0help"
"""What stands for --help behind a verb of `ex`. No argument has a NUL."""

# Commands that list, by their last word; what verbs of `ex` and `call` give may be a list.
LISTING = frozenset(
    {"call", "check", "doctor", "ex", "list", "ls", "providers", "quota", "search", "status", "subnets"}
)
# Those that show one thing, of which columns can be chosen.
SHOWING = LISTING | {"attach", "create", "detach", "import", "reset", "show", "stat", "up"}


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


def split_globals(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The global options with their values, and all the other words."""
    known = global_options()
    found: list[str] = []
    others: list[str] = []
    words = iter(arguments)
    for word in words:
        if word.partition("=")[0] not in known:
            others.append(word)
            continue
        found.append(word)
        if "=" not in word and known[word]:
            found += islice(words, 1)
    return found, others


def check_commands(app: App, arguments: Sequence[str]) -> None:
    """Do nothing if the words up to the first option are commands, or arguments of one.

    Raises:
        UsageError: One of them is no command.
    """
    words = [word for word in split_globals(arguments)[1] if word not in {"--help", "-h", "--version"}]
    commands, apps, rest = app.parse_commands(words)
    leaf = apps[-1]
    if rest and not rest[0].startswith("-") and leaf.default_command is None and _commands(leaf):
        raise unknown_command(rest[0], leaf, commands)


def check_selectable(app: App, words: Sequence[str], given: Options) -> None:
    """Do nothing if a command heeds what was said of what is to be listed.

    Raises:
        UsageError: It does not, and would act on more than was meant.
    """
    commands, apps, _ = app.parse_commands(words)
    if not {"--help", "-h"}.isdisjoint(words) or apps[-1].default_command is None:
        return
    for option, said, heeding in (
        ("--filter", bool(given.filter), LISTING),
        ("--sort", given.sort is not None, LISTING),
        ("--columns", given.columns is not None, SHOWING),
    ):
        if said and commands[-1] not in heeding:
            raise UsageError(
                f"{option} is for what lists, such as `nodes list`; `{' '.join(commands)}` does not heed it, and "
                "nothing was done"
            )


def unknown_command(word: str, app: App, commands: Sequence[str]) -> UsageError:
    """The error for a word that is no command of an app, which is reached by these commands."""
    known = _commands(app)
    after = f" of `{' '.join(commands)}`" if commands else ""
    hint = did_you_mean(word, known, ".")
    return UsageError(f"there is no command {word!r}{after}{hint} There are: {', '.join(known)}")


def _commands(app: App) -> list[str]:
    return [name for name in app if not name.startswith("-")]

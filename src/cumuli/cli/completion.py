"""What may be typed next: the shells ask ``cumuli __complete WORDS…``, and get a candidate in each line."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from itertools import islice
from pathlib import Path
from typing import Literal, cast, get_args, get_origin

from cyclopts import App, Parameter

from cumuli import config, registry
from cumuli.cli.output import Output
from cumuli.cli.session import Options, session
from cumuli.cli.words import global_options, split_globals
from cumuli.errors import CloudError
from cumuli.runtime.deadline import deadline

__all__ = ["FILES", "SCRIPTS", "candidates", "complete"]

FILES = ":files"
"""Said alone, where the shell is to complete the names of files."""

# Seconds that somebody who has pressed Tab waits; and how much a terminal can show.
PATIENCE = 5.0
MOST = 200

FORMS = ("table", "json", "yaml", "csv", "ids")

BASH = r"""
_cumuli() {
    local value
    COMPREPLY=()
    while IFS=$'\t' read -r value _; do
        if [[ $value == :files ]]; then
            local IFS=$'\n'
            compopt -o filenames 2>/dev/null
            COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
            return
        fi
        [[ $value == *[:/=] ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$(printf '%q' "$value")")
    done < <(cumuli __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
# An address is one word.
COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}
complete -F _cumuli cumuli
"""
ZSH = r"""#compdef cumuli
_cumuli() {
    local line value
    local -a whole open
    for line in "${(@f)$(cumuli __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        value=${line%%$'\t'*}
        case $value in
            :files) _files; return ;;
            '') ;;
            *[:/=]) open+=("$value") ;;
            *) whole+=("$value") ;;
        esac
    done
    compadd -a whole
    compadd -S '' -a open
}
compdef _cumuli cumuli
"""
FISH = r"""
function __cumuli_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l found (cumuli __complete $typed[2..-1] 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path (commandline -ct)
    else
        string join \n -- $found
    end
end
complete -c cumuli -f -a '(__cumuli_complete)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def complete(app: App, words: Sequence[str]) -> int:
    """Print what the last of these words may become. Nothing that goes wrong is told: somebody is typing."""
    with suppress(Exception):
        for value, summary in candidates(app, words):
            if value.isprintable():
                sys.stdout.write(f"{value}\t{summary}\n" if summary else f"{value}\n")
    return 0


def candidates(app: App, words: Sequence[str]) -> list[tuple[str, str]]:
    """What the last of these words may become, each with what it is."""
    *before, typed = words or [""]
    found = _all(app, before, typed)
    return list(islice(((value, told) for value, told in found if value == FILES or value.startswith(typed)), MOST))


def _all(app: App, before: Sequence[str], typed: str) -> Iterator[tuple[str, str]]:
    known = global_options()
    given, own = split_globals(before)
    options = _options(given)
    option, equals, _ = typed.partition("=")
    if equals and option.startswith("--"):
        for value, summary in _all(app, [*before, option], ""):
            yield (FILES, "") if value == FILES else (f"{option}={value}", summary)
        return
    last = before[-1] if before else ""
    if known.get(last):
        # Whose value is being typed was taken for it.
        yield from _values(last.strip("-"), typed, options)
        return
    commands, apps, rest = app.parse_commands(own)
    leaf = apps[-1]
    subcommands = [name for name in leaf if not name.startswith("-")]
    if typed.startswith("-"):
        yield from ((name, "") for name in [*_own_options(leaf), *known, "--help"])
        return
    if subcommands and not rest:
        yield from ((name, (leaf[name].help or "").partition("\n")[0]) for name in subcommands)
        return
    yield from _arguments(leaf, commands, rest, last, typed, options)


def _arguments(
    leaf: App, commands: Sequence[str], rest: Sequence[str], last: str, typed: str, options: Options
) -> Iterator[tuple[str, str]]:
    function = leaf.default_command
    if function is None:
        return
    hints = typing.get_type_hints(function, include_extras=True)
    spelled = _spelled(function)
    if last in spelled and not _is_switch(hints[spelled[last]]):
        yield from _of(spelled[last], hints[spelled[last]], typed, options)
        return
    positional = [
        each
        for each in inspect.signature(function).parameters.values()
        if each.kind in {each.POSITIONAL_ONLY, each.VAR_POSITIONAL}
    ]
    count = 0
    words = iter(rest)
    for word in words:
        if word in spelled and not _is_switch(hints[spelled[word]]):
            next(words, None)
        elif not word.startswith("-"):
            count += 1
    if not positional:
        return
    at = positional[min(count, len(positional) - 1)]
    if count >= len(positional) and not (at.kind is at.VAR_POSITIONAL or _is_list(hints[at.name])):
        return
    yield from _of(f"{at.name}@{commands[0]}", hints[at.name], typed, options)


def _options(given: Sequence[str]) -> Options:
    """The global options that matter here, as far as they are typed."""
    values = {"--provider": "", "--profile": "", "--region": "", "--endpoint": ""}
    short = {"-p": "--provider", "-P": "--profile"}
    words = iter(given)
    for word in words:
        name, equals, value = word.partition("=")
        name = short.get(name, name)
        if name in values:
            values[name] = value if equals else next(words, "")
    return Options(
        provider=values["--provider"] or None,
        profile=values["--profile"] or None,
        region=values["--region"] or None,
        endpoint=values["--endpoint"] or None,
        retries=0,
    )


def _spelled(function: Callable[..., object]) -> dict[str, str]:
    """Every spelling of every option of a command, and the argument that it is."""
    hints = typing.get_type_hints(function, include_extras=True)
    found: dict[str, str] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            named = [
                spelling
                for extra in get_args(hints[name])
                if isinstance(extra, Parameter)
                for spelling in extra.name or ()
                if spelling.startswith("-")
            ]
            found |= dict.fromkeys(named or [f"--{name.replace('_', '-')}"], name)
    return found


def _own_options(leaf: App) -> Iterable[str]:
    return _spelled(leaf.default_command) if leaf.default_command is not None else ()


def _bare(hint: object) -> object:
    return get_args(hint)[0] if get_origin(hint) is typing.Annotated else hint


def _is_switch(hint: object) -> bool:
    return _bare(hint) is bool


def _is_list(hint: object) -> bool:
    return get_origin(_bare(hint)) is list


def _of(name: str, hint: object, typed: str, options: Options) -> Iterator[tuple[str, str]]:
    bare = _bare(hint)
    kinds = {bare, *get_args(bare)}
    for kind in kinds:
        if get_origin(kind) is Literal:
            kinds = kinds | set(get_args(kind))
    choices = [kind for kind in [*get_args(bare), *kinds] if isinstance(kind, str)]
    if choices:
        yield from ((choice, "") for choice in dict.fromkeys(choices))
        return
    found = list(_values(name, typed, options))
    yield from found
    nested = {inner for kind in kinds for inner in get_args(kind)}
    if not found and Path in kinds | nested:
        yield FILES, ""


def _values(name: str, typed: str, options: Options) -> Iterator[tuple[str, str]]:
    """What may stand where an argument of this name is wanted (behind an @ its command)."""
    argument, _, command = name.partition("@")
    if argument in {"profile", "P"} or (command == "profiles" and argument == "names"):
        yield from ((profile.name, profile.provider) for profile in config.load_profiles().values())
    elif argument in {"provider", "p"}:
        yield from ((info.name, info.title) for info in registry.provider_infos())
    elif argument in {"output", "o"}:
        yield from ((form, "") for form in FORMS)
    elif argument == "ca-bundle":
        yield FILES, ""
    elif argument in {"address", "addresses", "container", "containers", "cloud", "where", "files_and_address"}:
        yield from _addresses(typed, options, commands=command)
    elif command == "ex" and argument == "words":
        with _session(options):
            from cumuli.cli.ex import verbs

            yield from ((verb.name, verb.summary) for verb in verbs())
    elif command == "sandbox":
        from cumuli.sandbox.servers import EVERY, server_named

        yield from ((each, server_named(each).summary) for each in EVERY)
    else:
        yield from _resources(argument, command, options)


def _session(options: Options) -> AbstractContextManager[None]:
    return session(options, Output(quiet=True))


LISTINGS = {
    "nodes": "list_nodes",
    "volumes": "list_volumes",
    "images": "list_images",
    "sizes": "list_sizes",
    "locations": "list_locations",
    "snapshots": "list_volume_snapshots",
    "keys": "list_key_pairs",
    "networks": "ex_list_networks",
    "subnets": "ex_list_subnets",
    "groups": "ex_list_security_groups",
}
KINDS = {
    "node": "nodes", "volume": "volumes", "image": "images", "size": "sizes", "location": "locations",
    "snapshot": "snapshots", "key_name": "keys", "name@keys": "keys", "names@keys": "keys", "network": "networks",
    "subnet": "subnets", "security_group": "groups", "group": "groups", "ids@images": "images",
}  # fmt: skip


def _resources(argument: str, command: str, options: Options) -> Iterator[tuple[str, str]]:
    kind = KINDS.get(f"{argument}@{command}") or KINDS.get(argument) or (argument if argument in LISTINGS else None)
    if kind is None:
        return
    from cumuli.cli.compute.clients import compute_client

    with suppress(CloudError), _session(options), deadline(PATIENCE), compute_client() as client:
        own_only = kind == "images" and client.provider == "ec2"
        listing = getattr(client, LISTINGS[kind])
        for thing in cast("Iterable[object]", listing(owner="self") if own_only else listing()):
            name, id_ = str(getattr(thing, "name", "") or ""), str(getattr(thing, "id", "") or "")
            if name and name != id_:
                yield name, id_
            yield id_ or name, name if id_ != name else ""


def _addresses(typed: str, options: Options, *, commands: str) -> Iterator[tuple[str, str]]:
    if commands in {"put", "get", "leftovers"} and ":" not in typed:
        # A file may be meant as well; of the two the shell knows better.
        files = bool(typed) and any(Path().glob(f"{typed}*"))
        if files:
            yield FILES, ""
            return
    head, colon, rest = typed.partition(":")
    named = options.profile or options.provider
    if not colon and not named:
        for profile in config.load_profiles().values():
            yield f"{profile.name}:", profile.provider
        for info in registry.provider_infos("storage"):
            yield f"{info.name}:", info.title
        return
    from cumuli.cli.storage.addresses import Place
    from cumuli.cli.storage.clients import stores
    from cumuli.storage.models import Prefix

    place_text = rest if colon else typed
    start = f"{head}:" if colon else ""
    container, slash, key = place_text.partition("/")
    with suppress(CloudError), _session(options), deadline(PATIENCE), stores() as store:
        client = store(Place(cloud=head if colon else named, container=container, key=key))
        if not slash:
            for found in client.iterate_containers():
                yield f"{start}{found.name}/", ""
            return
        folder = f"{key.rpartition('/')[0]}/" if "/" in key else ""
        items = client.iterate_container_objects(container, prefix=key or folder or None, delimiter="/")
        for item in islice(items, MOST):
            yield f"{start}{container}/{item.name}", "folder" if isinstance(item, Prefix) else ""

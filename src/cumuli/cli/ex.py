"""``cumuli ex`` and ``cumuli call``: whatever only one provider has, found by looking at its client."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, cast

import msgspec
from cyclopts import Parameter

from cumuli import config, registry
from cumuli.cli.conversions import converted, described, members
from cumuli.cli.output import Cell, Column, listed
from cumuli.cli.session import cloud, output
from cumuli.cli.suggestions import did_you_mean
from cumuli.cli.usage import UsageError
from cumuli.cli.words import HELP
from cumuli.cli.wrong_service import opened
from cumuli.registry import ProviderInfo
from cumuli.serialize import Plain, to_builtins

__all__ = ["call", "call_hint", "ex", "field_columns", "shown", "verbs"]

Words = Annotated[str, Parameter(show=False, allow_leading_hyphen=True)]


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """One verb, as it is listed.

    Attributes:
        name: As it is typed.
        service: Of which service.
        summary: The first line of its documentation.
    """

    name: str
    service: str
    summary: str


VERBS: list[Column[Verb]] = [
    ("NAME", lambda verb: verb.name),
    ("SERVICE", lambda verb: verb.service),
    ("SUMMARY", lambda verb: verb.summary),
]


def ex(*words: Words) -> None:
    """Use what only one provider has: every ex_ method of its client.

    Args:
        words: The verb, and its arguments.
    """
    if not words:
        output().items(list(verbs()), VERBS, none="this provider has nothing of its own")
        return
    info, name = _found(words[0])
    if HELP in words:
        _explain(info, name)
        return
    _run(info, name, words[1:])


def call(*words: Words) -> None:
    """Make any call of the provider's interface, signed, and print its answer.

    Args:
        words: What the provider's call takes: `cumuli ex call --help` tells.
    """
    info, name = _found("call")
    if not words or HELP in words:
        _explain(info, name)
        return
    _run(info, name, words)


def _infos() -> list[ProviderInfo]:
    meant = cloud()
    if not meant.name:
        raise UsageError("say which cloud: --provider NAME (`cumuli providers` lists them) or --profile NAME")
    provider = meant.provider or config.get_profile(str(meant.profile)).provider
    infos = [info for info in registry.provider_infos() if info.name == provider]
    if not infos:
        known = registry.providers()
        raise UsageError(f"{provider!r} is no provider{did_you_mean(provider, known, '.')} There are: {listed(known)}")
    return infos


def verbs() -> Iterator[Verb]:
    """Every verb of the cloud that is meant, of each of its services."""
    for info in _infos():
        cls = info.load()
        for name in sorted(dir(cls)):
            if name.startswith("ex_"):
                summary = (inspect.getdoc(getattr(cls, name)) or "").partition("\n")[0]
                yield Verb(name=name.removeprefix("ex_").replace("_", "-"), service=info.service, summary=summary)


def _found(word: str) -> tuple[ProviderInfo, str]:
    name = f"ex_{word.removeprefix('ex_').removeprefix('ex-').replace('-', '_')}"
    infos = _infos()
    for info in infos:
        if hasattr(info.load(), name):
            return info, name
    known = [verb.name for verb in verbs()]
    hint = did_you_mean(word, known, ".")
    raise UsageError(f"{infos[0].name} has no verb {word!r}{hint} `cumuli ex` lists the {len(known)} that it has")


def _explain(info: ProviderInfo, name: str) -> None:
    method = getattr(info.load(), name)
    hints = typing.get_type_hints(method)
    words: list[str] = []
    told: list[str] = []
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        keyword = parameter.name.replace("_", "-")
        if parameter.kind is parameter.VAR_KEYWORD:
            words.append("[NAME=VALUE...]")
            continue
        named = parameter.kind is parameter.KEYWORD_ONLY
        word = f"{keyword}=VALUE" if named else keyword.upper()
        words.append(word if parameter.default is parameter.empty else f"[{word}]")
        told.append(f"  {keyword}: {described(hints.get(parameter.name, object))}")
    output().raw(f"Usage: cumuli ex {name.removeprefix('ex_').replace('_', '-')} {' '.join(words)}\n\n")
    output().raw(f"{inspect.getdoc(method)}\n\n" + "".join(f"{line}\n" for line in ["What each takes:", *told] if told))


def _run(info: ProviderInfo, name: str, words: Sequence[str]) -> None:
    client = opened(info.service, cloud())
    with cast("typing.ContextManager[object]", client):
        method = getattr(client, name)
        arguments, named = _arguments(client, method, words, name.removeprefix("ex_").replace("_", "-"))
        shown(method(*arguments, **named), done=f"{name.removeprefix('ex_').replace('_', '-')}: done")


def _arguments(
    client: object, method: Callable[..., object], words: Sequence[str], verb: str
) -> tuple[list[object], dict[str, object]]:
    hints = typing.get_type_hints(method)
    parameters = inspect.signature(method).parameters
    anything = next((name for name, each in parameters.items() if each.kind is each.VAR_KEYWORD), None)
    positional = [name for name, each in parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    takes = [name for name in parameters if name != anything]
    given: list[object] = []
    named: dict[str, object] = {}
    rest = iter(words)
    for word in rest:
        key, equals, text = word.partition("=")
        name = key.removeprefix("--").replace("-", "_")
        if word.startswith("--") and not equals:
            value = next(rest, None)
            if value is None:
                raise UsageError(f"{word} is to be followed by its value")
            text, equals = value, "="
        if equals and name in takes:
            named[name] = _value(client, text, hints.get(name, object), key)
        elif equals and anything is not None and len(given) >= len(positional):
            named[key.removeprefix("--")] = converted(text, object, key)
        elif word.startswith("--"):
            hint = did_you_mean(key, [f"--{each.replace('_', '-')}" for each in takes], ".")
            raise UsageError(f"{verb} has no argument {key}{hint} `cumuli ex {verb} --help` tells what it takes")
        elif len(given) < len(positional):
            at = positional[len(given)]
            given.append(_value(client, word, hints.get(at, object), at.replace("_", "-").upper()))
        else:
            raise UsageError(f"{verb} takes no more than {len(positional)} arguments; {word!r} is one more")
    try:
        inspect.signature(method).bind(*given, **named)
    except TypeError as error:
        raise UsageError(f"{verb}: {error}; `cumuli ex {verb} --help` tells what it takes") from None
    return given, named


def _value(client: object, text: str, annotation: object, name: str) -> object:
    value = converted(text, annotation, name)
    kinds = {kind for kind in members(annotation) if isinstance(kind, type)}
    return _named(client, value, kinds) if isinstance(value, str) else value


def _named(client: object, text: str, kinds: set[type[object]]) -> str:
    """The id of what is called so, where a model of that kind is wanted."""
    from cumuli.cli.compute import names
    from cumuli.compute import models
    from cumuli.compute.client import Compute

    if not isinstance(client, Compute):
        return text
    compute = cast("Compute", client)
    for kind, look in (
        (models.Node, names.node_named),
        (models.Volume, names.volume_named),
        (models.VolumeSnapshot, names.snapshot_named),
        (models.NodeSize, names.size_named),
        (models.NodeImage, names.image_named),
    ):
        if any(issubclass(each, kind) for each in kinds):
            return look(compute, text)
    return text


def shown(result: object, *, done: str) -> None:
    """Print whatever a method gave."""
    out = output()
    if result is None:
        out.done(done, {"done": True})
    elif isinstance(result, bytes):
        out.standard_output().write(result)
    elif isinstance(result, bool | int | float):
        out.data(result) if out.for_programs else out.result(str(result))
    elif isinstance(result, str):
        out.data(result) if out.for_programs else out.text(result)
    elif isinstance(result, msgspec.Struct | dict):
        out.item(cast("object", result), _fields(to_builtins(cast("object", result))))
    else:
        things = list(cast("Iterator[object]", result))
        out.items(things, field_columns(things), none="nothing")


def call_hint(client: object) -> str:
    """What to try where no command does it."""
    return (
        "`cumuli ex` lists what it has, and `cumuli call` makes any call of it"
        if hasattr(client, "ex_call")
        else "`cumuli ex` lists what it has of its own"
    )


def field_columns(things: Sequence[object]) -> list[Column[object]]:
    """A column for each field that says something in one cell, what identifies a thing first."""
    if not things:
        return []
    plain = to_builtins(things[0])
    if not isinstance(plain, dict):
        return [("VALUE", lambda thing: _flat(to_builtins(thing)))]
    first = [name for name in ("id", "name", "state") if name in plain]
    names = [*first, *(name for name in plain if name not in {*first, "provider"})]
    return [(name.upper().replace("_", " "), _getter(name)) for name in names]


def _getter(name: str) -> Callable[[object], Cell]:
    def get(thing: object) -> Cell:
        plain = to_builtins(thing)
        return _flat(plain.get(name)) if isinstance(plain, dict) else None

    return get


def _fields(plain: Plain) -> list[Column[object]]:
    names = list(plain) if isinstance(plain, dict) else []
    return [(name.capitalize().replace("_", " "), _getter(name)) for name in names if name != "provider"]


def _flat(value: Plain) -> Cell:
    if isinstance(value, dict):
        return listed(f"{key}={_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return listed(str(_flat(inner)) for inner in value)
    return ("yes" if value else "no") if isinstance(value, bool) else value

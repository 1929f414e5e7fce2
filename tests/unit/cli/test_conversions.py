"""From words to arguments; and every ex_ method of every client has a way there."""

from __future__ import annotations

import datetime as dt
import inspect
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from cumuli.cli.conversions import converted, described, members
from cumuli.cli.usage import UsageError
from cumuli.compute.models import Node, NodeState
from cumuli.providers.aws.ec2.models import BlockDeviceMapping
from cumuli.registry import BUILT_IN, ProviderInfo
from tests.unit.cli.conftest import Cli

SAMPLES = ("x", "1", "true", "a=b", "[]", "{}", "2026-01-01", "GET", "0.5")


@pytest.mark.parametrize(
    ("text", "annotation", "value"),
    [
        ("web", str, "web"),
        ("web", Node | str, "web"),
        ("5", int | None, 5),
        ("0.5", float, 0.5),
        ("yes", bool, True),
        ("false", bool | None, False),
        ("GET", Literal["GET", "PUT"], "GET"),
        ("running", NodeState, NodeState.RUNNING),
        ("a,b", Sequence[str], ["a", "b"]),
        ('["a,b"]', Sequence[Node | str] | None, ["a,b"]),
        ("k=v,w=a=b", Mapping[str, str], {"k": "v", "w": "a=b"}),
        ("k=", Mapping[str, str | None], {"k": ""}),
        ('{"k": [1]}', Mapping[str, object] | None, {"k": [1]}),
        ("text", bytes, b"text"),
        ("2026-01-31", dt.datetime | None, dt.datetime(2026, 1, 31)),  # noqa: DTZ001 - as it was typed
        ('[{"device": "/dev/sdf", "size": 5}]', Sequence[BlockDeviceMapping],
         [BlockDeviceMapping(device="/dev/sdf", size=5)]),
        ('["a"]', object, ["a"]),
        ("a", object, "a"),
    ],
)  # fmt: skip
def test_words(text: str, annotation: Any, value: object) -> None:
    assert converted(text, annotation, "x") == value


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "policy").write_bytes(b"\xff{}")
    assert converted(f"@{tmp_path}/policy", bytes | str, "x") == b"\xff{}"


@pytest.mark.parametrize(
    ("text", "annotation", "told"),
    [
        ("maybe", bool, "size is true or false, not 'maybe'"),
        ("GTE", Literal["GET", "PUT"], "size is GET or PUT, not 'GTE' (one of GET, PUT; did you mean 'GET'?)"),
        ("five", int | None, "size is a whole number, not 'five'"),
        ("x", Mapping[str, str], "size is NAME=VALUE,…, not 'x'"),
        ("{", BlockDeviceMapping, "size is BlockDeviceMapping, not '{'"),
    ],
)
def test_what_is_nothing_of_the_kind(text: str, annotation: Any, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        converted(text, annotation, "size")
    assert told in str(caught.value)


def verbs() -> list[tuple[ProviderInfo, str]]:
    return [(info, name) for info in BUILT_IN for name in dir(info.load()) if name.startswith("ex_")]


@pytest.mark.parametrize(("info", "name"), verbs(), ids=lambda value: getattr(value, "name", value))
def test_every_argument_of_every_verb_can_be_typed(info: ProviderInfo, name: str) -> None:
    method = getattr(info.load(), name)
    hints = typing.get_type_hints(method)
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        annotation = hints[parameter.name]
        kinds = members(annotation)
        literals = [str(value) for kind in kinds for value in typing.get_args(kind) if isinstance(value, str)]
        # As JSON, of which any text is none.
        model = any(isinstance(kind, type) and issubclass(kind, msgspec.Struct) for kind in kinds)
        assert described(annotation)

        def does(text: str, annotation: object = annotation) -> bool:
            try:
                converted(text, annotation, "x")
            except UsageError:
                return False
            return True

        assert model or parameter.default is not parameter.empty or any(map(does, (*SAMPLES, *literals))), (
            parameter.name
        )


def test_the_verbs_of_a_provider_are_listed(cli: Cli) -> None:
    listed = cli("ex", "-p", "ec2", "-o", "ids").out.split()
    assert listed == [name[3:].replace("_", "-") for info, name in verbs() if info.name == "ec2"]
    told = cli("ex", "create-tags", "-p", "ec2", "--help")
    assert told.out.startswith("Usage: cumuli ex create-tags RESOURCE TAGS\n\n")
    assert "  tags: NAME=VALUE,…\n" in told.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("ex crate-tags -p ec2", "ec2 has no verb 'crate-tags'; did you mean 'create-tags'?"),
        ("ex create-tags i-1 -p ec2", "missing a required argument: 'tags'; `cumuli ex create-tags --help` tells"),
        ("ex create-tags i-1 a=b c -p ec2", "create-tags takes no more than 2 arguments; 'c' is one more"),
        ("ex create-tags i-1 --tgas a=b -p ec2", "create-tags has no argument --tgas; did you mean '--tags'?"),
        ("ex create-tags i-1 --tags -p ec2", "--tags is to be followed by its value"),
        ("ex create-tags", "say which cloud"),
        ("ex x -p ec3", "'ec3' is no provider; did you mean 'ec2'?"),
    ],
)
def test_slips_are_told(cli: Cli, words: str, told: str) -> None:
    result = cli(*words.split(), "--region", "eu-west-1")
    assert result.status == 2
    assert told in result.err

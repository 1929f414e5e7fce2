"""Every command explains itself, with an example."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from cyclopts import App

from cumuli.cli.app import app
from tests.unit.cli.conftest import Cli


def commands(of: App, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in of:
        if name.startswith("-"):
            continue
        inner = of[name]
        below = [each for each in inner if not each.startswith("-")]
        if below:
            yield from commands(inner, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("command", sorted(set(commands(app))), ids=" ".join)
def test_every_command_has_an_example(cli: Cli, command: tuple[str, ...]) -> None:
    result = cli(*command, "--help")
    assert result.status == 0
    told = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.out).split())
    assert re.search(rf"Examples?: .*cumuli .*{command[-1]}", told), result.out[:600]

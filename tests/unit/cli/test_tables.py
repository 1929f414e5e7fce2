"""Tables on narrow terminals: ids stay whole, lesser columns give way."""

from __future__ import annotations

import pytest
from rich.text import Text

from cumuli.cli.tables import TableColumn, laid_out

ID = "0f1d2c3b-4a59-6877-8695-a4b3c2d1e0f1"


def column(heading: str, *cells: str, right: bool = False) -> TableColumn:
    return TableColumn(heading=heading, cells=[Text(cell) for cell in cells], right=right)


COLUMNS = [
    column("ID", ID, ID),
    column("NAME", "a name that is much longer than it has to be", "web"),
    column("STATE", "running", "stopped"),
    column("CPUS", "2", "16", right=True),
    column("ADDRESS", "2001:db8::1234:5678:9abc:def0", "192.0.2.1"),
]


def printed(width: int | None) -> tuple[list[str], list[str]]:
    lines, gone = laid_out(COLUMNS, width)
    return [line.plain for line in lines], gone


@pytest.mark.parametrize("width", [20, 36, 40, 60, 80, 100, 200])
def test_ids_stay_whole_and_lines_fit(width: int) -> None:
    lines, _ = printed(width)
    assert len(lines) == 3
    for line in lines[1:]:
        assert line.startswith(ID)
    assert all(len(line) <= max(width, len(ID)) for line in lines)


@pytest.mark.parametrize("width", [10, 36, 40, 80])
def test_a_name_that_stands_first_is_what_identifies_and_stays_whole(width: int) -> None:
    name = "a-container-whose-name-is-its-only-id"
    lines, gone = laid_out([column("NAME", name), column("STATE", "running")], width)
    assert lines[1].plain.startswith(name)
    assert gone == ([] if width == 80 else ["STATE"])


def test_what_gives_way() -> None:
    assert printed(None)[1] == []
    lines, gone = printed(80)
    assert gone == ["ADDRESS"]
    assert lines[1] == f"{ID}  a name that is much longer…  running     2"
    assert lines[2] == f"{ID}  web                          stopped    16"
    lines, gone = printed(60)
    assert gone == ["STATE", "CPUS", "ADDRESS"]
    assert lines[1] == f"{ID}  a name that is much l…"
    assert printed(50)[1] == ["NAME", "STATE", "CPUS", "ADDRESS"]


def test_wide_letters_are_counted() -> None:
    lines, _ = laid_out([column("NAME", "日本", "ab"), column("STATE", "x", "y")], 80)
    assert [line.plain for line in lines] == ["NAME  STATE", "日本  x", "ab    y"]

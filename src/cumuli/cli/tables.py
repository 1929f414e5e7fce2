"""A table as wide as the terminal: what identifies a thing is never cut and never wraps, lesser columns give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

__all__ = ["TableColumn", "laid_out"]

GAP = "  "
# What may be cut, since a part of it still says something; half of an id says nothing.
SHORTENED = frozenset({"NAME", "WHAT", "DESCRIPTION", "DETAIL", "RESULT", "SUMMARY"})
# Columns of the terminal that a shortened column keeps.
LEAST = 16


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column.

    Attributes:
        heading: What stands above it.
        cells: One for each row.
        right: Whether they are flush right, as numbers are.
    """

    heading: str
    cells: Sequence[Text]
    right: bool = False

    @property
    def width(self) -> int:
        return max(cell_len(self.heading), *(cell.cell_len for cell in self.cells), 0)


def laid_out(columns: Sequence[TableColumn], width: int | None) -> tuple[list[Text], list[str]]:
    """The lines of a table, and the headings of the columns for which there was no room.

    Args:
        columns: The first is what identifies a row; those further right are the first to go.
        width: Of the terminal; None for no bound.
    """
    kept = list(columns)
    widths = [column.width for column in kept]
    gone: list[str] = []
    if width is not None:
        least = [_least(column, first=not number) for number, column in enumerate(kept)]
        while len(kept) > 1 and sum(least) + len(GAP) * (len(least) - 1) > width:
            gone.insert(0, kept.pop().heading)
            least.pop()
        spare = width - sum(least) - len(GAP) * (len(least) - 1)
        widths.clear()
        for column, narrow in zip(kept, least, strict=True):
            more = max(min(column.width - narrow, spare), 0)
            widths.append(narrow + more)
            spare -= more
    lines = [_line([Text(column.heading, style="bold") for column in kept], kept, widths)]
    lines += [_line(row, kept, widths) for row in zip(*(column.cells for column in kept), strict=True)]
    return lines, gone


def _least(column: TableColumn, *, first: bool) -> int:
    return min(column.width, LEAST) if column.heading in SHORTENED and not first else column.width


def _line(cells: Sequence[Text], columns: Sequence[TableColumn], widths: Sequence[int]) -> Text:
    line = Text()
    for number, (cell, column, width) in enumerate(zip(cells, columns, widths, strict=True)):
        shown = cell.copy()
        shown.truncate(width, overflow="ellipsis")
        padding = " " * (width - shown.cell_len)
        last = number == len(columns) - 1
        line.append(GAP if number else "")
        line.append_text(
            Text.assemble(padding, shown) if column.right else Text.assemble(shown, "" if last else padding)
        )
    return line

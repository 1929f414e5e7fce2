"""Progress bars: how much of a transfer is done, how fast, and how long it will still take."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from cumuli.cli.output import Output, clean
from cumuli.cli.quantities import counted, size_text

if TYPE_CHECKING:
    from rich.progress import Progress, Task, TaskID

__all__ = ["Bars", "bars"]

# Columns of the terminal.
NAME = 12
BAR = 20
AMOUNTS = 42


class Bars:
    """Shows a bar for each file that is on its way, and one for all of them if there are several.

    Without a terminal there is nothing to show, and everything here does nothing.

    Args:
        progress: Where the bars are, or None.
        files: How many files there will be.
        size: Bytes of all of them, or None where nobody knows.
    """

    def __init__(self, progress: Progress | None, files: int, size: int | None) -> None:
        self._progress = progress
        self._files = files
        self._finished = 0
        self._whole: TaskID | None = None
        if progress is not None and files > 1:
            self._whole = progress.add_task(self._title(), total=size)

    def _title(self) -> str:
        return f"{self._finished:,} of {counted(self._files, 'file')}"

    @contextmanager
    def file(self, name: str, size: int | None) -> Generator[Callable[[int, int | None], None]]:
        """A bar for one file within this block; gives what has to be told of the bytes that were moved."""
        progress = self._progress
        if progress is None:
            yield _nothing
            return
        # The end of a path says more than its beginning.
        room = max(progress.console.width - BAR - AMOUNTS - 2, NAME)
        title = clean(name if len(name) <= room else f"…{name[1 - room :]}")
        task = progress.add_task(title, total=size, visible=size != 0)
        told = 0

        def tell(moved: int, total: int | None) -> None:
            nonlocal told
            progress.update(task, completed=moved, total=size if total is None else total)
            if self._whole is not None:
                progress.advance(self._whole, moved - told)
            told = moved

        try:
            yield tell
        finally:
            progress.remove_task(task)
            self._finished += 1
            if self._whole is not None:
                progress.update(self._whole, description=self._title())


@contextmanager
def bars(out: Output, *, files: int = 1, size: int | None = None) -> Generator[Bars]:
    """Bars on standard error within this block, if that is a terminal.

    Args:
        out: Where everything is printed.
        files: How many files are on their way.
        size: Bytes of all of them, or None.
    """
    console = out.bars_on
    # Of one file without content there is nothing to be seen either, nor of one that cannot be read.
    if console is None or (files == 1 and size == 0):
        yield Bars(None, files, size)
        return
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
    from rich.table import Column
    from rich.text import Text

    class Amounts(ProgressColumn):
        """What is done, of how much, how fast, and the time that is left."""

        max_refresh = 0.25

        def render(self, task: Task) -> Text:
            return Text(amounts(task.completed, task.total, task.finished_speed or task.speed, task.time_remaining))

    # A narrow terminal has no room for the bar itself.
    has_bar = console.width > NAME + BAR + AMOUNTS
    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
        *([BarColumn(bar_width=BAR)] if has_bar else []),
        Amounts(table_column=Column(no_wrap=True, justify="right", min_width=min(AMOUNTS, console.width - NAME - 2))),
    )
    # Rich would hand standard output to this console too; that one is for what was asked for.
    with (
        Progress(*columns, console=console, transient=True, expand=True, redirect_stdout=False) as progress,
        out.above(partial(progress.console.print, soft_wrap=True)),
    ):
        yield Bars(progress, files, size)


def amounts(moved: float, total: float | None, speed: float | None, left: float | None) -> str:
    """``"12.3 of 45.6 MiB  8.1 MiB/s  0:00:04 left"``, as far as it is known."""
    done, of = size_text(moved), None if total is None else size_text(total)
    if of is not None:
        number, _, unit = done.partition(" ")
        done = f"{number if of.endswith(f' {unit}') else done} of {of}"
    parts = [done]
    if speed:
        parts.append(f"{size_text(speed)}/s")
    if left and speed:
        minutes, seconds = divmod(round(left), 60)
        hours, minutes = divmod(minutes, 60)
        parts.append(f"{hours}:{minutes:02}:{seconds:02} left" if hours else f"{minutes}:{seconds:02} left")
    return "  ".join(parts)


def _nothing(_moved: int, _total: int | None) -> None:
    pass

"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
import unicodedata
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cumuli.serialize import Plain, to_builtins

__all__ = ["Cell", "Column", "Output", "age", "clean", "listed", "moment"]

T = TypeVar("T")

Cell = str | int | float | None
Column = tuple[str, Callable[[T], Cell]]
"""A heading, and what stands below it for one item."""

# Wide enough that no line of a pipe's output is ever folded.
UNFOLDED = 10_000
# Marks that turn the direction of text around, by which a name can pose as another.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
GREEN = dict.fromkeys(("running", "available", "in_use"), "green")
STATES = {**GREEN, "stopped": "yellow", "error": "red", "terminated": "dim"}


def clean(text: str) -> str:
    """Text from a provider as it may reach a terminal: what would steer the terminal becomes ``�``."""
    if text.isprintable():
        # None of what is replaced below is, and listings can be long.
        return text
    return "".join(
        "�" if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in TURNING else character
        for character in text
    )


class Output:
    """Prints results to standard output and everything else to standard error.

    Attributes:
        json: Whether results and errors are JSON.
    """

    def __init__(self, *, json: bool, stdout: IO[str] | None = None, stderr: IO[str] | None = None) -> None:
        self.json = json
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr
        for file in (self._stdout, self._stderr):
            if isinstance(file, io.TextIOWrapper):
                # A locale that lacks a letter of somebody's name is no reason to fail.
                file.reconfigure(errors="replace")
        self._out = _console(self._stdout)
        self._err = _console(self._stderr)
        self._live: Callable[[Text], None] | None = None

    def items(self, items: Sequence[T], columns: Sequence[Column[T]], *, none: str) -> None:
        """A list: a table with these columns, or a JSON array of the models."""
        if self.json:
            self.data(items)
            return
        if not items:
            self.note(none)
            return
        table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
        shown: list[list[Cell]] = []
        for heading, cell in columns:
            cells = [cell(item) for item in items]
            # A column that says nothing about anything only takes room.
            if any(value not in {None, ""} for value in cells):
                numeric = all(value is None or isinstance(value, int | float) for value in cells)
                table.add_column(
                    heading,
                    justify="right" if numeric else "left",
                    overflow="fold",
                    no_wrap=not self._out.is_terminal,
                )
                shown.append(cells)
        for row in zip(*shown, strict=True):
            table.add_row(*map(_text, row))
        self._out.print(table)

    def stream(self, items: Iterable[T], line: Callable[[T], Sequence[Cell]], *, none: str) -> None:
        """A list that may be too long to be kept: a line for each item, or a JSON array, as the items come.

        If the items end with an error, the array has no end either, and nobody takes it for all of them.
        ``line`` gives what stands in one line, of the same width in all of them but for the last part.
        """
        empty = True
        for item in items:
            if self.json:
                text = _json(item).rstrip("\n").replace("\n", "\n  ")
                self.raw(f"{'[' if empty else ','}\n  {text}")
            else:
                # Not by way of the console, which takes its time for each line.
                self.raw("  ".join(clean(str(part)) for part in line(item)) + "\n")
            empty = False
        if self.json:
            self.raw("[]\n" if empty else "\n]\n")
        elif empty:
            self.note(none)

    def item(self, item: T, fields: Sequence[Column[T]], *, reveal: bool = False) -> None:
        """One thing: a line for each field that it has, or a JSON object of the model.

        ``reveal`` writes its secrets into the JSON, as the user asked.
        """
        if self.json:
            self.data(item, reveal=reveal)
            return
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for heading, cell in fields:
            value = cell(item)
            if value is not None and value != "":
                table.add_row(heading, _text(value))
        self._out.print(table)

    def done(self, what: str, data: object) -> None:
        """What was done: a sentence, or JSON."""
        if self.json:
            self.data(data)
        elif self._live is not None:
            self._live(Text(clean(what)))
        else:
            # Not by way of the console: of many small files this would take as long as the half of moving them.
            self.raw(clean(what) + "\n")
            self.flush()

    def data(self, data: object, *, reveal: bool = False) -> None:
        """JSON of models, or of what is made of them."""
        self.raw(_json(data, reveal=reveal))

    def request(self, request: Mapping[str, Plain]) -> None:
        """A request that was not sent."""
        if self.json:
            self.data({"dry_run": request})
            return
        self._out.print(Text(clean(f"{request['method']} {request['url']}"), style="bold"), soft_wrap=True)
        for part in ("query", "headers", "body"):
            if value := request[part]:
                self._out.print(Text(f"  {part}", style="dim"))
                for line in _lines(value):
                    self._out.print(Text(f"    {clean(line)}"), soft_wrap=True)
        self.note("nothing was sent (--dry-run)")

    def raw(self, text: str) -> None:
        """Exactly this text."""
        self._stdout.write(text)

    def note(self, text: str) -> None:
        """Something for people, on standard error; never in JSON mode."""
        if not self.json:
            self._err.print(Text(clean(text), style="dim"), soft_wrap=True)

    def failure(self, message: str, details: str = "") -> None:
        """Why a command failed, for people."""
        # A message of several lines (a server's log) keeps its lines.
        lines = "\n".join(clean(line) for line in message.splitlines())
        self._err.print(Text.assemble(("error: ", "bold red"), lines), soft_wrap=True)
        if details:
            self._err.print(Text(f"       {clean(details)}", style="dim"), soft_wrap=True)

    def warning(self, kind: str, message: str) -> None:
        """Something that is not as it should be, and keeps nothing from working."""
        if self.json:
            self.failure_data({"warning": {"type": kind, "message": message}})
        else:
            self._err.print(Text.assemble(("warning: ", "bold yellow"), clean(message)), soft_wrap=True)

    def failure_data(self, data: object) -> None:
        """Why something failed, as one line of JSON on standard error: several may fail."""
        self._stderr.write(json.dumps(to_builtins(data)) + "\n")

    def can_ask(self) -> bool:
        """Whether somebody is there to answer."""
        return sys.stdin.isatty() and self._stderr.isatty()

    def ask(self, question: str) -> bool:
        """A question whose answer is no unless somebody types yes."""
        self._err.print(Text(f"{clean(question)} [y/N] "), end="", soft_wrap=True)
        try:
            answer = sys.stdin.readline()
        except KeyboardInterrupt:
            self._err.print()
            raise
        if not answer.endswith("\n"):
            self._err.print()
        return answer.strip().lower() in {"y", "yes"}

    @contextmanager
    def progress(self, what: str) -> Generator[Callable[[str], None]]:
        """Show that something takes long, and for how long already: on a terminal only.

        Gives a function that changes the text.
        """
        if not self._err.is_terminal or self.json:
            yield lambda _: None
            return
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Progress(*columns, console=self._err, transient=True) as progress:
            task = progress.add_task(clean(what), total=None)
            yield lambda text: progress.update(task, description=clean(text))

    @property
    def bars_on(self) -> Console | None:
        """The console for progress bars: standard error, if it is a terminal and people look at it."""
        return self._err if self._err.is_terminal and not self._err.is_dumb_terminal and not self.json else None

    @contextmanager
    def above(self, live: Callable[[Text], None]) -> Generator[None]:
        """Within this block ``done`` prints by ``live`` if both go to the terminal: above what moves there."""
        self._live = live if self._out.is_terminal else None
        try:
            yield
        finally:
            self._live = None

    def standard_output(self) -> IO[bytes]:
        """Where bytes go that are what was asked for."""
        self.flush()
        return sys.stdout.buffer

    def flush(self) -> None:
        """Hand everything to whoever reads it.

        Raises:
            BrokenPipeError: Nobody reads any more.
        """
        self._stdout.flush()


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # Instead of ending the process here and now, with a status that tells of a failure.
        raise BrokenPipeError


def _console(file: IO[str]) -> Console:
    # Names are data, not markup, emoji codes or things to highlight.
    terminal = file.isatty()
    return _Console(
        file=file, markup=False, emoji=False, highlight=False, width=None if terminal else UNFOLDED, safe_box=True
    )


def _text(value: Cell) -> Text:
    if value is None:
        return Text("")
    text = clean(str(value))
    return Text(text, style=STATES.get(text, ""))


def _json(data: object, *, reveal: bool = False) -> str:
    # All of it ASCII, so that it is the same in every locale and steers no terminal.
    return json.dumps(to_builtins(data, reveal=reveal), indent=2) + "\n"


def _lines(value: Plain) -> Iterable[str]:
    """Plain data as text: ``name  value`` where it is flat."""
    if isinstance(value, dict) and not any(isinstance(inner, dict | list) for inner in value.values()):
        width = max(len(name) for name in value)
        return [f"{name:{width}}  {inner}" for name, inner in value.items()]
    return [value] if isinstance(value, str) else json.dumps(value, indent=2).splitlines()


def age(created: dt.datetime | None) -> str:
    """How long ago something was created, in one unit."""
    if created is None:
        return ""
    seconds = max(int((dt.datetime.now(dt.UTC) - created).total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def listed(values: Iterable[str]) -> str:
    """Several short values in one cell."""
    return ", ".join(values)


def moment(when: dt.datetime | None) -> str | None:
    """A moment for people."""
    return None if when is None else when.isoformat(sep=" ", timespec="seconds")

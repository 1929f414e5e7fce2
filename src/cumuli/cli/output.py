"""What commands print: tables for people, and JSON, YAML, CSV or ids for programs."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TypeVar

from rich.console import Console
from rich.text import Text

from cumuli.cli.forms import CSVRows, Form, csv_text, id_of, ids_in, yaml_lines
from cumuli.cli.selection import ALL, Selection
from cumuli.cli.tables import TableColumn, laid_out
from cumuli.serialize import Plain, to_builtins

__all__ = ["Cell", "Column", "Output", "age", "clean", "listed", "moment"]

T = TypeVar("T")

Cell = str | int | float | None
Column = tuple[str, Callable[[T], Cell]]
"""A heading, and what stands below it for one item."""

# Wide enough that no line of a pipe's output is ever folded.
UNFOLDED = 10_000
CLEARED = "\x1b[H\x1b[2J\x1b[3J"
# Marks that turn the direction of text around, by which a name can pose as another.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LAID_OUT = re.compile(r"(\r?\n|\t)")
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


def _steering_nothing(text: str) -> str:
    """As ``clean``, and line ends and tabs stay."""
    return "".join(piece if piece in {"\n", "\r\n", "\t"} else clean(piece) for piece in LAID_OUT.split(text))


class Output:
    """Prints results to standard output and everything else to standard error.

    Args:
        form: What results look like.
        selection: Which items of listings are wanted, and what of them.
        quiet: Whether notes, and sentences about what was done, are left out.
        stdout: Instead of standard output.
        stderr: Instead of standard error.

    Attributes:
        form: As above.
        for_programs: Whether results are anything but a table.
        json: Whether results and errors are JSON.
    """

    def __init__(
        self,
        *,
        form: Form = "table",
        selection: Selection = ALL,
        quiet: bool = False,
        stdout: IO[str] | None = None,
        stderr: IO[str] | None = None,
    ) -> None:
        self.form = form
        self.for_programs = form != "table"
        self.json = form == "json"
        self._selection = selection
        self._quiet = quiet
        self._stdout: IO[str] = stdout or sys.stdout
        self._stderr: IO[str] = stderr or sys.stderr
        for file in (self._stdout, self._stderr):
            if isinstance(file, io.TextIOWrapper):
                # A locale that lacks a letter of somebody's name is no reason to fail.
                file.reconfigure(errors="replace")
        self._out: Console = _console(self._stdout)
        self._err: Console = _console(self._stderr)
        self._live: Callable[[Text], None] | None = None
        self._kept = False

    def items(
        self,
        items: Iterable[T],
        columns: Sequence[Column[T]],
        *,
        none: str,
        address: Callable[[T], str] | None = None,
    ) -> None:
        """A list: a table with these columns, or the models for programs.

        ``address`` gives what other commands take for one of them, where that is more than its id.
        """
        found = self._selection.chosen(items, columns)
        if self.form == "ids" and address is not None:
            self.raw("".join(f"{clean(address(item))}\n" for item in found))
            return
        if self.for_programs:
            self._data([self._selection.plain(item, columns) for item in found])
            return
        if not found:
            self.note(none)
            return
        if self._selection.columns is None:
            rows: list[list[Cell]] = [[cell(item) for _, cell in columns] for item in found]
            headings = [heading for heading, _ in columns]
        else:
            rows = [[_cell(value) for value in self._selection.fields(item, columns).values()] for item in found]
            headings = [name.upper().replace("_", " ") for name in self._selection.columns]
        self._table(headings, rows)

    def _table(self, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        shown: list[TableColumn] = []
        for heading, cells in zip(headings, zip(*rows, strict=True), strict=True):
            # A column that says nothing about anything only takes room, unless it was asked for.
            if self._selection.columns is not None or any(value not in {None, ""} for value in cells):
                numeric = all(value is None or isinstance(value, int | float) for value in cells)
                shown.append(TableColumn(heading=heading, cells=[_text(cell) for cell in cells], right=numeric))
        lines, gone = laid_out(shown, self._out.width if self._out.is_terminal else None)
        for line in lines:
            self._out.print(line, soft_wrap=True)
        if gone:
            self.note(f"no room for {listed(gone)}; a wider terminal, --columns or --output yaml shows more")

    def stream(
        self,
        items: Iterable[T],
        line: Callable[[T], Sequence[Cell]],
        columns: Sequence[Column[T]] = (),
        *,
        none: str,
        address: Callable[[T], str] | None = None,
    ) -> None:
        """A list that may be too long to be kept: a line for each item, or what programs read, as the items come.

        If the items end with an error, a JSON array has no end either, and nobody takes it for all of them.
        ``line`` gives what stands in one line, of the same width in all of them but for the last part,
        ``columns`` the fields that not every item has, and ``address`` what other commands take for one item.
        """
        chosen = self._selection
        if chosen.columns is not None and not self.for_programs:
            self.items(items, columns, none=none)
            return
        if chosen.sort is not None:
            items = chosen.chosen(items, columns)
        rows = CSVRows([heading for heading, _ in columns] if chosen.columns is None else [])
        empty = True
        for item in items:
            if not chosen.holds(item, columns):
                continue
            if self.form == "table":
                # Not by way of the console, which takes its time for each line.
                self.raw("  ".join(clean(str(part)) for part in line(item)) + "\n")
            elif self.form == "json":
                text = _json(chosen.plain(item, columns)).rstrip("\n").replace("\n", "\n  ")
                self.raw(f"{'[' if empty else ','}\n  {text}")
            elif self.form == "csv":
                self.raw(_cleaned(rows.add(chosen.plain(item, columns))))
            elif self.form == "ids":
                self._data(to_builtins(item) if address is None else address(item))
            else:
                self._data([chosen.plain(item, columns)])
            empty = False
        self.raw(_cleaned(rows.rest()))
        if self.form == "json":
            self.raw("[]\n" if empty else "\n]\n")
        elif empty:
            self.note(none)

    def item(self, item: T, fields: Sequence[Column[T]], *, reveal: bool = False) -> None:
        """One thing: a line for each field that it has, or the model for programs.

        ``reveal`` writes its secrets out for programs, as the user asked.
        """
        if self.for_programs:
            plain = to_builtins(item, reveal=reveal)
            self._data(plain if self._selection.columns is None else self._selection.fields(item, fields))
            return
        told: list[tuple[str, Cell]] = (
            [(heading, cell(item)) for heading, cell in fields]
            if self._selection.columns is None
            else [
                (name.capitalize().replace("_", " "), _cell(value))
                for name, value in self._selection.fields(item, fields).items()
            ]
        )
        rows = [(heading, value) for heading, value in told if value not in {None, ""}]
        width = max((len(heading) for heading, _ in rows), default=0)
        for heading, value in rows:
            # The terminal folds what is too long, and gives it back whole to whoever copies it.
            self._out.print(Text.assemble((f"{heading:{width}}", "bold"), "  ", _text(value)), soft_wrap=True)

    def done(self, what: str, data: object) -> None:
        """What was done: a sentence, or the data for programs."""
        if self.for_programs:
            self.data(data)
        elif self._quiet:
            pass
        elif self._live is not None:
            self._live(Text(clean(what)))
        else:
            # Not by way of the console: of many small files this would take as long as the half of moving them.
            self.result(what)

    def result(self, text: str) -> None:
        """One line that is what was asked for."""
        self.raw(clean(text) + "\n")
        self.flush()

    def data(self, data: object, *, reveal: bool = False) -> None:
        """Models, or what is made of them, in the form that programs asked for."""
        self._data(to_builtins(data, reveal=reveal))

    def _data(self, data: Plain) -> None:
        if self.form == "yaml":
            self.raw("\n".join(yaml_lines(data)) + "\n")
        elif self.form == "csv":
            self.raw(_cleaned(csv_text(data, self._selection.columns)))
        elif self.form == "ids":
            self.raw("".join(f"{clean(name)}\n" for name in ids_in(data)))
        else:
            self.raw(_json(data))

    def request(self, request: Mapping[str, Plain]) -> None:
        """A request that was not sent."""
        if self.for_programs:
            self.data({"dry_run": request})
            return
        self._out.print(Text(clean(f"{request['method']} {request['url']}"), style="bold"), soft_wrap=True)
        for part in ("query", "headers", "body"):
            if value := request[part]:
                self._out.print(Text(f"  {part}", style="dim"))
                for line in _lines(value):
                    self._out.print(Text(f"    {clean(line)}"), soft_wrap=True)
        self.note("nothing was sent (--dry-run)")

    def planned(self, lines: Iterable[str], data: Mapping[str, Sequence[object]], total: str) -> None:
        """What would be done to several things, and how much that is."""
        if self.for_programs:
            count = sum(len(things) for things in data.values())
            self.data({"dry_run": {**data, "count": count}} if self.form in {"json", "yaml"} else data)
            return
        for line in lines:
            self.raw(clean(line) + "\n")
        self.flush()
        self.note(f"{total}; nothing was sent (--dry-run)")

    def text(self, text: str) -> None:
        """Lines of somebody's own, exactly as they are; on a terminal without what would steer it."""
        ended = text if text.endswith("\n") else f"{text}\n"
        self.raw(_steering_nothing(ended) if self._stdout.isatty() else ended)

    def raw(self, text: str) -> None:
        """Exactly this text."""
        self._stdout.write(text)

    def note(self, text: str) -> None:
        """Something for people, on standard error; never with --output json or --quiet."""
        if not self.json and not self._quiet:
            self._err.print(Text(clean(text), style="dim"), soft_wrap=True)

    def trace(self, text: str) -> None:
        """One step on the way, that somebody asked to see, on standard error."""
        if self.json:
            self.failure_data({"trace": text})
        else:
            self._err.print(Text(clean(text), style="dim"), soft_wrap=True)

    @contextmanager
    def capture(self) -> Generator[tuple[io.StringIO, io.StringIO]]:
        """Within this block results and notes are kept instead of printed, and nothing moves on the terminal."""
        out, err = io.StringIO(), io.StringIO()
        before = self._stdout, self._out, self._stderr, self._err
        self._stdout, self._out = out, _console(out, like=self._out)
        self._stderr, self._err = err, _console(err, like=self._err)
        self._kept = True
        try:
            yield out, err
        finally:
            self._stdout, self._out, self._stderr, self._err = before
            self._kept = False

    def screen(self, results: str, notes: str) -> None:
        """What was kept, in place of what the terminal shows; below it elsewhere."""
        self.raw((CLEARED if self._out.is_terminal and not self._out.is_dumb_terminal else "") + results)
        self.flush()
        self._stderr.write(notes)
        self._stderr.flush()

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
        if self.bars_on is None:
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
        seen = self._err.is_terminal and not self._err.is_dumb_terminal and not (self.json or self._quiet or self._kept)
        return self._err if seen else None

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


def _console(file: IO[str], like: Console | None = None) -> Console:
    # Names are data, not markup, emoji codes or things to highlight.
    terminal = file.isatty() if like is None else like.is_terminal
    return _Console(
        file=file,
        markup=False,
        emoji=False,
        highlight=False,
        width=None if terminal else UNFOLDED,
        force_terminal=terminal if like is not None else None,
        safe_box=True,
    )


def _text(value: Cell) -> Text:
    if value is None:
        return Text("")
    text = clean(str(value))
    return Text(text, style=STATES.get(text, ""))


def _cell(value: Plain) -> Cell:
    """A field of a model as people read it."""
    if isinstance(value, list):
        return listed(str(_cell(inner)) for inner in value)
    if isinstance(value, dict):
        name = id_of(value)
        return name or listed(f"{key}={_cell(inner)}" for key, inner in value.items())
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _cleaned(text: str) -> str:
    """Lines of CSV as they may reach a terminal; line ends within a value are told from those between rows."""
    return "".join(f"{clean(line)}\n" for line in text.removesuffix("\n").split("\n")) if text else ""


def _json(data: Plain) -> str:
    # All of it ASCII, so that it is the same in every locale and steers no terminal.
    return json.dumps(data, indent=2) + "\n"


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

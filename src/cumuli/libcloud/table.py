"""What each public method of Libcloud's drivers, and each of its arguments, is here.

The rows are the files of ``rows/``, one for each class of Libcloud's: compute.toml explains what stands in them. A test
holds them against both libraries, so that no row is missing and none names what is not there.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

__all__ = ["Driver", "Method", "Row", "Verdict", "drivers"]

ROWS = Path(__file__).with_name("rows")


class Verdict(StrEnum):
    """What somebody who knows it from Libcloud finds here."""

    EQUIVALENT = "equivalent"
    """The same thing, perhaps under another name."""
    BETTER = "better"
    """The same thing, and more than that: the note says what."""
    DIFFERENT = "different"
    """What it is for can be had, in the other way that the note tells."""
    NOT = "not"
    """There is no such thing here, deliberately: the note says why."""
    MISSING = "missing"
    """There is no such thing here yet."""

    @property
    def is_there(self) -> bool:
        """Whether there is something for it here."""
        return self not in {Verdict.NOT, Verdict.MISSING}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one method or argument of Libcloud's is here.

    Attributes:
        name: What Libcloud calls it.
        ours: What it is called here. Of a method: verbs of our client (``"create_node"``), or fields of a model
            (``"Node.tags"``). Of an argument: arguments (``"device"``) of the method's first verb, of another verb
            (``"ex_create_nodes.count"``), or fields. Empty where there is nothing, or only what the note says.
        verdict: How the two compare.
        note: In what it is better, how it is different, or why there is no such thing. Empty only for an equivalent.
        danger: What a program that is moved over would not notice, and suffer from; empty if there is no such thing.
    """

    name: str
    ours: tuple[str, ...]
    verdict: Verdict
    note: str = ""
    danger: str = ""


class Method(Row, frozen=True, kw_only=True):
    """What one method of Libcloud's is here.

    Attributes:
        arguments: Its arguments by Libcloud's names, ``self`` left out; none where there is no such method here.
        inherited_from: The driver of whose table the row is, or None for one of this driver's own.
    """

    arguments: dict[str, Row]
    inherited_from: str | None = None


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """The methods of one class of Libcloud's.

    Attributes:
        name: What it is called here: ``"ec2"``.
        title: What people call it.
        libcloud: The class: ``"libcloud.compute.drivers.ec2:EC2NodeDriver"``.
        provider: Its name in Libcloud's ``Provider``, or None for a base class.
        ours: The sync client's class: ``"EC2"``, or ``"compute.client.Compute"``, in the package ``cumuli``.
        inherits: The driver whose rows count for it too, unless it has its own; None for none.
        methods: Every public method by Libcloud's name.
    """

    name: str
    title: str
    libcloud: str
    provider: str | None
    ours: str
    inherits: str | None
    methods: dict[str, Method]

    def rows(self) -> Iterator[Row]:
        """Every row: each method before its arguments."""
        for method in self.methods.values():
            yield method
            yield from method.arguments.values()


class _Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a row of a file says of itself; at most one of the verdicts, whose text is the note."""

    ours: str | None = None
    better: str | None = None
    different: str | None = None
    not_: str | None = msgspec.field(default=None, name="not")
    missing: str | None = None
    danger: str = ""

    def verdict(self) -> tuple[Verdict, str]:
        """The verdict and the note."""
        said = {
            Verdict.BETTER: self.better,
            Verdict.DIFFERENT: self.different,
            Verdict.NOT: self.not_,
            Verdict.MISSING: self.missing,
        }
        given = [(verdict, note) for verdict, note in said.items() if note is not None]
        if len(given) > 1:
            raise ValueError(f"a row says both {given[0][0]} and {given[1][0]}")
        return given[0] if given else (Verdict.EQUIVALENT, "")


class _ToldMethod(_Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A method's row."""

    same: str = ""
    arg: dict[str, str | _Told] = {}
    without: str = ""


class _ToldDriver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file's head."""

    title: str
    libcloud: str
    provider: str | None = None
    ours: str
    inherits: str | None = None
    without: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of rows."""

    driver: _ToldDriver
    method: dict[str, _ToldMethod] = {}


@functools.cache
def drivers() -> Mapping[str, Driver]:
    """Every driver by its name, those of compute first, a base before what inherits from it."""
    files = {
        path.stem: msgspec.toml.decode(path.read_text("utf-8"), type=_File) for path in sorted(ROWS.glob("*.toml"))
    }
    found: dict[str, Driver] = {}
    for name in files:
        _add(name, files, found)
    return dict(sorted(found.items(), key=lambda item: item[1].libcloud.split(".")[1]))


def _add(name: str, files: Mapping[str, _File], found: dict[str, Driver]) -> None:
    """Put a driver among those that are found, and before it those whose rows count for it."""
    if name in found:
        return
    head = files[name].driver
    methods: dict[str, Method] = {}
    if head.inherits is not None:
        _add(head.inherits, files, found)
        for method in found[head.inherits].methods.values():
            source = method.inherited_from or head.inherits
            methods[method.name] = msgspec.structs.replace(method, inherited_from=source)
        for dropped in head.without.split():
            del methods[dropped]
    for method_name, told in files[name].method.items():
        methods[method_name] = _method(method_name, told, methods.get(method_name))
    found[name] = Driver(
        name=name,
        title=head.title,
        libcloud=head.libcloud,
        provider=head.provider,
        ours=head.ours,
        inherits=head.inherits,
        methods=methods,
    )


def _method(name: str, told: _ToldMethod, inherited: Method | None) -> Method:
    """A method's row of a file: what it says goes before what it inherits, argument by argument."""
    verdict, note = told.verdict()
    ours = _names(told.ours, name if verdict.is_there else "")
    arguments = dict(inherited.arguments) if inherited and verdict.is_there else {}
    for dropped in told.without.split():
        del arguments[dropped]
    arguments |= {same: Row(name=same, ours=(same,), verdict=Verdict.EQUIVALENT) for same in told.same.split()}
    for argument, row in told.arg.items():
        arguments[argument] = _argument(argument, _Told(ours=row) if isinstance(row, str) else row)
    return Method(name=name, ours=ours, verdict=verdict, note=note, danger=told.danger, arguments=arguments)


def _argument(name: str, told: _Told) -> Row:
    verdict, note = told.verdict()
    ours = _names(told.ours, name if verdict in {Verdict.EQUIVALENT, Verdict.BETTER} else "")
    return Row(name=name, ours=ours, verdict=verdict, note=note, danger=told.danger)


def _names(told: str | None, otherwise: str) -> tuple[str, ...]:
    return tuple(name for part in (otherwise if told is None else told).split(",") if (name := part.strip()))

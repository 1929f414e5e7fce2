"""Write docs/guide/libcloud-table.md, and the counts in from-libcloud.md, from ``src/cumuli/libcloud/rows``.

    python tools/libcloud_table.py            write what has changed
    python tools/libcloud_table.py --check    write nothing; exit 1 if something would change

It needs no Libcloud: that the rows are true is for tests/unit/libcloud to see.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cumuli.libcloud.table import Driver, Method, Row, Verdict, drivers

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "guide" / "libcloud-table.md"
GUIDE = PAGE.with_name("from-libcloud.md")
LIBCLOUD = "3.9.1"
# The sentence of the guide that says how many there are.
COUNTED = re.compile(r"Of the \d+ methods and \d+ arguments of(.*?), \d+ and \d+ are\n", re.DOTALL)

GOOD = frozenset({Verdict.EQUIVALENT, Verdict.BETTER})

HEAD = f"""\
# Libcloud's methods and arguments, and ours

Every public method of Libcloud {LIBCLOUD}'s base classes, models and drivers that cumuli has too, and every argument.
This page is written by `tools/libcloud_table.py` from `src/cumuli/libcloud/rows`; a test holds those against both
libraries. [Coming from Libcloud](from-libcloud.md) tells the rest: what is different everywhere.

- *equivalent*: the same thing, perhaps under another name. Of such arguments only those with another name are listed.
- *better*: the same thing, and more. **different**: what it is for is there in another way. **not**: deliberately not
  there. **missing**: not there yet.
- ⚠ is what a program that is moved over would not notice, and suffer from.

The same in a program:

```python
from cumuli.libcloud.table import drivers

method = drivers()["ec2"].methods["ex_create_subnet"]
assert method.ours == ("ex_create_subnet",)
assert method.arguments["availability_zone"].ours == ("location",)
```

GoGrid is not here: Libcloud {LIBCLOUD} has no driver for it any more. Classes of Libcloud's that only stand for a
region (`S3USWestStorageDriver`) are the same with that region.

## Counts
"""


def page(found: Mapping[str, Driver]) -> str:
    """The whole page."""
    lines = [HEAD, *_counts(found), ""]
    for driver in found.values():
        lines += ["", *_driver(driver, found)]
    return "\n".join(lines) + "\n"


def totals(found: Iterable[Driver]) -> tuple[list[Method], list[Row]]:
    """Every method and every argument, those once that several drivers inherit."""
    methods = [method for driver in found for method in driver.methods.values() if method.inherited_from is None]
    return methods, [row for method in methods for row in method.arguments.values()]


def guide(text: str, found: Mapping[str, Driver]) -> str:
    """The guide, with the counts of these rows.

    Raises:
        ValueError: The sentence that has them is not there.
    """
    methods, arguments = totals(found.values())
    good = [sum(row.verdict in GOOD for row in rows) for rows in (methods, arguments)]
    counts = rf"Of the {len(methods)} methods and {len(arguments)} arguments of\1, {good[0]} and {good[1]} are\n"
    changed, times = COUNTED.subn(counts, text)
    if times != 1:
        raise ValueError(f"{GUIDE.name} has no sentence like: Of the 1 methods and 2 arguments of …, 1 and 2 are")
    return changed


def _counts(found: Mapping[str, Driver]) -> Iterator[str]:
    verdicts = " | ".join(Verdict)
    yield f"| driver | methods | {verdicts} | arguments | {verdicts} |"
    yield "| --- |" + " ---: |" * (2 * len(Verdict) + 2)
    for driver in found.values():
        methods = list(driver.methods.values())
        arguments = [row for method in methods for row in method.arguments.values()]
        yield f"| [{driver.title}](#{_anchor(driver.title)}) | {_figures(methods)} | {_figures(arguments)} |"
    methods, arguments = totals(found.values())
    yield f"| all, inherited methods once | {_figures(methods)} | {_figures(arguments)} |"
    yield ""
    yield "The arguments of a method that is not there are not counted."


def _figures(rows: list[Method] | list[Row]) -> str:
    said = [row.verdict for row in rows]
    return " | ".join(str(number) for number in [len(said), *(said.count(verdict) for verdict in Verdict)])


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _driver(driver: Driver, found: Mapping[str, Driver]) -> Iterator[str]:
    own = [method for method in driver.methods.values() if method.inherited_from is None]
    yield f"## {driver.title}"
    yield ""
    there = f"`{driver.libcloud.rpartition(':')[2]}`"
    told = f"{there} (`Provider.{driver.provider}`)" if driver.provider else there
    yield f"Libcloud's {told}; here `{driver.ours.rpartition('.')[2]}`."
    if driver.inherits is not None:
        base = found[driver.inherits]
        inherited = len(driver.methods) - len(own)
        yield f"{inherited} more methods are as in [{base.title}](#{_anchor(base.title)})."
    yield ""
    yield "| Libcloud | here | | |"
    yield "| --- | --- | --- | --- |"
    for method in own:
        here = ", ".join(f"`{_called(name, driver)}`" for name in method.ours) or "-"
        yield f"| `{_called(method.name, driver, theirs=True)}` | {here} | {_word(method.verdict)} | {_notes(method)} |"


def _called(name: str, driver: Driver, *, theirs: bool = False) -> str:
    """A method as one writes it: a constructor by its class."""
    if name != "__init__":
        return name
    return f"{driver.libcloud.rpartition(':')[2]}()" if theirs else f"{driver.ours.rpartition('.')[2]}()"


def _word(verdict: Verdict) -> str:
    return str(verdict) if verdict in GOOD else f"**{verdict}**"


def _notes(method: Method) -> str:
    parts = [_text(method.note)] if method.note else []
    if method.danger:
        parts.append(f"⚠ {_text(method.danger)}")
    parts += [told for row in method.arguments.values() if (told := _argument(row))]
    return "<br>".join(parts)


def _argument(row: Row) -> str:
    """What there is to say of an argument; nothing of one that is the same."""
    here = ", ".join(f"`{name.removeprefix('ClientOptions.')}`" for name in row.ours if name != row.name)
    told = f"`{row.name}`" + (f" → {here}" if here else "")
    if row.verdict is not Verdict.EQUIVALENT:
        told += f", {_word(row.verdict)}: {_text(row.note)}"
    if row.danger:
        told += f" ⚠ {_text(row.danger)}"
    return told if here or row.danger or row.verdict is not Verdict.EQUIVALENT else ""


def _text(note: str) -> str:
    return note.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the pages, or say that they are stale."""
    texts = {PAGE: page(drivers()), GUIDE: guide(GUIDE.read_text("utf-8"), drivers())}
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is stale; run: make format")
        else:
            path.write_text(texts[path], "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Write what is made from the one table of services and providers, ``src/cumuli/table.py``.

    python tools/generate_names.py            write what has changed
    python tools/generate_names.py --check    write nothing; exit 1 if something would change

These are the public names in ``src/cumuli/__init__.py`` and README's table of providers, both between their marks;
and whole, ``src/cumuli/by_name.py`` and ``src/cumuli/service_names.py``. What README says a provider is proven against
is written by hand into its row, and kept.
"""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cumuli.table import ProviderEntry, ServiceEntry

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "cumuli"
GENERATED = "Generated from cumuli/table.py by tools/generate_names.py. Change that file and run: make format"
BEGIN, END = "begin of what tools/generate_names.py writes from the table", "end of what it writes"
UNPROVEN = "nothing yet"


class Wrong(Exception):
    """The table contradicts itself, or a file has no place for what is to be written; the message says what to do."""


class Table(NamedTuple):
    """What ``table.py`` has."""

    services: tuple[ServiceEntry, ...]
    providers: tuple[ProviderEntry, ...]
    general: dict[str, str]

    def of(self, service: ServiceEntry) -> list[ProviderEntry]:
        """The providers of a service."""
        return [provider for provider in self.providers if provider.service == service.name]


def read(path: Path) -> Table:
    """The table, as it is in its file now.

    Raises:
        Wrong: Something in it cannot be.
    """
    # Read without the package: what it imports may be what is to be written anew.
    found = runpy.run_path(str(path))
    missing = [name for name in ("SERVICES", "PROVIDERS", "GENERAL") if name not in found]
    if missing:
        raise Wrong(f"{path} has no {missing[0]}")
    table = Table(found["SERVICES"], found["PROVIDERS"], found["GENERAL"])
    services = [service.name for service in table.services]
    for name in services:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in table.general:
            raise Wrong(
                f"{path}: {name!r} will not do as a service's name: it is a new package's, in lower-case letters"
            )
    keys: set[tuple[str, str]] = set()
    for provider in table.providers:
        if provider.service not in services:
            raise Wrong(f"{path}: {provider.name} is of the service {provider.service!r}; there are {services}")
        if (provider.service, provider.name) in keys:
            raise Wrong(f"{path}: {provider.service} has two providers named {provider.name}; rename one")
        keys.add((provider.service, provider.name))
    seen: dict[str, str] = {}
    for name, home in names(table):
        if seen.setdefault(name, home) != home or not name.isidentifier():
            raise Wrong(f"{path}: the public name {name!r} is in {seen[name]} and in {home}; rename one")
    return table


def names(table: Table) -> Iterator[tuple[str, str]]:
    """Every public name, and its module in the package."""

    def several(modules: dict[str, str], prefix: str = "") -> Iterator[tuple[str, str]]:
        for module, words in modules.items():
            for word in words.split():
                yield word, f"{prefix}{module}"

    yield from several(table.general)
    for service in table.services:
        yield from ((service.name, "by_name"), (f"async_{service.name}", "by_name"))
        yield service.client, f"{service.name}.client"
        yield f"Async{service.client}", f"{service.name}.aio"
        yield service.capability, f"{service.name}.capabilities"
        yield from several(dict(service.names), f"{service.name}.")
    for provider in table.providers:
        yield provider.client, f"providers.{provider.folder}.client"
        yield f"Async{provider.client}", f"providers.{provider.folder}.aio"
        yield from several(dict(provider.names or {}), "providers.")


def public(table: Table) -> str:
    """The part of ``__init__.py`` that tells the public names: to the interpreter, to ``*``, to type checkers."""
    homes: dict[str, list[str]] = {}
    for name, home in names(table):
        homes.setdefault(home, []).append(name)
    lines = ["_HOMES = {"]
    for home, found in sorted(homes.items()):
        words = " ".join(sorted(found))
        pieces = textwrap.wrap(words, 100, break_on_hyphens=False)
        text = "\n".join(repr(f"{piece} ") for piece in pieces[:-1]) + f"\n{pieces[-1]!r}"
        lines.append(f"    {home!r}: ({text})," if len(pieces) > 1 else f"    {home!r}: {words!r},")
    # Packages that can be called like functions; see callable_module.py.
    packages = sorted({"providers", *(service.name for service in table.services)})
    lines += ["}", f"_PACKAGES = frozenset({{{', '.join(map(repr, packages))}}})", ""]
    lines += ["__all__ = [", *(f"    {name!r}," for name, _ in names(table)), "]", "", "if TYPE_CHECKING:"]
    lines += [f"    from cumuli.{home} import {name} as {name}" for name, home in names(table)]
    return "\n".join(lines) + "\n"


def by_name(table: Table) -> str:
    """The module of functions that open a client by its provider's name."""
    imports = [
        f"    from cumuli.{home} import {name}"
        for service in table.services
        for entry, place in (
            (service, service.name),
            *((each, f"providers.{each.folder}") for each in table.of(service)),
        )
        for name, home in ((entry.client, f"{place}.client"), (f"Async{entry.client}", f"{place}.aio"))
    ]
    functions = [f"{flavour}{service.name}" for service in table.services for flavour in ("", "async_")]
    parts = [
        f'"""From a provider\'s name to its client: one function for each service and flavour.\n\n{GENERATED}\n"""\n',
        "from __future__ import annotations\n",
        "from typing import TYPE_CHECKING, Literal, cast, overload\n",
        "from cumuli.registry import open_named\n",
        "\n".join(["if TYPE_CHECKING:", *imports]) + "\n",
        f"__all__ = {functions!r}\n",
    ]
    for service in table.services:
        for flavour, word in (("", ""), ("Async", "async_")):
            function, result = f"{word}{service.name}", f"{flavour}{service.client}"
            cases = [(f"Literal[{each.name!r}]", f"{flavour}{each.client}") for each in table.of(service)]
            if cases:
                cases.append(("str", result))
            overloads = [
                f"@overload\ndef {function}(name: {kind}, **settings: object) -> {client}: ...\n"
                for kind, client in cases
            ]
            parts.append("".join(overloads) + _function(service, function, result, asynchronous=bool(flavour)))
    return "\n".join(parts)


def _function(service: ServiceEntry, function: str, result: str, *, asynchronous: bool) -> str:
    article = "An async" if asynchronous else "A"
    blocks = "\n\n    Making it may read the config file, which blocks for a moment." if asynchronous else ""
    flag = ", asynchronous=True" if asynchronous else ""
    return f'''def {function}(name: str, **settings: object) -> {result}:
    """{article} client for {service.title} by name, for programs that are configured.{blocks}

    Args:
        name: A provider, or a profile of the config file, which names its provider. A provider's name goes first.
        settings: What the provider's client takes; they win over the profile's. None counts as not given.

    Raises:
        ConfigurationError: There is no such name, or no such setting; the message lists what there is.
    """
    return cast({result!r}, open_named({service.name!r}, name, settings{flag}))
'''


def service_names(table: Table) -> str:
    """The module with the type of a service's name."""
    words = ", ".join(repr(service.name) for service in table.services)
    return f'''"""The names of the services, for type checkers.

{GENERATED}
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Service"]

Service = Literal[{words}]
'''


def providers_table(table: Table, before: str) -> str:
    """README's rows, each with what it says at its end already."""
    proven = dict(re.findall(r"^\|[^|]*\| `(\w+\(\"\w+\"\))` \|[^|]*\| (.*) \|$", before, re.MULTILINE))
    rows = ["| provider | by name | clients | proven against |", "| --- | --- | --- | --- |"]
    for service in table.services:
        for each in table.of(service):
            key = f'{service.name}("{each.name}")'
            clients = f"`{each.client}` `Async{each.client}`"
            rows.append(f"| {each.title} | `{key}` | {clients} | {proven.get(key, UNPROVEN)} |")
    return "\n".join(rows) + "\n"


def between_marks(path: Path) -> tuple[str, str, str]:
    """A file in three pieces: to the end of the first mark's line, to the second mark's line, and the rest.

    Raises:
        Wrong: The marks are not there, or not once.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines, 1) if BEGIN in line]
    ends = [number for number, line in enumerate(lines) if END in line]
    if len(begins) != 1 or len(ends) != 1 or begins > ends:
        raise Wrong(f"{path} needs two lines, each once, with {BEGIN!r} and {END!r}; its history has them")
    return "".join(lines[: begins[0]]), "".join(lines[begins[0] : ends[0]]), "".join(lines[ends[0] :])


def tidied(text: str, path: Path) -> str:
    """Python in the order and the shape that the project's linter wants."""
    ruff, name = [sys.executable, "-m", "ruff"], ["--stdin-filename", str(path), "-"]
    for command in (["check", "--select", "I,RUF022", "--fix-only"], ["format"]):
        arguments = [*ruff, *command, "--quiet", *name]
        done = subprocess.run(arguments, input=text, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Wrong(f"{path}: {done.stderr.strip()}")
        text = done.stdout
    return text


def everything(source: Path = SOURCE, readme: Path = ROOT / "README.md") -> dict[Path, str]:
    """Each file that depends on the table, as it has to be.

    Raises:
        Wrong: The table or a file is not as it should be.
    """
    table = read(source / "table.py")
    init = source / "__init__.py"
    before, _, after = between_marks(init)
    found = {init: before + public(table) + "\n" + after}
    found[source / "by_name.py"] = by_name(table)
    found[source / "service_names.py"] = service_names(table)
    found = {path: tidied(text, path) for path, text in found.items()}
    for path in found:
        ast.parse(found[path])
    before, rows, after = between_marks(readme)
    found[readme] = before + "\n" + providers_table(table, rows) + "\n" + after
    return found


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    try:
        stale = {
            path: text
            for path, text in everything().items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        }
    except Wrong as error:
        print(error)
        return 1
    for path, text in stale.items():
        print(f"{'differs from the table' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        print("run: make format")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

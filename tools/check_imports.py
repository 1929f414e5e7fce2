"""Check which modules each room may import: the house rule that keeps I/O in one place.

    python tools/check_imports.py [ROOT]

Drivers, clients and wire formats await the runtime and do nothing else; HTTP stays in the runtime.
Each room imports only from the floors below it, at whatever moment and for whatever reason.
Prints one line for each violation and exits 1 if there is one.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import generate_names

SOURCE = generate_names.SOURCE

PACKAGE = "cumuli"

# The ground floor: what every other room may import, and which imports nothing above itself.
GROUND = (
    *("argument_types", "capabilities", "errors", "extras", "secret", "serialize", "service_names", "table"),
    *("version", "credential_arguments"),
)
SERVICES = tuple(service.name for service in generate_names.read(SOURCE / "table.py").services)
# What each room may import besides itself and the ground. A family of providers is a room of its own.
FLOORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(GROUND, ()),
    "runtime": (),
    "wire": (),
    "calls": ("runtime",),
    "client": ("calls", "runtime"),
    # Steps know nodes, and the compute clients run steps.
    "deploy": ("compute", "runtime"),
    # Makes a package callable; what it calls is looked up at the call.
    "callable_module": (),
    **dict.fromkeys(SERVICES, ("calls", "callable_module", "client", "deploy", "runtime", "wire")),
    "providers": ("callable_module",),
    "config": ("runtime",),
    "registry": ("calls", "config"),
    "by_name": ("providers", "registry", *SERVICES),
    # A tool on top: it reads the source and imports nothing of it, and nobody imports it.
    "generate": (),
    # Data about another library; nothing of this one.
    "libcloud": (),
    # For those who write providers, on top likewise: the suites see what users see.
    "testing": ("registry", "runtime", "sandbox", *SERVICES),
}
FAMILY = ("calls", "deploy", "runtime", "wire", *SERVICES)
# A family imports no other family but the one that it extends.
EXTENDS = {"rackspace": "openstack"}

PURE_ROOMS = ("calls", "deploy", "providers", *SERVICES, "wire")
# What tells who one is reads files and variables, and asks programs: by these, in files and folders of these names.
IDENTITY_FILES = frozenset({"credentials.py", "identity", "identity.py"})
IDENTITY_MAY = frozenset({"os", "pathlib", "subprocess", "tempfile", "time"})
# Whatever reaches for a socket, a file, a clock, a thread, a process or randomness. A name covers its submodules.
IMPURE = (
    "aiohttp", "asyncio", "concurrent", "fcntl", "ftplib", "glob", "grp", "http", "httpx", "io", "mimetypes",
    "multiprocessing", "pathlib", "pwd", "queue", "random", "requests", "resource", "sched", "secrets", "select",
    "selectors", "shutil", "signal", "socket", "socketserver", "ssl", "subprocess", "tempfile", "termios",
    "threading", "time", "urllib.request", "urllib3", "uuid",
)  # fmt: skip
OPENERS = frozenset({"open", "input", "__import__"})
# What of a banned or dangerous module is data, and so welcome.
PURE_NAMES = {
    # The shape of a file; neither opens one.
    "io": {"SEEK_CUR", "SEEK_END", "SEEK_SET", "BufferedReader", "RawIOBase"},
    "os": {"PathLike", "fspath"},
    "pathlib": {"PurePath", "PurePosixPath"},
}
CLOCKS = frozenset({"now", "utcnow", "today"})

# HTTP libraries and TLS, and the only files that may import them.
TRANSPORT = {
    "http.client": set[str](),
    "aiohttp": set[str](),
    "ssl": {
        "runtime/blocking/runtime.py",
        "runtime/blocking/connection.py",
        "runtime/blocking/dial.py",
        "runtime/blocking/tls_in_tls.py",
        "runtime/loop/connection.py",
        "runtime/loop/dial.py",
        "runtime/loop/transport.py",
        "runtime/http/tls.py",
    },
    "requests": set[str](),
    "httpx": set[str](),
    "urllib3": set[str](),
    # It fills a new OpenStack before there is anything for our runtime to talk to.
    "urllib.request": {"sandbox/openstack/http.py"},
}


class Violation(NamedTuple):
    """One line that breaks the rule."""

    line: int
    what: str


def imported(tree: ast.AST) -> Iterator[tuple[int, str, str | None]]:
    """Every (line, module, name) that a module imports; the name is None for a plain import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                yield node.lineno, node.module, alias.name


def covered(module: str, name: str | None, banned: str) -> bool:
    """Whether an import reaches a banned module: itself, one of its submodules, or ``from parent import it``."""
    full = module if name is None else f"{module}.{name}"
    return any(path == banned or path.startswith(f"{banned}.") for path in (module, full))


def transport_violations(tree: ast.AST, path: PurePosixPath) -> Iterator[Violation]:
    """HTTP libraries outside of their files."""
    for line, module, name in imported(tree):
        for banned, homes in TRANSPORT.items():
            if covered(module, name, banned) and str(path) not in homes:
                where = " and ".join(sorted(homes)) or "no file"
                yield Violation(line, f"imports {banned}, which belongs in {where}")


def room_of(parts: tuple[str, ...]) -> str:
    """The room that a module is in, by its path without ``.py``: ``providers/aws`` for a family of providers."""
    return "/".join(parts[:2]) if parts[0] == "providers" and len(parts) > 2 else parts[0]


def floor_violations(tree: ast.AST, path: PurePosixPath, source: Path) -> Iterator[Violation]:
    """Imports from a floor above, or from beside."""
    parts = path.with_suffix("").parts
    room = room_of(parts)
    if room.startswith("providers/"):
        family = room.partition("/")[2]
        allowed = {*FAMILY, f"providers/{EXTENDS.get(family, family)}"}
    elif room in FLOORS:
        allowed = set(FLOORS[room])
    else:
        return
    for line, module, name in imported(tree):
        first, *rest = module.split(".")
        if first != PACKAGE:
            continue
        if name is not None and source.joinpath(*rest, f"{name}.py").exists():
            rest.append(name)
        if not rest:
            rest = [name or "__init__"]
        reached = room_of((*rest, "") if rest[0] == "providers" and len(rest) == 2 else tuple(rest))
        if reached == room or reached in GROUND or reached in allowed:
            continue
        if "providers" in allowed and reached.startswith("providers/"):
            continue
        yield Violation(line, f"imports {module}, which {room} may not know; see FLOORS in tools/check_imports.py")


def purity_violations(tree: ast.AST, *, identity: bool = False) -> Iterator[Violation]:
    """I/O, clocks, threads and randomness in a room that has only the runtime."""
    for line, module, name in imported(tree):
        if name in PURE_NAMES.get(module, ()) or (identity and module.partition(".")[0] in IDENTITY_MAY):
            continue
        if module == "os" and name is not None:
            yield Violation(line, f"imports os.{name}; use a service of the runtime")
        yield from (
            Violation(line, f"imports {banned}; use a service of the runtime")
            for banned in IMPURE
            if covered(module, name, banned)
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OPENERS:
            yield Violation(node.lineno, f"calls {node.func.id}(); use a service of the runtime")
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if owner == "os" and not identity and node.attr not in PURE_NAMES["os"]:
                yield Violation(node.lineno, f"uses os.{node.attr}; use a service of the runtime")
            if node.attr in CLOCKS and owner.rpartition(".")[2] in {"datetime", "date"}:
                yield Violation(node.lineno, f"reads the clock by {owner}.{node.attr}; use the runtime's now()")


def violations(source: Path) -> Iterator[str]:
    """Every violation below a folder that is laid out as ``src/cumuli``."""
    for file in sorted(source.rglob("*.py")):
        path = PurePosixPath(file.relative_to(source).as_posix())
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        identity = path.parts[0] == "providers" and not IDENTITY_FILES.isdisjoint(path.parts)
        found = list(purity_violations(tree, identity=identity)) if path.parts[0] in PURE_ROOMS else []
        found += floor_violations(tree, path, source)
        found += transport_violations(tree, path)
        for line, what in sorted(set(found)):
            yield f"{file}:{line}: {what}"


def main() -> int:
    lines = list(violations(Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE))
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())

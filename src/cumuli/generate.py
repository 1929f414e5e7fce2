"""Write the sync clients from the async ones: ``python -m cumuli.generate``.

For every folder of a package with an ``aio.py``, and perhaps files ``aio_TOPIC.py`` with parts of a large client, one
``client.py`` is written beside them, unless there is one that somebody wrote by hand. Each class
``AsyncX`` becomes ``X``, which holds an ``AsyncX`` over the blocking runtime; each public method
becomes one line that drives the async one, with the same signature, overloads and docstring.

    python -m cumuli.generate src/cumuli_acme           write what has changed
    python -m cumuli.generate --check src/cumuli_acme   write nothing; exit 1 if something would change

Ruff, which has to be installed, puts the result into shape.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from pathlib import Path

from cumuli.errors import InvalidRequest

__all__ = ["aio_files", "flavoured_names", "generated", "main"]

# Cumuli itself, whose clients those of another package build on.
OWN = Path(__file__).resolve().parent
# The clients whose constructor takes what the async client takes are the providers' own; a portable
# client is built around an async one by its subclass.
ROOTS = {"AsyncClient"}
SPECIAL = {
    "aclose": "close",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
}
# The end of the name of a module that is written by hand.
AIO = re.compile(r"(^|\.)aio(_\w+)?$")
MARK = "\nGenerated from aio"
HEADER = '''"""{summary}

Generated from {source} by python -m cumuli.generate. Change {what} and run {again}.
"""

from __future__ import annotations
'''


class SyncNames(ast.NodeTransformer):
    """Turns the names in an annotation, a default or a base into those of the sync flavour."""

    def __init__(self, flavoured: set[str]) -> None:
        self.flavoured = flavoured

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(sync_name(node.id, self.flavoured), node.ctx), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and node.value in self.flavoured:
            return ast.Constant(sync_name(node.value, self.flavoured))
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        # `Iterable[bytes] | AsyncIterable[bytes]` has one member less in a sync client.
        self.generic_visit(node)
        members = [ast.unparse(member) for member in union_members(node)]
        unique = list(dict.fromkeys(members))
        return node if len(unique) == len(members) else ast.parse(" | ".join(unique), mode="eval").body


def union_members(node: ast.expr) -> list[ast.expr]:
    """The members of a chain of ``|``, or the expression alone."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*union_members(node.left), *union_members(node.right)]
    return [node]


def sync_name(name: str, flavoured: set[str]) -> str:
    """The sync flavour's word for a name of the async flavour."""
    fixed = {
        "AsyncIterator": "Iterator",
        "AsyncIterable": "Iterable",
        "AsyncGenerator": "Generator",
        "asynchronous_runtime": "blocking_runtime",
    }
    if name in fixed:
        return fixed[name]
    return name.removeprefix("Async") if name in flavoured else name


def attribute_of(class_name: str) -> str:
    """Where an instance of the sync class keeps its async client."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()
    return f"_{words}"


def is_overload(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in function.decorator_list)


def is_generator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    nested = {
        inner
        for node in ast.walk(function)
        if node is not function and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function) if node not in nested)


def passed_on(arguments: ast.arguments) -> str:
    """The arguments of the call that passes every parameter (but self) on."""
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)][1:]
    parts = list(positional)
    if arguments.vararg:
        parts.append(f"*{arguments.vararg.arg}")
    parts += [f"{argument.arg}={argument.arg}" for argument in arguments.kwonlyargs]
    if arguments.kwarg:
        parts.append(f"**{arguments.kwarg.arg}")
    return ", ".join(parts)


class Module:
    """A module that is written by hand."""

    def __init__(self, path: Path) -> None:
        self.name = dotted(path)
        self.tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        body = self.tree.body
        self.classes = [node for node in body if isinstance(node, ast.ClassDef) and node.name.startswith("Async")]

    def imports(self, body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.alias]]:
        """Every module that something is imported from, with what it is; the module is empty for a plain import."""
        for node in body:
            if isinstance(node, ast.Import):
                yield from (("", alias) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
                above = self.name.split(".")[: -node.level] if node.level else []
                module = ".".join([*above, node.module] if node.module else above)
                yield from ((module, alias) for alias in node.names)

    def flavoured(self) -> Iterator[str]:
        """The classes here that exist in both flavours, defined or imported."""
        yield from (node.name for node in self.classes)
        for module, alias in self.imports(self.tree.body):
            if AIO.search(module) and alias.name.startswith("Async"):
                yield alias.name


class Generator:
    """Writes the client.py of one folder, from everything there that is written by hand."""

    def __init__(self, folder: Path, flavoured: set[str]) -> None:
        paths = aio_files(folder, "*")
        self.modules = [Module(path) for path in paths]
        self.own = dotted(client_of(folder))
        self.made = {
            "source": "aio.py" if len(paths) == 1 else "aio.py and aio_*.py",
            "what": "that file" if len(paths) == 1 else "those files",
            "again": "``make format``" if self.own.partition(".")[0] == OWN.name else "that again",
        }
        self.names = SyncNames(flavoured)
        self.flavoured = flavoured
        # What a name is imported by, at run time and for type checkers, and which names are imported by several.
        self.imported: dict[str, str] = {}
        self.checked: dict[str, str] = {}
        self.unclear: dict[str, list[str]] = {}

    def text(self, node: ast.AST | None) -> str:
        """Source of a node in the sync flavour."""
        if node is None:
            return "None"
        copy = ast.parse(ast.unparse(node), mode="eval").body if isinstance(node, ast.expr) else node
        return ast.unparse(ast.fix_missing_locations(self.names.visit(copy)))

    def module(self) -> str:
        """The module's text, not in shape yet."""
        doc = (ast.get_docstring(self.modules[0].tree) or f"The sync flavour of {self.modules[0].name}.").partition(
            "\n"
        )[0]
        summary = re.sub(r"\bAsync(?=[A-Z])", "", doc).split(" ``")[0]
        if not summary.endswith("."):
            summary = summary.split(". ")[0] + "."
        classes = in_order([node for module in self.modules for node in module.classes])
        if not classes:
            raise InvalidRequest(f"there is no class of a client (AsyncAcme, say) in {self.modules[0].name}")
        bodies = "\n\n".join(self.class_text(node) for node in classes)
        for module in self.modules:
            self.read_imports(module)
        for origin, name in GENERATED_NEEDS:
            self.take(self.imported, origin, ast.alias(name))
        used = names_in(bodies)
        self.refuse_what_is_unclear(used)
        names = ", ".join(f'"{sync_name(node.name, self.flavoured)}"' for node in classes)
        imported = {name: line for name, line in self.imported.items() if name in used}
        checked = [f"    {line}" for name, line in self.checked.items() if name in used and name not in imported]
        parts = [
            HEADER.format(summary=summary, **self.made),
            *imported.values(),
            "\n".join(["from typing import TYPE_CHECKING", "if TYPE_CHECKING:", *checked]) if checked else "",
            f"__all__ = [{names}]",
            bodies,
        ]
        return "\n\n".join(parts) + "\n"

    def read_imports(self, module: Module) -> None:
        """Add what a module imports and defines, as the sync module needs it: both flavours of a flavoured name."""
        for node in module.tree.body:
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                for origin, alias in module.imports(node.body):
                    self.take(self.checked, origin, alias)
            elif isinstance(node, ast.Assign) and not ast.unparse(node.targets[0]).startswith("__"):
                # A name that signatures may use (a type alias, a default).
                self.take(self.imported, module.name, ast.alias(ast.unparse(node.targets[0])))
            else:
                for origin, alias in module.imports([node]):
                    self.take(self.imported, origin, alias)
        for node in module.classes:
            self.take(self.imported, module.name, ast.alias(node.name))

    def take(self, into: dict[str, str], module: str, alias: ast.alias) -> None:
        """Add an import, in each flavour that there is of it."""
        if not module:
            self.put(into, alias.asname or alias.name.partition(".")[0], f"import {ast.unparse(alias)}")
            return
        name = sync_name(alias.name, self.flavoured)
        if alias.name in self.flavoured and AIO.search(module):
            self.put(into, alias.name, f"from {module} import {alias.name}")
            module = AIO.sub(r"\1client", module)
            if module == self.own:
                return
        line = f"from {module} import {name}"
        self.put(into, alias.asname or name, line + (f" as {alias.asname}" if alias.asname else ""))

    def put(self, into: dict[str, str], name: str, line: str) -> None:
        if into.setdefault(name, line) != line:
            self.unclear.setdefault(name, [into[name]]).append(line)

    def refuse_what_is_unclear(self, used: set[str]) -> None:
        """Two files that are written by hand may each have a name to themselves; one file cannot have both."""
        for name, lines in self.unclear.items():
            if name in used:
                raise InvalidRequest(
                    f"{name} is not the same in all modules that {self.own} is made from "
                    f"({'; '.join(lines)}): give one of them another name"
                )

    def class_text(self, node: ast.ClassDef) -> str:
        name = sync_name(node.name, self.flavoured)
        attribute = attribute_of(name)
        is_root = any(ast.unparse(base) in ROOTS for base in node.bases) or not any(
            ast.unparse(base).startswith("Async") for base in node.bases
        )
        bases = ", ".join(self.text(base) for base in node.bases if ast.unparse(base) not in ROOTS)
        head = f"class {name}({bases}):" if bases else f"class {name}:"
        parts = [head, self.docstring(node, 4)]
        generic = next((ast.unparse(base) for base in node.bases if ast.unparse(base).startswith("Generic[")), "")
        kind = node.name + generic.removeprefix("Generic")
        if is_root:
            parts.append(f"    def __init__(self, client: {kind}) -> None:\n        self.{attribute} = client\n")
            if any(ast.unparse(base) in ROOTS for base in node.bases):
                parts.append(life(attribute))
        has_init = False
        for item in node.body:
            if isinstance(item, ast.AnnAssign) and item.value is not None:
                # What a class says of itself is said once.
                target = ast.unparse(item.target)
                parts.append(f"    {target}: {self.text(item.annotation)} = {node.name}.{target}\n")
            if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if item.name == "__init__":
                if not is_root:
                    has_init = True
                    parts.append(self.constructor(item, node.name, attribute))
                continue
            if item.name.startswith("_") and item.name not in SPECIAL:
                continue
            parts.append(self.method(item, attribute))
        if not is_root and not has_init:
            # Part of a larger client, which brings the constructor and hands its async client on.
            parts.insert(2, handed_on(kind, attribute))
        return "\n".join(part for part in parts if part)

    def docstring(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, indent: int) -> str:
        text = ast.get_docstring(node, clean=False)
        if text is None:
            return ""
        text = text.replace("\\", "\\\\")
        return " " * indent + f'"""{text}"""\n'

    def signature(self, item: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
        arguments = ast.unparse(self.names.visit(deepcopy(item.args)))
        return f"    def {name}({arguments}) -> {self.text(item.returns)}:"

    def decorators(self, item: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        return "".join(f"    @{self.text(decorator)}\n" for decorator in item.decorator_list)

    def constructor(self, item: ast.FunctionDef | ast.AsyncFunctionDef, async_class: str, attribute: str) -> str:
        head = self.decorators(item) + self.signature(item, "__init__")
        if is_overload(item):
            return f"{head}\n        ...\n"
        return (
            f"{head}\n{self.docstring(item, 8)}"
            f"        self.{attribute} = {async_class}({passed_on(item.args)})\n"
            f"        super().__init__(self.{attribute})\n"
        )

    def method(self, item: ast.FunctionDef | ast.AsyncFunctionDef, attribute: str) -> str:
        head = self.decorators(item) + self.signature(item, SPECIAL.get(item.name, item.name))
        if is_overload(item):
            return f"{head}\n        ...\n"
        call = f"self.{attribute}.{item.name}"
        decorated = {ast.unparse(decorator) for decorator in item.decorator_list}
        if "property" not in decorated:
            call += f"({passed_on(item.args)})"
        returns = ast.unparse(item.returns) if item.returns else "None"
        outer = returns.partition("[")[0]
        if item.name in {"__aenter__", "__aiter__"} and (outer == "Self" or outer in self.flavoured):
            prelude = f"        run({call})\n" if isinstance(item, ast.AsyncFunctionDef) else ""
            body = f"{prelude}        return self"
        elif item.name == "__anext__":
            body = (
                f"        try:\n            return run({call})\n"
                "        except StopAsyncIteration:\n            raise StopIteration from None"
            )
        elif is_generator(item) or outer in {"AsyncIterator", "AsyncGenerator"}:
            body = f"        return iterate({call})"
        elif outer in self.flavoured:
            inner = f"run({call})" if isinstance(item, ast.AsyncFunctionDef) else call
            body = f"        return {sync_name(outer, self.flavoured)}({inner})"
        elif isinstance(item, ast.AsyncFunctionDef):
            body = f"        run({call})" if returns == "None" else f"        return run({call})"
        else:
            body = f"        return {call}"
        return f"{head}\n{self.docstring(item, 8)}{body}\n"


def handed_on(async_class: str, attribute: str) -> str:
    """The constructor of a class that is built around the async client of its subclass."""
    return (
        f"    def __init__(self, client: {async_class}) -> None:\n"
        f"        super().__init__(client)\n"
        f"        self.{attribute} = client\n"
    )


def in_order(classes: Sequence[ast.ClassDef]) -> list[ast.ClassDef]:
    """Classes with each after those that it inherits from, else as they come."""
    waiting = {node.name: node for node in classes}
    placed: list[ast.ClassDef] = []

    def place(node: ast.ClassDef) -> None:
        del waiting[node.name]
        for base in node.bases:
            before = waiting.get(ast.unparse(base).partition("[")[0])
            if before is not None:
                place(before)
        placed.append(node)

    for node in classes:
        if node.name in waiting:
            place(node)
    return placed


def client_of(folder: Path) -> Path:
    """Where the sync twin of a folder's ``aio.py`` and ``aio_TOPIC.py`` is."""
    return folder / "client.py"


def life(attribute: str) -> str:
    """What ``AsyncClient`` gives every async client, for a sync one."""
    return f'''
    @property
    def provider(self) -> str:
        """The provider's registry name, such as ``"ec2"``."""
        return self.{attribute}.provider

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do; asking for more raises ``NotSupported`` before any I/O."""
        return self.{attribute}.capabilities

    def close(self) -> None:
        """Close every connection. The client cannot be used afterwards; closing twice is fine."""
        run(self.{attribute}.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{{type(self).__name__}} at {{id(self):#x}}>"
'''


# What the generated text itself uses.
GENERATED_NEEDS = (
    ("types", "TracebackType"),
    ("typing", "Self"),
    ("cumuli.capabilities", "Capabilities"),
    ("cumuli.runtime.blocking.drive", "iterate"),
    ("cumuli.runtime.blocking.drive", "run"),
)


def names_in(text: str) -> set[str]:
    """Every name that a module's text uses, quoted annotations included."""
    nodes = list(ast.walk(ast.parse(text)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = {node.id for node in nodes if isinstance(node, ast.Name)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found.update(re.findall(r"\w+", node.value))
    return found


def dotted(path: Path) -> str:
    """The name that a module or a package is imported by."""
    parts = [path.stem]
    while path.parent.joinpath("__init__.py").exists():
        path = path.parent
        parts.append(path.name)
    return ".".join(reversed(parts))


def tidied(text: str, path: Path) -> str:
    """Sorted and formatted as the rest of the project."""
    first_party = dotted(path).partition(".")[0]
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(path), "-"]
    fixed = subprocess.run(
        [*ruff, "check", "--isolated", "--select", "I,RUF022", "--line-length", "120", "--fix-only",
         "--quiet", "--config", "src=[]", "--config", f"lint.isort.known-first-party=['{first_party}']", *name],
        input=text, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return subprocess.run(
        [*ruff, "format", "--isolated", "--line-length", "120", "--quiet", *name],
        input=fixed, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def aio_files(package: Path, pattern: str = "**/*") -> list[Path]:
    """The files of a package that are written by hand, in each folder ``aio.py`` first."""
    return sorted(path for path in package.glob(f"{pattern}.py") if AIO.search(path.stem))


def flavoured_names(paths: Sequence[Path]) -> set[str]:
    """Every class that exists in both flavours: those of some files, those that they import, and cumuli's own."""
    return {name for path in {*paths, *aio_files(OWN)} for name in Module(path).flavoured()}


def generated(folder: Path, flavoured: set[str]) -> str:
    """The text of the ``client.py`` that belongs to the ``aio.py`` and ``aio_TOPIC.py`` of a folder.

    Raises:
        InvalidRequest: There is no client in them, or two of them use one name for different things.
    """
    return tidied(Generator(folder, flavoured).module(), client_of(folder))


def by_hand(folder: Path) -> bool:
    """Whether somebody wrote a folder's sync clients: where they have another shape than the async ones."""
    client = client_of(folder)
    return client.exists() and MARK not in client.read_text(encoding="utf-8")[:1000]


def left_over(package: Path, clients: Collection[Path]) -> list[Path]:
    """Generated files that belong to nothing any more."""
    return sorted(
        path
        for path in package.rglob("client*.py")
        if path not in clients and MARK in path.read_text(encoding="utf-8")[:1000]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check a package's sync clients; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m cumuli.generate", description="Write the sync clients of a package from its async ones."
    )
    parser.add_argument("package", type=Path, help="the package's folder, such as src/cumuli_acme")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something would change")
    given = parser.parse_args(arguments)
    package, check = given.package.resolve(), given.check
    paths = aio_files(package)
    if not paths:
        print(f"there is no aio.py below {package}: give the folder of a package, such as src/cumuli_acme")
        return 2
    if importlib.util.find_spec("ruff") is None:
        print("the sync clients are put into shape by ruff, which is not installed: pip install ruff")
        return 2
    flavoured = flavoured_names(paths)
    try:
        folders = [folder for folder in dict.fromkeys(path.parent for path in paths) if not by_hand(folder)]
        clients = {client_of(folder): generated(folder, flavoured) for folder in folders}
    except InvalidRequest as error:
        print(error)
        return 2
    stale = [path for path, text in clients.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    useless = left_over(package, clients)
    for path in stale:
        if not check:
            path.write_text(clients[path], encoding="utf-8")
        print(f"{'differs from its async twin' if check else 'written'}: {path.relative_to(package.parent)}")
    for path in useless:
        if not check:
            path.unlink()
        print(f"{'has no async twin' if check else 'removed'}: {path.relative_to(package.parent)}")
    if not check or not (stale or useless):
        return 0
    print("run: make format" if package.name == OWN.name else "run this again without --check")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())

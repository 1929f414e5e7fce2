"""Write the sync clients from the async ones: ``python -m cumuli.generate``.

For every ``aio.py`` of a package a ``client.py`` is written beside it, and for every
``aio_TOPIC.py``, which holds part of a large client, a ``client_TOPIC.py``. Each class
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
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path

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
AIO = re.compile(r"\.aio(_\w+)?$")
HEADER = '''"""{summary}

Generated from {source} by python -m cumuli.generate. Change that file and run {again}.
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


class Generator:
    """Writes one client.py."""

    def __init__(self, path: Path, flavoured: set[str]) -> None:
        self.module_name = dotted(path)
        own = self.module_name.partition(".")[0] == OWN.name
        self.made = {"source": path.name, "again": "``make format``" if own else "that again"}
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.names = SyncNames(flavoured)
        self.flavoured = flavoured

    def text(self, node: ast.AST | None) -> str:
        """Source of a node in the sync flavour."""
        if node is None:
            return "None"
        copy = ast.parse(ast.unparse(node), mode="eval").body if isinstance(node, ast.expr) else node
        return ast.unparse(ast.fix_missing_locations(self.names.visit(copy)))

    def module(self) -> str:
        doc = (ast.get_docstring(self.tree) or "").splitlines()[0]
        classes = [node for node in self.tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("Async")]
        async_names = ", ".join(node.name for node in classes)
        summary = re.sub(r"\bAsync(?=[A-Z])", "", doc).split(" ``")[0]
        if not summary.endswith("."):
            summary = summary.split(". ")[0] + "."
        parts = [HEADER.format(summary=summary, **self.made)]
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom | ast.Import) and not self.is_future(node):
                parts.append(self.sync_import(node))
            elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                body = "\n".join(
                    f"    {self.sync_import(inner)}"
                    for inner in node.body
                    if isinstance(inner, ast.ImportFrom | ast.Import)
                )
                parts.append(f"if TYPE_CHECKING:\n{body}")
            elif isinstance(node, ast.Assign) and not ast.unparse(node.targets[0]).startswith("__"):
                # A name that signatures may use (a type alias, a default).
                parts.append(f"from {self.module_name} import {ast.unparse(node.targets[0])}")
        parts.append(f"from {self.module_name} import {async_names}")
        parts.append("from cumuli.runtime.blocking.drive import iterate, run")
        names = ", ".join(f'"{sync_name(node.name, self.flavoured)}"' for node in classes)
        parts.append(f"__all__ = [{names}]")
        parts.extend(self.class_text(node) for node in classes)
        return "\n\n".join(parts) + "\n"

    @staticmethod
    def is_future(node: ast.ImportFrom | ast.Import) -> bool:
        return isinstance(node, ast.ImportFrom) and node.module == "__future__"

    def sync_import(self, node: ast.ImportFrom | ast.Import) -> str:
        """The import as the sync module needs it; both flavours of a flavoured name are imported."""
        if isinstance(node, ast.Import):
            return ast.unparse(node)
        lines: list[str] = []
        for alias in node.names:
            name = sync_name(alias.name, self.flavoured)
            module = node.module or ""
            if alias.name in self.flavoured and AIO.search(module):
                lines.append(f"from {module} import {alias.name}")
                module = AIO.sub(r".client\1", module)
            lines.append(f"from {module} import {name}" + (f" as {alias.asname}" if alias.asname else ""))
        return "\n".join(lines)

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


def client_of(path: Path) -> Path:
    """Where the sync twin of an ``aio.py`` or ``aio_TOPIC.py`` is."""
    return path.with_name(path.name.replace("aio", "client", 1))


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


LIFE_IMPORTS = "from types import TracebackType\nfrom typing import Self\nfrom cumuli.capabilities import Capabilities"


def dotted(path: Path) -> str:
    """The name that a module or a package is imported by."""
    parts = [path.stem]
    while path.parent.joinpath("__init__.py").exists():
        path = path.parent
        parts.append(path.name)
    return ".".join(reversed(parts))


def tidied(text: str, path: Path) -> str:
    """Without unused imports, sorted and formatted as the rest of the project."""
    first_party = dotted(path).partition(".")[0]
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(path), "-"]
    fixed = subprocess.run(
        [*ruff, "check", "--isolated", "--select", "F401,F811,I,TC", "--line-length", "120", "--fix-only", "--quiet",
         "--config", "src=[]", "--config", f"lint.isort.known-first-party=['{first_party}']", *name],
        input=text, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return subprocess.run(
        [*ruff, "format", "--isolated", "--line-length", "120", "--quiet", *name],
        input=fixed, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def flavoured_names(paths: Sequence[Path]) -> set[str]:
    """Every class that exists in both flavours: those of some files, those that they import, and cumuli's own."""
    return {name for path in {*paths, *aio_files(OWN)} for name in _flavoured(ast.parse(path.read_text("utf-8")))}


def _flavoured(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.ImportFrom) and AIO.search(node.module or ""):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.startswith("Async"))


def generated(path: Path, flavoured: set[str]) -> str:
    """The text of the ``client.py`` that belongs to an ``aio.py``."""
    text = Generator(path, flavoured).module()
    text = text.replace(
        "from __future__ import annotations\n", f"from __future__ import annotations\n\n{LIFE_IMPORTS}\n", 1
    )
    return tidied(text, client_of(path))


def aio_files(package: Path) -> list[Path]:
    """The files of a package that are written by hand."""
    return sorted([*package.rglob("aio.py"), *package.rglob("aio_*.py")])


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
    stale: list[Path] = []
    for path in paths:
        target = client_of(path)
        text = generated(path, flavoured)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            stale.append(target)
            if not check:
                target.write_text(text, encoding="utf-8")
    for target in stale:
        print(f"{'differs from its async twin' if check else 'written'}: {target.relative_to(package.parent)}")
    if check and stale:
        print("run: make format" if package.name == OWN.name else "run this again without --check")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())

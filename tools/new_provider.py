"""Start a new provider: ``make new-provider NAME=acme``, or with ``SERVICE=storage`` one of object storage.

    python tools/new_provider.py acme [--service storage] [--title "Acme Cloud"] [--client Acme]

Writes the provider's folder, its conformance tests with a server for them, and its page of documentation from
``tools/provider_template/<service>``, and its line of the table of providers with all that is made from that.
CONTRIBUTING.md tells how to go on. Existing files are never overwritten; when something goes wrong, everything is as
it was before.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import keyword
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cumuli import generate
from tools import generate_names

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "tools" / "provider_template"
SOURCE = ROOT / "src" / "cumuli"
TABLE = SOURCE / "table.py"


class Refused(Exception):
    """The provider cannot be made; the message says why and what to do."""


class Provider:
    """What the new provider is called, checked, and where its files go.

    Args:
        name: What people write, and its folder: ``acme``.
        service: Of which service: one that there is a template of.
        title: What it is called in prose: ``Acme Cloud``; None for the words of its name.
        client: The sync client's class: ``Acme``; None for the words of its name in one.

    Raises:
        Refused: A name will not do, or is taken.
    """

    def __init__(self, name: str, service: str, title: str | None, client: str | None) -> None:
        words = [word.capitalize() for word in name.split("_")]
        self.name = name
        self.service = service
        self.template = TEMPLATES / service
        self.title = title or " ".join(words)
        self.client = client or "".join(words)
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or len(name) > 30:
            raise Refused(
                f"{name!r} will not do as a name: it is lower-case letters and digits, at most 30, as in NAME=my_cloud"
            )
        if service not in templates():
            raise Refused(f"there is no template of a {service!r} provider; SERVICE is one of {', '.join(templates())}")
        table = generate_names.read(TABLE)
        if name in {provider.name for provider in table.providers}:
            raise Refused(f"there is a provider {name} already")
        if not re.fullmatch(r"\w[\w .,&+-]{,29}", self.title):
            raise Refused(f"{self.title!r} will not do as a title: it is words, at most 30 letters, such as Acme Cloud")
        if not re.fullmatch(r"(?!Async)[A-Z][A-Za-z0-9]{,29}", self.client):
            raise Refused(
                f"{self.client!r} will not do as a class: it looks like AcmeCloud, and its twin AsyncAcmeCloud"
            )
        taken = (
            {public for public, _ in generate_names.names(table)}
            | set(_classes())
            | set(dir(builtins))
            | _template_names(self.template)
        )
        for word in (name, self.client, f"Async{self.client}"):
            if keyword.iskeyword(word) or word in taken:
                raise Refused(f"{word} has a meaning already; choose another NAME, or another CLASS")
        self.files = {target: self.template / source for source, target in self._places()}
        for path in (*self.folders, *self.files, self.folders[1].with_suffix(".py")):
            if path.exists() or path.is_symlink():
                raise Refused(f"{path.relative_to(ROOT)} exists already, and is left as it is")

    @property
    def folders(self) -> list[Path]:
        """What is made, and must not exist."""
        return [ROOT / "src" / "cumuli" / "providers" / self.name, ROOT / "tests" / "conformance" / self.name]

    def _places(self) -> Iterator[tuple[str, Path]]:
        package, tests = self.folders
        for module in ("__init__", "models", "wire", "driver", "aio"):
            yield f"provider/{module}.py", package / f"{module}.py"
        yield "conformance/server.py", tests / "server.py"
        yield "conformance/test_acme.py", tests / f"test_{self.name}_{self.service}.py"
        yield "page.md", ROOT / "docs" / "providers" / f"{self.name}.md"

    def filled(self, text: str) -> str:
        """A file of the template, about this provider."""
        words = {"Acme Cloud": self.title, "Acme": self.client, "acme": self.name}
        return re.sub("|".join(words), lambda found: words[found[0]], text)


def templates() -> list[str]:
    """The services that there is a template of."""
    return sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())


def _classes() -> Iterator[str]:
    """The clients of all providers, public or not."""
    for path in generate.aio_files(SOURCE):
        yield from (node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef))


def _template_names(template: Path) -> set[str]:
    """What the template's modules import, which a class of the same name would hide."""
    return {
        alias.name
        for path in template.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if "Acme" not in alias.name
    }


def entered(provider: Provider) -> str:
    """The table with the provider in it, behind the others of its service."""
    text = TABLE.read_text()
    [entries] = [
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PROVIDERS"
    ]
    assert isinstance(entries, ast.Tuple)
    known = generate_names.read(TABLE).providers
    last = max(
        entry.end_lineno or 0
        for entry, each in zip(entries.elts, known, strict=True)
        if each.service == provider.service
    )
    lines = text.splitlines(keepends=True)
    words = (provider.service, provider.name, provider.title, provider.name, provider.client)
    quoted = ", ".join(f'"{word}"' for word in words)
    lines.insert(last, f"    ProviderEntry({quoted}),\n")
    return "".join(lines)


def make(provider: Provider) -> list[Path]:
    """Write everything, or nothing; gives what was written.

    Raises:
        generate_names.Wrong: The project's files are not as they are expected.
    """
    before = {TABLE: TABLE.read_bytes()}
    try:
        TABLE.write_text(entered(provider))
        tidy([TABLE])
        changed = generate_names.everything()
        before |= {path: path.read_bytes() for path in changed}
        for path, text in changed.items():
            path.write_text(text)
        for target, source in provider.files.items():
            target.parent.mkdir(exist_ok=True)
            target.write_text(provider.filled(source.read_text()))
        tidy(list(provider.files))
        client = provider.folders[0] / "client.py"
        client.write_text(
            generate.generated(provider.folders[0], generate.flavoured_names([provider.folders[0] / "aio.py"]))
        )
    except BaseException:
        for path, content in before.items():
            path.write_bytes(content)
        for folder in provider.folders:
            shutil.rmtree(folder, ignore_errors=True)
        for path in provider.files:
            path.unlink(missing_ok=True)
        raise
    return [*provider.files, client, *(path for path, content in before.items() if path.read_bytes() != content)]


def tidy(paths: list[Path]) -> None:
    """Lines in the order and the shape that the project's linter wants; names differ in length."""
    ruff, files = [sys.executable, "-m", "ruff"], [str(path) for path in paths if path.suffix == ".py"]
    for command in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
        subprocess.run([*ruff, *command, *files], check=True, cwd=ROOT)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make new-provider", description="Start a new provider.")
    parser.add_argument("name", help="what people write, and its folder: acme (NAME=)")
    parser.add_argument("--service", default="compute", help="of which service: compute, storage (SERVICE=)")
    parser.add_argument("--title", help="what it is called in prose: 'Acme Cloud' (TITLE=)")
    parser.add_argument("--client", help="the class of its sync client: Acme (CLASS=)")
    given = parser.parse_args(arguments)
    try:
        written = make(Provider(given.name, given.service, given.title, given.client))
    except (Refused, generate_names.Wrong) as refusal:
        print(f"new-provider: {refusal}", file=sys.stderr)
        return 2
    for path in sorted(written):
        print(f"written: {path.relative_to(ROOT)}")
    print(f"next: make test ARGS='tests/conformance/{given.name}' ends with what to write; CONTRIBUTING.md tells how")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

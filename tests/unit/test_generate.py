"""A sample async client becomes the sync client that one expects, and a changed one is noticed."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from cumuli import generate

SAMPLE = '''"""``AsyncThings``: a sample. ``Things`` is generated from it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from typing import Literal, Unpack, overload

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.driver import ComputeDriver
from cumuli.compute.models import Node, Volume
from cumuli.calls.options import ClientOptions, make_runtime
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory

__all__ = ["AsyncThing", "AsyncThings"]

LIMIT = 10
Word = Literal["up", "down"]


class AsyncThing:
    """One thing that reads."""

    def __init__(self, word: str) -> None:
        self._word = word

    async def __aenter__(self) -> AsyncThing:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close it."""


class AsyncThings(AsyncCompute[Node, Volume]):
    """Things."""

    def __init__(
        self, key: str, *, _runtime: RuntimeFactory = asynchronous_runtime, **options: Unpack[ClientOptions]
    ) -> None:
        """Make a client."""
        super().__init__(ComputeDriver(make_runtime(_runtime, options)))

    @property
    def word(self) -> str:
        """The word."""
        return "up"

    @overload
    async def ex_read(self, name: str, *, whole: Literal[True]) -> bytes: ...
    @overload
    async def ex_read(self, name: str, *, whole: bool = False) -> str: ...
    async def ex_read(self, name: str, *, whole: bool = False) -> str | bytes:
        """Read.

        Args:
            name: With a \\\\ in it.
        """
        return name

    async def ex_forget(self, *names: str, extra: Mapping[str, str] | None = None) -> None:
        """Forget."""

    async def ex_send(self, data: Iterable[bytes] | AsyncIterable[bytes], word: Word = "up", limit: int = LIMIT) -> int:
        """Send."""
        return limit

    def iterate_things(self) -> AsyncIterator[str]:
        """Each thing."""
        raise NotImplementedError

    def ex_thing(self, name: str) -> AsyncThing:
        """One thing."""
        return AsyncThing(name)

    async def ex_opened_thing(self, name: str) -> AsyncThing:
        """One thing, opened."""
        return AsyncThing(name)

    async def _private(self) -> None:
        pass
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of that one client, below ``src``, as in the project."""
    folder = tmp_path / "src" / "cumuli" / "providers" / "things"
    folder.mkdir(parents=True)
    (folder / "aio.py").write_text(SAMPLE)
    compute = tmp_path / "src" / "cumuli" / "compute"
    compute.mkdir()
    project = generate.OWN / "compute"
    (compute / "aio.py").write_text((project / "aio.py").read_text())
    (compute / "client.py").write_text((project / "client.py").read_text())
    return tmp_path / "src" / "cumuli"


@pytest.fixture
def client(package: Path) -> str:
    assert generate.main([str(package)]) == 0
    return (package / "providers" / "things" / "client.py").read_text()


def body(text: str, method: str, owner: str = "Things") -> list[str]:
    """Signatures and bodies of a method's definitions (overloads included), without docstrings."""
    [cls] = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == owner]
    found: list[str] = []
    for node in cls.body:
        if isinstance(node, ast.FunctionDef) and node.name == method:
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (
            "__init__",
            (
                "def __init__(self, key: str, *, _runtime: RuntimeFactory=blocking_runtime, "
                "**options: Unpack[ClientOptions]) -> None:\n"
                "    self._things = AsyncThings(key, _runtime=_runtime, **options)\n"
                "    super().__init__(self._things)"
            ),
        ),
        ("word", "@property\ndef word(self) -> str:\n    return self._things.word"),
        (
            "ex_forget",
            (
                "def ex_forget(self, *names: str, extra: Mapping[str, str] | None=None) -> None:\n"
                "    run(self._things.ex_forget(*names, extra=extra))"
            ),
        ),
        (
            "ex_send",
            (
                "def ex_send(self, data: Iterable[bytes], word: Word='up', limit: int=LIMIT) -> int:\n"
                "    return run(self._things.ex_send(data, word, limit))"
            ),
        ),
        (
            "iterate_things",
            "def iterate_things(self) -> Iterator[str]:\n    return iterate(self._things.iterate_things())",
        ),
        ("ex_thing", "def ex_thing(self, name: str) -> Thing:\n    return Thing(self._things.ex_thing(name))"),
        (
            "ex_opened_thing",
            "def ex_opened_thing(self, name: str) -> Thing:\n    return Thing(run(self._things.ex_opened_thing(name)))",
        ),
    ],
)
def test_a_method_becomes_one_line(client: str, method: str, expected: str) -> None:
    assert body(client, method) == [expected]


def test_overloads_are_kept(client: str) -> None:
    assert body(client, "ex_read") == [
        "@overload\ndef ex_read(self, name: str, *, whole: Literal[True]) -> bytes:\n    ...",
        "@overload\ndef ex_read(self, name: str, *, whole: bool=False) -> str:\n    ...",
        (
            "def ex_read(self, name: str, *, whole: bool=False) -> str | bytes:\n"
            "    return run(self._things.ex_read(name, whole=whole))"
        ),
    ]


def test_what_is_private_stays_so(client: str) -> None:
    assert "_private" not in client


def test_docstrings_are_the_same(client: str) -> None:
    def docstrings(text: str, owner: str) -> dict[str, str | None]:
        [cls] = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == owner]
        functions = [node for node in cls.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        named = {node.name: ast.get_docstring(node) for node in functions if not node.name.startswith("_")}
        return {"": ast.get_docstring(cls), **named}

    assert docstrings(client, "Things") == docstrings(SAMPLE, "AsyncThings")


def test_the_life_of_a_small_class_is_translated(client: str) -> None:
    methods = {name: body(client, name, "Thing") for name in ("__enter__", "__exit__", "__iter__", "close")}
    assert methods["close"] == ["def close(self) -> None:\n    run(self._thing.aclose())"]
    assert "iterate(" in methods["__iter__"][0]
    assert "run(self._thing.__aexit__(*failure))" in methods["__exit__"][0]
    assert methods["__enter__"] == [
        "def __enter__(self) -> Thing:\n    run(self._thing.__aenter__())\n    return self",
    ]


def test_names_that_signatures_use_are_imported_and_no_others(client: str) -> None:
    imported = {
        alias.name for node in ast.parse(client).body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {"LIMIT", "Word", "AsyncThing", "AsyncThings", "Compute", "iterate", "run"} <= imported
    assert not imported & {"AsyncIterable", "AsyncIterator", "AsyncCompute", "ComputeDriver", "make_runtime"}


def test_check_is_content_with_what_was_written(package: Path, client: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert generate.main(["--check", str(package)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("which", ["client.py", "aio.py"])
def test_check_notices_a_change_and_writes_nothing(
    package: Path, client: str, which: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = package / "providers" / "things" / which
    text = changed.read_text().replace("Forget.", "Forget them.")
    changed.write_text(text)
    capsys.readouterr()
    assert generate.main(["--check", str(package)]) == 1
    assert "providers/things/client.py" in capsys.readouterr().out
    assert changed.read_text() == text


def test_a_client_of_another_package_is_written_without_a_checkout(tmp_path: Path, package: Path) -> None:
    """In a folder of its own, by an interpreter that knows nothing of the project but what is installed."""
    client = package / "providers" / "things" / "client.py"
    done = subprocess.run([sys.executable, "-I", "-m", "cumuli.generate", package], cwd=tmp_path, capture_output=True)
    assert (done.returncode, client.exists()) == (0, True), done.stderr


def test_without_ruff_it_says_so_and_writes_nothing(
    package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ruff", None)
    assert generate.main([str(package)]) == 2
    assert "ruff, which is not installed: pip install ruff" in capsys.readouterr().out
    assert not (package / "providers" / "things" / "client.py").exists()


def test_it_asks_for_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        generate.main([])
    assert exit_.value.code == 2
    assert "the following arguments are required: package" in capsys.readouterr().err


def test_check_notices_a_missing_client(package: Path, client: str) -> None:
    (package / "providers" / "things" / "client.py").unlink()
    assert generate.main(["--check", str(package)]) == 1
    assert not (package / "providers" / "things" / "client.py").exists()


PART = '''"""``AsyncThingsMore``: part of a large client."""

from __future__ import annotations

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.models import Node, Volume

__all__ = ["AsyncThingsMore", "Many"]

Many = int | None


class AsyncThingsMore(AsyncCompute[Node, Volume]):
    """More things."""

    async def more(self, many: Many = None) -> int:
        """Count them."""
        return many or 1
'''
WHOLE = '''"""``AsyncThings``: a large client."""

from __future__ import annotations

from cumuli.compute.models import Node
from cumuli.providers.things.aio_more import AsyncThingsMore


class AsyncThings(AsyncThingsMore):
    """All things."""

    def __init__(self, key: str) -> None:
        """Make a client."""

    async def first(self) -> Node:
        """The first."""
'''


@pytest.fixture
def parts(package: Path) -> Path:
    """The folder of a client in two parts."""
    folder = package / "providers" / "things"
    (folder / "aio_more.py").write_text(PART)
    (folder / "aio.py").write_text(WHOLE)
    for each in (package, package / "providers", folder):
        (each / "__init__.py").touch()
    return folder


def imports(text: str) -> list[str]:
    return [ast.unparse(node) for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize("origin", ["cumuli.providers.things.aio_more", ".aio_more"])
def test_the_parts_of_a_large_client_become_one_file(package: Path, parts: Path, origin: str) -> None:
    (parts / "aio.py").write_text(WHOLE.replace("cumuli.providers.things.aio_more", origin))
    assert generate.main([str(package)]) == 0
    assert {path.name for path in parts.glob("client*")} == {"client.py"}
    text = (parts / "client.py").read_text()
    # What is inherited from stands first, though its file comes last.
    classes = [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    assert classes == ["ThingsMore", "Things"]
    assert '__all__ = ["Things", "ThingsMore"]' in text
    assert "class ThingsMore(Compute[Node, Volume]):" in text
    assert "    def __init__(self, client: AsyncThingsMore) -> None:\n        super().__init__(client)" in text
    assert "return run(self._things_more.more(many))" in text
    assert "class Things(ThingsMore):" in text
    assert "Generated from aio.py and aio_*.py by python -m cumuli.generate" in text
    assert imports(text) == [
        "from __future__ import annotations",
        "from cumuli.compute.client import Compute",
        "from cumuli.compute.models import Node, Volume",
        "from cumuli.providers.things.aio import AsyncThings",
        "from cumuli.providers.things.aio_more import AsyncThingsMore, Many",
        "from cumuli.runtime.blocking.drive import run",
    ]
    assert generate.main(["--check", str(package)]) == 0


def test_one_name_for_two_things_is_refused(package: Path, parts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (parts / "aio.py").write_text(WHOLE.replace("compute.models import Node", "storage.models import Object as Node"))
    assert generate.main([str(package)]) == 2
    said = capsys.readouterr().out
    for part in ("Node is not the same in all", "storage.models import Object as Node", "compute.models import Node"):
        assert part in said
    assert not (parts / "client.py").exists()


def test_an_aio_without_a_client_is_told(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "providers" / "things" / "aio.py").write_text("class Things:\n    pass\n")
    assert generate.main([str(package)]) == 2
    assert "there is no class of a client" in capsys.readouterr().out


def test_one_name_for_two_things_that_no_signature_has_is_nobodys_business(package: Path, parts: Path) -> None:
    (parts / "aio.py").write_text(WHOLE.replace("class", "LIMIT = 1\n\n\nclass"))
    (parts / "aio_more.py").write_text(PART.replace("Many = int", "LIMIT = 2\nMany = int"))
    assert generate.main([str(package)]) == 0
    assert "LIMIT" not in (parts / "client.py").read_text()


@pytest.mark.parametrize("which", ["providers/things/client_more.py", "providers/others/client.py"])
def test_what_no_async_client_is_left_of_is_noticed_and_removed(
    package: Path, client: str, which: str, capsys: pytest.CaptureFixture[str]
) -> None:
    useless = package / which
    useless.parent.mkdir(exist_ok=True)
    useless.write_text(client)
    by_hand = package / "client.py"
    by_hand.write_text('"""What clients have in common."""\n')
    capsys.readouterr()
    assert generate.main(["--check", str(package)]) == 1
    assert f"has no async twin: cumuli/{which}" in capsys.readouterr().out
    assert useless.exists()
    assert generate.main([str(package)]) == 0
    assert f"removed: cumuli/{which}" in capsys.readouterr().out
    assert not useless.exists()
    assert by_hand.exists()


def test_what_somebody_wrote_is_left_alone(package: Path, client: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the sync clients have another shape than the async ones, such as that of Python's files."""
    written = package / "providers/things/client.py"
    assert written.read_text() == client
    written.write_text('"""Things, by hand."""\n')
    capsys.readouterr()
    assert generate.main(["--check", str(package)]) == 0
    assert generate.main([str(package)]) == 0
    assert (capsys.readouterr().out, written.read_text()) == ("", '"""Things, by hand."""\n')


def test_the_projects_own_clients_have_the_signatures_of_their_twins() -> None:
    """Independent of the generator: what Python itself makes of both."""
    from cumuli.compute.aio import AsyncCompute
    from cumuli.compute.client import Compute

    def public(cls: type) -> dict[str, list[inspect.Parameter]]:
        functions = inspect.getmembers(cls, inspect.isfunction)
        return {
            name: list(inspect.signature(function).parameters.values())
            for name, function in functions
            if not name.startswith("_")
        }

    sync, asynchronous = public(Compute), public(AsyncCompute)
    asynchronous["close"] = asynchronous.pop("aclose")
    assert sync == asynchronous

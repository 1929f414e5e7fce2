"""The pytest plug-in for the tests of programs that use cumuli: ready clients, servers, records and replays.

pytest finds it by itself where cumuli is installed; ``-p no:cumuli`` leaves it out. It does nothing, and imports
nothing, until a test asks for it::

    @pytest.mark.cumuli("s3", "swift")
    def test_backup(cumuli_client: cumuli.Storage, cumuli_name: Callable[[str], str]) -> None:
        box = cumuli_client.create_container(cumuli_name("box"))

The test runs once for each name. ``docs/guide/testing.md`` tells the rest.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from cumuli.sandbox import SandboxServer
    from cumuli.testing.places import Servers
    from cumuli.testing.recordings import RecordingOptions

__all__ = [
    "cumuli_client",
    "cumuli_name",
    "cumuli_recording",
    "cumuli_recording_options",
    "cumuli_server",
]

MARK = "cumuli"
MODES = ("off", "none", "once", "all")
FLAVOURS: dict[str | None, tuple[bool, ...]] = {"sync": (False,), "async": (True,), "both": (False, True)}
# Marks by which other plug-ins know the tests that they run; pytest-asyncio's mode "auto" sets its own.
OTHERS = ("anyio", "asyncio", "trio")


class Case(NamedTuple):
    """What one run of a test is given.

    Attributes:
        name: Of a server of the sandbox, or of the memory.
        asynchronous: Which client.
        fresh: Whether the server is this run's own.
        id: How the run is told from others of its test.
    """

    name: str
    asynchronous: bool
    fresh: bool
    id: str


FAILED = pytest.StashKey[BaseException]()
RECORDED = pytest.StashKey[set[str]]()
RUNS = pytest.StashKey[dict[str, int]]()


# Setting up


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the setting."""
    text = (
        "what passes between the clients of tests and their servers: off (nothing is recorded; the default), "
        "none (only replay; a recording that is missing is an error), once (replay what there is, record what is "
        "missing), all (record everything again)"
    )
    parser.getgroup("cumuli").addoption("--cumuli-record", choices=MODES, default=None, help=text)
    parser.addini("cumuli_record", text, default="off")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        f'{MARK}(*names, flavour=None, fresh=False): run with a client of each of these: "ec2", "s3", "swift", '
        '"cloudfiles", "gogrid", "memory-compute", "memory-storage" and so on; flavour is "sync", "async" or "both"',
    )
    config.stash[RECORDED] = set()
    config.stash[RUNS] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One run for each name and flavour."""
    if "_cumuli_case" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker(MARK)
    if mark is None:
        raise pytest.UsageError(f'{metafunc.definition.nodeid}: say for what: @pytest.mark.{MARK}("s3")')
    cases = _cases(metafunc.definition.nodeid, mark, asynchronous=inspect.iscoroutinefunction(metafunc.function))
    metafunc.parametrize("_cumuli_case", cases, ids=[case.id for case in cases], indirect=True)


def _cases(test: str, mark: pytest.Mark, *, asynchronous: bool) -> list[Case]:
    unknown = sorted(mark.kwargs.keys() - {"flavour", "fresh"})
    flavour = mark.kwargs.get("flavour")
    if unknown:
        raise pytest.UsageError(f"{test}: the mark {MARK} takes flavour and fresh, not {', '.join(unknown)}")
    if not mark.args:
        raise pytest.UsageError(f'{test}: the mark {MARK} names at least one server: @pytest.mark.{MARK}("s3")')
    if flavour is not None and flavour not in FLAVOURS:
        raise pytest.UsageError(f'{test}: flavour is "sync", "async" or "both", not {flavour!r}')
    if flavour == "both" and not asynchronous:
        raise pytest.UsageError(f'{test}: a test of both flavours is "async def"; what it awaits is run in both')
    fresh = bool(mark.kwargs.get("fresh", False))
    flavours = FLAVOURS.get(flavour, (asynchronous,))
    return [
        Case(name, way, fresh, name if len(flavours) == 1 else f"{name}-{'async' if way else 'sync'}")
        for name in mark.args
        for way in flavours
    ]


# Running


def _is_ours(item: pytest.Item) -> bool:
    names: list[str] = getattr(item, "fixturenames", [])
    return any(name.startswith("cumuli_") for name in names)


def _case_of(item: pytest.Item) -> Case | None:
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("_cumuli_case")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Run an ``async def`` test of ours, unless another plug-in does."""
    if not _is_ours(pyfuncitem) or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    if any(pyfuncitem.get_closest_marker(name) is not None for name in OTHERS):
        return None
    from cumuli.testing.flavours import AsyncFlavour, SyncFlavour

    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}
    case = _case_of(pyfuncitem)
    flavour = SyncFlavour() if case is not None and not case.asynchronous else AsyncFlavour()
    try:
        flavour.run(pyfuncitem.obj(**arguments))
    finally:
        flavour.close()
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which tests fail, or end as skipped: they leave the recording as it was."""
    report = yield
    skips = call.excinfo is not None and isinstance(call.excinfo.value, pytest.skip.Exception)
    if report.failed or skips:
        item.stash[FAILED] = call.excinfo.value if call.excinfo is not None else _TestFailed()
    return report


# What tests ask for


@pytest.fixture
def _cumuli_case(request: pytest.FixtureRequest) -> Case:
    case: Case = request.param
    return case


@pytest.fixture(scope="session")
def _cumuli_servers() -> Iterator[Servers]:
    from cumuli.testing.places import Servers

    with Servers() as servers:
        yield servers


@pytest.fixture
def cumuli_recording_options() -> RecordingOptions:
    """What ``recording`` and ``replaying`` are given besides the file: for you to override."""
    return {}


@pytest.fixture
def _cumuli_tape(request: pytest.FixtureRequest) -> str:
    """What is done in this test: ``off``, ``replay`` or ``record``."""
    mode = _mode(request.config)
    path = _recording_of(request.node)
    case = _case_of(request.node)
    if mode == "off" or (case is not None and case.name.startswith("memory-")):
        return "off"
    # In both flavours of a test one recording is made, and then replayed.
    once_made = str(path) in request.config.stash[RECORDED]
    replay = mode == "none" or once_made or (mode == "once" and path.exists())
    return "replay" if replay else "record"


@pytest.fixture
def cumuli_recording(
    request: pytest.FixtureRequest, _cumuli_tape: str, cumuli_recording_options: RecordingOptions
) -> Iterator[None]:
    """Records or replays what the clients do that the test makes, as ``--cumuli-record`` says.

    ``cumuli_client`` asks for it already. The recording is beside the test's file, in
    ``recordings/test_file/test_name.json``.
    """
    if _cumuli_tape == "off":
        yield
        return
    from cumuli.testing.recordings import recording, replaying

    path = _recording_of(request.node)
    options = cumuli_recording_options
    if _cumuli_tape == "record":
        block = recording(path, **options)
    else:
        block = replaying(path, secrets=options.get("secrets", ()), replace=options.get("replace"))
    block.__enter__()
    yield
    failure: BaseException | None = request.node.stash.get(FAILED, None)
    if isinstance(failure, pytest.skip.Exception) and not path.exists():
        # With "none" it could not even come to where it skips.
        failure = None
    if failure is None:
        block.__exit__(None, None, None)
        request.config.stash[RECORDED].add(str(path))
        return
    # Then no file is written, and nothing is asked for that was not requested; a request that was not expected, and
    # that the test took for something else, is told.
    del request.node.stash[FAILED]
    block.__exit__(type(failure), failure, None)


class _TestFailed(Exception):
    """The test failed, which pytest has told."""


@pytest.fixture
def cumuli_server(_cumuli_case: Case, _cumuli_tape: str, request: pytest.FixtureRequest) -> Iterator[SandboxServer]:
    """The server of the sandbox that the test is for: one for all tests of this process, ``fresh=True`` its own.

    Its ``environment`` are variables for other programs. While a recording is replayed none is started.
    """
    from cumuli.testing.places import server_of, stand_in

    if _cumuli_tape == "replay":
        yield stand_in(_cumuli_case.name)
    elif _cumuli_case.fresh:
        with server_of(_cumuli_case.name) as server:
            yield server
    else:
        servers: Servers = request.getfixturevalue("_cumuli_servers")
        yield servers.get(_cumuli_case.name)


@pytest.fixture
def cumuli_client(
    _cumuli_case: Case,
    cumuli_recording: None,  # noqa: ARG001 - asked for its effect
    request: pytest.FixtureRequest,
) -> Iterator[Any]:
    """A client of the server, closed after the test: sync for ``def``, async for ``async def``."""
    from cumuli.testing.flavours import AsyncFlavour, SyncFlavour
    from cumuli.testing.places import memory_client, sandbox_client

    case = _cumuli_case
    if case.name.startswith("memory-"):
        client = memory_client(case.name, asynchronous=case.asynchronous)
    else:
        server: SandboxServer = request.getfixturevalue("cumuli_server")
        client = sandbox_client(server, case.name, asynchronous=case.asynchronous)
    if case.asynchronous:
        yield client
        flavour = AsyncFlavour()
        flavour.run(client.aclose())
        flavour.close()
    else:
        # The body of an async test that is run in the sync flavour awaits it.
        yield SyncFlavour().shape(client) if inspect.iscoroutinefunction(request.function) else client
        client.close()


@pytest.fixture
def cumuli_name(request: pytest.FixtureRequest, _cumuli_tape: str) -> Callable[[str], str]:
    """Gives names that only this test has, since tests share a server: ``cumuli_name("box")`` is ``"box-5d41402abc"``.

    The same name is the same again, and, where recordings are in use, in the next run. Of small letters, digits and
    hyphens, if what it is given is.
    """
    import hashlib

    if _cumuli_tape == "off":
        runs = request.config.stash[RUNS]
        runs[request.node.nodeid] = runs.get(request.node.nodeid, 0) + 1
        text = f"{request.node.nodeid} {runs[request.node.nodeid]}"
    else:
        text = f"{request.node.nodeid.partition('::')[0]} {_name_of(request.node)}"
    mark = hashlib.sha256(text.encode()).hexdigest()[:10]

    def name(beginning: str) -> str:
        return f"{beginning}-{mark}"

    return name


def _mode(config: pytest.Config) -> str:
    given: str | None = config.getoption("--cumuli-record")
    mode: str = given or config.getini("cumuli_record")
    if mode not in MODES:
        raise pytest.UsageError(f"cumuli_record is {mode!r}; it is one of {', '.join(MODES)}")
    return mode


def _name_of(item: pytest.Item) -> str:
    """The name of a test, the same in both flavours, for a file: another one for each."""
    import hashlib
    import re

    name = item.name
    case = _case_of(item)
    if case is not None:
        name = name.replace(case.id, case.name, 1)
    cls = getattr(item, "cls", None)
    whole = f"{cls.__qualname__}.{name}" if cls is not None else name
    readable = re.sub(r"[^\w.=-]+", "-", whole).strip("-")
    if len(whole) <= 100 and re.fullmatch(r"[\w.=-]+(?:\[[\w.=](?:[\w.=-]*[\w.=])?\])?", whole):
        return readable
    mark = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable.encode()[:150].decode('utf-8', 'ignore')}-{mark}"


def _recording_of(item: pytest.Item) -> Any:
    return item.path.parent / "recordings" / item.path.stem / f"{_name_of(item)}.json"

"""The pytest plug-in, as a suite of somebody else's uses it: in a pytest of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from cumuli.sandbox.processes import identify
from cumuli.testing import plugin

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
# An environment that was made before there was the entry point has to be told.
FOUND = any(point.value == "cumuli.testing.plugin" for point in entry_points(group="pytest11"))
LOADED = ("-p", "no:cacheprovider", *(() if FOUND else ("-p", "cumuli.testing.plugin")))

# GoGrid's server is the one that starts at once.
SERVERS = """
import asyncio, os
from pathlib import Path
import pytest

def note(server, whose="shared"):
    with Path("servers").open("a") as file:
        file.write(f"{os.environ.get('PYTEST_XDIST_WORKER')} {whose} {server.pid}\\n")

@pytest.mark.cumuli("gogrid", "memory-compute")
def test_sync(cumuli_client, cumuli_name, request):
    if "memory" not in request.node.name:
        note(request.getfixturevalue("cumuli_server"))
    assert cumuli_name("web") == cumuli_name("web") != "web"
    assert cumuli_name("web") not in [node.name for node in cumuli_client.list_nodes()]

@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.cumuli("gogrid", flavour="both")
async def test_both(cumuli_client, cumuli_server, cumuli_name, number):
    note(cumuli_server)
    name = cumuli_name("web")
    node = await cumuli_client.create_node(name, "1", (await cumuli_client.list_images())[0])
    assert [item.id async for item in cumuli_client.iterate_nodes() if item.name == name] == [node.id]

@pytest.mark.cumuli("memory-storage")
class TestAsync:
    async def test_a_loop(self, cumuli_client):
        await asyncio.sleep(0)
        assert await cumuli_client.list_containers() == []

    @pytest.mark.cumuli("gogrid", fresh=True)
    async def test_its_own(self, cumuli_client, cumuli_server):
        note(cumuli_server, "own")
        await asyncio.sleep(0)
        assert await cumuli_client.list_nodes() == []

@pytest.mark.cumuli("memory-storage", flavour="async")
def test_a_program_with_a_loop_of_its_own(cumuli_client):
    assert asyncio.run(cumuli_client.list_containers()) == []
"""


def test_clients_and_servers(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_servers=SERVERS)
    run = pytester.runpytest_subprocess(*LOADED, "-W", "error", "--strict-markers", "-n", "2")
    run.assert_outcomes(passed=9)
    lines = [line.split() for line in (pytester.path / "servers").read_text().splitlines()]
    pids = {(worker, whose, int(pid)) for worker, whose, pid in lines}
    shared = [worker for worker, whose, _ in pids if whose == "shared"]
    # One for each worker, and one for the test that wants its own; none of them is left.
    assert len(lines) > len(pids) == len(set(shared)) + 1 == len({pid for _, _, pid in pids})
    assert [pid for _, _, pid in pids if identify(pid) is not None] == []


RECORDED = """
import os
import pytest

@pytest.fixture
def node(cumuli_client, cumuli_name):
    node = cumuli_client.create_node(cumuli_name("web"), "1", cumuli_client.list_images()[0])
    yield node
    cumuli_client.destroy_node(node)

@pytest.mark.cumuli("gogrid")
def test_a_node(cumuli_client, node):
    cumuli_client.ex_edit_node(node, ex_description=os.environ["WORD"])

@pytest.mark.cumuli("gogrid", flavour="both")
async def test_both(cumuli_client):
    assert await cumuli_client.list_locations()

@pytest.mark.parametrize("word", ["a/b", "a-b"])
@pytest.mark.cumuli("gogrid")
def test_named(cumuli_client, word):
    cumuli_client.list_locations()

@pytest.mark.cumuli("gogrid")
def test_that_skips(cumuli_client):
    cumuli_client.list_locations()
    if os.environ["WORD"] == "two":
        pytest.skip("for a reason that is not there when it is recorded")
    cumuli_client.list_images()

@pytest.mark.cumuli("gogrid")
def test_that_fails(cumuli_client):
    cumuli_client.list_locations()
    assert os.environ["WORD"] != "one"
"""
OFFLINE = """
import os, socket
if os.environ["WORD"] != "one":
    def refuse(*arguments):
        raise AssertionError("a connection is opened")
    socket.socket.connect = socket.socket.connect_ex = refuse
"""


def test_recordings(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile(test_recorded=RECORDED)
    pytester.makeconftest(OFFLINE)
    monkeypatch.setenv("WORD", "one")
    pytester.runpytest_subprocess(*LOADED, "--cumuli-record=once").assert_outcomes(passed=6, failed=1)
    folder = pytester.path / "recordings" / "test_recorded"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    # One for both flavours, which the second has replayed, and none of what failed.
    names = ["test_a_node-gogrid", "test_both-gogrid", "test_named-gogrid-a-b", "test_that_skips-gogrid"]
    assert {name.removesuffix(".json") for name in before} > {*names}
    [other] = {name.removesuffix(".json") for name in before} - {*names}
    assert other.startswith("test_named-gogrid-a-b-"), "the other one, whose name is no file's"
    assert len(json.loads(before["test_both-gogrid.json"])["exchanges"]) == 1

    monkeypatch.setenv("WORD", "two")
    run = pytester.runpytest_subprocess(*LOADED, "--cumuli-record=none")
    run.assert_outcomes(passed=4, failed=1, errors=1, skipped=1)
    run.stdout.fnmatch_lines(
        ["*there is no recording*test_that_fails-gogrid.json*", "*- *&description=one&*", "*+ *&description=two&*"]
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def cases(*names: str, asynchronous: bool = False, **words: Any) -> list[plugin.Case]:
    return plugin._cases("test", pytest.mark.cumuli(*names, **words).mark, asynchronous=asynchronous)


def test_words_of_the_mark() -> None:
    assert cases("s3") == [plugin.Case("s3", asynchronous=False, fresh=False, id="s3")]
    assert [case.id for case in cases("s3", "ec2", asynchronous=True, flavour="both", fresh=True)] == [
        *("s3-sync", "s3-async", "ec2-sync", "ec2-async")
    ]
    assert cases("s3", flavour="async") == [plugin.Case("s3", asynchronous=True, fresh=False, id="s3")]


@pytest.mark.parametrize(
    ("names", "words", "message"),
    [
        ((), {}, "at least one server"),
        (("s3",), {"flavor": "both"}, "takes flavour and fresh, not flavor"),
        (("s3",), {"flavour": "blocking"}, 'is "sync", "async" or "both"'),
        (("s3",), {"flavour": "both"}, 'is "async def"'),
    ],
)
def test_marks_that_are_wrong(names: tuple[str, ...], words: dict[str, Any], message: str) -> None:
    with pytest.raises(pytest.UsageError, match=message):
        cases(*names, **words)


def test_it_costs_nothing_until_it_is_used() -> None:
    program = (
        "import pytest, sys; before = set(sys.modules); import cumuli.testing.plugin; print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"cumuli", "cumuli.testing", "cumuli.testing.plugin"}


def test_pytest_finds_it() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    assert table == {"cumuli": plugin.__name__}
    assert import_module(table["cumuli"]) is plugin

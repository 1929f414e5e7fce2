"""``--filter``, ``--sort`` and ``--columns``, on the sizes of the provider in memory and on models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cumuli.cli.selection import selection_of
from cumuli.cli.usage import UsageError
from cumuli.compute.models import Node, NodeState
from tests.unit.cli.conftest import Cli

HEADED = [("ID", lambda node: node.id), ("FIRST LETTER", lambda node: node.name[0])]


def node(name: str, state: NodeState = NodeState.RUNNING, **tags: str) -> Node:
    return Node(
        id=f"id-{name}", name=name, state=state, provider_state="x", provider="memory", tags=tags,
        public_ips=("192.0.2.1",) if name == "web-1" else (),
    )  # fmt: skip


NODES = [node("web-2", env="prod"), node("web-1", env="test", odd="a=b"), node("db", NodeState.STOPPED)]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (["state=running"], ["web-2", "web-1"]),
        (["state!=running"], ["db"]),
        (["name=web-*"], ["web-2", "web-1"]),
        (["name=web-?", "tags.env=prod"], ["web-2"]),
        (["tags=env=test"], ["web-1"]),
        (["tags=odd"], ["web-1"]),
        (["tags.odd=a=b"], ["web-1"]),
        (["tags.env!=prod"], ["web-1", "db"]),
        (["public-ips=192.0.2.*"], ["web-1"]),
        (["public_ips="], ["web-2", "db"]),
        (["First Letter=d"], ["db"]),
        (["NAME=DB"], []),
        (["name=[w]eb-1"], []),
    ],
)
def test_filters(filters: list[str], names: list[str]) -> None:
    chosen = selection_of(filters=filters, sort=None, columns=None).chosen(NODES, HEADED)
    assert [each.name for each in chosen] == names


@pytest.mark.parametrize(("sort", "names"), [("name", ["db", "web-1", "web-2"]), ("-name", ["web-2", "web-1", "db"])])
def test_sort(sort: str, names: list[str]) -> None:
    chosen = selection_of(filters=(), sort=sort, columns=None).chosen(NODES, HEADED)
    assert [each.name for each in chosen] == names


@pytest.mark.parametrize("sort", ["size", "-size"])
def test_what_has_no_value_is_last(sort: str) -> None:
    known = Node(id="x", name="x", state=NodeState.RUNNING, provider_state="x", provider="p", size="s")
    assert selection_of(filters=(), sort=sort, columns=None).chosen([NODES[0], known], HEADED) == [known, NODES[0]]


def test_numbers_are_sorted_as_numbers(cli: Cli) -> None:
    assert [size["ram"] for size in cli("sizes", "list", "-p", "memory", "--json", "--sort", "-ram").json] == sorted(
        (size["ram"] for size in cli("sizes", "list", "-p", "memory", "--json").json), reverse=True
    )


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--filter", "stat=x", "--filter: nothing here is called 'stat'; did you mean 'state'? There are: id, "),
        ("--filter", "state", "--filter takes NAME=VALUE"),
        ("--filter", "=x", "--filter takes NAME=VALUE"),
        ("--sort", "nam", "--sort: nothing here is called 'nam'; did you mean 'name'?"),
        ("--sort", "-", "--sort takes a column's name"),
        ("--columns", "id,nmae", "--columns: nothing here is called 'nmae'; did you mean 'name'?"),
        ("--columns", "id,,name", "--columns takes names with commas between them"),
    ],
)
def test_slips_are_told(option: str, value: str, told: str) -> None:
    given: dict[str, Any] = {
        "filter": (),
        "sort": None,
        "columns": None,
        option.strip("-"): [value] if option == "--filter" else value,
    }

    def shown() -> None:
        chosen = selection_of(filters=given["filter"] or (), sort=given["sort"], columns=given["columns"])
        for each in chosen.chosen(NODES, HEADED):
            chosen.plain(each, HEADED)

    with pytest.raises(UsageError) as caught:
        shown()
    assert told in str(caught.value)


def test_every_form_takes_columns(cli: Cli) -> None:
    ask = ("sizes", "list", "-p", "memory", "--columns", "ram,id", "--sort", "ram", "--filter", "id!=large")
    table = [line.split() for line in cli(*ask).out.splitlines()]
    assert [row[1] for row in table] == ["ID", "small", "medium"]
    assert list(cli(*ask, "--json").json[0]) == ["ram", "id"]
    assert cli(*ask, "-o", "csv").out.splitlines()[0] == "ram,id"
    assert cli(*ask, "-o", "yaml").out.splitlines()[1] == "  id: small"
    assert cli(*ask, "-o", "ids").out == "small\nmedium\n"


def test_a_listing_that_is_printed_as_it_comes(cli: Cli, tmp_path: Path) -> None:
    root = tmp_path / "account"
    (root / "c").mkdir(parents=True)
    for name in ("b", "a", "ccc"):
        (root / "c" / name).write_bytes(bytes(len(name)))
    (tmp_path / "config.toml").write_text(f'[profiles.disk]\nprovider = "local"\nroot = "{root}"\n')
    assert cli("ls", "disk:c", "-o", "ids").out == "disk:c/a\ndisk:c/b\ndisk:c/ccc\n"
    assert cli("ls", "disk:c", "-o", "ids", "--filter", "size=1").out == "disk:c/a\ndisk:c/b\n"
    assert cli("ls", "disk:c", "-o", "ids", "--sort", "-name").out == "disk:c/ccc\ndisk:c/b\ndisk:c/a\n"
    assert cli("ls", "disk:", "-o", "ids").out == cli("containers", "list", "disk:", "-o", "ids").out == "disk:c\n"
    assert cli("ls", "disk:c", "-o", "csv", "--columns", "name,size").out == "name,size\na,1\nb,1\nccc,3\n"
    assert cli("ls", "disk:c", "-o", "yaml", "--columns", "name").out == "- name: a\n- name: b\n- name: ccc\n"
    assert [line.split() for line in cli("ls", "disk:c", "--columns", "name,size").out.splitlines()] == [
        ["NAME", "SIZE"], ["a", "1"], ["b", "1"], ["ccc", "3"],
    ]  # fmt: skip


def test_two_forms_at_once_are_an_error(cli: Cli) -> None:
    assert cli("sizes", "list", "-p", "memory", "--json", "-o", "csv").status == 2


def test_brackets_in_a_filter_are_themselves() -> None:
    kept = [node("keep[1]"), node("keep1")]
    chosen = selection_of(filters=["name!=keep[1]"], sort=None, columns=None).chosen(kept, HEADED)
    assert [each.name for each in chosen] == ["keep1"]


def test_a_tags_key_is_as_it_was_given() -> None:
    tagged = [node("a", Env="z"), node("b", Env="y")]
    chosen = selection_of(filters=["Tags.Env=*"], sort="Tags.Env", columns="Name, tags.Env")
    assert [chosen.plain(each, HEADED) for each in chosen.chosen(tagged, HEADED)] == [
        {"name": "b", "tags.Env": "y"}, {"name": "a", "tags.Env": "z"},
    ]  # fmt: skip


def test_folders_among_objects(cli: Cli, tmp_path: Path) -> None:
    root = tmp_path / "account"
    (root / "c" / "a").mkdir(parents=True)
    (root / "c" / "a" / "x").touch()
    (root / "c" / "b").write_bytes(b"12")
    (tmp_path / "config.toml").write_text(f'[profiles.disk]\nprovider = "local"\nroot = "{root}"\n')
    heading, folder, file = cli("ls", "disk:c", "-o", "csv").out.splitlines()
    assert heading.startswith("container,name,size,provider,")
    assert folder.startswith("c,a/,,local,")
    assert file.startswith("c,b,2,local,")
    table = cli("ls", "disk:c", "--columns", "name,size").out.splitlines()
    assert [line.split() for line in table] == [["NAME", "SIZE"], ["a/"], ["b", "2"]]
    assert [line.split()[-1] for line in cli("ls", "disk:c", "--sort", "size").out.splitlines()] == ["b", "a/"]
    assert cli("ls", "disk:c", "-o", "ids", "--filter", "size=2").out == "disk:c/b\n"
    assert cli("ls", "disk:c", "--sort", "-name", "--json").json[0]["name"] == "b"

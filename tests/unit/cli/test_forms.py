"""YAML, CSV and ids: other readers get back what was written."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cumuli.cli.forms import CSVRows, csv_text, ids_in, yaml_lines

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # A lone surrogate is no text that PyYAML has a way to write, or to read.
    | st.text(st.characters(exclude_categories=["Cs"]))
)
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=20
)


@given(PLAIN)
def test_yaml_is_read_back(value: Any) -> None:
    text = "\n".join(yaml_lines(value)) + "\n"
    assert yaml.safe_load(text) == value
    assert text.isascii()


@pytest.mark.parametrize(
    "word", ["yes", "No", "on", "null", "~", "1e3", "0x1f", "12:30:00", "2026-01-01", "=", "- a", "a: b"]
)
def test_text_stays_text_in_yaml(word: str) -> None:
    assert yaml.safe_load("\n".join(yaml_lines([{word: word}]))) == [{word: word}]


def test_yaml_looks_as_people_write_it() -> None:
    node = {"id": "i-1", "name": "web 1", "tags": {"env": "prod"}, "public_ips": ["192.0.2.1"], "volumes": []}
    assert list(yaml_lines([node, node]))[:8] == [
        "- id: i-1", '  name: "web 1"', "  tags:", "    env: prod", "  public_ips:", '    - "192.0.2.1"',
        "  volumes: []", "- id: i-1",
    ]  # fmt: skip


def test_folders_first_take_no_field_away_from_what_follows() -> None:
    rows = CSVRows(["name", "size"])
    assert rows.add({"name": "a/"}) == ""
    assert rows.add({"name": "b", "size": 1, "own": "x"}) == "name,size,own\na/,,\nb,1,x\n"
    assert rows.add({"name": "c/"}) == "c/,,\n"
    assert rows.rest() == ""
    only = CSVRows(["name", "size"])
    assert only.add({"name": "a/"}) == ""
    assert only.rest() == "name,size\na/,\n"


def test_csv_is_read_back() -> None:
    rows = [{"id": "a,b", "name": 'x"y', "tags": {"k": "v"}}, {"id": "c", "name": None, "more": 3}]
    assert list(csv.reader(io.StringIO(csv_text(rows)))) == [  # type: ignore[arg-type]
        ["id", "name", "tags", "more"], ["a,b", 'x"y', '{"k": "v"}', ""], ["c", "", "", "3"],
    ]  # fmt: skip
    assert csv_text(rows, ["name", "id"], heading=False) == '"x""y","a,b"\n,c\n'  # type: ignore[arg-type]
    assert csv_text({"stopped": ["i-1", "i-2"]}) == "stopped\ni-1\ni-2\n"
    assert csv_text([]) == ""


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        ([{"id": "i-1", "name": "web"}, {"name": "key"}], ["i-1", "key"]),
        ({"stopped": ["i-1", "i-2"]}, ["i-1", "i-2"]),
        ({"fetched": [{"path": "a/b", "object": {"name": "b"}}]}, ["a/b"]),
        ([], []),
    ],
)
def test_ids(data: Any, ids: list[str]) -> None:
    assert list(ids_in(data)) == ids

"""Which file becomes which object and back; no name leads out of the folder that was named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cumuli.cli.storage.paths_and_keys import destination_of, files_below, keys_of, target_below
from cumuli.cli.usage import UsageError
from cumuli.errors import InvalidRequest
from cumuli.testing.names import KNOWN_BAD, generated_names

HOSTILE = ["", ".", "..", "../a", "a/..", "a/../b", "a/./b", "./a", "/a", "//", "a//b", "a/", "nul\0byte", "a/\0"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_are_no_files(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequest, match="file"):
        target_below(str(tmp_path), name)


def test_no_name_at_all_leads_out_of_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "in"
    accepted = 0
    for name in [*KNOWN_BAD, *generated_names(500)]:
        try:
            target = target_below(str(root), name)
        except InvalidRequest:
            continue
        accepted += 1
        assert os.path.normpath(target) == str(target)
        assert str(target) == f"{root}/{name}"
    assert accepted > 100


@pytest.mark.parametrize("link_to", ["..", "/", "../elsewhere"])
def test_no_link_leads_out_of_the_folder(tmp_path: Path, link_to: str) -> None:
    root = tmp_path / "in"
    root.mkdir()
    (root / "link").symlink_to(link_to)
    with pytest.raises(InvalidRequest, match="link"):
        target_below(str(root), "link/a")
    with pytest.raises(InvalidRequest, match="link"):
        target_below(str(root), "link/b/c")


def test_a_link_in_the_place_of_a_file_is_looked_at_in_known_folders_too(tmp_path: Path) -> None:
    root = tmp_path / "in"
    (root / "known").mkdir(parents=True)
    (root / "known" / "link").symlink_to("../../elsewhere")
    known = {root / "known"}
    assert target_below(str(root), "known/a", known) == root / "known" / "a"
    with pytest.raises(InvalidRequest, match="link"):
        target_below(str(root), "known/link", known)


def test_links_within_the_folder_and_to_it_are_fine(tmp_path: Path) -> None:
    root = tmp_path / "in"
    (root / "real").mkdir(parents=True)
    (root / "link").symlink_to("real")
    (tmp_path / "alias").symlink_to("in")
    for folder in (root, tmp_path / "alias"):
        assert target_below(str(folder), "link/a") == folder / "link" / "a"


@pytest.mark.parametrize(
    ("key", "destination", "expected"),
    [
        ("a/b.txt", None, "b.txt"),
        ("a/b.txt", "c.txt", "c.txt"),
        ("a/b.txt", "there", "there/b.txt"),
        ("a/b.txt", "not-there/", "not-there/b.txt"),
        ("a/b.txt", ".", "b.txt"),
        ("a/..", "c.txt", "c.txt"),
    ],
)
def test_destinations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, destination: str | None, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").mkdir()
    assert destination_of(key, destination) == expected


@pytest.mark.parametrize("key", ["a/", "..", "a/..", ".", "nul\0"])
@pytest.mark.parametrize("destination", [None, "folder/"])
def test_an_object_that_no_file_can_be_called_like(key: str, destination: str | None) -> None:
    with pytest.raises(UsageError, match="say which file"):
        destination_of(key, destination)


def test_what_is_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    for name in ("z", "a", "b/one", "b/c/two"):
        (tmp_path / name).write_text(name)
    (tmp_path / "to-file").symlink_to("a")
    (tmp_path / "to-folder").symlink_to("b")
    (tmp_path / "round").symlink_to(".")
    (tmp_path / "nowhere").symlink_to("nosuch")
    os.mkfifo(tmp_path / "pipe")
    found = list(files_below(str(tmp_path)))
    assert {each.name: each.left_out for each in found if each.left_out} == {
        "round": "a link to a folder", "to-folder": "a link to a folder",
        "nowhere": "No such file or directory", "pipe": "neither a file nor a folder",
    }  # fmt: skip
    assert [each.name for each in found if not each.left_out] == ["a", "to-file", "z", "b/one", "b/c/two"]
    assert all(Path(each.path) == tmp_path / each.name for each in found)


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(files_below(str(tmp_path / "nosuch")))


@pytest.mark.parametrize(
    ("sources", "key", "expected"),
    [
        (["f"], "", ["f"]),
        (["f"], "x/", ["x/f"]),
        (["f"], "x", ["x"]),
        (["d/g"], "", ["g"]),
        (["d/g"], "x/", ["x/g"]),
        (["f", "d/g"], "x/", ["x/f", "x/g"]),
        (["f", "d/g"], "", ["f", "g"]),
        (["d"], "", ["g", "e/h"]),
        (["d"], "x", ["x/g", "x/e/h"]),
        (["d/"], "x/", ["x/g", "x/e/h"]),
        (["d", "f"], "x", ["x/g", "x/e/h", "x/f"]),
    ],
)
def test_names_of_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str], key: str, expected: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d/e").mkdir(parents=True)
    for name in ("f", "d/g", "d/e/h"):
        Path(name).touch()
    assert [name for _, name in keys_of(sources, key, recursive=True)] == expected


def test_folders_are_meant_only_if_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--recursive"):
        list(keys_of([str(tmp_path)], "", recursive=False))

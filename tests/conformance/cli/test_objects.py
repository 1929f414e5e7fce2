"""Every command about objects on S3, on Swift and in a folder; a second pair of eyes sees what came of it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.request import ProxyHandler, build_opener
from uuid import uuid4

import pytest

from cumuli.testing.suites.storage_target import Seen
from tests.conformance.cli.conftest import Cli, Cloud, Raw

MIB = 1024 * 1024
Pc = Callable[..., Raw]


# What the command line does with files, names and standard streams is the same with every cloud, so one is enough.
# How each cloud stores, lists and refuses is the storage suite's to prove.
ONE_CLOUD = pytest.mark.parametrize("cloud", ["s3"], indirect=True)


@pytest.fixture
def bucket(here: Cli, cloud: Cloud) -> str:
    """The address of a new container."""
    address = f"{cloud.name}:cli-{uuid4().hex[:10]}"
    assert here("containers", "create", address).status == 0
    return address


def seen(cloud: Cloud, bucket: str, key: str) -> Seen:
    found = cloud.seen(bucket.partition(":")[2], key)
    assert found is not None
    return found


def gone(cloud: Cloud, bucket: str, key: str) -> bool:
    return cloud.seen(bucket.partition(":")[2], key) is None


def test_the_life_of_containers(here: Cli, cloud: Cloud, bucket: str) -> None:
    name = bucket.partition(":")[2]
    assert name in {each["name"] for each in here("containers", "list", f"{cloud.name}:", "--json").json}
    assert name in {each["name"] for each in here("ls", "--profile", cloud.name, "--json").json}
    assert name in here("containers", "list", "--profile", cloud.name).out
    assert here("stat", bucket, "--json").json["name"] == name
    again = here("containers", "create", bucket, "--json")
    assert (again.status, again.error["type"]) == (5, "ContainerExists")

    Path("a.txt").write_text("a")
    assert here("put", "a.txt", f"{bucket}/").status == 0
    full = here("containers", "delete", bucket, "--yes", "--json")
    assert (full.status, full.error["type"], full.json) == (5, "NotEmpty", {"deleted": []})
    assert f"cumuli rm --recursive {bucket} " in full.error["message"]
    assert here("containers", "delete", bucket).status == 2, "nobody is there to be asked"
    assert here("rm", "--recursive", bucket, "--yes").status == 0
    assert here("containers", "delete", bucket, "--yes").out == f"deleted {bucket}\n"
    assert here("ls", bucket).status == 3


def test_what_is_not_to_be_replaced(here: Cli, cloud: Cloud, bucket: str) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(f"first {name}")
    assert here("put", "a.txt", f"{bucket}/", "--no-clobber").status == 0
    Path("a.txt").write_text("second")
    once = here("put", "-n", "a.txt", f"{bucket}/", "--json")
    assert (once.status, once.error["type"], once.json) == (5, "PreconditionFailed", {"stored": []})
    assert f"{bucket}/a.txt exists; leave out --no-clobber" in once.error["message"]
    several = here("put", "-n", "a.txt", "b.txt", f"{bucket}/")
    assert (several.status, several.out) == (5, f"stored {bucket}/b.txt, 11 B\n")
    assert seen(cloud, bucket, "a.txt").content == b"first a.txt"
    assert here("put", "a.txt", f"{bucket}/").status == 0
    assert seen(cloud, bucket, "a.txt").content == b"second"


def test_the_life_of_an_object(here: Cli, cloud: Cloud, bucket: str) -> None:
    content = os.urandom(300_000)
    Path("picture.png").write_bytes(content)
    put = here(
        "put", "picture.png", f"{bucket}/2024/", "--meta", "camera=M3", "--meta", "place=Zürich = Züri", "--json"
    )
    assert put.status == 0
    [stored] = put.json["stored"]
    assert (stored["name"], stored["size"]) == ("2024/picture.png", len(content))
    theirs = seen(cloud, bucket, "2024/picture.png")
    assert theirs.content == content
    if theirs.content_type is not None:
        assert theirs.content_type == "image/png"

    known = here("stat", f"{bucket}/2024/picture.png", "--json").json
    assert known["meta_data"] == {"camera": "M3", "place": "Zürich = Züri"}
    assert known["hash"] == hashlib.md5(content).hexdigest()
    for_people = here("stat", f"{bucket}/2024/picture.png").out
    assert "293 KiB (300,000 bytes)" in for_people
    assert "camera=M3, place=Zürich = Züri" in for_people

    assert here("get", f"{bucket}/2024/picture.png", "copy.png").out == "fetched copy.png, 293 KiB\n"
    assert Path("copy.png").read_bytes() == content
    assert here("put", "copy.png", f"{bucket}/typed", "--content-type", "text/plain").status == 0
    assert here("stat", f"{bucket}/typed", "--json").json["content_type"] == "text/plain"

    assert here("rm", f"{bucket}/typed").status == 2
    assert not gone(cloud, bucket, "typed")
    address = f"{bucket}/typed"
    assert here("rm", address, "--yes", "--json").json == {"deleted": [address]}
    assert gone(cloud, bucket, "typed")
    missing = here("get", address)
    assert missing.status == 3
    assert "typed" in missing.err
    assert not Path("typed").exists()


@ONE_CLOUD
def test_a_file_that_is_there_is_kept(here: Cli, bucket: str) -> None:
    Path("a.txt").write_text("new")
    here("put", "a.txt", f"{bucket}/")
    Path("a.txt").write_text("precious")
    refused = here("get", f"{bucket}/a.txt", "--json")
    assert (refused.status, refused.error["type"]) == (5, "FileExists")
    assert "--force" in refused.error["message"]
    assert Path("a.txt").read_text() == "precious"
    Path("folder").mkdir()
    assert here("get", f"{bucket}/a.txt", "folder").status == 0
    assert Path("folder/a.txt").read_text() == "new"
    assert here("get", f"{bucket}/a.txt", "--force").status == 0
    assert Path("a.txt").read_text() == "new"
    assert sorted(path.name for path in Path().iterdir()) == ["a.txt", "folder"]


@ONE_CLOUD
def test_a_folder_that_is_not_there_is_made(here: Cli, bucket: str) -> None:
    Path("a.txt").write_text("a")
    here("put", "a.txt", f"{bucket}/")
    assert here("get", f"{bucket}/a.txt", "new/within/").out == "fetched new/within/a.txt, 1 B\n"
    assert Path("new/within/a.txt").read_text() == "a"


@ONE_CLOUD
def test_a_folder_that_is_taken_for_an_object(here: Cli, cloud: Cloud, bucket: str) -> None:
    Path("a.txt").write_text("a")
    here("put", "a.txt", f"{bucket}/folder/")
    for command in ("get", "cat"):
        refused = here(command, f"{bucket}/folder", "--json")
        assert (refused.status, refused.error["type"]) == (3, "ObjectNotFound")
        assert "is no object but a folder" in refused.error["message"]
    assert "add --recursive" in here("get", f"{bucket}/folder").err
    assert "add --recursive" in here("get", f"{bucket}/folder/").err
    for command in ("get", "rm"):
        refused = here(command, bucket)
        assert refused.status == 2
        assert "add --recursive" in refused.err
    assert [path.name for path in Path().iterdir()] == ["a.txt"]
    here("rm", f"{bucket}/folder", "--yes")
    assert seen(cloud, bucket, "folder/a.txt").content == b"a"
    assert "folder" not in here("get", f"{bucket}/fold").err.partition("fold")[2]


@ONE_CLOUD
def test_standard_input_and_output(pc: Pc, cloud: Cloud, bucket: str) -> None:
    content = os.urandom(9 * MIB)
    for key, stdin in (("much", content), ("nothing", b"")):
        done = pc("put", "-", f"{bucket}/{key}", stdin=stdin)
        assert (done.status, done.err) == (0, "")
        assert seen(cloud, bucket, key).content == stdin
    assert not Path("-").exists()
    assert pc("get", f"{bucket}/much", "-") == (0, content, "")
    assert pc("cat", f"{bucket}/much", f"{bucket}/nothing", f"{bucket}/much") == (0, content + content, "")
    partly = pc("cat", f"{bucket}/much", f"{bucket}/nosuch")
    assert (partly.status, partly.out) == (3, content)
    assert "nosuch" in partly.err


def test_folders_there_and_back(here: Cli, cloud: Cloud, bucket: str) -> None:
    files = {
        "a.txt": b"a",
        "sub/b.txt": b"bb",
        "sub/deep/er/c d.bin": os.urandom(70_000),
        "sub/ünï.txt": b"",
        ".hidden": b"h",
    }
    for name, content in files.items():
        path = Path("tree", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    Path("tree/empty").mkdir()
    Path("elsewhere").mkdir()
    Path("elsewhere/x").write_text("x")
    Path("tree/link").symlink_to("a.txt")
    Path("tree/out").symlink_to("../elsewhere")

    without = here("put", "tree", f"{bucket}/up")
    assert without.status == 2
    assert "--recursive" in without.err
    put = here("put", "--recursive", "tree", f"{bucket}/up")
    assert put.status == 0, put.err
    assert "left out tree/out" in put.err
    assert "stored 6 files" in put.err
    assert len(put.out.splitlines()) == 6
    expected = {**files, "link": b"a"}
    for name, content in expected.items():
        assert seen(cloud, bucket, f"up/{name}").content == content

    names = {each["name"] for each in here("ls", "-r", bucket, "--json").json}
    assert names == {f"up/{name}" for name in expected}
    got = here("get", "-r", f"{bucket}/up", "down", "--json")
    assert {each["path"] for each in got.json["fetched"]} == {f"down/{name}" for name in expected}
    assert {str(path.relative_to("down")): path.read_bytes() for path in Path("down").rglob("*") if path.is_file()} == (
        expected
    )

    Path("down/a.txt").write_text("precious")
    Path("down/sub/b.txt").unlink()
    again = here("get", "-r", f"{bucket}/up/", "down")
    assert again.status == 5
    assert again.out == "fetched down/sub/b.txt, 2 B\n"
    assert again.err.count("--force") == 5
    assert Path("down/a.txt").read_text() == "precious"

    removed = here("rm", "-r", f"{bucket}/up/sub", "--yes", "--json")
    assert set(removed.json["deleted"]) == {f"{bucket}/up/{name}" for name in expected if name.startswith("sub/")}
    assert {each["name"] for each in here("ls", "-r", bucket, "--json").json} == {"up/.hidden", "up/a.txt", "up/link"}


@ONE_CLOUD
def test_a_folder_is_no_prefix(here: Cli, bucket: str) -> None:
    for key in ("2024/a", "2024-old/b", "2024"):
        Path("f").write_text(key)
        assert here("put", "f", f"{bucket}/{key}").status == 0
    assert here("get", "-r", f"{bucket}/2024", "out").out == "fetched out/a, 6 B\n"
    assert here("rm", "-r", f"{bucket}/2024", "--yes").out == f"deleted 1 object below {bucket}/2024/\n"
    assert {each["name"] for each in here("ls", "-r", bucket, "--json").json} == {"2024", "2024-old/b"}
    nothing = here("rm", "-r", f"{bucket}/2024", "--yes")
    assert nothing.status == 3
    assert "nothing below" in nothing.err


def test_listings(here: Cli, bucket: str) -> None:
    Path("f").write_text("12345")
    for key in ("photos/2024/a", "photos/2024/b", "photos/2025/c", "photos/d", "readme"):
        assert here("put", "f", f"{bucket}/{key}").status == 0

    def names(*words: str) -> list[str]:
        by_program = [each["name"] for each in here("ls", *words, "--json").json]
        assert [line.split()[-1] for line in here("ls", *words).out.splitlines()] == by_program
        return by_program

    assert names(bucket) == ["photos/", "readme"]
    assert names(f"{bucket}/photos/") == ["photos/2024/", "photos/2025/", "photos/d"]
    assert names(f"{bucket}/photos/2024/") == ["photos/2024/a", "photos/2024/b"]
    assert names(f"{bucket}/re") == ["readme"]
    assert names("-r", f"{bucket}/photos/202") == ["photos/2024/a", "photos/2024/b", "photos/2025/c"]
    assert re.fullmatch(r" +5 B  20\d\d-\d\d-\d\d .*  readme\n", here("ls", f"{bucket}/readme").out)
    assert here("ls", f"{bucket}/nothing") == (0, "", "no objects\n")
    assert here("ls", f"{bucket}/nothing", "--json") == (0, "[]\n", "")


@ONE_CLOUD
def test_several_files_of_which_some_fail(here: Cli, cloud: Cloud, bucket: str) -> None:
    Path("a").write_text("a")
    Path("b").write_text("b")
    partly = here("put", "a", "nosuch", "b", f"{bucket}/into/")
    assert partly.status == 2
    assert partly.err.count("error: ") == 1
    assert "'nosuch'" in partly.err
    assert "stored 2 of 3 files" in partly.err
    assert seen(cloud, bucket, "into/b").content == b"b"
    several = here("put", "a", "b", f"{bucket}/into")
    assert several.status == 2
    assert "into/" in several.err
    twice = here("put", "a", "./a", f"{bucket}/")
    assert twice.status == 2
    assert "both" in twice.err


@ONE_CLOUD
def test_what_concerns_all_files_is_said_once(here: Cli, bucket: str) -> None:
    for number in range(20):
        Path(f"f{number}").write_text("x")
    result = here("put", *(f"f{number}" for number in range(20)), f"{bucket}-nosuch/")
    assert result.status == 3
    assert result.err.count("error: ") == 1
    assert f"{bucket}-nosuch".partition(":")[2] in result.err


HOSTILE = ["../up", "a/../../up", "/absolute", "a//b", "./dot", "nul\0byte"]


def test_names_do_not_lead_out_of_the_destination(here: Cli, cloud: Cloud, bucket: str) -> None:
    Path("f").write_text("x")
    # Not every cloud can have every name; those that it has are what matters here. NULs cannot be typed at all.
    put = [name for name in HOSTILE if "\0" not in name and here("put", "f", f"{bucket}/h/{name}").status == 0]
    assert put
    assert here("put", "f", f"{bucket}/h/fine").status == 0
    result = here("get", "-r", f"{bucket}/h", "in/to", "--json")
    assert result.status == 2
    assert [each["path"] for each in result.json["fetched"]] == ["in/to/fine"]
    assert result.err.count('"InvalidRequest"') == len(put)
    assert sorted(str(path) for path in Path().rglob("*") if path.is_file()) == ["f", "in/to/fine"]
    assert not Path("../up").exists()
    for name in ("..", "a/..", "a/"):
        alone = here("get", f"{bucket}/{name}")
        assert alone.status == 2
        assert "say which file" in alone.err


@ONE_CLOUD
def test_no_link_leads_out_of_the_destination(here: Cli, bucket: str) -> None:
    Path("f").write_text("new")
    here("put", "f", f"{bucket}/t/link/precious")
    Path("outside").mkdir()
    Path("outside/precious").write_text("precious")
    Path("into").mkdir()
    Path("into/link").symlink_to("../outside")
    result = here("get", "-r", f"{bucket}/t", "into", "--force")
    assert result.status == 2
    assert "outside of 'into'" in result.err
    assert Path("outside/precious").read_text() == "precious"


@ONE_CLOUD
def test_names_do_not_steer_the_terminal(here: Cli, bucket: str) -> None:
    name = "red\x1b[31m\x07\x9b2J\u202ename"
    Path("f").write_text("x")
    results = [
        here("put", "f", f"{bucket}/{name}"),
        here("ls", bucket),
        here("stat", f"{bucket}/{name}"),
        here("get", f"{bucket}/{name}", "copy"),
        here("get", f"{bucket}/nosuch{name}", "copy2"),
        here("rm", f"{bucket}/{name}", "--yes"),
    ]
    assert [result.status for result in results] == [0, 0, 0, 0, 3, 0]
    for result in results:
        for character in "\x1b\x07\x9b\u202e":
            assert character not in result.out + result.err
    assert "red�[31m" in results[1].out


def test_urls(here: Cli, cloud: Cloud, bucket: str) -> None:
    Path("f").write_text("for everybody")
    here("put", "f", f"{bucket}/f")
    made = here("url", f"{bucket}/f", "--expires-in", "2m", "--json")
    if cloud.name == "disk":
        assert (made.status, made.error["type"]) == (8, "NotSupported")
        return
    assert made.json["expires_in"] == 120
    with build_opener(ProxyHandler({})).open(made.json["url"], timeout=20) as answer:
        assert answer.read() == b"for everybody"
    assert here("url", f"{bucket}/f").out.startswith("http://127.0.0.1")


def test_dry_runs_change_nothing(here: Cli, cloud: Cloud, bucket: str) -> None:
    Path("f").write_text("x")
    Path("g").write_text("y")
    here("put", "f", f"{bucket}/kept")
    shown = [
        here("put", "f", f"{bucket}/new", "--dry-run"),
        here("put", "f", "g", f"{bucket}/into/", "--dry-run"),
        here("ls", bucket, "--dry-run"),
        here("get", f"{bucket}/kept", "copy", "--dry-run"),
        here("rm", f"{bucket}/kept", "--dry-run"),
        here("rm", "-r", bucket, "--dry-run"),
        here("containers", "delete", bucket, "--dry-run"),
    ]
    plans = [shown.pop(5), shown.pop(1)]
    assert [plan.status for plan in plans] == [0, 0]
    assert plans[0].out == f"{bucket}/kept\n"
    assert plans[0].err == f"would be deleted: 1 object (1 B) below {bucket}; nothing was sent (--dry-run)\n"
    assert plans[1].out == f"f -> {bucket}/into/f, 1 B\ng -> {bucket}/into/g, 1 B\n"
    assert plans[1].err == "would be stored: 2 files, 2 B; nothing was sent (--dry-run)\n"
    if cloud.name == "disk":
        assert {result.status for result in shown} == {8}
    else:
        assert {result.status for result in shown} == {0}
        assert all("nothing was sent" in result.err for result in shown)
        assert "********" in shown[0].out
    here("put", "g", f"{bucket}/more")
    plan = here("get", "-r", bucket, "copies", "--dry-run", "--json").json["dry_run"]
    assert plan["count"] == 2
    assert [(each["to"], each["size"]) for each in plan["fetched"]] == [("copies/kept", 1), ("copies/more", 1)]
    assert [each["name"] for each in here("ls", "-r", bucket, "--json").json] == ["kept", "more"]
    assert sorted(path.name for path in Path().iterdir()) == ["f", "g"]

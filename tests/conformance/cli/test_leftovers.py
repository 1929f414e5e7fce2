"""``cumuli leftovers``: what killed programs leave is found and removed, and what lives is left alone."""

from __future__ import annotations

import os
import time
from pathlib import Path
from uuid import uuid4

import pytest
import swiftclient

from cumuli.providers.openstack.swift.wire import segment_name
from cumuli.sandbox import SandboxServer
from tests.conformance.cli.conftest import Cli, add_profile
from tests.conformance.cli.test_objects_in_trouble import MIB, left_in, serving, start
from tests.conformance.s3.conftest import boto_client, open_uploads_of
from tests.secrets_used import AWS_KEY, AWS_SECRET


@pytest.fixture
def work(tmp_path: Path, nobodys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, and a profile ``s3x``."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    add_profile(nobodys, "s3x", {"provider": "s3", "region": "us-east-1", "key": AWS_KEY, "secret": AWS_SECRET})
    return folder


def partial_in(folder: Path) -> Path:
    """The file that a download has begun to write there."""
    end = time.monotonic() + 60
    while not (found := [path for path in folder.iterdir() if path.stat().st_size]):
        assert time.monotonic() < end
        time.sleep(0.02)
    [path] = found
    return path


def test_downloads_that_were_killed(here_at: Cli, work: Path) -> None:
    folder = work / "folder" / "below"
    folder.mkdir(parents=True)
    own = folder / ".cumuli-not-ours.part"
    with serving(os.urandom(4 * MIB), sends=2 * MIB) as (endpoint, _):
        child = start("get", "s3x:bucket/k", "folder/below/", "--endpoint", endpoint)
        try:
            left = partial_in(folder)
            own.touch()
            # Nothing that lives is shown, and nothing of it removed, however old it is.
            old = time.time() - 100_000
            os.utime(left, (old, old))
            assert here_at("leftovers", "list", "folder/below", "--json", "--older-than", "0").json == []
            removed = here_at("leftovers", "remove", "folder/below", "--older-than", "0", "--yes", "--json")
            assert (removed.status, removed.json) == (0, {"removed": []})
            assert left.exists()
        finally:
            child.kill()
            child.communicate(timeout=60)
    os.utime(left, (old, old))
    [found] = here_at("leftovers", "list", "folder/below", "--json").json
    assert (found["path"], found["size"]) == (f"folder/below/{left.name}", left.stat().st_size)
    shown = here_at("leftovers", "list", "folder/below")
    assert shown.out.splitlines()[0].split() == ["PATH", "SIZE", "MODIFIED"]
    assert left.name in shown.out
    assert here_at("leftovers", "list", "folder/below", "--older-than", "2d").err == "nothing is left over\n"
    assert here_at("leftovers", "list", "folder", "--json").json == []
    assert here_at("leftovers", "list", "folder", "--json", "--recursive").json[0]["path"] == found["path"]
    asked = here_at("leftovers", "remove", "folder/below")
    assert (asked.status, left.exists()) == (2, True), "nobody is there to be asked"
    planned = here_at("leftovers", "remove", "folder/below", "--dry-run")
    assert planned == (0, f"folder/below/{left.name}\n", "would be removed: 1 file; nothing was sent (--dry-run)\n")
    assert left.exists()
    assert here_at("leftovers", "remove", "folder", "-r", "--yes").out == f"removed folder/below/{left.name}\n"
    assert left_in(folder) == [own.name]


def test_folders_that_cannot_be_looked_at(here_at: Cli, work: Path) -> None:
    for folder in ("nowhere", "./s3x:nowhere"):
        result = here_at("leftovers", "list", folder)
        assert result.status == 2
        assert result.err == f"error: cannot read the folder '{folder}': No such file or directory\n"


def test_uploads_in_parts(here_at: Cli, work: Path, s3: SandboxServer) -> None:
    boto, bucket = boto_client(s3.endpoint), f"cli-{uuid4().hex[:10]}"
    boto.create_bucket(Bucket=bucket)
    ids = [boto.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in ("a", "b/c")]
    address, server = f"s3x:{bucket}", ("--endpoint", s3.endpoint)
    # What is young may be under way. Of every upload moto says that it was begun in 2010.
    young = ("--older-than", "5000w", "--json", *server)
    assert here_at("leftovers", "list", address, *young).json == []
    assert here_at("leftovers", "remove", address, "--yes", *young).json == {"removed": []}
    found = here_at("leftovers", "list", address, "--older-than", "0", "--json", *server).json
    assert [(each["name"], each["id"]) for each in found] == list(zip(("a", "b/c"), ids, strict=True))
    shown = here_at("leftovers", "list", address, "--older-than", "0", *server).out
    assert [line.split()[0] for line in shown.splitlines()] == ["NAME", "a", "b/c"]
    request = here_at("leftovers", "remove", address, "--older-than", "0", "--dry-run", *server)
    assert (request.status, request.out.count("DELETE ")) == (0, 2)
    assert here_at("leftovers", "remove", address, "--older-than", "0", *server).status == 2
    assert open_uploads_of(boto)(bucket) == 2
    removed = here_at("leftovers", "remove", address, "--older-than", "0", "--yes", *server)
    assert (removed.status, removed.out) == (
        0, f"removed {address}/a (upload {ids[0]})\nremoved {address}/b/c (upload {ids[1]})\n",
    )  # fmt: skip
    assert open_uploads_of(boto)(bucket) == 0
    assert here_at("leftovers", "list", f"{address}-no", *server).status == 3


def test_dead_segments(here_at: Cli, work: Path, nobodys: Path, swift: SandboxServer) -> None:
    add_profile(nobodys, "swiftx", dict(swift.profiles["sandbox-swift"]))
    variables, name = swift.environment, f"cli-{uuid4().hex[:10]}"
    eyes = swiftclient.Connection(variables["ST_AUTH"], variables["ST_USER"], variables["ST_KEY"], retries=1)
    for each in (name, f"{name}_segments"):
        eyes.put_container(each)
    for number in (1, 2):
        eyes.put_object(f"{name}_segments", segment_name("a", "killed", number), b"12345")
    address = f"swiftx:{name}"
    assert here_at("leftovers", "list", address, "--json").json == []
    assert here_at("leftovers", "remove", address, "--yes", "--json").json == {"removed": []}
    [found] = here_at("leftovers", "list", address, "--older-than", "0", "--json").json
    assert (found["name"], found["id"], len(found["segments"])) == ("a", "killed", 2)
    assert "10 B" in here_at("leftovers", "list", address, "--older-than", "0").out
    assert here_at("leftovers", "remove", address, "--older-than", "0").status == 2
    removed = here_at("leftovers", "remove", address, "--older-than", "0", "--yes", "--json")
    assert removed.json == {"removed": [f"{address}/a (upload killed)"]}
    assert eyes.get_container(f"{name}_segments")[1] == []
    eyes.close()


def test_where_there_are_none(here_at: Cli, work: Path, nobodys: Path) -> None:
    add_profile(nobodys, "disk", {"provider": "local", "root": str(work)})
    result = here_at("leftovers", "list", "disk:container")
    assert (result.status, "name a folder" in result.err) == (8, True)

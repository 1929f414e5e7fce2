"""One bad object among many: all others arrive, it is named, and the exit status says so."""

from __future__ import annotations

import errno
import os
import re
import threading
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

import pytest

from cumuli.runtime.files import PathSink
from tests.conformance.cli.conftest import Cli, add_profile
from tests.faults.keepalive import Exchange, Server, reply
from tests.secrets_used import AWS_KEY, AWS_SECRET

COUNT = 60
CONTENT = b"abc"
NAMES = [f"f{number:04}" for number in range(COUNT)]
FIRST, LAST = NAMES[0], NAMES[-1]


def refusal(status: int, code: str, message: str = "Said so") -> bytes:
    return reply(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())


class Bucket(Server):
    """One bucket with a folder ``d``; what ``bad`` gives for an object is the answer about it."""

    def __init__(self, bad: Callable[[str], bytes | None], sizes: dict[str, int] | None = None) -> None:
        super().__init__(self.serve)
        self.bad = bad
        self.sizes = dict.fromkeys((f"d/{name}" for name in NAMES), len(CONTENT)) if sizes is None else sizes
        self.stored: set[str] = set()
        self.deleted: set[str] = set()
        self.down: bytes | None = None
        self.lock = threading.Lock()

    def serve(self, exchange: Exchange) -> bytes | None:
        body = exchange.body()
        path, _, query = exchange.target.partition("?")
        key = unquote(path).removeprefix("/bucket").removeprefix("/")
        if self.down is not None:
            # What a HEAD is answered with has no body, and so no code.
            return self.down if exchange.method != "HEAD" else self.down.partition(b"Content-Length")[0] + b"\r\n"
        if exchange.method == "POST":
            return self.delete(body.decode())
        if not key and exchange.method == "HEAD":
            return reply(200)
        if "list-type" in query:
            listed = "".join(
                f"<Contents><Key>{name}</Key><Size>{size}</Size>"
                "<LastModified>2026-11-23T12:00:00Z</LastModified></Contents>"
                for name, size in self.sizes.items()
            )
            return reply(200, f"<ListBucketResult>{listed}<IsTruncated>false</IsTruncated></ListBucketResult>".encode())
        wrong = self.bad(key.rpartition("/")[2])
        if wrong is not None:
            return wrong
        if exchange.method == "PUT":
            with self.lock:
                self.stored.add(key)
        content = b"" if exchange.method == "PUT" else CONTENT[: self.sizes[key]]
        return reply(200, content, ("ETag", f'"{md5(CONTENT if exchange.method == "PUT" else content).hexdigest()}"'))

    def delete(self, document: str) -> bytes:
        keys = re.findall("<Key>(.*?)</Key>", document)
        wrong = next(filter(None, (self.bad(key.rpartition("/")[2]) for key in keys)), None)
        if wrong is not None:
            return wrong
        with self.lock:
            self.deleted.update(keys)
        return reply(200, b"<DeleteResult></DeleteResult>")


@pytest.fixture
def work(tmp_path: Path, nobodys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    profile = {"provider": "s3", "region": "us-east-1", "key": AWS_KEY, "secret": AWS_SECRET}
    # Who slows his callers down is waited for as long as one call may take.
    add_profile(nobodys, "s3x", {**profile, "endpoint": "http://127.0.0.1:9", "proxy": "", "timeout": 10.0})
    return folder


def only(name: str, answer: bytes) -> Callable[[str], bytes | None]:
    return lambda asked: answer if asked == name else None


BAD = [
    (refusal(500, "InternalError"), 7),
    (refusal(503, "SlowDown"), 7),
    (refusal(403, "InvalidObjectState", "The operation is not valid for the object's storage class"), 4),
    (refusal(403, "AccessDenied"), 4),
    (refusal(403, "SignatureDoesNotMatch"), 4),
    (refusal(400, "EntityTooLarge"), 2),
    (reply(502, b"<html>Bad Gateway</html>"), 7),
]


# Each answer about the first one, when all others are still to come; and one about the last.
@pytest.mark.parametrize(
    ("name", "answer", "status"), [*((FIRST, answer, status) for answer, status in BAD), (LAST, *BAD[0])]
)
@pytest.mark.parametrize("verb", ["get", "put"])
def test_one_that_fails_for_ever(here_at: Cli, work: Path, verb: str, name: str, answer: bytes, status: int) -> None:
    with Bucket(only(name, answer)) as bucket:
        if verb == "get":
            result = here_at("get", "-r", "s3x:bucket/d", "out", "--endpoint", bucket.origin)
            arrived = {path.name for path in Path("out").iterdir()}
        else:
            Path("in").mkdir()
            for each in NAMES:
                Path("in", each).write_bytes(CONTENT)
            result = here_at("put", "-r", "in", "s3x:bucket/d", "--endpoint", bucket.origin)
            arrived = {key.removeprefix("d/") for key in bucket.stored}
    assert result.status == status
    assert arrived == set(NAMES) - {name}
    assert result.err.count("error: ") == 1
    assert f"s3x:bucket/d/{name}: " in result.err
    assert f"{COUNT - 1} of {COUNT} files" in result.err


@pytest.mark.parametrize("answer", [refusal(500, "InternalError"), refusal(400, "MalformedXML")])
@pytest.mark.parametrize("name", [FIRST, LAST])
def test_one_that_spoils_the_deletion_of_many(here_at: Cli, work: Path, name: str, answer: bytes) -> None:
    with Bucket(only(name, answer)) as bucket:
        result = here_at("rm", "-r", "s3x:bucket/d", "--yes", "--endpoint", bucket.origin)
    assert bucket.deleted == {f"d/{each}" for each in NAMES} - {f"d/{name}"}
    assert result.status == (7 if b"Internal" in answer else 2)
    assert f"error: s3x:bucket/d/{name}: " in result.err
    assert result.out == f"deleted {COUNT - 1} objects below s3x:bucket/d/\n"


def test_what_would_fail_for_all_ends_the_deletion_of_many(here_at: Cli, work: Path) -> None:
    """The bucket is gone after the first of three rounds."""
    names = [f"d/f{number:04}" for number in range(4500)]
    bucket = Bucket(lambda _: None, dict.fromkeys(names, 1))

    def bad(_name: str) -> bytes | None:
        if len(bucket.deleted) >= 2000:
            bucket.down = refusal(404, "NoSuchBucket")
        return bucket.down

    bucket.bad = bad
    with bucket:
        result = here_at("rm", "-r", "s3x:bucket/d", "--yes", "--endpoint", bucket.origin)
    assert result.status == 3
    assert bucket.deleted == set(names[:2000])
    assert result.out == "deleted 2,000 objects below s3x:bucket/d/\n"
    assert "gave up; 500 objects below s3x:bucket/d/ were not tried" in result.err


def test_each_of_many_is_named(here_at: Cli, work: Path) -> None:
    bad = set(NAMES[::3])
    with Bucket(lambda name: refusal(403, "AccessDenied") if name in bad else None) as bucket:
        result = here_at("get", "-r", "s3x:bucket/d", "out", "--endpoint", bucket.origin)
    assert result.status == 4
    assert set(re.findall(r"s3x:bucket/d/(f\d+): ", result.err)) == bad


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (refusal(503, "ServiceUnavailable"), 7),
        (refusal(403, "InvalidAccessKeyId"), 4),
        (refusal(404, "NoSuchBucket"), 3),
    ],
)
def test_what_would_fail_for_all_ends_it(here_at: Cli, work: Path, answer: bytes, status: int) -> None:
    """After the twentieth file the service is gone, or the keys are not accepted any more."""
    Path("in").mkdir()
    for each in NAMES:
        Path("in", each).write_bytes(CONTENT)
    bucket = Bucket(lambda _: None)

    def bad(_name: str) -> bytes | None:
        if len(bucket.stored) >= 20:
            bucket.down = answer
            return answer
        return None

    bucket.bad = bad
    with bucket:
        result = here_at("put", "-r", "in", "s3x:bucket/d", "--endpoint", bucket.origin)
        asked = len(bucket.seen)
    assert result.status == status
    assert result.err.count("error: ") == 1
    # Eight at a time, four attempts each, and as many for the container.
    assert asked < 28 + 2 * 8 * 4 + 8


def test_a_full_disk_ends_it(here_at: Cli, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_sink: PathSink) -> BinaryIO:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(PathSink, "_open", full)
    with Bucket(lambda _: None) as bucket:
        result = here_at("get", "-r", "s3x:bucket/d", "out", "--endpoint", bucket.origin)
        assert len(bucket.seen) < 2 + 2 * 8
    assert result.status == 6
    assert result.err.count("error: ") == 1
    assert "No space left on device; make room" in result.err


@pytest.mark.parametrize("markers", [{"d/sub": 0}, {"d/sub/": 0}, {"d/sub": 0, "d/sub/": 0}])
@pytest.mark.parametrize("first", [True, False])
def test_markers_of_folders_hide_nothing(here_at: Cli, work: Path, markers: dict[str, int], first: bool) -> None:
    files = {"d/sub/deep/a": 3, "d/sub/file": 3, "d/sub-x": 3, "d/z": 3}
    sizes = {**markers, **files} if first else {**files, **markers}
    with Bucket(lambda _: None, sizes) as bucket:
        result = here_at("get", "-r", "s3x:bucket/d", "out", "--endpoint", bucket.origin)
    assert (result.status, result.err.count("error")) == (0, 0)
    assert {str(path.relative_to("out")) for path in Path("out").rglob("*") if path.is_file()} == {
        name.removeprefix("d/") for name in files
    }


def test_an_object_with_content_that_is_a_folder_too_is_told(here_at: Cli, work: Path) -> None:
    with Bucket(lambda _: None, {"d/sub": 2, "d/sub/file": 3, "d/z": 3}) as bucket:
        result = here_at("get", "-r", "s3x:bucket/d", "out", "--endpoint", bucket.origin)
    assert result.status == 2
    assert "'s3x:bucket/d/sub' has content and is a folder of other objects as well" in result.err
    assert Path("out/sub/file").read_bytes() == CONTENT
    assert Path("out/z").read_bytes() == CONTENT

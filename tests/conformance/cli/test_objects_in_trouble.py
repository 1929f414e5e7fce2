"""What goes wrong with objects: one clear line, the right exit status, and nothing half."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cumuli.sandbox import SandboxServer
from tests.conformance.cli.conftest import Cli, add_profile
from tests.conformance.s3.conftest import boto_client, open_uploads_of
from tests.secrets_used import AWS_KEY, AWS_SECRET
from tests.support import secrecy

MIB = 1024 * 1024
WRONG_MD5 = "0" * 32


@pytest.fixture
def work(tmp_path: Path, nobodys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder; the config file has a profile ``s3x`` with no server behind it."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    profile = {"provider": "s3", "region": "us-east-1", "key": AWS_KEY, "secret": AWS_SECRET}
    add_profile(nobodys, "s3x", {**profile, "endpoint": "http://127.0.0.1:9", "md5_etags": True})
    return folder


def start(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "cumuli", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(child: subprocess.Popen[bytes]) -> tuple[int, bytes, str]:
    try:
        out, err = child.communicate(timeout=300)
    finally:
        child.kill()
    told = err.decode()
    secrecy.see(told, "the standard error of a child process")
    return child.returncode, out, told


@contextmanager
def serving(
    content: bytes, *, sends: int | None = None, etag: str = WRONG_MD5
) -> Iterator[tuple[str, threading.Event]]:
    """A server that has one object, called anything, and may stop in the middle of it until the block ends."""
    sent, released = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{etag}"')
            self.send_header("Last-Modified", "Mon, 23 Nov 2026 12:00:00 GMT")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(content[:sends])
            self.wfile.flush()
            sent.set()
            if sends is not None:
                released.wait(60)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "command",
    [
        "ls s3x:bucket",
        "stat s3x:bucket/k",
        "cat s3x:bucket/k",
        "get s3x:bucket/k",
        "put f s3x:bucket/k",
        "rm s3x:bucket/k -y",
    ],
)
def test_nobody_there(here_at: Cli, work: Path, command: str) -> None:
    (work / "f").write_text("x")
    result = here_at(*command.split())
    assert (result.status, result.out) == (7, "")
    assert result.err.startswith("error: cannot connect to http://127.0.0.1:9: ")
    assert result.err.count("error") == 1
    assert left_in(work) == ["f"]


def test_nobody_there_for_many_files(here_at: Cli, work: Path) -> None:
    for number in range(30):
        (work / f"f{number}").write_text("x")
    result = here_at("put", *left_in(work), "s3x:bucket/")
    assert result.status == 7
    assert result.err.count("error: ") == 1


@pytest.mark.parametrize(
    ("command", "status", "words"),
    [
        ("ls s3:bucket --region us-east-1", 2, ["no AWS credentials", "AWS_ACCESS_KEY_ID"]),
        ("ls nosuch:bucket", 2, ["'nosuch'", "swift"]),
        ("ls ec2:bucket", 2, ["no object storage", "nodes list"]),
        ("ls local:bucket", 2, ["root"]),
        ("ls s3x:bucket --region us-east-1 --profile other", 2, ["'s3x'", "'other'"]),
        ("ls bucket/key", 2, ["names no cloud", "--profile"]),
        ("ls", 2, ["names no cloud"]),
    ],
)
def test_which_cloud(here_at: Cli, command: str, status: int, words: list[str]) -> None:
    result = here_at(*command.split())
    assert (result.status, result.out) == (status, "")
    assert result.err.startswith("error: ")
    assert len(result.err.splitlines()) == 1
    for word in words:
        assert word in result.err
    assert here_at(*command.split(), "--json").error["message"]


def test_damaged_bytes_become_no_file(here_at: Cli, work: Path) -> None:
    with serving(b"not what was stored") as (endpoint, _):
        result = here_at("get", "s3x:bucket/k", "--endpoint", endpoint)
    assert result.status == 1
    assert "error: " in result.err
    assert left_in(work) == []


def test_damaged_bytes_on_standard_output_are_not_complete(work: Path) -> None:
    content = os.urandom(3 * MIB)
    with serving(content) as (endpoint, _):
        for command in ("cat s3x:bucket/k", "get s3x:bucket/k -"):
            status, out, err = ended(start(*command.split(), "--endpoint", endpoint))
            assert status == 1
            assert len(out) < len(content)
            assert content.startswith(out)
            assert err.startswith("error: ")
            assert "Traceback" not in err


@pytest.mark.parametrize("command", ["get s3x:bucket/k", "get s3x:bucket/k -", "cat s3x:bucket/k"])
def test_ctrl_c_during_a_download(work: Path, command: str) -> None:
    with serving(os.urandom(4 * MIB), sends=2 * MIB) as (endpoint, sent):
        child = start(*command.split(), "--endpoint", endpoint)
        assert sent.wait(120)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        status, _, err = ended(child)
        seconds = time.monotonic() - began
    assert (status, err) == (130, "error: interrupted\n")
    assert left_in(work) == []
    assert seconds < 10  # the rest of the object would take a minute


@pytest.mark.parametrize(
    ("number", "ends"),
    [
        (signal.SIGINT, (130, "error: interrupted\n")),
        (signal.SIGTERM, (143, "error: ended by SIGTERM\n")),
        (signal.SIGHUP, (129, "error: ended by SIGHUP\n")),
    ],
)
def test_a_signal_during_an_upload(
    work: Path, s3: SandboxServer, number: signal.Signals, ends: tuple[int, str]
) -> None:
    boto = boto_client(s3.endpoint)
    boto.create_bucket(Bucket="interrupted")
    child = start("put", "-", "s3x:interrupted/k", "--endpoint", s3.endpoint)
    assert child.stdin is not None
    child.stdin.write(os.urandom(20 * MIB))
    child.stdin.flush()
    count = open_uploads_of(boto)
    end = time.monotonic() + 120
    while not count("interrupted"):
        assert time.monotonic() < end
        time.sleep(0.05)
    child.send_signal(number)
    status, _, err = ended(child)
    assert (status, err) == ends
    assert count("interrupted") == 0
    assert boto.list_objects_v2(Bucket="interrupted")["KeyCount"] == 0


@pytest.mark.parametrize("command", ["cat s3x:bucket/k", "get s3x:bucket/k -"])
def test_a_reader_that_left_is_no_failure_to_speak_of(work: Path, command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with serving(os.urandom(3 * MIB)) as (endpoint, _):
        done = subprocess.run(
            [sys.executable, "-m", "cumuli", *command.split(), "--endpoint", endpoint],
            stdout=writing, stderr=subprocess.PIPE, text=True, timeout=300,
        )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@contextmanager
def keeping(keys: list[str], *, breaks_at: int | None = None) -> Iterator[str]:
    """A bucket of these keys that lets nobody delete those that begin with ``kept``.

    At the deletion of this number (from 1) it says that it is out of order.
    """
    deletions = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = "<Size>1</Size><LastModified>2026-11-23T12:00:00Z</LastModified>"
            listed = "".join(f"<Contents><Key>{key}</Key>{size}</Contents>" for key in keys)
            self._answer(200, f"<ListBucketResult>{listed}<IsTruncated>false</IsTruncated></ListBucketResult>")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if next(deletions) == breaks_at:
                self._answer(501, "<Error><Code>NotImplemented</Code><Message>Out of order</Message></Error>")
                return
            denied = "<Code>AccessDenied</Code><Message>Access Denied</Message>"
            results = (
                f"<Error><Key>{key}</Key>{denied}</Error>" if "kept" in key else f"<Deleted><Key>{key}</Key></Deleted>"
                for key in re.findall("<Key>(.*?)</Key>", body)
            )
            self._answer(200, f"<DeleteResult>{''.join(results)}</DeleteResult>")

        def _answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_keeps_many_from_being_deleted_is_said_once_and_all_are_named(here_at: Cli, work: Path) -> None:
    with keeping([f"{'kept' if number % 5 == 0 else 'gone'}-{number:04}" for number in range(2500)]) as endpoint:
        result = here_at("rm", "-r", "s3x:bucket", "--yes", "--endpoint", endpoint)
        assert (result.status, result.out) == (4, "deleted 2,000 objects below s3x:bucket\n")
        assert "error: s3x:bucket/kept-0000 and 499 others: Access Denied" in result.err
        assert result.err.count("error: ") == 1
        kept = [f"s3x:bucket/kept-{number:04}" for number in range(0, 2500, 5)]
        assert [line.strip() for line in result.err.splitlines() if line.startswith("       s3x:")] == kept
        result = here_at("rm", "-r", "s3x:bucket", "--yes", "--json", "--endpoint", endpoint)
        assert (result.status, len(result.json["deleted"])) == (4, 2000)
        assert result.error["objects"] == kept


def test_what_was_deleted_before_a_failure_is_told(here_at: Cli, work: Path) -> None:
    with keeping([f"{number:04}" for number in range(2500)], breaks_at=3) as endpoint:
        result = here_at("rm", "-r", "s3x:bucket", "--yes", "--endpoint", endpoint)
    assert (result.status, result.out) == (8, "deleted 2,000 objects below s3x:bucket\n")
    assert "error: s3x:bucket/2000 and 499 others: " in result.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to write to")
@pytest.mark.parametrize("command", ["cat s3x:bucket/k", "stat s3x:bucket/k", "stat s3x:bucket/k --json"])
def test_standard_output_that_is_full(work: Path, command: str) -> None:
    content = os.urandom(MIB)
    with serving(content, etag=md5(content).hexdigest()) as (endpoint, _), Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cumuli", *command.split(), "--endpoint", endpoint],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode == 1
    assert "cannot write to standard output: No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("redirection", "command", "status", "told"),
    [
        (">&-", "cat s3x:bucket/k", 1, "cannot write to standard output"),
        ("2>&-", "cat s3x:bucket/k", 0, ""),
        ("<&-", "put - s3x:bucket/k", 2, "Bad file descriptor"),
        ("<&- >&- 2>&-", "stat s3x:bucket/k", 1, ""),
    ],
)
def test_standard_streams_that_are_closed(work: Path, redirection: str, command: str, status: int, told: str) -> None:
    content = os.urandom(MIB)
    with serving(content, etag=md5(content).hexdigest()) as (endpoint, _):
        script = f'exec "$0" -m cumuli {command} --endpoint {endpoint} {redirection}'
        done = subprocess.run(["sh", "-c", script, sys.executable], capture_output=True, timeout=60)
    assert done.returncode == status
    assert done.stdout == (content if status == 0 else b"")
    assert told in done.stderr.decode()
    assert len(done.stderr.splitlines()) == bool(told)


@pytest.mark.parametrize("option", ["--debug", "--dry-run"])
def test_no_secret_shows(here_at: Cli, work: Path, s3: SandboxServer, option: str) -> None:
    (work / "f").write_text("x")
    for command in ("ls s3x:", "put f s3x:nosuch/k", "get s3x:nosuch/k"):
        result = here_at(*command.split(), option, "--endpoint", s3.endpoint)
        assert AWS_SECRET not in result.out + result.err

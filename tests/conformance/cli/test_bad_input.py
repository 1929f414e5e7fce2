"""What goes wrong says what to do, and never shows a traceback."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conformance.cli.conftest import Cli, Result
from tests.secrets_used import AWS_SECRET

WHOLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>
<reservationSet><item><reservationId>r-1</reservationId><instancesSet/></item></reservationSet></DescribeInstancesResponse>"""


@contextmanager
def answering(body: bytes, kind: str = "text/xml", asked: threading.Event | None = None) -> Iterator[str]:
    """A server that gives everybody the same answer, or with an empty one none at all."""
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if asked is not None:
                asked.set()
            if not body:
                released.wait(60)
                return
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def clear(result: Result, status: int, *words: str) -> None:
    assert result.status == status
    assert result.out == ""
    assert "Traceback" not in result.err
    assert result.err.startswith("error: ")
    for word in words:
        assert re.search(word, result.err), result.err


def test_no_credentials(process: Cli) -> None:
    line = "--provider ec2 --region us-east-1 nodes list"
    clear(process(line), 2, "no AWS credentials", "AWS_ACCESS_KEY_ID")
    assert process(f"{line} --json").error["type"] == "ConfigurationError"


def test_no_region(process: Cli) -> None:
    clear(process("--provider ec2 nodes list"), 2, "region", "AWS_REGION")


def test_a_region_that_moto_does_not_know(process: Cli) -> None:
    result = process("--profile moto --region mars-1 nodes list")
    assert result.status in {2, 7}
    assert "Traceback" not in result.err


def test_an_unreachable_endpoint(process: Cli) -> None:
    # Port 9 of loopback: nobody may bind it without being root, and nobody does.
    clear(process("--profile moto --endpoint http://127.0.0.1:9 nodes list"), 7, "127.0.0.1:9", "check the endpoint")


def test_an_endpoint_that_is_none(process: Cli) -> None:
    clear(process("--profile moto --endpoint nonsense nodes list"), 2, "nonsense")


def test_a_web_page_instead_of_an_answer(process: Cli) -> None:
    with answering(b"<!DOCTYPE html><html><body><h1>It works!</h1><br></body></html>", "text/html") as endpoint:
        clear(process(f"--profile moto --endpoint {endpoint} nodes list"), 1, "DescribeInstances")
        assert process(f"--profile moto --endpoint {endpoint} nodes list --json").error["type"] == "MalformedResponse"


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_half_a_document(process: Cli, part: float) -> None:
    with answering(WHOLE[: int(len(WHOLE) * part)]) as endpoint:
        clear(process(f"--profile moto --endpoint {endpoint} nodes list"), 1, "DescribeInstances")


def test_the_whole_document_is_none_of_these(process: Cli) -> None:
    with answering(WHOLE) as endpoint:
        assert process(f"--profile moto --endpoint {endpoint} nodes list --json") == (0, "[]\n", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[profiles.moto\n", ["TOML"]),
        ("[profiles.moto]\nregion = 'x'\n", ["no provider"]),
        ("[profiles.moto]\nprovider = 'ec2'\nregoin = 'x'\n", ["regoin", "region"]),
        ("[profiles.moto]\nprovider = 'ec2'\nsecret = { env = 'NO_SUCH' }\n", ["NO_SUCH"]),
        ("[profiles.other]\nprovider = 'ec2'\n", ["moto", "other"]),
    ],
)
def test_a_config_file_that_is_wrong(process: Cli, settings: Path, text: str, words: list[str]) -> None:
    settings.write_text(text)
    clear(process("--profile moto nodes list"), 2, *words)


def test_secrets_that_others_may_read_are_warned_of(process: Cli, settings: Path) -> None:
    settings.chmod(0o644)
    result = process("--profile moto nodes list --json")
    assert result.status == 0
    assert '"warning"' in result.err
    assert "chmod 600" in process("--profile moto nodes list").err


def test_debugging_shows_no_secret(process: Cli, settings: Path) -> None:
    assert AWS_SECRET in settings.read_text()
    for line in ("nodes list --debug", "nodes show i-1 --debug", "nodes list --dry-run --debug"):
        result = process(f"--profile moto {line}")
        assert AWS_SECRET not in result.out + result.err
    assert "DescribeInstances" in process("--profile moto nodes list --debug").err


def test_ctrl_c(settings: Path) -> None:
    asked = threading.Event()
    with answering(b"", asked=asked) as endpoint:
        child = subprocess.Popen(
            [sys.executable, "-m", "cumuli", *f"--profile moto --endpoint {endpoint} nodes list".split()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert asked.wait(120)
            began = time.monotonic()
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
            seconds = time.monotonic() - began
        finally:
            child.kill()
    assert (child.returncode, out) == (130, "")
    assert "interrupted" in err
    assert "Traceback" not in err
    # The promise is a second, the rest is room for busy machines: the server would keep it waiting for a minute.
    assert seconds < 5

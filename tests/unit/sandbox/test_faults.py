"""The words for faults, and which request meets what."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from xml.etree import ElementTree as ET

import pytest

from cumuli.errors import ConfigurationError
from cumuli.sandbox.described import SandboxServer
from cumuli.sandbox.faulty import faults
from cumuli.sandbox.faulty.plan import Asked, Seeded, Trouble
from cumuli.sandbox.faulty.refusals import refusal, skewed, throttled
from cumuli.sandbox.faulty.words import SHARES, Faults, read_faults


def asked(number: int, target: str = "/", method: str = "GET", **headers: str) -> Asked:
    return Asked(number, method, target, headers, b"")


def test_words_are_read_with_their_units() -> None:
    read = read_faults("slow=40ms, bandwidth=8MiB/s,throttle=100/m,idle=1.5s,clock=-20m,most=any,cut=0.02,503=5%")
    assert read == Faults(
        slow=(0.04, 0.04),
        bandwidth=8 * 1024 * 1024,
        throttle=(100, 60),
        idle=1.5,
        clock=-1200,
        most=None,
        shares={"cut": 0.02, "503": 0.05},
    )
    assert read_faults("slow=10ms..2s").slow == (0.01, 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("slwo=40ms", "no 'slwo'; did you mean 'slow'?"),
        ("latency=40ms", "did you mean 'slow'?"),
        ("302=0.1", "a status from 400 to 599"),
        ("slow=40", "a unit is missing.*slow=40ms"),
        ("slow=2s..1s", "ends before it begins"),
        ("cut", "'cut' needs a value, such as cut=0.05"),
        ("cut=2", "no share of the requests"),
        ("cut=nan", "no share of the requests"),
        ("cut=0.1,cut=0.2", "said twice"),
        ("cut=0.6,503=0.6", "more than all requests"),
        ("throttle=0/s", "throttle=10/s"),
        ("bandwidth=8", "bandwidth=8MiB/s"),
        (" , ", "nothing was said"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_was_meant(words: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=f"faults: .*{told}"):
        read_faults(words)


def test_what_happens_follows_from_the_seed_and_the_number() -> None:
    words = read_faults("503=0.2,cut=0.2,drip=0.2,slow=0ms..10ms")
    first, again, other = (Seeded("s3", words, seed) for seed in (1, 1, 2))
    fates = [first.fate(asked(number, f"/{number}")) for number in range(1, 200)]
    assert fates == [again.fate(asked(number, f"/{number}")) for number in range(1, 200)]
    assert fates != [other.fate(asked(number, f"/{number}")) for number in range(1, 200)]
    for trouble in (Trouble.BUSY, Trouble.CUT, Trouble.DRIBBLE):
        assert 20 < sum(fate.trouble is trouble for fate in fates) < 60
    assert len({fate.delay for fate in fates}) > 100


@pytest.mark.parametrize(("words", "runs"), [("503=1", 2), ("503=1,most=4", 4), ("drip=1", 20), ("503=1,most=any", 20)])
def test_the_same_request_fails_so_often_in_a_row_and_then_succeeds(words: str, runs: int) -> None:
    plan = Seeded("s3", read_faults(words), 0)
    met = [plan.fate(asked(number)).trouble for number in range(1, 21)]
    if runs < 20:
        assert met[: 2 * runs + 2] == ([Trouble.BUSY] * runs + [None]) * 2
    else:
        assert None not in met
    assert plan.fate(asked(22, "/another")).trouble is not None, "another one is not spared"


def test_the_throttle_serves_so_many_within_its_time() -> None:
    now = [0.0]
    plan = Seeded("s3", read_faults("throttle=3/s"), 0, now=lambda: now[0])
    met = [plan.fate(asked(number, f"/{number}")).word for number in range(1, 6)]
    assert met == ["", "", "", "throttle", "throttle"]
    now[0] = 1.0
    assert plan.fate(asked(6)).word == ""


def test_a_wrong_clock_refuses_what_was_signed_by_a_right_one() -> None:
    from datetime import UTC, datetime, timedelta

    plan = Seeded("s3", read_faults("clock=+20m"), 0)
    right = datetime.now(UTC)
    stamp = "%Y%m%dT%H%M%SZ"
    assert plan.fate(asked(1, **{"x-amz-date": right.strftime(stamp)})).word == "clock"
    assert plan.fate(asked(2, **{"x-amz-date": (right + timedelta(minutes=20)).strftime(stamp)})).trouble is None


@pytest.mark.parametrize("kind", ["ec2", "s3", "swift", "gogrid", "openstack", "rackspace", ""])
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503, 504, 599])
def test_every_refusal_is_a_whole_answer(kind: str, status: int) -> None:
    for answer in (refusal(kind, status), throttled(kind), skewed(kind)):
        head, _, body = answer.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        assert line.startswith("HTTP/1.1 ")
        headers = dict(field.lower().split(": ", 1) for field in fields)
        assert int(headers["content-length"]) == len(body)
        if "xml" in headers["content-type"]:
            assert ET.fromstring(body).find(".//Code") is not None
        elif "json" in headers["content-type"]:
            json.loads(body)
    assert refusal(kind, status).startswith(b"HTTP/1.1 %d " % status)


def test_a_server_that_closes_its_connections_is_dialled_anew() -> None:
    """Which it may do at any time, and is no fault that was ordered."""
    closed = threading.Event()
    read: list[bytes] = []

    def serve() -> None:
        for end in (b"\r\n\r\n", b"0\r\n\r\n"):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(30)
                text = b""
                while not text.endswith(end):
                    text += connection.recv(4096)
                read.append(text)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            closed.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with faults(f"http://127.0.0.1:{listener.getsockname()[1]}", "drip=0") as link:
            client = http.client.HTTPConnection("127.0.0.1", int(link.endpoint.rpartition(":")[2]), timeout=30)
            client.request("GET", "/")
            assert client.getresponse().read() == b"ok"
            assert closed.wait(30)
            # Whose body is known by a word that may be written in any case.
            client.request("PUT", "/", b"4\r\nbody\r\n0\r\n\r\n", {"Transfer-Encoding": "Chunked"})
            assert client.getresponse().read() == b"ok"
            client.close()
        thread.join(30)
    assert b"body" in read[1]


def test_no_link_stands_before_what_has_no_port() -> None:
    server = SandboxServer(
        name="machines", summary="", endpoint="unix:///s", port=1, pid=1, log="", profiles={}, environment={}
    )
    with pytest.raises(ConfigurationError, match="machines listens on no port"), faults(server, "cut=0.1"):
        pass


def test_every_word_is_documented() -> None:
    from pathlib import Path

    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
    for word in (*SHARES, "slow", "bandwidth", "throttle", "idle", "clock", "most", "503"):
        assert f"`{word}=" in page, word

"""What recordings promise whatever the cloud: time, chance, bounds, and what is no secret."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli.runtime import asynchronous_runtime, blocking_runtime
from cumuli.runtime.delegating import DelegatingRuntime
from cumuli.runtime.messages import Headers, Request, Response
from cumuli.runtime.protocol import Runtime, TransportSettings
from cumuli.runtime.timeouts import Patience
from cumuli.testing import RecordingError, UnexpectedRequest, recording, recordings, replaying
from cumuli.testing.flavours import Flavour, flavour
from cumuli.testing.recordings.redaction import REDACTED, Redactor, is_secret_name
from cumuli.testing.recordings.written import Writer, read, write

__all__ = ["flavour"]

ZONES = "Action=DescribeAvailabilityZones&Version=2016-11-15&Filter.1.Name=state&Filter.1.Value.1=available"

Answers = Callable[[int, Request], Response]


class Canned(DelegatingRuntime):
    """A network on which the answers are made up."""

    def __init__(self, runtime: Runtime, answers: Answers) -> None:
        super().__init__(runtime)
        self._answers = answers
        self.sent = 0

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        self.sent += 1
        return self._answers(self.sent, request)


def client(flavour: Flavour, answers: Answers, **more: Any) -> Any:
    factory = asynchronous_runtime if flavour.name == "async" else blocking_runtime

    def make(settings: TransportSettings) -> Runtime:
        return Canned(factory(settings), answers)

    kind = cumuli.AsyncEC2 if flavour.name == "async" else cumuli.EC2
    return flavour.shape(kind("key", "secret", region="us-east-1", proxy="", _runtime=make, **more))


def regions(number: int = 0, request: Request | None = None) -> Response:
    return Response(status=200, headers=Headers(), body=b"<DescribeAvailabilityZonesResponse/>")


def refused(number: int, request: Request) -> Response:
    raise AssertionError("a request is sent")


def busy_file(path: Path, *, listings: int = 1) -> None:
    """A recording in which the provider asks to be left alone for a minute, before each of so many listings."""
    request = {
        "method": "POST",
        "url": "https://ec2.us-east-1.amazonaws.com/",
        "headers": ["content-type: application/x-www-form-urlencoded; charset=utf-8"],
        "body": {"text": [ZONES]},
    }
    answers = [
        {"status": 503, "headers": ["retry-after: 60"]},
        {"status": 200, "body": {"text": ["<DescribeAvailabilityZonesResponse/>"]}},
    ] * listings
    exchanges = [{"operation": "DescribeAvailabilityZones", "request": request, "answer": answer} for answer in answers]
    head = {"cumuli_recording": 1, "recorded": "2020-02-02T02:02:02Z", "seed": "0" * 32}
    path.write_text(json.dumps({**head, "exchanges": exchanges}))


async def test_a_replay_waits_for_nothing(flavour: Flavour, tmp_path: Path) -> None:
    busy_file(tmp_path / "busy.json", listings=2)
    began = time.monotonic()
    with replaying(tmp_path / "busy.json"):
        async with client(flavour, refused) as cloud:
            assert await cloud.list_locations() == []
            # What was skipped is not taken off the time of what begins later.
            with cumuli.deadline(90):
                assert await cloud.list_locations() == []
    assert time.monotonic() - began < 20


async def test_the_time_that_is_skipped_counts(flavour: Flavour, tmp_path: Path) -> None:
    busy_file(tmp_path / "busy.json")
    # As without a recording, there is no time left for another attempt.
    with replaying(tmp_path / "busy.json"), cumuli.deadline(59):
        async with client(flavour, refused) as cloud:
            with pytest.raises(cumuli.ProviderUnavailable):
                await cloud.list_locations()
            assert await cloud.list_locations() == []


async def test_the_clock_is_the_recordings(flavour: Flavour, tmp_path: Path) -> None:
    busy_file(tmp_path / "busy.json")
    with replaying(tmp_path / "busy.json"):
        kind = cumuli.AsyncMemoryCompute if flavour.name == "async" else cumuli.MemoryCompute
        async with flavour.shape(kind()) as memory, client(flavour, refused) as cloud:
            node = await memory.create_node("web", "small", "debian")
            assert 0 <= (node.created_at - dt.datetime(2020, 2, 2, 2, 2, 2, tzinfo=dt.UTC)).total_seconds() < 60
            await cloud.list_locations()
            later = await memory.create_node("web", "small", "debian")
            assert (later.created_at - node.created_at).total_seconds() >= 60


async def test_clients_from_outside_are_left_alone(flavour: Flavour, tmp_path: Path) -> None:
    async with client(flavour, regions) as outside:
        with recording(tmp_path / "empty.json"):
            await outside.list_locations()
    assert json.loads((tmp_path / "empty.json").read_text())["exchanges"] == []


async def test_a_client_that_outlives_its_recording(flavour: Flavour, tmp_path: Path) -> None:
    with recording(tmp_path / "one.json"):
        cloud = client(flavour, regions)
        await cloud.list_locations()
    with pytest.raises(RecordingError, match="has ended"):
        await cloud.list_locations()
    await cloud.aclose()


def test_a_block_that_fails_leaves_the_recording_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("as it was")
    with pytest.raises(ZeroDivisionError), recording(path):
        raise ZeroDivisionError
    assert path.read_text() == "as it was"


async def test_an_answer_that_is_too_long(flavour: Flavour, tmp_path: Path) -> None:
    path = tmp_path / "long.json"

    async def program() -> None:
        with recording(path, max_body=10):
            async with client(flavour, regions) as cloud:
                # A program takes it for an error of the cloud's, and goes on.
                with suppress(cumuli.CloudError):
                    await cloud.list_locations()

    with pytest.raises(RecordingError, match=r"more than 10 bytes.*max_body"):
        await program()
    assert not path.exists()


async def test_a_listing_that_was_given_up_may_be_missing(flavour: Flavour, tmp_path: Path) -> None:
    def interrupted(number: int, request: Request) -> Response:
        raise KeyboardInterrupt

    path = tmp_path / "given-up.json"
    with recording(path):
        async with client(flavour, interrupted) as cloud:
            with pytest.raises(KeyboardInterrupt):
                await cloud.list_locations()
    with replaying(path):
        pass


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "there is no recording"), ("{", "no recording of format 1"), ('{"cumuli_recording": 2}', "format 1")],
)
def test_what_is_no_recording(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RecordingError, match=message), replaying(path):
        pass


@pytest.mark.parametrize(
    "name",
    [
        *("X-Auth-Token", "x-subject-token", "X-Auth-Key", "X-Account-Meta-Temp-URL-Key-2", "api_key", "adminPass"),
        *("UserData", "UserData.Value", "LaunchTemplateData.UserData", "user_data", "keyMaterial", "private_key"),
        *("SecretAccessKey", "AccessKeyId", "SessionToken", "password", "x-amz-server-side-encryption-customer-key"),
        *("X-aws-ec2-metadata-token", "WebIdentityToken", "SAMLAssertion", "contents", "RAX-KSKEY:apiKeyCredentials"),
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("NextToken", "nextToken", "continuation-token", "NextContinuationToken", "ClientToken", "HttpTokens"),
        *("X-Auth-Token-Expires", "Key", "KeyName", "key_name", "etag", "passwordData", "x-amz-meta-colour", "name"),
    ],
)
def test_names_of_what_is_none(name: str) -> None:
    assert not is_secret_name(name)


def test_documents() -> None:
    redactor = Redactor()
    token = {"access": {"token": {"id": "0123456789", "expires": "2030"}, "user": {"id": "7"}}}
    assert redactor.json(token) == {"access": {"token": {"id": REDACTED, "expires": "2030"}, "user": {"id": "7"}}}
    # Keystone's words for the way of it are none.
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"password": "p&p"}}}}}
    redacted: Any = redactor.json(body)
    assert redacted["auth"]["identity"] == {"methods": ["password"], "password": {"user": {"password": REDACTED}}}
    xml = "<a><nextToken>n</nextToken><password>x &amp; y</password><Contents><Key>k</Key></Contents></a>"
    assert redactor.xml(xml) == xml.replace("x &amp; y", REDACTED)
    assert redactor.xml("<userData> <value>Z</value></userData>") == f"<userData> <value>{REDACTED}</value></userData>"
    assert redactor.query("a=1&sig=xyz&api_key=k&NextToken=n") == f"a=1&api_key={REDACTED}&NextToken=n"
    assert redactor.scrubbed(b"the 0123456789 of it") == b"the REDACTED of it"


PASS = b'{"adminPass": "hunter2hunter2", "id": "7"'


@pytest.mark.parametrize(
    "data",
    [
        *(b"\n" + PASS + b"}", b"\xef\xbb\xbf" + PASS + b"}", PASS, PASS[:28], PASS + b"}\n{}\n"),
        *(PASS + b', "a": "\\ud800"}', b"[" * 100_000 + PASS),
    ],
    ids=["space before it", "a mark", "cut behind it", "cut in it", "two documents", "half a pair", "deep"],
)
def test_what_only_looks_like_json_holds_no_secret(data: bytes) -> None:
    written = Writer(Redactor(), [], {}).body(data, "application/json").data()
    assert b"hunter2" not in written
    assert b'"adminPass"' in written


ODD = [b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a":1%s}' % (b"0" * 80), b'{"a":NaN}', b'{"a":1,"a":2}', b"\r\n[1]"]


async def test_odd_answers_are_kept_as_they_are(flavour: Flavour, tmp_path: Path) -> None:
    def odd(number: int, request: Request) -> Response:
        return Response(status=200, headers=Headers((("x-odd", "\udcff"),)), body=ODD[number - 1])

    path = tmp_path / "odd.json"
    with recording(path):
        async with client(flavour, odd, retry=False) as cloud:
            for _ in ODD:
                with pytest.raises(cumuli.MalformedResponse):
                    await cloud.list_locations()
    answers = [exchange.answer for exchange in read(path).exchanges]
    assert [answer.body.data() for answer in answers if answer is not None] == ODD
    assert {answer.headers for answer in answers if answer is not None} == {("x-odd: \ufffd",)}


def test_what_signs_a_url_is_in_no_text() -> None:
    redactor = Redactor(["\udcff-no-utf-8"])
    signed = "see https://host/a?X-Amz-Signature=0123456789abcdef&amp;marker=m&token=fedcba9876543210"
    found = redactor.text(signed)
    assert found == f"see https://host/a?X-Amz-Signature={REDACTED}&amp;marker=m&token={REDACTED}"
    assert redactor.scrubbed_text("0123456789abcdef, \udcff-no-utf-8") == f"{REDACTED}, {REDACTED}"


def test_environment_variables_that_are_called_like_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["AWS_SECRET_ACCESS_KEY", "ST_KEY", "DB_PASS", "SSH_PASSPHRASE", "DEPLOY_PRIVATE_KEY", "AZURE_STORAGE_KEY"]
    for name in names:
        monkeypatch.setenv(name, f"value of {name}")
    for name in ("TEST_KEYBOARD", "PWD"):
        monkeypatch.setenv(name, "value of none")
    text = ", ".join([*(f"value of {name}" for name in names), "value of none"])
    assert recordings._redactor((), None).scrubbed_text(text) == f"{REDACTED}, " * len(names) + "value of none"


def test_two_workers_may_record_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One is between writing and renaming while the other does both."""
    path = tmp_path / "same.json"
    with recording(path):
        pass
    whole, replace, pid = read(path), Path.replace, os.getpid()

    def meanwhile(self: Path, target: Path) -> Path:
        with monkeypatch.context() as other:
            other.setattr(Path, "replace", replace)
            other.setattr(os, "getpid", lambda: pid + 1)
            write(path, whole)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", meanwhile)
    write(path, whole)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_short_words_are_no_secrets_elsewhere() -> None:
    redactor = Redactor()
    assert redactor.query("password=testing") == f"password={REDACTED}"
    assert redactor.scrubbed(b"a testing server") == b"a testing server"


async def test_what_was_wrong_first_is_told(flavour: Flavour, tmp_path: Path) -> None:
    """A program may take the error for another, and fail of what follows."""
    busy_file(tmp_path / "busy.json")

    async def program() -> None:
        with replaying(tmp_path / "busy.json"):
            async with client(flavour, refused) as cloud:
                with suppress(cumuli.CloudError):
                    await cloud.get_node("i-0123456789abcdef0")
                raise ZeroDivisionError

    with pytest.raises(UnexpectedRequest, match="DescribeInstances") as caught:
        await program()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)

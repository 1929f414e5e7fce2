"""The call loop over a real connection: what is tried again, and what never is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from cumuli.calls.caller import Authorizer, Caller, Timeouts
from cumuli.calls.retry import RetryPolicy
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    Timeout,
)
from cumuli.runtime.deadline import deadline
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import request
from tests.faults.keepalive import Exchange, Server, reply
from tests.flavours import Flavour

QUICK = RetryPolicy(base=0.01, cap=0.02)
KINDS: dict[int, type[CloudError]] = {
    401: AuthenticationError,
    404: NotFound,
    429: RateLimited,
    400: InvalidRequest,
    503: ProviderUnavailable,
}


def check(answer: Response) -> CloudError | None:
    if answer.status < 300:
        return None
    if b"Throttling" in answer.body:
        return RateLimited("slow down", status=answer.status, code="Throttling")
    return KINDS.get(answer.status, MalformedResponse)(f"status {answer.status}", status=answer.status)


class Script:
    """Answers one after the other; the last one again and again. None cuts the connection."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.exchanges: list[Exchange] = []
        self.times: list[float] = []

    def __call__(self, exchange: Exchange) -> bytes | None:
        exchange.body()
        self.exchanges.append(exchange)
        self.times.append(time.monotonic())
        answer = self.answers[min(len(self.exchanges), len(self.answers)) - 1]
        if answer is None:
            exchange.close()
        return answer


def call(
    flavour: Flavour,
    script: Script,
    *,
    method: str = "GET",
    target: str = "/",
    repeatable: bool = True,
    streaming: bool = False,
    retry: RetryPolicy = QUICK,
    timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
    authorizer: Authorizer | None = None,
    body: Callable[[Runtime], object] = lambda _: b"",
    headers: tuple[tuple[str, str], ...] = (),
    within: float | None = None,
) -> bytes:
    """The body of the answer to one call."""

    async def case(runtime: Runtime) -> bytes:
        caller = Caller(runtime, provider="test", retry=retry, timeouts=timeouts, authorizer=authorizer)
        asked = request(server, target, method, body=body(runtime), headers=headers, operation="DoIt")
        if not streaming:
            return (await caller.call(asked, check=check, repeatable=repeatable)).body
        stream = await caller.stream(asked, check=check, repeatable=repeatable)
        parts: list[bytes] = []
        while part := await stream.read(1000):
            parts.append(part)
        await stream.close()
        return b"".join(parts)

    async def limited(runtime: Runtime) -> bytes:
        if within is None:
            return await case(runtime)
        with deadline(within):
            return await case(runtime)

    with Server(script) as server:
        return flavour.run(limited)


OK = reply(200, b"ok")


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(
    "bad",
    [reply(503), reply(429), reply(400, b"<Code>Throttling</Code>"), None],
    ids=["503", "429", "throttling", "cut"],
)
def test_what_passes_is_tried_again_when_it_may_be(flavour: Flavour, bad: bytes | None, streaming: bool) -> None:
    script = Script(bad, bad, OK)
    assert call(flavour, script, streaming=streaming) == b"ok"
    assert len(script.exchanges) == 3


@pytest.mark.parametrize(
    ("bad", "kind"),
    [(reply(503), ProviderUnavailable), (reply(429), RateLimited), (None, ConnectionFailed)],
    ids=["503", "429", "cut"],
)
def test_what_may_have_happened_is_never_repeated_blindly(
    flavour: Flavour, bad: bytes | None, kind: type[CloudError]
) -> None:
    script = Script(bad, OK)
    with pytest.raises(kind) as caught:
        call(flavour, script, method="POST", body=lambda _: b"create", repeatable=False)
    assert len(script.exchanges) == 1
    assert (caught.value.provider, caught.value.operation) == ("test", "DoIt")
    assert caught.value.retryable


THROTTLED = reply(400, b"<Code>Throttling</Code>", ("x-amzn-RequestId", "r-1"))


def test_what_the_service_itself_throttled_did_not_happen(flavour: Flavour) -> None:
    script = Script(THROTTLED, THROTTLED, OK)
    assert call(flavour, script, method="POST", body=lambda _: b"create", repeatable=False) == b"ok"
    assert [exchange.body() for exchange in script.exchanges] == [b"create"] * 3


@pytest.mark.parametrize(
    "answer", [reply(400, b"<Code>Throttling</Code>"), reply(429, b"", ("x-amzn-RequestId", "r-1"))]
)
def test_throttling_without_a_request_id_or_a_code_may_be_a_proxys(flavour: Flavour, answer: bytes) -> None:
    script = Script(answer, OK)
    with pytest.raises(RateLimited):
        call(flavour, script, method="POST", body=lambda _: b"create", repeatable=False)
    assert len(script.exchanges) == 1


def test_an_upload_that_cannot_be_read_again_is_not_repeated_after_throttling(flavour: Flavour) -> None:
    script = Script(THROTTLED, OK)
    with pytest.raises(RateLimited):
        call(flavour, script, method="PUT", body=lambda runtime: runtime.source(iter([b"a"])), repeatable=False)
    assert len(script.exchanges) == 1


@pytest.mark.parametrize("streaming", [False, True])
def test_throttling_is_waited_out_within_the_operations_time(flavour: Flavour, streaming: bool) -> None:
    script = Script(*[reply(429)] * 20, OK)
    assert call(flavour, script, streaming=streaming) == b"ok"
    assert len(script.exchanges) == 21


def test_throttling_that_lasts_ends_with_the_operations_time(flavour: Flavour) -> None:
    script = Script(reply(429))
    # The end may come between two attempts, or in the middle of one.
    with pytest.raises((RateLimited, DeadlineExceeded)):
        call(flavour, script, timeouts=Timeouts(operation=2), retry=RetryPolicy(base=0.05, cap=0.05))
    assert len(script.exchanges) > 4  # other failures have four attempts
    assert script.times[-1] - script.times[0] < 5  # the budget alone lasts for 500 tries, which take more than 10


def test_retries_that_are_off_are_off_for_throttling_too(flavour: Flavour) -> None:
    script = Script(THROTTLED, OK)
    with pytest.raises(RateLimited):
        call(flavour, script, retry=RetryPolicy(attempts=1))
    assert len(script.exchanges) == 1


def test_what_was_never_sent_is_repeated_whatever_it_is(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> float:
        policy = RetryPolicy(attempts=3, base=0.1)
        caller = Caller(runtime, provider="test", retry=policy, timeouts=Timeouts())
        asked = Request(method="POST", origin="http://127.0.0.1:1", target="/", body=b"create")
        started = runtime.monotonic()
        with pytest.raises(ConnectionFailed):
            await caller.call(asked, check=check, repeatable=False)
        return runtime.monotonic() - started

    records: list[logging.LogRecord] = []
    handler: Any = logging.Handler()
    handler.emit = records.append
    log = logging.getLogger("cumuli.http")
    log.addHandler(handler)
    level = log.level
    log.setLevel(logging.DEBUG)
    try:
        flavour.run(case)
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
    assert [vars(record)["attempt"] for record in records if hasattr(record, "attempt")] == [1, 2, 3]


def test_an_error_that_lasts_is_raised_after_all_attempts(flavour: Flavour) -> None:
    script = Script(reply(503, b"", ("x-amzn-RequestId", "req-1")))
    with pytest.raises(ProviderUnavailable) as caught:
        call(flavour, script)
    assert len(script.exchanges) == 4
    assert caught.value.request_id == "req-1"


def test_other_errors_are_not_tried_again(flavour: Flavour) -> None:
    for status, kind in ((404, NotFound), (400, InvalidRequest)):
        script = Script(reply(status), OK)
        with pytest.raises(kind):
            call(flavour, script)
        assert len(script.exchanges) == 1


def test_retry_after_is_waited_for(flavour: Flavour) -> None:
    script = Script(reply(429, b"", ("Retry-After", "1")), OK)
    assert call(flavour, script) == b"ok"
    waited = script.times[1] - script.times[0]
    assert 1 <= waited < 5


def test_a_retry_after_that_is_too_long_is_handed_on(flavour: Flavour) -> None:
    script = Script(reply(429, b"", ("Retry-After", "3600")), OK)
    with pytest.raises(RateLimited) as caught:
        call(flavour, script)
    assert caught.value.retry_after == 3600
    assert len(script.exchanges) == 1


def test_an_upload_is_tried_again_from_its_beginning(flavour: Flavour) -> None:
    script = Script(reply(503), None, OK)
    assert call(flavour, script, method="PUT", body=lambda runtime: runtime.source(b"abc" * 1000)) == b"ok"
    assert [exchange.body() for exchange in script.exchanges] == [b"abc" * 1000] * 3


def test_an_upload_that_cannot_be_read_again_is_not_tried_again(flavour: Flavour) -> None:
    script = Script(reply(503), OK)
    with pytest.raises(ProviderUnavailable):
        call(flavour, script, method="PUT", body=lambda runtime: runtime.source(iter([b"abc"])))
    assert len(script.exchanges) == 1


def test_the_budget_of_a_client_runs_out(flavour: Flavour) -> None:
    script = Script(reply(503))

    async def case(runtime: Runtime) -> list[int]:
        policy = RetryPolicy(attempts=3, base=0.001, budget=25)
        caller = Caller(runtime, provider="test", retry=policy, timeouts=Timeouts())
        tries: list[int] = []
        for _ in range(5):
            before = len(script.exchanges)
            with pytest.raises(ProviderUnavailable):
                await caller.call(request(server), check=check, repeatable=True)
            tries.append(len(script.exchanges) - before)
        return tries

    with Server(script) as server:
        # 25 tokens are five retries.
        assert flavour.run(case) == [3, 3, 2, 1, 1]


def drip(exchange: Exchange) -> None:
    exchange.drip(reply(200, b"x" * 1000), 0.03)


def test_an_attempt_that_takes_too_long_is_a_timeout_and_tried_again(flavour: Flavour) -> None:
    script = Script(OK)

    def first_drips(exchange: Exchange) -> bytes | None:
        if not script.exchanges:
            script.exchanges.append(exchange)
            drip(exchange)
        return script(exchange)

    async def case(runtime: Runtime) -> bytes:
        caller = Caller(runtime, provider="test", retry=QUICK, timeouts=Timeouts(attempt=0.2))
        return (await caller.call(request(server), check=check, repeatable=True)).body

    with Server(first_drips) as server:
        assert flavour.run(case) == b"ok"


@pytest.mark.parametrize("how", ["timeouts", "deadline"])
def test_the_whole_operation_is_bounded(flavour: Flavour, how: str) -> None:
    async def case(runtime: Runtime) -> float:
        timeouts = Timeouts(attempt=1, operation=1.5) if how == "timeouts" else Timeouts()
        caller = Caller(runtime, provider="test", retry=QUICK, timeouts=timeouts)
        started = runtime.monotonic()
        with deadline(1.5 if how == "deadline" else 60), pytest.raises(DeadlineExceeded) as caught:
            await caller.call(request(server, operation="Slow"), check=check, repeatable=True)
        assert caught.value.operation == "Slow"
        assert not caught.value.retryable
        assert isinstance(caught.value.__cause__, Timeout)
        return runtime.monotonic() - started

    with Server(drip) as server:
        seconds = flavour.run(case)
    assert 1.45 < seconds < 6  # the dripping alone takes 30


def test_no_wait_begins_that_would_end_too_late(flavour: Flavour) -> None:
    script = Script(reply(429, b"", ("Retry-After", "60")), OK)
    started = time.monotonic()
    with pytest.raises(RateLimited):
        call(flavour, script, within=30)
    assert time.monotonic() - started < 5


def test_an_errors_answer_may_not_drip_for_ever(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> None:
        head, body = reply(404, b"x" * 1000).split(b"\r\n\r\n")
        exchange.send(head + b"\r\n\r\n")
        exchange.drip(body, 0.03)

    async def case(runtime: Runtime) -> float:
        caller = Caller(runtime, provider="test", retry=QUICK, timeouts=Timeouts(attempt=2, operation=2))
        started = runtime.monotonic()
        with pytest.raises(NotFound):
            await caller.stream(request(server), check=check)
        return runtime.monotonic() - started

    with Server(answer) as server:
        seconds = flavour.run(case)
    assert 1.5 < seconds < 8  # the dripping alone takes 30


class Token:
    """An authorizer with one renewal."""

    def __init__(self, *, renews: bool = True) -> None:
        self.token = "old-token"
        self.renews = renews
        self.renewed = 0

    async def authorize(self, request: Request) -> Request:
        return request.with_headers({"X-Auth-Token": f"{self.token} for {request.target}", "Authorization": "secret"})

    async def renew(self, rejected: Request) -> bool:
        assert rejected.header("x-auth-token")
        self.renewed += 1
        self.token = "new-token"
        return self.renews


@pytest.mark.parametrize("streaming", [False, True])
def test_401_renews_once_and_succeeds(flavour: Flavour, streaming: bool) -> None:
    script, token = Script(reply(401), OK), Token()
    assert call(flavour, script, authorizer=token, streaming=streaming, repeatable=False, method="GET") == b"ok"
    assert [exchange.get("x-auth-token") for exchange in script.exchanges] == ["old-token for /", "new-token for /"]
    assert token.renewed == 1


def test_401_renews_exactly_once(flavour: Flavour) -> None:
    script, token = Script(reply(401)), Token()
    with pytest.raises(AuthenticationError):
        call(flavour, script, authorizer=token)
    assert len(script.exchanges) == 2
    assert token.renewed == 1


def test_401_without_newer_credentials_is_final(flavour: Flavour) -> None:
    script, token = Script(reply(401)), Token(renews=False)
    with pytest.raises(AuthenticationError):
        call(flavour, script, authorizer=token)
    assert len(script.exchanges) == 1


def test_credentials_are_obtained_within_the_operations_time(flavour: Flavour) -> None:
    class Identity(Token):
        async def authorize(self, request: Request) -> Request:
            inner = Caller(self.runtime, provider="identity", retry=QUICK, timeouts=Timeouts())
            await inner.call(request, check=check, repeatable=True)
            raise AssertionError("the identity service answered")

        runtime: Runtime

    async def case(runtime: Runtime) -> float:
        identity = Identity()
        identity.runtime = runtime
        caller = Caller(runtime, provider="test", retry=QUICK, timeouts=Timeouts(operation=0.4), authorizer=identity)
        started = runtime.monotonic()
        with pytest.raises(DeadlineExceeded):
            await caller.call(request(server), check=check, repeatable=True)
        return runtime.monotonic() - started

    with Server(drip) as server:
        seconds = flavour.run(case)
    assert seconds < 5  # the identity service's dripping alone takes 30


def moved(location: str, status: int = 307) -> bytes:
    return reply(status, b"", ("Location", location))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("streaming", [False, True])
def test_a_redirect_to_the_same_origin_is_followed_and_signed_anew(
    flavour: Flavour, status: int, streaming: bool
) -> None:
    script = Script(moved("/there?x=1", status), OK)
    assert call(flavour, script, target="/here?y=2", authorizer=Token(), streaming=streaming) == b"ok"
    assert [exchange.target for exchange in script.exchanges] == ["/here?y=2", "/there?x=1"]
    assert script.exchanges[1].get("x-auth-token") == "old-token for /there?x=1"


def test_to_another_origin_nothing_goes_that_tells_who_asks(flavour: Flavour) -> None:
    elsewhere = Script(OK)
    with Server(elsewhere) as other:
        # Another port of the same host is another origin.
        script = Script(moved(f"{other.origin}/there%2F?x=1"))
        headers = (("X-Custom-Secret", "1"), ("Cookie", "a=b"), ("Range", "bytes=0-9"))
        assert call(flavour, script, authorizer=Token(), headers=headers) == b"ok"
    assert script.exchanges[0].get("authorization") == "secret"
    got = elsewhere.exchanges[0]
    assert got.target == "/there%2F?x=1"
    assert {name.lower() for name, _ in got.fields} == {"host", "user-agent", "accept-encoding", "range"}
    assert got.get("host") == f"127.0.0.1:{other.port}"


def test_a_post_is_never_followed(flavour: Flavour) -> None:
    script = Script(moved("/there"), OK)
    with pytest.raises(MalformedResponse):
        call(flavour, script, method="POST", body=lambda _: b"x")
    assert len(script.exchanges) == 1


PAGE = reply(200, b"<html>Log in</html>", ("Content-Type", "text/html; charset=utf-8"))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "there", [reply(401), reply(403), reply(404), PAGE], ids=["401", "403", "404", "a page to log in"]
)
def test_what_comes_back_from_another_origin_is_no_answer_to_what_was_asked(
    flavour: Flavour, method: str, there: bytes
) -> None:
    if method == "HEAD":
        there = there.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    token = Token()
    with Server(Script(there)) as other:
        script = Script(moved(f"{other.origin}/there?signature=x"))
        with pytest.raises(MalformedResponse) as caught:
            call(flavour, script, method=method, authorizer=token)
        assert f"redirects to {other.origin}" in caught.value.message
    assert "correct the endpoint" in caught.value.message
    assert token.renewed == 0


def test_a_failure_of_another_origin_names_both(flavour: Flavour) -> None:
    with Server(Script(reply(503), OK)) as other:
        script = Script(moved(f"{other.origin}/"))
        assert call(flavour, script, authorizer=Token()) == b"ok"
    script = Script(moved(f"{other.origin}/"))
    with pytest.raises(ConnectionFailed, match=r"cannot connect to .* redirects to http://.*correct the endpoint"):
        call(flavour, script, authorizer=Token(), retry=RetryPolicy(attempts=1))


def test_a_download_from_another_origin_may_be_a_page(flavour: Flavour) -> None:
    with Server(Script(PAGE)) as other:
        script = Script(moved(f"{other.origin}/"))
        assert call(flavour, script, authorizer=Token(), streaming=True) == b"<html>Log in</html>"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_a_change_was_not_carried_out(flavour: Flavour, method: str, status: int) -> None:
    script = Script(moved("https://api.example/v2?signature=secret", status), OK)
    with pytest.raises(MalformedResponse) as caught:
        call(flavour, script, method=method, repeatable=False)
    assert len(script.exchanges) == 1
    assert "redirects to https://api.example/v2, and nothing was done; correct" in caught.value.message
    assert "secret" not in caught.value.message
    assert caught.value.refused
    assert caught.value.status == status


@pytest.mark.parametrize(
    "location", ["ftp://example.com/x", "http://[::1", "http://user@", "javascript:alert(1)", "http://a b/"]
)
def test_a_location_that_is_no_web_address_is_malformed(flavour: Flavour, location: str) -> None:
    with pytest.raises(MalformedResponse, match="not a web address"):
        call(flavour, Script(moved(location)))


def test_a_location_as_it_would_be_shown_is_encoded(flavour: Flavour) -> None:
    answer = "HTTP/1.1 302 x\r\nLocation: /grün und blau?q=ä%20ö\r\nContent-Length: 0\r\n\r\n".encode()
    script = Script(answer, OK)
    assert call(flavour, script) == b"ok"
    assert script.exchanges[1].target == "/gr%C3%BCn%20und%20blau?q=%C3%A4%20%C3%B6"


def test_a_circle_of_redirects_ends(flavour: Flavour) -> None:
    script = Script(moved("/again"))
    with pytest.raises(MalformedResponse, match="redirects"):
        call(flavour, script)
    assert len(script.exchanges) == 6


def test_each_attempt_is_logged_without_secrets(flavour: Flavour, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "cumuli.http")
    script = Script(reply(503), reply(200, b"body-secret", ("x-openstack-request-id", "req-7")))
    call(
        flavour,
        script,
        target="/path?signature=query-secret",
        authorizer=Token(),
        headers=(("X-Key", "header-secret"),),
    )
    records: list[Any] = [
        record for record in caplog.records if record.name == "cumuli.http" and hasattr(record, "status")
    ]
    host = script.exchanges[0].get("host")
    assert [
        (r.provider, r.operation, r.method, r.host, r.path, r.status, r.attempt, r.request_id) for r in records
    ] == [
        ("test", "DoIt", "GET", host, "/path", 503, 1, None),
        ("test", "DoIt", "GET", host, "/path", 200, 2, "req-7"),
    ]
    assert all(0 <= record.milliseconds < 5000 for record in records)
    assert "secret" not in caplog.text
    assert "token" not in caplog.text


def test_a_call_is_one_span(flavour: Flavour) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        # Once per process: OpenTelemetry keeps the first one.
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    exporter = InMemorySpanExporter()
    processor = SimpleSpanProcessor(exporter)
    provider.add_span_processor(processor)
    try:
        call(flavour, Script(reply(503), OK), target="/x?signature=query-secret")
        with pytest.raises(NotFound):
            call(flavour, Script(reply(404)))
    finally:
        processor.shutdown()
    good, bad = exporter.get_finished_spans()
    assert good.name == "test DoIt"
    assert good.attributes is not None
    assert good.attributes["http.response.status_code"] == 200
    assert good.attributes["http.request.resend_count"] == 1
    assert str(good.attributes["server.address"]).startswith("127.0.0.1:")
    assert good.status.is_unset
    assert not bad.status.is_ok
    assert "secret" not in repr([span.to_json() for span in (good, bad)])

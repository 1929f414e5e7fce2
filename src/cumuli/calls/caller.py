"""``Caller``: the single loop that turns one logical call into as many attempts as it takes.

Deadlines, authorisation of every attempt, retries, redirects, logging and tracing happen here, for
both flavours and every provider. The runtime below knows none of it; the drivers above need not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import msgspec

from cumuli.calls.recent_ids import RecentIds
from cumuli.calls.redirects import REDIRECTS, Redirect, Way, not_followed
from cumuli.calls.retry import RetryBudget, RetryPolicy, may_have_happened, moment, retry_after, retry_delay
from cumuli.calls.tracing import Span, call_span
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    DeadlineExceeded,
    MalformedResponse,
    NotFound,
    PermissionDenied,
    RateLimited,
    Timeout,
)
from cumuli.runtime.deadline import current_deadline, deadline_words, until
from cumuli.runtime.http.decompression import inflated
from cumuli.runtime.messages import Request, Response, ResponseStream
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.timeouts import Patience

__all__ = ["Authorizer", "Caller", "Check", "ClockedAuthorizer", "Timeouts"]

log = logging.getLogger("cumuli.http")

# An event loop's timers may fire this much early.
TIMER_SLACK = 0.005
MAX_ERROR_BODY = 1024 * 1024
REQUEST_ID_HEADERS = (
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-openstack-request-id",
    "x-compute-request-id",
    "x-trans-id",
)

Check = Callable[[Response], CloudError | None]
"""Reads an answer as the provider means it: the error it tells of, or None when it is a success.

Called for every answer, 2xx included: S3 reports failures under status 200.
"""


class Authorizer(Protocol):
    """Puts credentials on a request: a signature, a token."""

    async def authorize(self, request: Request) -> Request:
        """The request as it is to be sent now. Called for every attempt: signatures age."""
        ...

    async def renew(self, rejected: Request) -> bool:
        """The provider did not accept ``rejected``. True when there are newer credentials to try."""
        ...


@runtime_checkable
class ClockedAuthorizer(Authorizer, Protocol):
    """An authorizer whose signatures tell the time."""

    def correct_clock(self, refusal: CloudError, rejected: Request) -> bool:
        """Look whether it is the clock that ``rejected`` was refused for. True when there is a better time to sign."""
        ...


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long things may take, in seconds of wall-clock time.

    Attributes:
        connect: Name resolution, connecting, proxy and TLS together.
        attempt: From the last byte of a request to its answer, and from the beginning to the first
            byte; what a body takes, up or down, is not counted.
        operation: One logical call with all of its attempts and the waits between them; what bodies
            take is not counted. Listings are bounded page by page; to bound a whole listing,
            or a transfer, use ``with cumuli.deadline(seconds)``.
        stall: How long nothing of a body may move, up or down.
    """

    connect: float = 10.0
    attempt: float = 60.0
    operation: float = 180.0
    stall: float = 60.0


class Caller:
    """Sends a driver's requests. One per client, shared by its threads or tasks.

    Args:
        runtime: Blocking or asynchronous.
        provider: Registry name, for errors, logs and traces.
        retry: The client's retry policy.
        timeouts: The client's timeouts.
        authorizer: Puts credentials on each attempt; None sends requests as they are.
        redirects: Whether redirects of reads are followed. Not for S3, where one says which region to sign for.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        provider: str,
        retry: RetryPolicy,
        timeouts: Timeouts,
        authorizer: Authorizer | None = None,
        redirects: bool = True,
    ) -> None:
        self.runtime = runtime
        self.provider = provider
        self.retry = retry
        self.timeouts = timeouts
        self.authorizer = authorizer
        # What this client made a moment ago; clients and drivers add to it.
        self.recent = RecentIds()
        self._redirects = redirects
        self._budget = RetryBudget(retry.budget)

    async def call(
        self, request: Request, *, check: Check, repeatable: bool, kept_alive: bool = False, answers_late: bool = False
    ) -> Response:
        """Send until there is a success, and give it with its body read.

        Args:
            request: Without credentials; the authorizer adds them.
            check: Tells successes from errors.
            repeatable: Whether the call may be sent again after an attempt that may have taken
                effect: it is idempotent, or carries a client token.
            kept_alive: As the request's own field.
            answers_late: As the request's own field.

        Raises:
            CloudError: What ``check`` made of the last answer, or the runtime's own error.
        """
        if kept_alive or answers_late:
            request = msgspec.structs.replace(request, kept_alive=kept_alive, answers_late=answers_late)
        answer = await self._run(request, check, repeatable, streaming=False)
        assert isinstance(answer, Response)  # noqa: S101 - narrows the union of _run for both checkers
        return answer

    async def stream(self, request: Request, *, check: Check, repeatable: bool = True) -> ResponseStream:
        """As ``call``, but a success is given unread; the caller closes it."""
        answer = await self._run(request, check, repeatable, streaming=True)
        assert not isinstance(answer, Response)  # noqa: S101 - as above
        return answer

    async def _run(
        self, request: Request, check: Check, repeatable: bool, *, streaming: bool
    ) -> Response | ResponseStream:
        runtime = self.runtime
        body = request.body
        # Bodies take as long as they take, and put its end off: how long nothing may move says the stall timeout.
        patience = Patience(self.timeouts.attempt, runtime.monotonic() + self.timeouts.operation)
        may_resend = isinstance(body, bytes) or body.rewindable
        way = Way(request, self.authorizer)
        attempt = 1
        mended: set[str] = set()
        began = runtime.monotonic()
        fresh = True
        doubtful = False
        with call_span(self.provider, request.operation, request.origin) as span:
            while True:
                if not fresh and not isinstance(body, bytes):
                    await body.rewind()
                fresh = False
                authorized = way.request
                if way.authorizer is not None:
                    # Outside of the try: an authorizer that calls an identity service has a loop of its own.
                    with until(patience.until):
                        authorized = await way.authorizer.authorize(authorized)
                try:
                    answer = await self._attempt(authorized, check, attempt, patience, span, streaming=streaming)
                    if isinstance(answer, Redirect):
                        way.follow(answer)
                        continue
                    way.check(answer)
                except CloudError as error:
                    end = min(current_deadline(), patience.until)
                    error = self._explain(way.told(error), request, end)
                    error.repeated = doubtful
                    if way.authorizer is not None and may_resend:
                        with until(end):
                            better = await _mend(way.authorizer, authorized, error, mended)
                        if better:
                            attempt += 1
                            continue
                    if may_resend and await self._waited_for_new(request, error, began, end):
                        continue
                    delay = retry_delay(
                        self.retry,
                        attempt=attempt,
                        error=error,
                        repeatable=may_resend and (repeatable or error.refused),
                        random=runtime.random(),
                    )
                    if delay is None or runtime.monotonic() + delay >= end or not self._budget.take(error):
                        raise error from error.__cause__
                    log.debug("%s failed (%s), next attempt in %.2f s", request.operation, error.message, delay)
                    attempt += 1
                    doubtful = doubtful or may_have_happened(error)
                    await runtime.sleep(delay)
                else:
                    self._budget.refund()
                    self.recent.note(request)
                    return answer

    async def _waited_for_new(self, request: Request, error: CloudError, began: float, end: float) -> bool:
        """Whether what was not found may only be too new, and some time has passed for it."""
        if not isinstance(error, NotFound) or self.retry.attempts == 1:
            return False
        now = self.runtime.monotonic()
        wait = self.recent.wait(request, error, began=began, now=now)
        if wait is None or now + wait >= end:
            return False
        await self.runtime.sleep(wait)
        return True

    async def _attempt(
        self, request: Request, check: Check, attempt: int, patience: Patience, span: Span | None, *, streaming: bool
    ) -> Response | ResponseStream | Redirect:
        """One request and its answer, logged; raises what ``check`` finds."""
        started = self.runtime.monotonic()
        end = current_deadline()
        stream: ResponseStream | None = None
        try:
            if streaming:
                stream = await self.runtime.stream(request, deadline=end, patience=patience)
                if 200 <= stream.status < 300:
                    self._record(request, stream.status, stream.headers.get, attempt, started, span)
                    return stream
                # Not wanted as a stream: an error, or a redirect.
                end = min(end, patience.until, self.runtime.monotonic() + patience.attempt)
                error_body = await _read_error_body(stream, self.runtime, end)
                answer = inflated(Response(status=stream.status, headers=stream.headers, body=error_body), cut=True)
            else:
                answer = await self.runtime.send(request, deadline=end, patience=patience)
                answer = inflated(answer, asked=request.header("accept-encoding"))
        except CloudError as error:
            self._record(request, type(error).__name__, None, attempt, started, span)
            raise
        finally:
            if stream is not None and not 200 <= stream.status < 300:
                await stream.close()
        self._record(request, answer.status, answer.headers.get, attempt, started, span)
        location = answer.headers.get("location")
        # Only reads are followed.
        followed = self._redirects and request.method in {"GET", "HEAD"}
        if followed and answer.status in REDIRECTS and location is not None:
            return Redirect(answer.status, location)
        refusal = check(answer)
        if refusal is None and streaming:
            refusal = MalformedResponse(f"HTTP {answer.status} instead of the content", status=answer.status)
        if refusal is not None:
            raise self._completed(refusal, request, answer)
        return answer

    def _completed(self, refusal: CloudError, request: Request, answer: Response) -> CloudError:
        """Add to a provider's refusal what answers say alike everywhere."""
        location = answer.headers.get("location")
        if answer.status in REDIRECTS and location is not None and isinstance(refusal, MalformedResponse):
            refusal = not_followed(request, refusal, location)
        if refusal.request_id is None:
            refusal.request_id = _request_id(answer.headers.get)
        # A proxy on the way may throttle what has passed it already; it knows neither codes nor ids.
        if isinstance(refusal, RateLimited) and refusal.code is not None and refusal.request_id is not None:
            refusal.refused = True
        if isinstance(refusal, AuthenticationError | PermissionDenied):
            refusal.date = moment(answer.headers.get("date"))
        if refusal.retry_after is None and refusal.retryable:
            refusal.retry_after = retry_after(answer.headers.get("retry-after"), now=self.runtime.now())
        return refusal

    def _explain(self, error: CloudError, request: Request, end: float) -> CloudError:
        """Add what only this loop knows: who was asked for what, and whose time is up."""
        late = self.runtime.monotonic() >= end - TIMER_SLACK
        if late and isinstance(error, Timeout) and not isinstance(error, DeadlineExceeded):
            seconds = self.timeouts.operation
            whose = f"the whole operation may take {seconds:g} s (timeout=Timeouts(operation={seconds:g}))"
            if self.runtime.monotonic() >= current_deadline() - TIMER_SLACK:
                whose = deadline_words(end) or whose
            message = error.message if whose in error.message else f"{error.message}; {whose}"
            exceeded = DeadlineExceeded(message, sent=error.sent, retryable=False)
            exceeded.__cause__ = error
            error = exceeded
        error.provider = error.provider or self.provider
        error.operation = error.operation or request.operation or None
        return error

    def _record(
        self,
        request: Request,
        outcome: int | str,
        header: Callable[[str], str | None] | None,
        attempt: int,
        started: float,
        span: Span | None,
    ) -> None:
        if span is not None:
            span.set_attribute("http.request.resend_count", attempt - 1)
            if isinstance(outcome, int):
                span.set_attribute("http.response.status_code", outcome)
        if not log.isEnabledFor(logging.DEBUG):
            return
        # The query may carry a signature, a token or a password: only the path is logged.
        path = request.target.partition("?")[0]
        milliseconds = (self.runtime.monotonic() - started) * 1000
        request_id = _request_id(header) if header else None
        log.debug(
            "%s %s%s %s in %.1f ms (%s, attempt %d, request id %s)",
            request.method,
            request.origin,
            path,
            outcome,
            milliseconds,
            request.operation,
            attempt,
            request_id,
            extra={
                "provider": self.provider,
                "operation": request.operation,
                "method": request.method,
                "host": request.origin.partition("://")[2],
                "path": path,
                "status": outcome,
                "attempt": attempt,
                "milliseconds": round(milliseconds, 1),
                "request_id": request_id,
            },
        )


async def _mend(authorizer: Authorizer, rejected: Request, error: CloudError, mended: set[str]) -> bool:
    """Whether the next attempt will be authorised otherwise than this one: at another time, with other credentials.

    Args:
        authorizer: Of the call.
        rejected: What was sent.
        error: What came of it.
        mended: What was tried for this call already: each is tried once.
    """
    if isinstance(authorizer, ClockedAuthorizer) and error.date is not None and "clock" not in mended:
        mended.add("clock")
        if authorizer.correct_clock(error, rejected):
            return True
    if isinstance(error, AuthenticationError) and "credentials" not in mended:
        mended.add("credentials")
        return await authorizer.renew(rejected)
    return False


def _request_id(header: Callable[[str], str | None]) -> str | None:
    for name in REQUEST_ID_HEADERS:
        value = header(name)
        if value:
            return value
    return None


async def _read_error_body(stream: ResponseStream, runtime: Runtime, end: float) -> bytes:
    """What an error's answer says, as far as it says it in time."""
    parts: list[bytes] = []
    size = 0
    while size < MAX_ERROR_BODY and runtime.monotonic() < end:
        part = await stream.read(65_536)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)

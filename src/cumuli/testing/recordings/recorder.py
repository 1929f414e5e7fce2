"""Recording: what clients send and are answered is taken down on its way."""

from __future__ import annotations

import datetime as dt
import random
import uuid

import msgspec

from cumuli.errors import CloudError, ConnectionFailed, Timeout
from cumuli.runtime.delegating import DelegatingRuntime
from cumuli.runtime.http.decompression import inflated
from cumuli.runtime.messages import Headers, Request, Response, ResponseStream
from cumuli.runtime.mutex import Mutex
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.timeouts import Patience
from cumuli.testing.recordings.contents import Content, NotedSource
from cumuli.testing.recordings.errors import RecordingError
from cumuli.testing.recordings.redaction import Redactor
from cumuli.testing.recordings.written import LOOPBACK, Exchange, Failure, Recording, Writer, token_of

__all__ = ["Recorder"]


class _Taken:
    """An exchange as it passes."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.content = Content()
        self.status: int | None = None
        self.headers = Headers()
        self.data = bytearray()
        self.cut = False
        self.failure: Failure | None = None
        self.given_up = False

    def answered(self, status: int, headers: Headers) -> None:
        self.status, self.headers = status, headers

    def failed(self, error: BaseException) -> None:
        if isinstance(error, CloudError):
            unsent = isinstance(error, ConnectionFailed | Timeout) and not error.sent
            self.failure = Failure(kind=type(error).__name__, message=error.message, unsent=unsent)
        else:
            self.given_up = True


class Recorder:
    """What passes of the clients that are made while it is in force.

    Args:
        redactor: Knows what is secret.
        max_body: Most bytes of the content of one answer.
    """

    def __init__(self, redactor: Redactor, *, max_body: int) -> None:
        self.redactor = redactor
        self._max_body = max_body
        self._taken: list[_Taken] = []
        self._seed = uuid.uuid4()
        self._tokens: list[str] = []
        self._chance = random.Random(0)
        self._lock = Mutex()
        self._began = dt.datetime.now(dt.UTC)
        self._ended = False
        self._too_long: RecordingError | None = None

    def wrap(self, runtime: Runtime) -> Runtime:
        """The runtime of a client, recorded."""
        return _RecordingRuntime(runtime, self)

    def begin(self, request: Request) -> _Taken:
        """A request is about to be sent."""
        taken = _Taken(request)
        if isinstance(request.body, bytes):
            taken.content.feed(request.body)
            taken.content.complete = True
        with self._lock:
            if self._ended:
                raise RecordingError("the recording of this client has ended; make a new client for what follows")
            self._taken.append(taken)
        return taken

    def keep(self, taken: _Taken, data: bytes) -> None:
        """A piece of an answer.

        Raises:
            RecordingError: The answer is too long for a recording.
        """
        if len(taken.data) + len(data) > self._max_body:
            path = taken.request.target.partition("?")[0]
            # Kept, since programs catch errors of this tree, and half a recording is none.
            self._too_long = RecordingError(
                f"the answer to {taken.request.method} {path} has more than {self._max_body:,} bytes, which is what a "
                "recording keeps of one; use smaller content in the test, or give recording(max_body=…)"
            )
            raise self._too_long
        taken.data += data

    def token(self) -> str:
        """An idempotency token: a new one now, and the same one in the replay."""
        with self._lock:
            self._tokens.append(token_of(self._seed, len(self._tokens) + 1))
            return self._tokens[-1]

    def random(self) -> float:
        """The same chances in a recording and in its replay."""
        with self._lock:
            return self._chance.random()

    def finish(self) -> Recording:
        """All that passed.

        Raises:
            RecordingError: An answer was too long.
        """
        with self._lock:
            self._ended = True
        if self._too_long is not None:
            raise self._too_long
        found = [LOOPBACK.search(taken.request.origin) for taken in self._taken]
        ports = dict.fromkeys(match[3] for match in found if match is not None)
        writer = Writer(self.redactor, self._tokens, {port: str(number) for number, port in enumerate(ports, 1)})
        # Twice: a secret may be found only after the first text that it stands in.
        for taken in self._taken:
            _exchange(writer, taken)
        exchanges = tuple(_exchange(writer, taken) for taken in self._taken)
        return Recording(recorded=self._began.replace(microsecond=0), seed=self._seed, exchanges=exchanges)


def _exchange(writer: Writer, taken: _Taken) -> Exchange:
    answer = None
    if taken.status is not None:
        whole = not taken.cut and taken.failure is None and taken.request.method != "HEAD"
        answer = writer.answer(taken.status, taken.headers.pairs(), bytes(taken.data), whole=whole, cut=taken.cut)
    failure = taken.failure
    if failure is not None:
        failure = msgspec.structs.replace(failure, message=writer.text(failure.message))
    return Exchange(
        operation=taken.request.operation,
        request=writer.asked(taken.request, taken.content),
        answer=answer,
        failure=failure,
        given_up=taken.given_up,
    )


class _RecordingRuntime(DelegatingRuntime):
    """Sends as the runtime does that it is around, and takes everything down."""

    def __init__(self, runtime: Runtime, recorder: Recorder) -> None:
        super().__init__(runtime)
        self._recorder = recorder

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        taken = self._recorder.begin(request)
        try:
            answer = await super().send(_noted(request, taken), deadline=deadline, patience=patience)
        except BaseException as error:
            taken.failed(error)
            raise
        headers = answer.headers
        plain = inflated(answer, asked=request.header("accept-encoding"))
        if plain.body is not answer.body:
            # A person can read it, and a secret is found in it.
            headers = Headers(tuple(pair for pair in headers if pair[0] != "content-encoding"))
        taken.answered(answer.status, headers)
        self._recorder.keep(taken, plain.body)
        return answer

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        taken = self._recorder.begin(request)
        try:
            stream = await super().stream(_noted(request, taken), deadline=deadline, patience=patience)
        except BaseException as error:
            taken.failed(error)
            raise
        taken.answered(stream.status, stream.headers)
        # Until all of it was read.
        taken.cut = True
        return _RecordedStream(stream, taken, self._recorder)

    def random(self) -> float:
        return self._recorder.random()

    def token(self) -> str:
        return self._recorder.token()


def _noted(request: Request, taken: _Taken) -> Request:
    if isinstance(request.body, bytes):
        return request
    return msgspec.structs.replace(request, body=NotedSource(request.body, taken.content))


class _RecordedStream:
    """A stream that is taken down as it is read."""

    def __init__(self, stream: ResponseStream, taken: _Taken, recorder: Recorder) -> None:
        self._stream = stream
        self._taken = taken
        self._recorder = recorder

    @property
    def status(self) -> int:
        return self._stream.status

    @property
    def headers(self) -> Headers:
        return self._stream.headers

    async def read(self, size: int) -> bytes:
        try:
            data = await self._stream.read(size)
        except CloudError as error:
            self._taken.failed(error)
            self._taken.cut = False
            raise
        self._recorder.keep(self._taken, data)
        if not data:
            self._taken.cut = False
        return data

    async def close(self) -> None:
        await self._stream.close()

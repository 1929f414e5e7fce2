"""Replaying: requests are answered as they were when they were recorded, and nothing is sent."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from difflib import SequenceMatcher, unified_diff
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from cumuli.runtime import skipped_time
from cumuli.runtime.delegating import DelegatingRuntime
from cumuli.runtime.messages import Headers, Request, Response, ResponseStream
from cumuli.runtime.mutex import Mutex
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.timeouts import Patience
from cumuli.testing.recordings.contents import Body, Content, read_all
from cumuli.testing.recordings.errors import RecordingError, UnexpectedRequest, UnusedExchanges
from cumuli.testing.recordings.redaction import Redactor
from cumuli.testing.recordings.written import LOOPBACK, TOKEN, Answer, Asked, Exchange, Recording, Writer, token_of

__all__ = ["Replay"]

ANY_TOKEN: Final = re.compile(rf"{TOKEN}(\d+)")
# How long a request waits that nobody waited for: for being given up again.
GIVEN_UP_WITHIN: Final = 60.0
SHOWN: Final = 10


class Replay:
    """A recording that answers.

    Every exchange is used once. Requests may come in any order, since threads and tasks bring them so; of those that
    are alike each gets the next answer.

    Args:
        recording: What was recorded.
        path: Its file, for messages.
        redactor: Knows what is secret.

    Attributes:
        unexpected: The first request that the recording does not have.
    """

    def __init__(self, recording: Recording, path: Path, redactor: Redactor) -> None:
        self._recorded_at = recording.recorded.timestamp()
        self._began = skipped_time.monotonic()
        self._path = path
        self._redactor = redactor
        self._exchanges = recording.exchanges
        self._left = dict(enumerate(recording.exchanges))
        self._keys = [_key(exchange.request) for exchange in recording.exchanges]
        self._seed = recording.seed
        self._tokens: list[str] = []
        self._chance = random.Random(0)
        self._lock = Mutex()
        self.unexpected: UnexpectedRequest | None = None
        # Which of this machine's ports is which of the recording's, and the other way round.
        self._ports: dict[str, str] = {}
        urls = [exchange.request.url for exchange in recording.exchanges]
        self._numbers = dict.fromkeys(found[3] for url in urls for found in LOOPBACK.finditer(url))

    def wrap(self, runtime: Runtime) -> Runtime:
        """The runtime of a client, replayed: what does no I/O is still done by it."""
        return _ReplayingRuntime(runtime, self)

    def take(self, request: Request, content: Content) -> Exchange:
        """The exchange that a request is answered by.

        Raises:
            UnexpectedRequest: There is none left.
        """
        with self._lock:
            nearest: Asked | None = None
            for ports in self._ways(request.origin):
                asked = Writer(self._redactor, self._tokens, ports).asked(request, content)
                nearest = nearest or asked
                key, unread = _key(asked), _key(_unread(asked))
                for number, exchange in self._left.items():
                    if self._keys[number] == (unread if exchange.request.body.unread else key):
                        self._ports = ports
                        del self._left[number]
                        return exchange
            assert nearest is not None
            error = self._unknown(request.operation, nearest)
            self.unexpected = self.unexpected or error
            raise error

    def _ways(self, origin: str) -> Iterator[dict[str, str]]:
        """The ports as they are known, or with each that the request's one may be."""
        found = LOOPBACK.search(origin)
        if found is None or found[3] in self._ports or found[3] in self._numbers:
            yield self._ports
            return
        free = [number for number in self._numbers if number not in self._ports.values()]
        for number in free or list(self._numbers):
            yield {**self._ports, found[3]: number}
        if not self._numbers:
            yield self._ports

    def restored(self, text: str) -> str:
        """A text of an answer with this run's tokens and ports."""
        numbers = {number: port for port, number in self._ports.items()}
        text = LOOPBACK.sub(lambda found: f"{found[1]}{found[2]}{numbers.get(found[3], found[3])}", text)
        return ANY_TOKEN.sub(lambda found: token_of(self._seed, int(found[1])), text) if TOKEN in text else text

    def content(self, answer: Answer) -> bytes:
        """The content of an answer."""
        data = answer.body.data()
        if answer.body.base64:
            return data
        return self.restored(data.decode()).encode()

    def headers(self, answer: Answer) -> Headers:
        """The headers of an answer."""
        pairs = [header.partition(": ") for header in answer.headers]
        return Headers(tuple((name, self.restored(value)) for name, _, value in pairs))

    def token(self) -> str:
        """The idempotency token that the recording's program got in its place."""
        with self._lock:
            self._tokens.append(token_of(self._seed, len(self._tokens) + 1))
            return self._tokens[-1]

    def random(self) -> float:
        """As it was in the recording."""
        with self._lock:
            return self._chance.random()

    def now(self) -> float:
        """The time of the recording, and what has passed since."""
        return self._recorded_at + skipped_time.monotonic() - self._began

    def finish(self) -> None:
        """Do nothing if the recording was followed to its end.

        Raises:
            UnexpectedRequest: A request was made that it does not have, and the program went on.
            UnusedExchanges: A request of it was not made.
        """
        if self.unexpected is not None:
            raise self.unexpected
        left = [exchange for exchange in self._left.values() if not exchange.given_up]
        if left:
            shown = "".join(f"\n  {_title(exchange)}" for exchange in left[:SHOWN])
            more = f"\n  and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
            raise UnusedExchanges(
                f"{len(left)} of {len(self._exchanges)} requests in {self._path} were not made:{shown}{more}\n"
                "If the program is right, record it again."
            )

    def _unknown(self, operation: str, asked: Asked) -> UnexpectedRequest:
        mine = _lines(asked)
        left, used = list(self._left.values()), [e for n, e in enumerate(self._exchanges) if n not in self._left]
        said = f"{self._path} has no such request ({operation}); if the program is right, record it again."
        key = _key(asked)
        again = sum(self._keys[number] == key for number in range(len(self._keys)) if number not in self._left)
        if again:
            return UnexpectedRequest(
                f"{said} It was made {again} times in the recording, and now once more: {asked.url}"
            )
        nearest = max(left or used, key=lambda exchange: _likeness(exchange.request, asked, mine), default=None)
        if nearest is None:
            return UnexpectedRequest(f"{said} The recording is empty.\n" + "\n".join(mine))
        kind = "The nearest that is left" if left else "All of its requests were made; the nearest"
        diff = unified_diff(_lines(nearest.request), mine, "recorded", "requested", lineterm="", n=2)
        return UnexpectedRequest(f"{said} {kind}, {nearest.operation}:\n" + "\n".join(diff))


def _title(exchange: Exchange) -> str:
    return f"{exchange.operation}: {exchange.request.method} {exchange.request.url}"


def _lines(asked: Asked) -> list[str]:
    return msgspec.json.format(msgspec.json.encode(asked), indent=2).decode().splitlines()


def _likeness(recorded: Asked, asked: Asked, lines: list[str]) -> tuple[bool, bool, float]:
    alike = SequenceMatcher(None, _lines(recorded), lines, autojunk=False).ratio()
    return recorded.method == asked.method, recorded.url == asked.url, alike


def _unread(asked: Asked) -> Asked:
    return msgspec.structs.replace(asked, body=Body(unread=True))


def _key(asked: Asked) -> str:
    """What has to be the same. Which token it was is not: threads and tasks fetch them as they come."""
    body = msgspec.structs.replace(asked.body, text=("".join(asked.body.text),), spaced=False)
    return ANY_TOKEN.sub(TOKEN, msgspec.json.encode(msgspec.structs.replace(asked, body=body)).decode())


class _ReplayingRuntime(DelegatingRuntime):
    """Answers from a recording, and waits for nothing."""

    def __init__(self, runtime: Runtime, replay: Replay) -> None:
        super().__init__(runtime)
        self._replay = replay

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        exchange = await self._taken(request)
        if exchange.failure is not None:
            raise exchange.failure.error()
        assert exchange.answer is not None
        answer = exchange.answer
        return Response(status=answer.status, headers=self._replay.headers(answer), body=self._replay.content(answer))

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        exchange = await self._taken(request)
        if exchange.answer is None:
            assert exchange.failure is not None
            raise exchange.failure.error()
        return _ReplayedStream(exchange, exchange.answer, self._replay)

    async def _taken(self, request: Request) -> Exchange:
        # As a real one: others come to their turn, and a closed client says so.
        await self._runtime.sleep(0)
        exchange = self._replay.take(request, await read_all(request.body))
        if exchange.given_up:
            await self._runtime.sleep(GIVEN_UP_WITHIN)
            raise RecordingError("nobody waited for this request when it was recorded, and now somebody does")
        return exchange

    async def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        await self._runtime.sleep(0)
        skipped_time.skip_to(end)

    def now(self) -> float:
        return self._replay.now()

    def monotonic(self) -> float:
        return skipped_time.monotonic()

    def random(self) -> float:
        return self._replay.random()

    def token(self) -> str:
        return self._replay.token()


class _ReplayedStream:
    """An answer's content, as far as it was read when it was recorded."""

    def __init__(self, exchange: Exchange, answer: Answer, replay: Replay) -> None:
        self.status = answer.status
        self.headers = replay.headers(answer)
        self._exchange = exchange
        self._cut = answer.cut
        self._data = replay.content(answer)
        self._at = 0

    async def read(self, size: int) -> bytes:
        piece = self._data[self._at : self._at + size]
        self._at += len(piece)
        if not piece:
            if self._exchange.failure is not None:
                raise self._exchange.failure.error()
            if self._cut:
                self._end()
        return piece

    async def close(self) -> None:
        self._data = b""

    def _end(self) -> NoReturn:
        raise RecordingError(
            f"of this answer ({_title(self._exchange)}) the first {self._at} bytes were read when it was recorded, and "
            "now more is asked for; record it again"
        )

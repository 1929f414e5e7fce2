"""What went over the wire while a behaviour was tried: for failures, redacted, and what answers tell by the way."""

from __future__ import annotations

import base64
import json
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TypeVar, cast
from urllib.parse import quote, quote_plus

from cumuli.cli.dry_run import SECRET_FIELD, shown
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.loop.runtime import AsyncioRuntime
from cumuli.runtime.messages import Headers, Request, Response, ResponseStream
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.runtime.timeouts import Patience
from cumuli.serialize import HIDDEN, Plain

__all__ = ["Exchanges", "Redaction"]

AnswerT = TypeVar("AnswerT", Response, ResponseStream)

KEPT = 6
BODY = 1500
# Of answers, what tells something and hides nobody. Everything else may be a token under a name that nobody knew.
ANSWER_HEADERS = re.compile(
    r"content-(type|length|range|encoding)|date|etag|last-modified|location|retry-after|server|accept-ranges"
    r"|(x-[a-z0-9-]*)?request-id|x-amzn-requestid|x-trans-id|x-amz-error-[a-z]+|x-(container|account)-[a-z-]+-(count|used)",
    re.IGNORECASE,
)
ELEMENT = re.compile(r"<(\w*(?:secret|password|token|keyMaterial|credential)\w*)>[^<]*</", re.IGNORECASE)
KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL)
# A URL that is signed opens what it names to whoever reads it.
SIGNED = re.compile(r"\b((?:X-Amz-(?:Signature|Security-Token)|temp_url_sig|Signature)=)[^&\s'\"]+", re.IGNORECASE)
SHORTEST = 6


class Redaction:
    """Takes secrets out of texts, whatever they are written in: plain, in a URL, in base64, in hexadecimal digits.

    Args:
        secrets: Which.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        words = "|".join(re.escape(form) for form in sorted(found, key=len, reverse=True))
        self._pattern = re.compile(words) if words else None

    def __call__(self, text: str) -> str:
        # Of names that are no text, such as those of some files, nothing can be written.
        text = text.encode("utf-8", "replace").decode()
        text = SIGNED.sub(rf"\1{HIDDEN}", KEY_BLOCK.sub(HIDDEN, text))
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogateescape")
    yield from (secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1])
    yield from (raw.hex(), raw.hex().upper())
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            encoded = encode(b"\0" * shift + raw).decode()
            # The characters at both ends also depend on what stands beside the secret.
            inner = encoded[4 if shift else 0 : -4]
            if len(inner) >= SHORTEST:
                yield inner


class Exchanges:
    """The last few exchanges, the clocks of those who answered, and runtimes that tell of them.

    Args:
        redact: Takes the secrets out.
    """

    def __init__(self, redact: Redaction) -> None:
        self.redact = redact
        self.skews: list[float] = []
        self._last: deque[str] = deque(maxlen=KEPT)

    def forget(self) -> None:
        """Another behaviour begins."""
        self._last.clear()

    def last(self) -> list[str]:
        """The exchanges of this behaviour, the last ones, as text."""
        return list(self._last)

    def runtime(self, *, asynchronous: bool) -> RuntimeFactory:
        """A maker of runtimes that tell of their exchanges."""
        seen = self

        class Blocking(BlockingRuntime):
            async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
                return seen.note(request, await super().send(request, deadline=deadline, patience=patience))

            async def stream(
                self, request: Request, *, deadline: float, patience: Patience | None = None
            ) -> ResponseStream:
                return seen.note(request, await super().stream(request, deadline=deadline, patience=patience))

        class Asynchronous(AsyncioRuntime):
            async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
                return seen.note(request, await super().send(request, deadline=deadline, patience=patience))

            async def stream(
                self, request: Request, *, deadline: float, patience: Patience | None = None
            ) -> ResponseStream:
                return seen.note(request, await super().stream(request, deadline=deadline, patience=patience))

        return cast("RuntimeFactory", Asynchronous if asynchronous else Blocking)

    def note(self, request: Request, answer: AnswerT) -> AnswerT:
        """Remember an exchange; gives the answer."""
        date = answer.headers.get("date")
        if date is not None:
            with suppress(ValueError, TypeError):
                # HTTP's dates have whole seconds: on average the moment was half of one later.
                self.skews.append(parsedate_to_datetime(date).timestamp() + 0.5 - time.time())
        self._last.append(self.redact(_told(request, answer)))
        return answer


def _told(request: Request, answer: Response | ResponseStream) -> str:
    told = shown(request)
    lines = [f"> {told['method']} {told['url']}"]
    for part in ("query", "headers"):
        fields = told[part]
        if isinstance(fields, dict):
            lines += [f">   {'?' if part == 'query' else ''}{name}: {value}" for name, value in fields.items()]
    if request.identity:
        return "\n".join([*lines, f"< {answer.status} (a token was asked for; what was said is not shown)"])
    if told["body"] is not None:
        lines.append(f"> {_cut(json.dumps(told['body'], ensure_ascii=False))}")
    lines.append(f"< {answer.status}")
    lines += [f"<   {name}: {value}" for name, value in _headers(answer.headers)]
    if isinstance(answer, Response):
        lines += [f"< {line}" for line in _cut(_body(answer)).splitlines()]
    else:
        lines.append("< (the content is not shown)")
    return "\n".join(lines)


def _headers(headers: Headers) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield name, value if ANSWER_HEADERS.fullmatch(name) else HIDDEN


def _body(answer: Response) -> str:
    kind = answer.headers.get("content-type") or ""
    try:
        text = answer.body.decode()
    except UnicodeDecodeError:
        return f"[{len(answer.body)} bytes]"
    if "json" in kind:
        with suppress(ValueError):
            return json.dumps(_walked(json.loads(text)), ensure_ascii=False)
    if "xml" in kind or text.startswith("<"):
        return ELEMENT.sub(rf"<\1>{HIDDEN}</", text)
    return f"[{len(answer.body)} bytes]"


def _walked(value: Plain) -> Plain:
    if isinstance(value, dict):
        return {
            name: HIDDEN if isinstance(inner, str) and SECRET_FIELD.search(name) else _walked(inner)
            for name, inner in value.items()
        }
    return [_walked(inner) for inner in value] if isinstance(value, list) else value


def _cut(text: str) -> str:
    return text if len(text) <= BODY else f"{text[:BODY]}… ({len(text)} characters)"

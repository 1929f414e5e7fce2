"""Requests and answers as a recording has them, and the file that it is."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, cast

import msgspec

from cumuli.errors import CloudError, ConnectionFailed, DeadlineExceeded, MalformedResponse, Timeout
from cumuli.runtime.messages import Request
from cumuli.testing.recordings.contents import Body, Content, base64_of, lines_of, written_json
from cumuli.testing.recordings.errors import RecordingError
from cumuli.testing.recordings.redaction import Redactor, is_secret_name

__all__ = ["LOOPBACK", "Answer", "Asked", "Exchange", "Failure", "Recording", "Writer", "read", "token_of", "write"]

FORMAT: Final = 1
# What signs a request, says when it was sent, or follows from its content.
UNWRITTEN = frozenset(
    {
        "authorization",
        "content-length",
        "content-md5",
        "cookie",
        "date",
        "expect",
        "traceparent",
        "tracestate",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-security-token",
        "x-amz-trailer",
        "x-auth-token",
    }
)
UNWRITTEN_BEGINNING = "x-amz-checksum-"
# Of answers: what is the connection's and not the service's.
UNANSWERED = frozenset({"connection", "keep-alive", "server", "transfer-encoding", "via"})
# A server on this machine has another port each time. Its host's name may be part of a longer one.
LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:|%3A)(\d{1,5})(?!\d)")
TOKEN = "TOKEN-"
FAILURES = {kind.__name__: kind for kind in (ConnectionFailed, Timeout, DeadlineExceeded)}


class Asked(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A request.

    Attributes:
        method: Upper case.
        url: Without signature.
        headers: ``name: value``, by name; without what is another each time.
        body: Its content.
    """

    method: str
    url: str
    headers: tuple[str, ...] = ()
    body: Body = Body()


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An answer.

    Attributes:
        status: HTTP's.
        headers: ``name: value``, in their order.
        body: Its content, or as much of it as was read.
        cut: Whether its reader closed it before its end.
    """

    status: int
    headers: tuple[str, ...] = ()
    body: Body = Body()
    cut: bool = False


class Failure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why there is no answer, or no whole one.

    Attributes:
        kind: The error's class.
        message: Its message.
        unsent: Whether nothing of the request can have arrived.
    """

    kind: str
    message: str
    unsent: bool = False

    def error(self) -> CloudError:
        """The error, to be raised again."""
        kind = FAILURES.get(self.kind)
        return MalformedResponse(self.message) if kind is None else kind(self.message, sent=not self.unsent)


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A request, and what came of it.

    Attributes:
        operation: The provider's name of what was asked for.
        request: The request.
        answer: Its answer, if there was one.
        failure: How it failed, if it did; after an answer: in the middle of its content.
        given_up: Whether its caller no longer waited for it.
    """

    operation: str
    request: Asked
    answer: Answer | None = None
    failure: Failure | None = None
    given_up: bool = False


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """The file.

    Attributes:
        cumuli_recording: The version of its format.
        recorded: When.
        seed: What the idempotency tokens follow from, which stand as ``TOKEN-1`` and so on.
        exchanges: In the order in which they began.
    """

    cumuli_recording: Literal[1] = FORMAT
    recorded: dt.datetime
    seed: uuid.UUID
    exchanges: tuple[Exchange, ...]


def token_of(seed: uuid.UUID, number: int) -> str:
    """The idempotency token of this number. New recordings have new ones: clouds remember them."""
    return str(uuid.uuid5(seed, str(number)))


class Writer:
    """Writes what passed as a recording has it: without secrets, and without what is another each time.

    Args:
        redactor: Takes the secrets out.
        tokens: The idempotency tokens that were dealt out, to which more may come.
        ports: What stands for the ports of those servers on this machine that requests go to.
    """

    def __init__(self, redactor: Redactor, tokens: Sequence[str], ports: Mapping[str, str]) -> None:
        self._redactor = redactor
        self._tokens = tokens
        self._ports = ports

    def asked(self, request: Request, content: Content) -> Asked:
        """A request."""
        path, question, query = request.target.partition("?")
        query = self._redactor.query(query) if question else ""
        headers: list[str] = []
        content_type = ""
        for name, value in request.headers:
            lower = name.lower()
            if lower == "content-type":
                content_type = value
            if lower in UNWRITTEN or lower.startswith(UNWRITTEN_BEGINNING):
                if is_secret_name(lower):
                    self._redactor.learn(value)
                elif lower == "authorization":
                    self._redactor.learn_authorization(value)
                continue
            headers.append(self._header(lower, value))
        if not content.complete:
            body = Body(unread=True)
        elif content.data is None:
            body = Body(sha256=content.sha256, length=content.length)
        else:
            body = self.body(content.data, content_type)
        url = f"{request.origin}{path}{'?' if query else ''}{query}"
        return Asked(method=request.method, url=self.text(url), headers=tuple(sorted(headers)), body=body)

    def answer(self, status: int, headers: Sequence[tuple[str, str]], data: bytes, *, whole: bool, cut: bool) -> Answer:
        """An answer.

        Args:
            status: HTTP's.
            headers: Its headers.
            data: Its content.
            whole: Whether the content is as long as the headers say.
            cut: Whether its reader closed it before its end.
        """
        kinds = dict(headers)
        body = self.body(data, kinds.get("content-type", ""))
        written: list[str] = []
        for name, value in headers:
            # When something was refused tells how far the clocks are apart.
            if name in UNANSWERED or (name == "date" and status < 400):
                continue
            if name == "content-length" and whole:
                value = str(len(body.data()))  # noqa: PLW2901 - redacted, it may have another length
            written.append(self._header(name, value))
        return Answer(status=status, headers=tuple(written), body=body, cut=cut)

    def text(self, text: str) -> str:
        """Any text."""
        text = self._redactor.replaced(self._redactor.text(text))
        for number, token in enumerate(self._tokens, 1):
            text = text.replace(token, f"{TOKEN}{number}")
        if self._ports:
            text = LOOPBACK.sub(lambda found: f"{found[1]}{found[2]}{self._ports.get(found[3], found[3])}", text)
        return self._redactor.scrubbed_text(text)

    def body(self, data: bytes, content_type: str) -> Body:
        """A content."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return Body(base64=base64_of(self._redactor.scrubbed(data)))
        if "\0" in text:
            return Body(base64=base64_of(self._redactor.scrubbed(data)))
        beginning = text.lstrip("\ufeff \r\n\t")[:1]
        if beginning in {"{", "["}:
            document = self._document(data, text)
            if document is not None:
                return document
            text = self._redactor.pairs(text)
        form = content_type.startswith("application/x-www-form-urlencoded")
        if form:
            text = self._redactor.query(text)
        elif beginning == "<":
            text = self._redactor.xml(text)
        return Body(text=lines_of(self.text(text), form=form))

    def _document(self, data: bytes, text: str) -> Body | None:
        try:
            value: object = json.loads(text)
            redacted = self._redactor.json(value)
            # The file's own JSON has no numbers of hundreds of bits, and none that is not a number.
            kept = msgspec.json.decode(msgspec.json.encode(value)) == value
            exact = [spaced for spaced in (False, True) if kept and written_json(value, spaced=spaced) == data]
        except (ValueError, RecursionError):
            # No JSON, brackets by the thousand, or half of a pair of surrogates.
            return None
        if not exact and redacted == value:
            # Not written as it is usual: a text keeps every space of it.
            return None
        return Body(json=self._each(redacted), spaced=True in exact or not exact)

    def _each(self, value: object) -> object:
        """A document with every text of it written."""
        if isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            return {self.text(key): self._each(item) for key, item in fields.items()}
        if isinstance(value, list):
            return [self._each(item) for item in cast("list[object]", value)]
        return self.text(value) if isinstance(value, str) else value

    def _header(self, name: str, value: str) -> str:
        return f"{name}: {self._redactor.learn(value) if is_secret_name(name) else self.text(value)}"


def write(path: Path, recording: Recording) -> None:
    """Write the file, whole or not at all.

    Raises:
        RecordingError: It cannot be written.
    """
    # The two flavours of a test may be recorded at the same time, by two workers.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(recording), indent=2) + b"\n")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise RecordingError(f"the recording {path} cannot be written ({error}); choose another place") from error


def read(path: Path) -> Recording:
    """Read the file.

    Raises:
        RecordingError: There is none, or it is none of this format.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RecordingError(
            f"there is no recording {path}; make it with recording(…), or --cumuli-record=once"
        ) from None
    except OSError as error:
        raise RecordingError(f"the recording {path} cannot be read ({error})") from error
    try:
        return msgspec.json.decode(data, type=Recording)
    except msgspec.MsgspecError as error:
        raise RecordingError(f"{path} is no recording of format {FORMAT} ({error}); record it again") from error

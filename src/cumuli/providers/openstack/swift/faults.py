"""How Swift says that something went wrong. Pure.

It says it by the status; the body is a sentence of plain text, or HTML of one that says no more.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Literal

from cumuli.errors import (
    AuthenticationError,
    ChecksumMismatch,
    CloudError,
    Conflict,
    ConnectionFailed,
    ContainerNotFound,
    InvalidRequest,
    MalformedResponse,
    NotEmpty,
    NotFound,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
    PreconditionFailed,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
)
from cumuli.providers.openstack.swift.wire import status_code
from cumuli.runtime.messages import Response

__all__ = ["Subject", "error_of", "error_of_status"]

Subject = Literal["account", "container", "object"]
"""What a request was about."""

MAX_MESSAGE = 500
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,100}>")
BY_STATUS: dict[int, type[CloudError]] = {
    304: PreconditionFailed,
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    405: NotSupported,
    408: ConnectionFailed,
    409: Conflict,
    413: InvalidRequest,
    416: InvalidRequest,
    429: RateLimited,
    # Swift's own number for the same.
    498: RateLimited,
    # The server's word for a body that ended early.
    499: ConnectionFailed,
    501: NotSupported,
}
MISSING: dict[Subject, type[NotFound]] = {
    "account": NotFound,
    "container": ContainerNotFound,
    "object": ObjectNotFound,
}
MESSAGES: dict[type[CloudError], str] = {
    AuthenticationError: "the token is not accepted",
    ChecksumMismatch: "what arrived is not what was sent; nothing was stored. Try again",
    ContainerNotFound: "there is no such container",
    NotEmpty: "the container still holds objects; delete them first",
    ObjectNotFound: "there is no such object",
    PermissionDenied: "these credentials may not do this; ask for the role, or for an ACL that allows it",
    PreconditionFailed: "the condition does not hold",
    QuotaExceeded: "it is more than the quota of the account or the container allows; free something, or ask for more",
}


def error_of(answer: Response, *, method: str, subject: Subject) -> CloudError | None:
    """The error that an answer tells of, or None for a success.

    Args:
        answer: The answer.
        method: Of the request.
        subject: What the request was about.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    words = _words(answer)
    kind = _kind(status, method, subject, words)
    message = MESSAGES.get(kind) or words or f"the service answers HTTP {status} without saying why"
    if status == 416:
        message = "the range begins at or beyond the end of the object"
    return kind(message, status=status)


def error_of_status(status: str) -> CloudError:
    """The error of one object in a call about many: ``403 Forbidden``, or words without a number."""
    code = status_code(status) if status[:1].isdigit() else 400
    kind = _kind(code, "DELETE", "object", status)
    return kind(f"{MESSAGES.get(kind) or status or 'it failed'}", status=code)


def _kind(status: int, method: str, subject: Subject, words: str) -> type[CloudError]:
    if status == 404:
        # An object can only be put where there is a container.
        return MISSING["container" if subject == "object" and method == "PUT" else subject]
    if status == 409 and subject == "container" and method == "DELETE":
        return NotEmpty
    if status == 412:
        # Elsewhere it tells of an argument: Swift has no conditions there.
        return PreconditionFailed if subject == "object" else InvalidRequest
    if status == 422 and method == "PUT":
        return ChecksumMismatch
    if status == 413 and "quota" in words.lower():
        return QuotaExceeded
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return ProviderUnavailable
    return MalformedResponse if 300 <= status < 400 else InvalidRequest


def _words(answer: Response) -> str:
    text = answer.body[: 4 * MAX_MESSAGE].decode("utf-8", "replace")
    return " ".join(unescape(TAG.sub(" ", text)).split())[:MAX_MESSAGE]

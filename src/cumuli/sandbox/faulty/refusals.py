"""What providers say when they do not serve a request, each in its own shape. Pure."""

from __future__ import annotations

import json
from http import HTTPStatus
from xml.sax.saxutils import escape

__all__ = ["refusal", "skewed", "throttled"]

# Codes of the APIs' own lists of errors (EC2: "Error codes for the Amazon EC2 API"; S3: "Error responses").
EC2_CODES = {
    401: ("AuthFailure", "AWS was not able to validate the provided access credentials"),
    403: ("UnauthorizedOperation", "You are not authorized to perform this operation."),
    500: ("InternalError", "An internal error has occurred"),
    503: ("Unavailable", "The server is overloaded and can't handle the request."),
}
S3_CODES = {
    400: ("RequestTimeout", "Your socket connection to the server was not read from or written to in time."),
    403: ("AccessDenied", "Access Denied"),
    409: ("OperationAborted", "A conflicting conditional operation is in progress against this resource."),
    500: ("InternalError", "We encountered an internal error. Please try again."),
    503: ("ServiceUnavailable", "Service is unable to handle request."),
}
RETRY_AFTER = 1
# What Swift's middleware of rate limits answers with.
RATE_LIMITED = 498


def refusal(kind: str, status: int) -> bytes:
    """An answer with this status, whole as it stands on the wire.

    Args:
        kind: Whose: a name of the sandbox's servers. Of others it is plain text.
        status: Of HTTP.
    """
    phrase = _phrase(status)
    code, message = {"ec2": EC2_CODES, "s3": S3_CODES}.get(kind, {}).get(status, (phrase.replace(" ", ""), phrase))
    return _answer(kind, status, code, message, retry_after=RETRY_AFTER if status == 429 else None)


def throttled(kind: str) -> bytes:
    """That too much was asked."""
    match kind:
        case "ec2":
            return _answer(kind, 503, "RequestLimitExceeded", "Request limit exceeded.")
        case "s3":
            return _answer(kind, 503, "SlowDown", "Please reduce your request rate.")
        case "swift":
            return _whole(RATE_LIMITED, "Rate Limited", "text/html; charset=UTF-8", "Slow down")
        case "rackspace":
            return _answer(kind, 413, "overLimit", "This request was rate-limited.", retry_after=RETRY_AFTER)
        case _:
            return _answer(kind, 429, "overLimit", "This request was rate-limited.", retry_after=RETRY_AFTER)


def skewed(kind: str) -> bytes:
    """That the clock of whoever signed is wrong."""
    if kind == "ec2":
        return _answer(kind, 400, "RequestExpired", "Request has expired.")
    message = "The difference between the request time and the current time is too large."
    return _answer(kind, 403, "RequestTimeTooSkewed", message)


def _answer(kind: str, status: int, code: str, message: str, *, retry_after: int | None = None) -> bytes:
    match kind:
        case "ec2":
            text = (
                f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>{escape(code)}</Code>'
                f"<Message>{escape(message)}</Message></Error></Errors>"
                "<RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"
            )
            return _whole(status, _phrase(status), "text/xml;charset=UTF-8", text)
        case "s3":
            text = (
                f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(code)}</Code>'
                f"<Message>{escape(message)}</Message><RequestId>0000000000000000</RequestId></Error>"
            )
            return _whole(status, _phrase(status), "application/xml", text)
        case "swift":
            text = f"<html><h1>{_phrase(status)}</h1><p>{escape(message)}</p></html>"
            return _whole(status, _phrase(status), "text/html; charset=UTF-8", text)
        case "gogrid":
            error = {"object": "error", "errorcode": code, "message": message}
            summary = {"total": 1, "start": 0, "returned": 1, "numpages": 0}
            text = json.dumps({"list": [error], "method": "/", "status": "failure", "summary": summary})
            return _whole(status, _phrase(status), "application/json", text)
        case "openstack" | "rackspace":
            fault = code if code == "overLimit" else "serviceUnavailable" if status == 503 else "computeFault"
            about: dict[str, object] = {"code": status, "message": message}
            if retry_after is not None:
                about["retryAfter"] = str(retry_after)
            text = json.dumps({fault: about})
            return _whole(status, _phrase(status), "application/json", text, retry_after=retry_after)
        case _:
            return _whole(status, _phrase(status), "text/plain; charset=UTF-8", message, retry_after=retry_after)


def _whole(status: int, phrase: str, kind: str, text: str, *, retry_after: int | None = None) -> bytes:
    body = text.encode()
    wait = "" if retry_after is None else f"Retry-After: {retry_after}\r\n"
    head = f"HTTP/1.1 {status} {phrase}\r\nContent-Type: {kind}\r\n{wait}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Rate Limited" if status == RATE_LIMITED else "Unknown"

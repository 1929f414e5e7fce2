"""``--dry-run``: what is shown of a request instead of sending it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from urllib.parse import parse_qsl

from cumuli.runtime.messages import Request
from cumuli.serialize import HIDDEN, Plain

__all__ = ["RequestShown", "shown"]

# Fields whose value is a secret, or may hold one (user data). ClientToken and NextToken are not.
SECRET_FIELD = re.compile(
    r"secret|pass(w|phrase|$)|pwd|api_?key|signature|(^|[._])sig$|credential|user_?data|private_?key|auth(?!ors?$)|cookie"
    r"|temp[-_]?url[-_]?key|customer[-_]?key|(?<!client)(?<!next)token$",
    re.IGNORECASE,
)


class RequestShown(Exception):
    """What would have been sent. Not a CloudError: nobody on its way may handle it.

    Attributes:
        request: As plain data, secrets hidden.
    """

    def __init__(self, request: dict[str, Plain]) -> None:
        super().__init__(f"{request['method']} {request['url']}")
        self.request = request


def shown(request: Request) -> dict[str, Plain]:
    """A request as plain data: method, URL, query, headers and body, secrets hidden."""
    path, _, query = request.target.partition("?")
    return {
        "method": request.method,
        "url": request.origin + path,
        "query": _fields(query),
        "headers": {name: _hidden(name, value) for name, value in request.headers},
        "body": _body(request),
    }


def _body(request: Request) -> Plain:
    if not isinstance(request.body, bytes):
        return f"[{'unknown' if request.body.length is None else request.body.length} bytes, streamed]"
    if not request.body:
        return None
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _fields(request.body.decode("utf-8", "replace"))
    if kind == "application/json":
        with suppress(ValueError):
            return _walked(json.loads(request.body))
    return f"[{len(request.body)} bytes]"


def _fields(text: str) -> dict[str, Plain]:
    return {name: _hidden(name, value) for name, value in parse_qsl(text, keep_blank_values=True)}


def _walked(value: Plain) -> Plain:
    if isinstance(value, dict):
        return {name: _hidden(name, inner) for name, inner in value.items()}
    return [_walked(inner) for inner in value] if isinstance(value, list) else value


def _hidden(name: str, value: Plain) -> Plain:
    """The value of a field, or a note in its place."""
    if SECRET_FIELD.search(name) is None:
        return _walked(value)
    if isinstance(value, dict):
        # {"auth": {"identity": {"methods": …}}}: the shape is worth seeing, the leaves are not.
        return {inner: _hidden(name, below) for inner, below in value.items()}
    return HIDDEN

"""AWS's Query protocol as EC2 speaks it: form parameters out, XML errors back."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

import msgspec

from cumuli.errors import InvalidRequest, MalformedResponse
from cumuli.runtime.messages import Request
from cumuli.wire.xml import decode

__all__ = ["QueryError", "filters", "flattened", "parse_error", "query_request"]


def flattened(parameters: Mapping[str, object]) -> list[tuple[str, str]]:
    """Parameters as they go on the wire: ``{"Filter": [{"Name": "x"}]}`` becomes ``Filter.1.Name=x``.

    A value is text, a number, a boolean, bytes (sent in base64), a time, a list, or a structure. None
    and what is empty are not sent.

    Raises:
        InvalidRequest: A value is of a type that the protocol does not know.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        pairs.extend(_pairs(name, value))
    return pairs


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, int | float):
        yield name, str(value)
    elif isinstance(value, bytes | bytearray):
        yield name, base64.b64encode(value).decode("ascii")
    elif isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise InvalidRequest(f"the time given for {name} has no time zone; use datetime.UTC")
        yield name, value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    elif isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, object]", value).items():
            yield from _pairs(f"{name}.{key}", inner)
    elif isinstance(value, Sequence):
        number = 1
        for inner in cast("Sequence[object]", value):
            pairs = list(_pairs(f"{name}.{number}", inner))
            # AWS takes no gaps: what is not sent does not count.
            number += bool(pairs)
            yield from pairs
    else:
        raise InvalidRequest(f"{name} is a {type(value).__name__}, which no parameter of this API can be")


def filters(values: Mapping[str, str | Sequence[str] | None]) -> list[dict[str, object]]:
    """The value of the ``Filter`` parameter: each name with the values of which one must match."""
    return [
        {"Name": name, "Value": [value] if isinstance(value, str) else list(value)}
        for name, value in values.items()
        if value is not None
    ]


def query_request(origin: str, target: str, *, action: str, version: str, parameters: Mapping[str, object]) -> Request:
    """The unsigned POST of one action.

    Args:
        origin: Of the service.
        target: The path there.
        action: The operation.
        version: Version of the API.
        parameters: The operation's parameters.
    """
    body = urlencode([("Action", action), ("Version", version), *flattened(parameters)])
    return Request(
        method="POST",
        origin=origin,
        target=target,
        headers=(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),),
        body=body.encode("ascii"),
        operation=action,
    )


class QueryError(msgspec.Struct, frozen=True, kw_only=True):
    """What an error answer says.

    Attributes:
        code: AWS's code, such as ``InvalidInstanceID.NotFound``.
        message: AWS's own sentence.
        request_id: AWS's id of the request.
    """

    code: str
    message: str
    request_id: str | None = None


class _Error(msgspec.Struct, frozen=True, rename="pascal"):
    code: str = ""
    message: str = ""


class _Errors(msgspec.Struct, frozen=True, rename="pascal"):
    error: list[_Error] = []


class _ErrorAnswer(msgspec.Struct, frozen=True):
    """Both shapes: ``Response/Errors/Error`` with ``RequestID``, ``ErrorResponse/Error`` with ``RequestId``."""

    Errors: _Errors | None = None
    Error: list[_Error] = []
    RequestID: str | None = None
    RequestId: str | None = None


def parse_error(body: bytes) -> QueryError | None:
    """What an error answer says, or None when it is not one of the service's own (a proxy's page, nothing)."""
    try:
        answer = decode(body, _ErrorAnswer, root=("Response", "ErrorResponse"), item=None)
    except MalformedResponse:
        return None
    listed = answer.Errors.error if answer.Errors else answer.Error
    if not listed or not listed[0].code:
        return None
    return QueryError(code=listed[0].code, message=listed[0].message, request_id=answer.RequestID or answer.RequestId)

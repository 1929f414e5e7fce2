"""Header values that several providers read and write in the same way. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from cumuli.errors import InvalidRequest, MalformedResponse, PreconditionFailed
from cumuli.storage.driver import Conditions, ReadSpec
from cumuli.storage.etags import bare, quoted, same_etag
from cumuli.storage.models import Object
from cumuli.wire.timestamps import moment_of

__all__ = [
    "bare",
    "check_conditions",
    "completed",
    "conditional",
    "extent",
    "http_date",
    "merged",
    "number",
    "ranged",
]

MAX_DIGITS = 18
RANGE = re.compile(rf"bytes ([0-9]{{1,{MAX_DIGITS}}})-([0-9]{{1,{MAX_DIGITS}}})/([0-9]{{1,{MAX_DIGITS}}})")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NUMBERS: dict[str, int] = dict(zip(MONTHS, range(1, 13), strict=True))


def http_date(text: str) -> dt.datetime | None:
    """The moment in a header such as ``Sun, 06 Nov 1994 08:49:37 GMT``, or in another form; None for what is none."""
    try:
        if len(text) == 29 and text.endswith(" GMT"):
            # What object stores send, read ten times as fast.
            return dt.datetime(
                int(text[12:16]), MONTH_NUMBERS[text[8:11]], int(text[5:7]),
                int(text[17:19]), int(text[20:22]), int(text[23:25]), tzinfo=dt.UTC,
            )  # fmt: skip
    except (ValueError, KeyError):
        pass
    return moment_of(text)


def conditional(conditions: Conditions) -> list[tuple[str, str]]:
    """The headers that make a request conditional."""
    headers: list[tuple[str, str]] = []
    if conditions.if_match is not None:
        headers.append(("If-Match", quoted(conditions.if_match)))
    if conditions.if_none_match is not None:
        headers.append(("If-None-Match", quoted(conditions.if_none_match)))
    if conditions.if_modified_since is not None:
        headers.append(("If-Modified-Since", _http_date(conditions.if_modified_since)))
    if conditions.if_unmodified_since is not None:
        since = _next_second(conditions.if_unmodified_since)
        headers.append(("If-Unmodified-Since", _http_date(since)))
    return headers


def ranged(spec: ReadSpec) -> list[tuple[str, str]]:
    """The header that asks for a part of an object, unless all of it is wanted."""
    if spec.whole:
        return []
    if spec.start < 0:
        return [("Range", f"bytes={spec.start}")]
    return [("Range", f"bytes={spec.start}-{'' if spec.end is None else spec.end - 1}")]


def _http_date(moment: dt.datetime) -> str:
    from email.utils import format_datetime  # it loads much, and few come here

    return format_datetime(moment, usegmt=True)


def _next_second(moment: dt.datetime) -> dt.datetime:
    """The same moment if it is a whole second, which is all that the header can say, else the next one.

    By the one before, an object would have been modified since the very moment that a listing tells of it.
    """
    return moment if not moment.microsecond else moment.replace(microsecond=0) + dt.timedelta(seconds=1)


def check_conditions(conditions: Conditions, obj: Object) -> None:
    """See that conditions hold of an object as it is; there are services that do not look.

    Raises:
        PreconditionFailed: One does not; or it is to be the object that the caller knows, and the service does not tell
            what there is to compare. Whether it has looked itself nobody knows then.
    """
    wanted, unwanted, since = conditions.if_match, conditions.if_none_match, conditions.if_modified_since
    until = conditions.if_unmodified_since
    if wanted not in {None, "*"} and obj.etag is None:
        raise _untold(obj, "if_match", "no etag of what is there")
    if until is not None and obj.last_modified is None:
        raise _untold(obj, "if_unmodified_since", "not when it was changed")
    failed = None
    if wanted is not None and wanted not in {"*", obj.etag}:
        failed = "if_match"
    elif unwanted is not None and (unwanted == "*" or same_etag(unwanted, obj.etag)):
        failed = "if_none_match"
    elif since is not None and obj.last_modified is not None and obj.last_modified <= since:
        failed = "if_modified_since"
    elif until is not None and obj.last_modified is not None and obj.last_modified > _next_second(until):
        failed = "if_unmodified_since"
    if failed is not None:
        raise PreconditionFailed(f"{obj.name}: the condition {failed} does not hold")


def _untold(obj: Object, condition: str, what: str) -> PreconditionFailed:
    return PreconditionFailed(
        f"{obj.name}: the service tells {what}, so that nobody knows whether the condition {condition} holds; look at "
        "the object, and leave the condition out if it is the right one"
    )


def merged(own: list[tuple[str, str]], callers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers of ours, and those of the caller's.

    Raises:
        InvalidRequest: One of the caller's says something else than ours: none is dropped in silence.
    """
    if not callers:
        return own
    taken = {name.lower(): value for name, value in own}
    extra: list[tuple[str, str]] = []
    for name, value in callers.items():
        ours = taken.get(name.lower())
        if ours is None:
            extra.append((name, value))
        elif ours != value:
            raise InvalidRequest(
                f"cumuli sets the request header {name} itself, to another value; leave it out, and use the argument "
                "that is for it"
            )
    return own + extra


def completed(first: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Headers, and those of others that are not among them, whatever their case."""
    taken = {name.lower() for name in first}
    return {**first, **{name: value for name, value in more.items() if name.lower() not in taken}}


def number(text: str | None) -> int | None:
    """A whole number of at most 18 digits, or None."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def extent(name: str, status: int, headers: Mapping[str, str]) -> tuple[int, int | None]:
    """Where the body of an answer with an object's content begins, and how long the whole object is.

    Its length is None where the answer does not tell: in chunks, or ended by the connection.

    Raises:
        MalformedResponse: A part came, and the answer does not say which.
    """
    # Some services give a part of the content under status 200, and say so in this header only.
    match = RANGE.fullmatch(headers.get("content-range", ""))
    if match is not None:
        return int(match[1]), int(match[3])
    if status == 206:
        raise MalformedResponse(f"{name}: a part of the content came, and the answer does not say which one")
    size = number(headers.get("content-length"))
    if size is None and "content-length" in headers:
        raise MalformedResponse(f"{name}: the answer does not say how long the content is")
    return 0, size

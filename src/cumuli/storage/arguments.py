"""Checks of what callers pass, before any I/O."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from os import PathLike, fspath
from typing import Literal, get_args

from cumuli.errors import InvalidRequest
from cumuli.storage.content_types import UNKNOWN, guessed_type
from cumuli.storage.driver import Conditions, refuse
from cumuli.storage.etags import is_weak, opaque
from cumuli.storage.models import Container, Object, ObjectLike
from cumuli.storage.verify import Integrity

__all__ = [
    "checked_conditions",
    "checked_count",
    "checked_expiry",
    "checked_headers",
    "checked_integrity",
    "checked_meta_data",
    "checked_range",
    "checked_text",
    "container_name",
    "content_type_of",
    "object_names",
    "with_own",
]

Verb = Literal["read", "put", "copy", "call"]
"""What a request is for."""

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# What the HTTP layer itself decides; a caller's value could only contradict it.
FRAMING = frozenset({"connection", "content-length", "host", "range", "te", "trailer", "transfer-encoding", "upgrade"})
# What says who one is, which a client does with its own credentials.
IDENTITY = frozenset({"authorization", "x-amz-date", "x-amz-security-token", "x-auth-token"})
HASHED = "nothing, since the content's hash is sent along anyway (integrity= says what is asked of it)"
CONDITIONS = {
    "if-match": "if_match=",
    "if-none-match": "if_none_match=",
    "if-modified-since": "if_modified_since=",
    "if-unmodified-since": "if_unmodified_since=",
}
TYPED = {"content-type": "content_type="}
ARGUMENTS: dict[Verb, dict[str, str]] = {
    "read": CONDITIONS,
    "put": {
        **TYPED,
        "content-encoding": "content_encoding=",
        "if-match": "if_match=",
        "if-none-match": "if_none_match=",
        "content-md5": HASHED,
        "etag": HASHED,
        "x-amz-content-sha256": HASHED,
        "x-amz-checksum-algorithm": HASHED,
        "x-amz-sdk-checksum-algorithm": HASHED,
        "x-amz-trailer": HASHED,
    },
    "copy": {**TYPED, "x-amz-copy-source": "obj=", "x-copy-from": "obj=", "x-amz-copy-source-range": "nothing"},
    "call": {},
}


def checked_text(name: object, what: str) -> str:
    """A name that is text, not empty and can be encoded.

    Raises:
        InvalidRequest: It is not.
    """
    if not isinstance(name, str):
        raise InvalidRequest(f"the name of {what} is text, not {type(name).__name__}")
    if not name:
        raise refuse(name, what, "it is empty")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise refuse(name, what, "it has lone surrogates, which are no characters") from None
    return name


def container_name(container: Container | str, provider: str) -> str:
    """The name of a container that was given as a model or by its name.

    Raises:
        InvalidRequest: It is of another kind or of another provider, or no name.
    """
    if isinstance(container, Container):
        if container.provider != provider:
            raise InvalidRequest(
                f"the container {container.name} is of {container.provider}, and this client is of {provider}"
            )
        return container.name
    return checked_text(container, "a container")


def object_names(obj: ObjectLike, provider: str) -> tuple[str, str]:
    """The names of the container and the object, for whatever stands for an object.

    Raises:
        InvalidRequest: It is of another kind or of another provider, or holds no names.
    """
    if isinstance(obj, Object):
        if obj.provider != provider:
            raise InvalidRequest(f"the object {obj.name!r} is of {obj.provider}, and this client is of {provider}")
        return obj.container, obj.name
    if isinstance(obj, tuple) and len(obj) == 2:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        return container_name(obj[0], provider), checked_text(obj[1], "an object")
    raise InvalidRequest(f"an object is given as an Object or as a pair (container, name), not as {type(obj).__name__}")


def checked_count(value: object, argument: str) -> None:
    """Do nothing if this is a whole number of at least 1.

    Raises:
        InvalidRequest: It is not.
    """
    if not isinstance(value, int) or value < 1:
        raise InvalidRequest(f"{argument} is {value!r}; give a whole number of at least 1")


def checked_integrity(integrity: Integrity) -> Integrity:
    """What is asked of the verification of contents.

    Raises:
        InvalidRequest: It is no such word.
    """
    if integrity not in get_args(Integrity):
        raise InvalidRequest(f"integrity is {integrity!r}; it is one of {', '.join(map(repr, get_args(Integrity)))}")
    return integrity


def checked_expiry(expires_in: object) -> int:
    """The whole seconds for which a URL is to work.

    Raises:
        InvalidRequest: It is no number, or less than 1.
    """
    if not isinstance(expires_in, int | float) or not 1 <= expires_in < float("inf"):
        raise InvalidRequest(f"expires_in is {expires_in!r}; give a number of seconds, at least 1")
    return int(expires_in)


def checked_range(start: int, end: int | None) -> None:
    """Do nothing if this is a half-open range of bytes, or the last ones of whatever number there are.

    Raises:
        InvalidRequest: It is empty, or no numbers say what it is.
    """
    for argument, value in (("start_bytes", start), ("end_bytes", end)):
        if value is not None and not isinstance(value, int):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(f"{argument} is {value!r}; give a number of bytes")
    if end is not None and (start < 0 or end <= start):
        raise InvalidRequest(
            f"bytes {start} to {end} are no range: end_bytes, which is not included, is greater than start_bytes; a "
            "negative start_bytes, for the last bytes of the object, has none"
        )


def checked_conditions(
    if_match: str | None = None,
    if_none_match: str | None = None,
    if_modified_since: dt.datetime | None = None,
    if_unmodified_since: dt.datetime | None = None,
) -> Conditions:
    """The conditions, etags without their quotes, moments in UTC.

    Raises:
        InvalidRequest: An etag is no etag, or a moment has no time zone.
    """
    if isinstance(if_match, str) and is_weak(if_match):
        raise InvalidRequest(
            f"if_match is {if_match!r}, a weak etag, which does not say which bytes it is of; give a strong one, or "
            "leave it out"
        )
    return Conditions(
        if_match=None if if_match is None else _bare_etag(if_match, "if_match"),
        if_none_match=None if if_none_match is None else _bare_etag(if_none_match, "if_none_match"),
        if_modified_since=_in_utc(if_modified_since, "if_modified_since"),
        if_unmodified_since=_in_utc(if_unmodified_since, "if_unmodified_since"),
    )


def _in_utc(moment: dt.datetime | None, argument: str) -> dt.datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, dt.datetime):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"{argument} is {moment!r}; give an aware datetime")
    if moment.tzinfo is None:
        raise InvalidRequest(f"{argument} has no time zone; give an aware datetime, for example in UTC")
    return moment.astimezone(dt.UTC)


def _bare_etag(etag: object, argument: str) -> str:
    if not isinstance(etag, str):
        raise InvalidRequest(f'{argument} is {etag!r}; it takes the etag of an Object, or "*"')
    bare = etag[1:-1] if len(etag) > 1 and etag[0] == etag[-1] == '"' else etag
    if is_weak(etag) and etag.isascii() and etag.isprintable() and '"' not in opaque(etag):
        return etag
    if not bare or not bare.isascii() or not bare.isprintable() or '"' in bare:
        raise InvalidRequest(f'{argument} is {etag!r}; it takes the etag of an Object, or "*"')
    return bare


def checked_headers(headers: Mapping[str, str] | None, verb: Verb = "call") -> dict[str, str]:
    """The caller's own request headers. What has an argument of its own is refused here, rather than dropped later.

    Args:
        headers: They.
        verb: What the request is for.

    Raises:
        InvalidRequest: A name or value cannot be sent, belongs to the HTTP layer, comes twice, or has an argument.
    """
    checked = dict(_mapping(headers, "headers"))
    for name, value in checked.items():
        if not isinstance(name, str) or not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(f"the request header {name!r}: its name and its value are text")
        lower = name.lower()
        if sum(other.lower() == lower for other in checked) > 1:
            raise InvalidRequest(f"the request header {name} comes twice: upper and lower case are the same in names")
        instead = ARGUMENTS[verb].get(lower)
        if instead is None and verb == "put" and lower.startswith("x-amz-checksum-"):
            instead = HASHED
        if instead is not None:
            raise InvalidRequest(f"cumuli sets the request header {name} itself; instead of it give {instead}")
        if lower in IDENTITY:
            raise InvalidRequest(f"{name!r} cannot be set as a request header: it is made from the credentials")
        if not TOKEN.fullmatch(name) or lower in FRAMING:
            raise InvalidRequest(f"{name!r} cannot be set as a request header here")
        if not value.isascii() or any(character < " " or character == "\x7f" for character in value):
            raise InvalidRequest(f"the value of the request header {name} has characters that no header can have")
    return checked


def with_own(headers: Mapping[str, str] | None, own: Mapping[str, str]) -> dict[str, str]:
    """The caller's own request headers, and those that other arguments of his stand for.

    Raises:
        InvalidRequest: Both say the same thing.
    """
    given = dict(_mapping(headers, "headers"))
    names = {name.lower() for name in own}
    for name in given:
        if isinstance(name, str) and name.lower() in names:  # pyright: ignore[reportUnnecessaryIsInstance] - as above
            raise InvalidRequest(
                f"the request header {name} and an argument of this call say the same; give one of the two"
            )
    return {**given, **own}


def checked_meta_data(meta_data: Mapping[str, str] | None) -> dict[str, str]:
    """User metadata, keys in lower case.

    Raises:
        InvalidRequest: A key is no HTTP token, a key comes twice, a value is not text.
    """
    checked: dict[str, str] = {}
    for key, value in _mapping(meta_data, "meta_data").items():
        if not isinstance(key, str) or not TOKEN.fullmatch(key):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(
                f"{key!r} cannot be a metadata key: keys are ASCII letters, digits and - _ . (values are any text)"
            )
        if key.lower() in checked:
            raise InvalidRequest(f"the metadata key {key!r} comes twice: upper and lower case are the same in keys")
        checked[key.lower()] = _encodable(value, key)
    return checked


def _mapping(given: Mapping[str, str] | None, argument: str) -> Mapping[str, str]:
    if not given:
        return {}
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"{argument} is a {type(given).__name__}; give a dict of texts")
    return given


def _encodable(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise InvalidRequest(f"the metadata value of {key!r} is text, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidRequest(f"the metadata value of {key!r} has lone surrogates, which are no characters") from None
    return value


def content_type_of(given: str | None, name: str, source: object = None) -> str:
    """The MIME type that was given, or a guess from the object's name, or from the source's path.

    What is packed (``.tar.gz``) is told by its packing: the content is stored as it is.

    Raises:
        InvalidRequest: The given one cannot be a header's value.
    """
    if given is not None:
        if not isinstance(given, str) or not given or not given.isascii() or not given.isprintable():  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(f"{given!r} is no content type; give one such as 'text/plain; charset=utf-8'")
        return given
    guess = guessed_type(name)
    if guess is None and isinstance(source, str | PathLike):
        guess = guessed_type(str(fspath(source)))  # pyright: ignore[reportUnknownArgumentType] - os.PathLike of anything
    return guess or UNKNOWN

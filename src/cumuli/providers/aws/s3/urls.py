"""What works without credentials for a while: presigned URLs, and forms that upload (POST)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from cumuli.errors import InvalidRequest
from cumuli.providers.aws.s3.calls import PAYER, S3Calls
from cumuli.providers.aws.s3.headers import version_query
from cumuli.providers.aws.s3.models import PostSpec, PresignedPost, S3UrlSpec
from cumuli.providers.aws.s3.names import in_query
from cumuli.providers.aws.sigv4 import UNSIGNED_PAYLOAD, PostCondition
from cumuli.storage.arguments import checked_text
from cumuli.storage.driver import UrlSpec

__all__ = ["Urls", "checked_fields", "checked_form_name", "checked_length_range", "checked_prefixes"]

OPERATIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
FILE_NAME = "${filename}"
# What the form gets from its signature, and the content itself.
OURS = frozenset(
    {
        "file",
        "policy",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-signature",
    }
)


class Urls:
    """Signs what others send."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    async def object_url(self, spec: UrlSpec) -> str:
        address = spec.address
        site = await self._calls.session.site(address.container)
        headers = [("Content-Type", spec.content_type)] if spec.content_type and spec.method == "PUT" else []
        parameters = [version_query(address)]
        if isinstance(spec, S3UrlSpec):
            parameters += [f"{name}={in_query(value)}" for name, value in spec.response.items()]
        operation = OPERATIONS[spec.method]
        if self._calls.is_paid(operation):
            # In a URL it is a parameter, so that a browser can use it.
            parameters.append(f"{PAYER}=requester")
        query = "&".join(filter(None, parameters))
        request = self._calls.request(site, operation, spec.method, address.name, query, headers, b"")
        return await self._calls.session.presign(request, expires_in=spec.expires_in, payload_hash=UNSIGNED_PAYLOAD)

    async def presigned_post(self, spec: PostSpec) -> PresignedPost:
        site = await self._calls.session.site(spec.container)
        signed, ends = await self._calls.session.sign_post(
            spec.container, _conditions(spec), expires_in=spec.expires_in
        )
        return PresignedPost(
            url=f"{site.origin}{site.base or '/'}",
            fields={**spec.fields, "key": spec.name, **signed},
            expires_at=dt.datetime.fromtimestamp(ends, dt.UTC),
        )


def _conditions(spec: PostSpec) -> list[PostCondition]:
    """What the policy asks: nothing else than these fields may be in the form."""
    found: list[PostCondition] = [{name: value} for name, value in spec.fields.items() if name not in spec.starts_with]
    found += [["starts-with", f"${name}", value] for name, value in spec.starts_with.items() if name != "key"]
    if spec.length_range is not None:
        found.append(["content-length-range", *spec.length_range])
    found.append({"bucket": spec.container})
    beginning = spec.name.removesuffix(FILE_NAME)
    prefix = spec.starts_with.get("key", beginning if beginning != spec.name else None)
    found.append({"key": spec.name} if prefix is None else ["starts-with", "$key", prefix])
    return found


def checked_form_name(name: str) -> str:
    """The object's name, or what it begins with and ``${filename}``.

    Raises:
        InvalidRequest: That stands elsewhere than at the end. A policy can only say how a name begins, so it would
            allow names that end in another way.
    """
    if FILE_NAME in name.removesuffix(FILE_NAME):
        raise InvalidRequest(
            f"{name!r} has {FILE_NAME} before its end, and no form can be bound to what follows it; put it at the very "
            "end, or give a name without it"
        )
    return name


def checked_fields(fields: Mapping[str, str] | None) -> dict[str, str]:
    """The form's own fields.

    Raises:
        InvalidRequest: One is text that no form has, or is made here.
    """
    return _checked(fields, "fields", OURS | {"key", "bucket"})


def checked_prefixes(starts_with: Mapping[str, str] | None, name: str) -> dict[str, str]:
    """How the values that the form's user chooses have to begin.

    Raises:
        InvalidRequest: One is of a field that is made here, or the object's own name does not begin so.
    """
    checked = _checked(starts_with, "starts_with", OURS | {"bucket"})
    prefix = checked.get("key")
    if prefix is not None and FILE_NAME in prefix:
        raise InvalidRequest(
            f"starts_with asks for names that begin with {prefix!r}, in which S3 would look for no file's name; leave "
            f"out {FILE_NAME} there"
        )
    if prefix is not None and not name.startswith(prefix):
        raise InvalidRequest(f"starts_with asks for names that begin with {prefix!r}, and {name!r} does not")
    return checked


def checked_length_range(length_range: tuple[int, int] | None) -> tuple[int, int] | None:
    """The fewest and the most bytes of the content.

    Raises:
        InvalidRequest: They are no range.
    """
    if length_range is not None and not 0 <= length_range[0] <= length_range[1]:
        raise InvalidRequest(f"length_range is {length_range}; give the fewest and the most bytes, both included")
    return length_range


def _checked(given: Mapping[str, str] | None, argument: str, not_those: frozenset[str]) -> dict[str, str]:
    checked: dict[str, str] = {}
    for name, value in (given or {}).items():
        if checked_text(name, "a field").lower() in not_those:
            raise InvalidRequest(f"{argument} has {name!r}, which is made here; leave it out")
        if '"' in name or not name.isprintable():
            raise InvalidRequest(f"{argument} has {name!r}, which cannot be the name of a form's field")
        checked["key" if name.lower() == "key" else name] = value
    return checked

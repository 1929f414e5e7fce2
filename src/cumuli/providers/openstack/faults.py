"""How the services of OpenStack say that something went wrong. Pure.

Every service wraps its message differently; the status decides the class of the error, and the
wrapper's name or type becomes its ``code``.
"""

from __future__ import annotations

import re
from typing import cast

import msgspec

from cumuli.errors import (
    AlreadyExists,
    AuthenticationError,
    CloudError,
    Conflict,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    PermissionDenied,
    PreconditionFailed,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
)
from cumuli.runtime.messages import Response

__all__ = ["Fault", "fault_error", "fault_of"]

MAX_MESSAGE = 500
# Nova and Cinder quote what they refuse, which may be user data or a password, before they say why.
REASON = re.compile(
    r"(is too (?:long|short)|is not of type '[^']*'|is not a '[^']*'|is not one of \[[^\]]*\]"
    r"|is not valid under any of the given schemas|does not match '[^']*'"
    r"|does not match any of the regexes: '[^']*'(?:, '[^']*')*|has too many properties|has non-unique elements)\Z"
)
MAX_REASON = 300
TAG = re.compile(r"</?[a-z][^<>]{0,50}>", re.IGNORECASE)


class Fault(msgspec.Struct, frozen=True):
    """What an error's answer tells.

    Attributes:
        message: The service's own words; empty when it has none.
        code: Its word for the kind of error (``"itemNotFound"``, ``"OverQuota"``), or None.
    """

    message: str
    code: str | None


def fault_of(body: bytes) -> Fault:
    """The fault in the body of an answer, whichever service sent it."""
    try:
        document: object = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return Fault("", None)
    if not isinstance(document, dict):
        return Fault("", None)
    answer = cast("dict[str, object]", document)
    if isinstance(answer.get("message"), str):
        return Fault(_short(answer["message"]), None)
    for name, value in answer.items():
        # Nova: {"itemNotFound": {"message": …}}; Keystone: {"error": {"title": …, "message": …}};
        # Neutron: {"NeutronError": {"type": …, "message": …}}.
        if isinstance(value, dict):
            inner = cast("dict[str, object]", value)
            message = inner.get("message") or inner.get("detail")
            code = inner.get("type") or inner.get("title") or name
            return Fault(_short(message), code if isinstance(code, str) else name)
        if isinstance(value, str) and name in {"error", "faultstring", "NeutronError", "description"}:
            return Fault(_short(value), None)
    # Placement: {"errors": [{"title": …, "detail": …, "code": …}]}.
    errors = answer.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        first = cast("dict[str, object]", errors[0])
        code = first.get("code") or first.get("title")
        return Fault(_short(first.get("detail") or first.get("title")), code if isinstance(code, str) else None)
    return Fault("", None)


def _short(text: object) -> str:
    words = _without_value(text) if isinstance(text, str) else ""
    # Glance puts line breaks of HTML even into JSON.
    return " ".join(TAG.sub(" ", words[: 4 * MAX_MESSAGE]).split())[:MAX_MESSAGE]


def _without_value(words: str) -> str:
    start, sign, rest = words.partition(". Value: ")
    if not sign or not start.startswith("Invalid input for field/attribute "):
        return words
    reason = REASON.search(rest[-MAX_REASON:])
    return f"{start}: its value {reason[1] if reason else 'is refused'}"


def fault_error(
    answer: Response, *, not_found: type[NotFound] = NotFound, exists: type[AlreadyExists] | None = None
) -> CloudError | None:
    """The error that an answer tells of, or None for a success.

    Args:
        answer: The answer of any OpenStack service.
        not_found: What a 404 means for this call.
        exists: What a 409 means for this call, where it means that a name is taken.
    """
    status = answer.status
    if status < 300:
        return None
    fault = fault_of(answer.body)
    message = fault.message
    if status == 401:
        return AuthenticationError(message or "the token is not accepted", status=status, code=fault.code)
    kind = _kind(status, fault, not_found, exists)
    advice = _ADVICE.get(kind, "")
    text = message or _silence(status)
    return kind(
        f"{text}{advice}",
        status=status,
        code=fault.code,
    )


def _silence(status: int) -> str:
    text = f"the service answers HTTP {status} without saying why"
    if status in {301, 302, 303, 307, 308}:
        return f"the service sends the request elsewhere (HTTP {status}), which is not followed; correct the endpoint"
    return f"{text}; if this should be there, check the endpoint" if status == 404 else text


_ADVICE: dict[type[CloudError], str] = {
    PermissionDenied: "; ask for the role that this call needs",
    QuotaExceeded: "; free something, or ask for a larger quota",
}


def _kind(status: int, fault: Fault, not_found: type[NotFound], exists: type[AlreadyExists] | None) -> type[CloudError]:
    words = f"{fault.code or ''} {fault.message}".lower()
    signs = ("quota", "limit exceeded", "maximum number of", "exceeds maximum")
    over_quota = any(sign in words for sign in signs)
    # A call about quotas that policy refuses names them as well: "Policy doesn't allow os-quota-sets:show".
    refused = any(sign in words for sign in ("policy doesn't allow", "disallowed by policy", "policynotauthorized"))
    if status in {403, 409, 413} and over_quota and not refused:
        return QuotaExceeded
    if status == 413:
        # Nova and Cinder of old: rate limits come with Retry-After and "overLimit".
        return RateLimited if fault.code == "overLimit" else InvalidRequest
    if status == 409:
        return exists or Conflict
    if 300 <= status < 400:
        return MalformedResponse
    if status >= 500:
        return ProviderUnavailable
    fixed: dict[int, type[CloudError]] = {
        403: PermissionDenied,
        404: not_found,
        410: not_found,
        412: PreconditionFailed,
        429: RateLimited,
    }
    return fixed.get(status, InvalidRequest)

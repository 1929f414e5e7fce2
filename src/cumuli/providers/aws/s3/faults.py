"""S3's error codes in the words of cumuli's tree."""

from __future__ import annotations

import re

import msgspec

from cumuli.calls.retry import retry_after
from cumuli.errors import (
    AuthenticationError,
    ChecksumMismatch,
    CloudError,
    Conflict,
    ContainerExists,
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
    Timeout,
)
from cumuli.runtime.messages import Response
from cumuli.wire.xml import decode

__all__ = ["Misdirected", "error_of", "error_of_code", "late_error_of"]

CODES: dict[str, type[CloudError]] = {
    "AccessDenied": PermissionDenied,
    "AccessForbidden": PermissionDenied,
    "AccountProblem": PermissionDenied,
    "AllAccessDisabled": PermissionDenied,
    "InvalidObjectState": PermissionDenied,
    "InvalidPayer": PermissionDenied,
    "MethodNotAllowed": PermissionDenied,
    "NotSignedUp": PermissionDenied,
    "RequestTimeTooSkewed": AuthenticationError,
    "SignatureDoesNotMatch": AuthenticationError,
    "InvalidAccessKeyId": AuthenticationError,
    "InvalidSecurity": AuthenticationError,
    "InvalidToken": AuthenticationError,
    "ExpiredToken": AuthenticationError,
    "TokenRefreshRequired": AuthenticationError,
    "CredentialsNotSupported": AuthenticationError,
    "AuthorizationHeaderMalformed": AuthenticationError,
    "AuthorizationQueryParametersError": AuthenticationError,
    "MissingSecurityHeader": AuthenticationError,
    "Unauthorized": AuthenticationError,
    "NoSuchBucket": ContainerNotFound,
    "NoSuchKey": ObjectNotFound,
    "NoSuchVersion": ObjectNotFound,
    "NoSuchUpload": NotFound,
    "NoSuchBucketPolicy": NotFound,
    "NoSuchCORSConfiguration": NotFound,
    "NoSuchLifecycleConfiguration": NotFound,
    "NoSuchObjectLockConfiguration": NotFound,
    "NoSuchPublicAccessBlockConfiguration": NotFound,
    "NoSuchWebsiteConfiguration": NotFound,
    "ObjectLockConfigurationNotFoundError": NotFound,
    "ServerSideEncryptionConfigurationNotFoundError": NotFound,
    "NoSuchTagSet": NotFound,
    "BucketAlreadyExists": ContainerExists,
    "BucketAlreadyOwnedByYou": ContainerExists,
    "BucketNotEmpty": NotEmpty,
    "PreconditionFailed": PreconditionFailed,
    "NotModified": PreconditionFailed,
    "ConditionalRequestConflict": Conflict,
    "OperationAborted": Conflict,
    "InvalidBucketState": Conflict,
    "RestoreAlreadyInProgress": Conflict,
    "ObjectAlreadyInActiveTierError": Conflict,
    "TooManyBuckets": QuotaExceeded,
    "QuotaExceeded": QuotaExceeded,
    "SlowDown": RateLimited,
    "SlowDownRead": RateLimited,
    "SlowDownWrite": RateLimited,
    "RequestLimitExceeded": RateLimited,
    "Throttling": RateLimited,
    "ThrottlingException": RateLimited,
    "BandwidthLimitExceeded": RateLimited,
    "TooManyRequests": RateLimited,
    "BadDigest": ChecksumMismatch,
    "XAmzContentSHA256Mismatch": ChecksumMismatch,
    "XAmzContentChecksumMismatch": ChecksumMismatch,
    "IncompleteBody": ChecksumMismatch,
    "RequestTimeout": Timeout,
    "InternalError": ProviderUnavailable,
    "ServiceUnavailable": ProviderUnavailable,
    "Busy": ProviderUnavailable,
    "NotImplemented": NotSupported,
}
BY_STATUS: dict[int, type[CloudError]] = {
    304: PreconditionFailed,
    400: InvalidRequest,
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    405: PermissionDenied,
    409: Conflict,
    411: InvalidRequest,
    412: PreconditionFailed,
    413: InvalidRequest,
    416: InvalidRequest,
    429: RateLimited,
    501: NotSupported,
}
HINTS = {
    "RequestTimeTooSkewed": "set this machine's clock: requests are valid for 15 minutes",
    "SignatureDoesNotMatch": "check the secret access key, and that the endpoint is the right one",
    "InvalidAccessKeyId": (
        "check the access key id, that it belongs to this service, and that the region is enabled in the account"
    ),
    "ExpiredToken": "log in again, or supply new temporary credentials",
    "InvalidToken": "log in again, or supply new temporary credentials",
    "BucketAlreadyExists": "the names of buckets are shared by all accounts: choose another one",
    "BucketNotEmpty": "delete its objects first, with their versions and unfinished uploads",
    "EntityTooLarge": "upload it in parts, with a part_size",
    "EntityTooSmall": "all parts but the last one have at least 5 MiB: give a larger part_size",
    "MetadataTooLarge": "metadata has 2 KB in all, keys and encoded values: give less, or store it as an object",
    "NoSuchBucket": "create it first, or check its name, the region and the endpoint",
    "InvalidRange": "the range begins at or beyond the end of the object",
    "InvalidObjectState": "it is archived: restore it first",
    "AccessDenied": "ask for a policy that allows it; without permission to list a bucket, missing objects look so too",
}
MESSAGES: dict[type[CloudError], str] = {
    PreconditionFailed: "the condition does not hold",
    ObjectNotFound: "there is no such object",
    ContainerNotFound: "there is no such bucket",
    PermissionDenied: "these credentials may not do this",
}
# Codes of requests that never took effect, and that S3 says to send again.
AGAIN = frozenset({"ConditionalRequestConflict", "OperationAborted"})
REDIRECTS = frozenset({"PermanentRedirect", "TemporaryRedirect", "Redirect"})
ENDPOINT_REGION = re.compile(r"\bs3[.-](?:dualstack\.)?([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)\.")
WRONG_REGION = re.compile(r"expecting '([A-Za-z0-9-]+)'")
BARE_400 = "the service refuses the request (HTTP 400) and gives no reason; it may be a name that it does not allow"
REQUEST_ID = "x-amz-request-id"


class Misdirected(InvalidRequest):
    """The bucket is in another region than the request was sent to, or signed for. Nothing was done.

    Attributes:
        region: Where it is, or None: the answer does not tell.
    """

    region: str | None = None


class _Error(msgspec.Struct, frozen=True, rename="pascal"):
    code: str = ""
    message: str = ""
    region: str | None = None
    endpoint: str | None = None
    request_id: str | None = None


def error_of(answer: Response, *, method: str, key: bool, now: float) -> CloudError | None:
    """What an answer of S3's tells of: an error, or None when it is a success.

    Args:
        answer: The answer.
        method: Of the request: answers to HEAD have no body, and tell what is wrong by their status only.
        key: Whether the request was about an object.
        now: Seconds since 1970, to make seconds of a date in ``Retry-After``.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    found = _parsed(answer.body)
    region = answer.headers.get("x-amz-bucket-region")
    wait = retry_after(answer.headers.get("retry-after"), now=now)
    if found is None:
        return _without_code(answer, method=method, key=key, region=region, wait=wait)
    if found.code in REDIRECTS or (status in {301, 307} and found.code):
        return _misdirected(found, status, region or _region_of(found))
    if found.code in {"AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}:
        told = region or _region_of(found)
        if told is not None:
            return _misdirected(found, status, told)
    if found.code == "NoSuchKey" and not key:
        # Some services know no other code.
        found = msgspec.structs.replace(found, code="NoSuchBucket")
    return error_of_code(
        found.code,
        found.message,
        status=status,
        request_id=found.request_id or answer.headers.get(REQUEST_ID),
        wait=wait,
    )


def late_error_of(answer: Response) -> CloudError | None:
    """The error in an answer whose status, 200, was sent before the work was done; None if it succeeded."""
    found = _parsed(answer.body)
    if found is None:
        return None
    error = error_of_code(found.code, found.message, status=answer.status, request_id=found.request_id)
    if found.code == "InternalError" or not found.code:
        error.retryable = True
    return error


def error_of_code(
    code: str,
    message: str,
    *,
    status: int | None = None,
    request_id: str | None = None,
    wait: float | None = None,
) -> CloudError:
    """The error for one of S3's codes."""
    kind = CODES.get(code) or _kind_by_status(status)
    hint = HINTS.get(code)
    text = message.strip().rstrip(".") or code or "S3 reports an error and does not say which"
    error = kind(
        f"{text}; {hint}" if hint else text,
        status=status,
        code=code or None,
        request_id=request_id,
        retry_after=wait,
    )
    if code in AGAIN:
        error.retryable = True
    return error


def _kind_by_status(status: int | None) -> type[CloudError]:
    if status is None or 200 <= status < 300:
        return InvalidRequest
    if status >= 500 and status != 501:
        return ProviderUnavailable
    return BY_STATUS.get(status, InvalidRequest)


def _parsed(body: bytes) -> _Error | None:
    """What an error answer says, or None where the body is none."""
    if b"<Error" not in body[:1024]:
        return None
    try:
        return decode(body.strip(), _Error, root="Error", item=None)
    except MalformedResponse:
        return None


def _misdirected(found: _Error, status: int, region: str | None) -> Misdirected:
    where = f"in {region}" if region else "elsewhere"
    error = Misdirected(
        f"the bucket is {where}; make a client with that region, or check the endpoint",
        status=status,
        code=found.code,
        request_id=found.request_id,
    )
    error.region = region
    return error


def _region_of(found: _Error) -> str | None:
    if found.region:
        return found.region
    match = ENDPOINT_REGION.search(f"{found.endpoint or ''}.") or WRONG_REGION.search(found.message)
    return match[1] if match else None


def _without_code(answer: Response, *, method: str, key: bool, region: str | None, wait: float | None) -> CloudError:
    """The error for an answer without S3's own words: to HEAD, or a proxy's page, or nothing."""
    status = answer.status
    if status in {301, 302, 303, 307, 308} or (status == 400 and method == "HEAD"):
        if region is None and method != "HEAD":
            where = (answer.headers.get("location") or "").partition("://")[2].partition("/")[0] or "another place"
            return MalformedResponse(f"the endpoint redirects to {where}; check the endpoint", status=status)
        if status == 400 and region is None:
            error = _misdirected(_Error(), status, region)
            error.message = f"{BARE_400}, that these credentials have expired, or that the bucket is in another region"
            return error
        return _misdirected(_Error(), status, region)
    kind = _kind_by_status(status)
    if kind is NotFound:
        kind = ObjectNotFound if key else ContainerNotFound
    if kind in {ProviderUnavailable, RateLimited}:
        return kind(f"the answer is HTTP {status}", status=status, retry_after=wait)
    if status == 431:
        return InvalidRequest("the request's headers are too long for the endpoint; give less metadata", status=status)
    start = answer.body[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return MalformedResponse(
            f"the endpoint answered HTTP {status} with an HTML page; check the endpoint and any proxy on the way",
            status=status,
        )
    if status == 400:
        return kind(f"{BARE_400}, or a header that it does not take", status=status)
    return kind(MESSAGES.get(kind, f"the answer is HTTP {status}"), status=status)

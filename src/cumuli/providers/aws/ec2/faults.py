"""AWS's error codes in the words of cumuli's tree."""

from __future__ import annotations

from cumuli.calls.retry import retry_after
from cumuli.errors import (
    AlreadyExists,
    AuthenticationError,
    CloudError,
    Conflict,
    IdempotencyMismatch,
    ImageNotFound,
    InvalidRequest,
    KeyPairExists,
    KeyPairNotFound,
    MalformedResponse,
    NodeNotFound,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
    SizeNotFound,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.providers.aws.query import parse_error
from cumuli.runtime.messages import Response

__all__ = ["error_of"]

# Codes are looked up whole, then by their beginning and end, then by the HTTP status.
CODES: dict[str, type[CloudError]] = {
    "IdempotentParameterMismatch": IdempotencyMismatch,
    "IdempotentInstanceTerminated": Conflict,
    "AuthFailure": AuthenticationError,
    "InvalidClientTokenId": AuthenticationError,
    "UnrecognizedClientException": AuthenticationError,
    "SignatureDoesNotMatch": AuthenticationError,
    "IncompleteSignature": AuthenticationError,
    "MissingAuthenticationToken": AuthenticationError,
    "RequestExpired": AuthenticationError,
    "ExpiredToken": AuthenticationError,
    "ExpiredTokenException": AuthenticationError,
    "InvalidAccessKeyId": AuthenticationError,
    "OptInRequired": PermissionDenied,
    "PendingVerification": PermissionDenied,
    "Blocked": PermissionDenied,
    "UnauthorizedOperation": PermissionDenied,
    "AccessDenied": PermissionDenied,
    "AccessDeniedException": PermissionDenied,
    "UnsupportedOperation": Conflict,
    "RequestLimitExceeded": RateLimited,
    "Throttling": RateLimited,
    "ThrottlingException": RateLimited,
    "ThrottledException": RateLimited,
    "RequestThrottled": RateLimited,
    "RequestThrottledException": RateLimited,
    "TooManyRequestsException": RateLimited,
    "BandwidthLimitExceeded": RateLimited,
    "EC2ThrottledException": RateLimited,
    "PriorRequestNotComplete": RateLimited,
    "SnapshotCreationPerVolumeRateExceeded": RateLimited,
    "InsufficientInstanceCapacity": QuotaExceeded,
    "InsufficientHostCapacity": QuotaExceeded,
    "InsufficientReservedInstanceCapacity": QuotaExceeded,
    "InsufficientAddressCapacity": QuotaExceeded,
    "InsufficientCapacity": QuotaExceeded,
    "InsufficientVolumeCapacity": QuotaExceeded,
    "InsufficientFreeAddressesInSubnet": QuotaExceeded,
    "MaxSpotInstanceCountExceeded": QuotaExceeded,
    "IncorrectState": Conflict,
    "IncorrectInstanceState": Conflict,
    "IncorrectStateException": Conflict,
    "DependencyViolation": Conflict,
    "IncorrectModificationState": Conflict,
    # A retry would be hours too early.
    "VolumeModificationRateExceeded": Conflict,
    "VolumeInUse": Conflict,
    "OperationNotPermitted": Conflict,
    "Resource.AlreadyAssociated": Conflict,
    "InvalidVolume.ZoneMismatch": Conflict,
    "InvalidAttachment.NotFound": Conflict,
    "InvalidAssociationID.NotFound": Conflict,
    "InvalidSnapshot.InUse": Conflict,
    "InvalidIPAddress.InUse": Conflict,
    "InvalidGroup.InUse": Conflict,
    "InvalidAMIID.Unavailable": ImageNotFound,
    "InvalidInstanceType": SizeNotFound,
    "InvalidKeyPair.Duplicate": KeyPairExists,
    "InvalidSubnet.Conflict": Conflict,
    "RouteAlreadyExists": AlreadyExists,
    "Gateway.NotAttached": Conflict,
    "InvalidLaunchTemplateName.AlreadyExistsException": AlreadyExists,
    "InvalidLaunchTemplateName.NotFoundException": NotFound,
    "InternalError": ProviderUnavailable,
    "InternalFailure": ProviderUnavailable,
    "Unavailable": ProviderUnavailable,
    "ServiceUnavailable": ProviderUnavailable,
    "UnknownVolumeType": InvalidRequest,
    "Unsupported": InvalidRequest,
    "UnknownParameter": InvalidRequest,
    "VcpuLimitExceeded": QuotaExceeded,
}
NOT_FOUND: dict[str, type[NotFound]] = {
    "InvalidInstanceID": NodeNotFound,
    "InvalidAMIID": ImageNotFound,
    "InvalidAMIId": ImageNotFound,
    "InvalidVolume": VolumeNotFound,
    "InvalidVolumeID": VolumeNotFound,
    "InvalidSnapshot": SnapshotNotFound,
    "InvalidSnapshotID": SnapshotNotFound,
    "InvalidKeyPair": KeyPairNotFound,
}
BY_STATUS: dict[int, type[CloudError]] = {
    400: InvalidRequest,
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}
HINTS = {
    "AuthFailure": (
        "check the access key, its secret, and this machine's clock; AWS gives the same answer in a region that is not "
        "enabled in the account (aws account list-regions)"
    ),
    "InvalidClientTokenId": (
        "check the access key id, that it belongs to this partition of AWS, "
        "and that the region is enabled in the account"
    ),
    "SignatureDoesNotMatch": "check the secret access key, and that region and endpoint belong together",
    "RequestExpired": "check this machine's clock: requests are valid for 5 minutes",
    "ExpiredToken": "log in again, or supply new temporary credentials",
    "ExpiredTokenException": "log in again, or supply new temporary credentials",
    "OptInRequired": "enable the region, or subscribe to the service, in the AWS console",
    "UnauthorizedOperation": "ask for a policy that allows it",
    "InsufficientInstanceCapacity": "try another availability zone or size, or wait",
    "IdempotentParameterMismatch": "use a new token for a new request",
    "IncorrectInstanceState": "wait until the node is in the state that the call needs",
}
NOT_HERE = "check the id, and that the client is of the region that it is in"


def error_of(answer: Response, *, now: float) -> CloudError | None:
    """What an answer of EC2's tells of: an error, or None when it is a success.

    Args:
        answer: The answer.
        now: Seconds since 1970, to make seconds of a date in ``Retry-After``.
    """
    if 200 <= answer.status < 300:
        return None
    wait = retry_after(answer.headers.get("retry-after"), now=now)
    found = parse_error(answer.body)
    if found is None:
        return _without_code(answer, wait)
    kind = _kind_of(found.code, answer.status)
    hint = HINTS.get(found.code) or (NOT_HERE if issubclass(kind, NotFound) else None)
    text = found.message.rstrip(".") or found.code
    return kind(
        f"{text}; {hint}" if hint else text,
        status=answer.status,
        code=found.code,
        request_id=found.request_id,
        retry_after=wait,
    )


def _kind_of(code: str, status: int) -> type[CloudError]:
    if code in CODES:
        return CODES[code]
    head, _, tail = code.partition(".")
    if tail in {"NotFound", "Unknown"} or code.endswith("NotFound"):
        return NOT_FOUND.get(head, NotFound)
    if tail == "Malformed" and head.lower().endswith("id"):
        # An id of the wrong form is the id of nothing.
        return NOT_FOUND.get(head, NotFound)
    if tail in {"Duplicate", "AlreadyExists"}:
        return AlreadyExists
    if tail in {"InUse", "IncorrectState"}:
        return Conflict
    if code.endswith("LimitExceeded"):
        return QuotaExceeded
    if status >= 500:
        return ProviderUnavailable
    if code.startswith(("Invalid", "Missing")):
        return InvalidRequest
    return BY_STATUS.get(status, InvalidRequest)


def _without_code(answer: Response, wait: float | None) -> CloudError:
    """The error for an answer that is not the service's own: a proxy's page, another service, nothing."""
    if 300 <= answer.status < 400:
        where = answer.headers.get("location") or "elsewhere"
        host = where.partition("://")[2].partition("/")[0] or "another place"
        return MalformedResponse(
            f"the endpoint redirects to {host}, which EC2 never does; check the endpoint", status=answer.status
        )
    kind = ProviderUnavailable if answer.status >= 500 else BY_STATUS.get(answer.status, MalformedResponse)
    if kind in {ProviderUnavailable, RateLimited}:
        return kind(f"the answer is HTTP {answer.status}", status=answer.status, retry_after=wait)
    start = answer.body[:512].lstrip().lower()
    what = "an HTML page" if start.startswith((b"<!doctype html", b"<html")) else "what is not EC2's answer"
    return MalformedResponse(
        f"the endpoint answered HTTP {answer.status} with {what}; check the endpoint and any proxy on the way",
        status=answer.status,
    )

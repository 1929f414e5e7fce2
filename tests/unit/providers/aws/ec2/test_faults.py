"""AWS's error codes in the words of cumuli's tree."""

from __future__ import annotations

import pytest

from cumuli import errors
from cumuli.errors import CloudError
from cumuli.providers.aws.ec2.faults import error_of
from cumuli.runtime.messages import Headers, Response

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


def fault(status: int, code: str, message: str = "Said so.", headers: tuple[tuple[str, str], ...] = ()) -> CloudError:
    body = (
        f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        "<RequestID>req-1</RequestID></Response>"
    )
    error = error_of(Response(status=status, headers=Headers(headers), body=body.encode()), now=NOW)
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidInstanceID.NotFound", "NodeNotFound"),
        (400, "InvalidInstanceID.Malformed", "NodeNotFound"),
        (400, "InvalidAMIID.NotFound", "ImageNotFound"),
        (400, "InvalidAMIID.Malformed", "ImageNotFound"),
        (400, "InvalidAMIID.Unavailable", "ImageNotFound"),
        (400, "InvalidVolume.NotFound", "VolumeNotFound"),
        (400, "InvalidVolumeID.Malformed", "VolumeNotFound"),
        (400, "InvalidSnapshot.NotFound", "SnapshotNotFound"),
        (400, "InvalidSnapshotID.Malformed", "SnapshotNotFound"),
        (400, "InvalidKeyPair.NotFound", "KeyPairNotFound"),
        (400, "InvalidInstanceType", "SizeNotFound"),
        (400, "InvalidVpcID.NotFound", "NotFound"),
        (400, "InvalidSubnetID.NotFound", "NotFound"),
        (400, "InvalidGroup.NotFound", "NotFound"),
        (400, "InvalidGroupId.Malformed", "NotFound"),
        (400, "InvalidAllocationID.NotFound", "NotFound"),
        (400, "InvalidPermission.NotFound", "NotFound"),
        (403, "UnauthorizedOperation", "PermissionDenied"),
        (401, "AuthFailure", "AuthenticationError"),
        (403, "InvalidClientTokenId", "AuthenticationError"),
        (403, "SignatureDoesNotMatch", "AuthenticationError"),
        (400, "RequestExpired", "AuthenticationError"),
        (400, "ExpiredToken", "AuthenticationError"),
        (403, "OptInRequired", "PermissionDenied"),
        (500, "InsufficientInstanceCapacity", "QuotaExceeded"),
        (400, "InstanceLimitExceeded", "QuotaExceeded"),
        (400, "VolumeLimitExceeded", "QuotaExceeded"),
        (400, "AddressLimitExceeded", "QuotaExceeded"),
        (400, "VcpuLimitExceeded", "QuotaExceeded"),
        (503, "RequestLimitExceeded", "RateLimited"),
        (400, "Throttling", "RateLimited"),
        (400, "IncorrectState", "Conflict"),
        (400, "IncorrectInstanceState", "Conflict"),
        (400, "DependencyViolation", "Conflict"),
        (400, "VolumeInUse", "Conflict"),
        (400, "IncorrectModificationState", "Conflict"),
        (400, "VolumeModificationRateExceeded", "Conflict"),
        (400, "InvalidVolumeModification.NotFound", "NotFound"),
        (400, "InvalidSnapshot.InUse", "Conflict"),
        (400, "OperationNotPermitted", "Conflict"),
        (400, "InvalidGroup.Duplicate", "AlreadyExists"),
        (400, "InvalidAMIName.Duplicate", "AlreadyExists"),
        (400, "InvalidPermission.Duplicate", "AlreadyExists"),
        (400, "InvalidKeyPair.Duplicate", "KeyPairExists"),
        (400, "IdempotentParameterMismatch", "IdempotencyMismatch"),
        (400, "InvalidParameterValue", "InvalidRequest"),
        (400, "InvalidParameterCombination", "InvalidRequest"),
        (400, "MissingParameter", "InvalidRequest"),
        (400, "InvalidKey.Format", "InvalidRequest"),
        (400, "InvalidAction", "InvalidRequest"),
        (400, "SomethingNew", "InvalidRequest"),
        (403, "SomethingNew", "PermissionDenied"),
        (500, "InternalError", "ProviderUnavailable"),
        (503, "Unavailable", "ProviderUnavailable"),
        (500, "SomethingNew", "ProviderUnavailable"),
    ],
)
def test_codes(status: int, code: str, kind: str) -> None:
    error = fault(status, code)
    assert type(error) is getattr(errors, kind)
    assert (error.status, error.code, error.request_id) == (status, code, "req-1")
    assert error.message.startswith("Said so")
    assert error.retryable is (kind in {"RateLimited", "ProviderUnavailable"})


def test_messages_say_what_to_do() -> None:
    assert "clock" in fault(400, "RequestExpired").message
    assert "clock" in fault(401, "AuthFailure").message
    assert "secret" in fault(403, "SignatureDoesNotMatch").message
    assert "region" in fault(400, "InvalidInstanceID.NotFound").message


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("Tue, 14 Nov 2023 22:13:25 GMT", 5.0),
        ("Tue, 14 Nov 2023 22:13:15 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("", None),
        ("Tue, 99 Nov 2023 22:13:15 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert fault(503, "Unavailable", headers=(("retry-after", value),)).retry_after == seconds


def test_a_success_is_none() -> None:
    assert error_of(Response(status=200, headers=Headers(), body=b""), now=NOW) is None


@pytest.mark.parametrize(("status", "code"), [(401, "AuthFailure"), (403, "InvalidClientTokenId")])
def test_a_region_that_is_not_enabled_is_among_the_reasons(status: int, code: str) -> None:
    assert "enabled in the account" in fault(status, code).message

"""Every way in which OpenStack's services say that something went wrong."""

from __future__ import annotations

import json

import pytest

from cumuli.errors import (
    AuthenticationError,
    CloudError,
    Conflict,
    InvalidRequest,
    KeyPairExists,
    MalformedResponse,
    NodeNotFound,
    NotFound,
    PermissionDenied,
    PreconditionFailed,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
)
from cumuli.providers.openstack.faults import Fault, fault_error, fault_of
from cumuli.runtime.messages import Headers, Response


def answer(status: int, body: bytes = b"") -> Response:
    return Response(status=status, headers=Headers(), body=body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b'{"itemNotFound": {"message": "No such thing", "code": 404}}', Fault("No such thing", "itemNotFound")),
        (b'{"error": {"code": 401, "message": "No", "title": "Unauthorized"}}', Fault("No", "Unauthorized")),
        (b'{"NeutronError": {"type": "OverQuota", "message": "Too much", "detail": ""}}',
         Fault("Too much", "OverQuota")),
        (b'{"message": "No image<br /><br />\\n\\n", "code": "404 Not Found"}', Fault("No image", None)),
        (b'{"errors": [{"status": 404, "title": "Not Found", "detail": "gone", "code": "x.y"}]}', Fault("gone", "x.y")),
        (b'{"unauthorized": {"code": 401, "message": "Username or api key is invalid."}}',
         Fault("Username or api key is invalid.", "unauthorized")),
        (b'{"error": "plain words"}', Fault("plain words", None)),
        (b"<html>502</html>", Fault("", None)),
        (b"", Fault("", None)),
        (b"[1]", Fault("", None)),
        (b'{"a": 1}', Fault("", None)),
        (b"[" * 100_000, Fault("", None)),
        (b'{"badRequest": {"message": 7}}', Fault("", "badRequest")),
    ],
)  # fmt: skip
def test_the_fault_in_an_answer(body: bytes, fault: Fault) -> None:
    assert fault_of(body) == fault


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b"", InvalidRequest),
        (401, b"", AuthenticationError),
        (403, b'{"forbidden": {"message": "Policy does not allow"}}', PermissionDenied),
        (403, b'{"forbidden": {"message": "Quota exceeded for instances"}}', QuotaExceeded),
        (403, b'{"forbidden": {"message": "Personality file content exceeds maximum 10240"}}', QuotaExceeded),
        (403, b'{"forbidden": {"message": "Policy doesn\'t allow os-quota-sets:show"}}', PermissionDenied),
        (403, b'{"forbidden": {"message": "Maximum number of metadata items exceeds 128"}}', QuotaExceeded),
        (404, b"", NodeNotFound),
        (409, b"", Conflict),
        (409, b'{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources"}}', QuotaExceeded),
        (410, b"", NodeNotFound),
        (412, b"", PreconditionFailed),
        (413, b'{"overLimit": {"message": "VolumeSizeExceedsAvailableQuota: Requested volume"}}', QuotaExceeded),
        (413, b'{"overLimit": {"message": "This request was rate-limited."}}', RateLimited),
        (413, b"", InvalidRequest),
        (422, b"", InvalidRequest),
        (429, b"", RateLimited),
        (300, b"", MalformedResponse),
        (500, b"", ProviderUnavailable),
        (503, b"", ProviderUnavailable),
    ],
)
def test_the_class_of_an_error(status: int, body: bytes, kind: type[CloudError]) -> None:
    error = fault_error(answer(status, body), not_found=NodeNotFound)
    assert type(error) is kind
    assert error.status == status
    assert error.message


def test_successes_are_no_errors() -> None:
    for status in (200, 201, 202, 203, 204):
        assert fault_error(answer(status)) is None


def test_what_409_and_404_mean_depends_on_the_call() -> None:
    assert type(fault_error(answer(409), exists=KeyPairExists)) is KeyPairExists
    assert type(fault_error(answer(404))) is NotFound


def test_a_long_message_is_cut() -> None:
    error = fault_error(answer(400, b'{"badRequest": {"message": "' + b"x" * 100_000 + b'"}}'))
    assert error is not None
    assert len(error.message) == 500


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("hunter2 " * 1000, "is too long"),
        ("hunter2 is not a 'secret' is too short", "is too long"),
        ("hunter2", "does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'"),
        ("hunter2", "is not of type 'string'"),
        ("is not a ", "is not of type 'string'"),
    ],
)
def test_a_value_that_is_refused_is_not_quoted(value: str, reason: str) -> None:
    """Nova quotes user data and passwords, in front of what is wrong with them."""
    words = f"Invalid input for field/attribute user_data. Value: {value}. {value!r} {reason}"
    message = fault_of(json.dumps({"badRequest": {"message": words}}).encode()).message
    assert message == f"Invalid input for field/attribute user_data: its value {reason}"


def test_a_value_that_is_refused_for_an_unknown_reason_is_not_quoted() -> None:
    words = "Invalid input for field/attribute user_data. Value: hunter2. hunter2 smells"
    message = fault_of(json.dumps({"badRequest": {"message": words}}).encode()).message
    assert message == "Invalid input for field/attribute user_data: its value is refused"


def test_an_error_in_another_encoding_is_still_an_error() -> None:
    error = fault_error(answer(404, b'{"error": "nicht verf\xfcgbar"}'))
    assert type(error) is NotFound

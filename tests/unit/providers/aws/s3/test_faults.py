"""S3's errors in the words of cumuli's tree."""

from __future__ import annotations

import pickle
from xml.sax.saxutils import escape

import pytest

from cumuli import errors
from cumuli.providers.aws.s3.faults import Misdirected, error_of, late_error_of
from cumuli.runtime.messages import Headers, Response


def answer(
    status: int, code: str = "", more: str = "", *headers: tuple[str, str], message: str = "It says so."
) -> Response:
    body = (
        f"<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>{more}</Error>"
        if code
        else ""
    )
    return Response(status=status, headers=Headers(headers), body=body.encode())


def judged(response: Response, *, method: str = "GET", key: bool = True) -> errors.CloudError:
    error = error_of(response, method=method, key=key, now=0.0)
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("status", "code", "kind", "retryable"),
    [
        (404, "NoSuchKey", errors.ObjectNotFound, False),
        (404, "NoSuchVersion", errors.ObjectNotFound, False),
        (404, "NoSuchBucket", errors.ContainerNotFound, False),
        (404, "NoSuchUpload", errors.NotFound, False),
        (409, "BucketAlreadyExists", errors.ContainerExists, False),
        (409, "BucketAlreadyOwnedByYou", errors.ContainerExists, False),
        (409, "BucketNotEmpty", errors.NotEmpty, False),
        (409, "OperationAborted", errors.Conflict, True),
        (409, "ConditionalRequestConflict", errors.Conflict, True),
        (412, "PreconditionFailed", errors.PreconditionFailed, False),
        (503, "SlowDown", errors.RateLimited, True),
        (503, "ServiceUnavailable", errors.ProviderUnavailable, True),
        (500, "InternalError", errors.ProviderUnavailable, True),
        (400, "RequestTimeout", errors.Timeout, True),
        (400, "BadDigest", errors.ChecksumMismatch, True),
        (400, "XAmzContentSHA256Mismatch", errors.ChecksumMismatch, True),
        (403, "RequestTimeTooSkewed", errors.AuthenticationError, False),
        (403, "SignatureDoesNotMatch", errors.AuthenticationError, False),
        (403, "InvalidAccessKeyId", errors.AuthenticationError, False),
        (400, "ExpiredToken", errors.AuthenticationError, False),
        (403, "AccessDenied", errors.PermissionDenied, False),
        (400, "EntityTooLarge", errors.InvalidRequest, False),
        (416, "InvalidRange", errors.InvalidRequest, False),
        (400, "TooManyBuckets", errors.QuotaExceeded, False),
        (501, "NotImplemented", errors.NotSupported, False),
        (400, "NobodyKnowsThis", errors.InvalidRequest, False),
        (599, "NobodyKnowsThis", errors.ProviderUnavailable, True),
    ],
)
def test_codes(status: int, code: str, kind: type[errors.CloudError], retryable: bool) -> None:
    error = judged(answer(status, code, "<RequestId>R1</RequestId>"))
    assert type(error) is kind
    assert (error.status, error.code, error.request_id, error.retryable) == (status, code, "R1", retryable)
    assert error.message.startswith("It says so")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)


def test_a_wrong_clock_is_named() -> None:
    assert "clock" in judged(answer(403, "RequestTimeTooSkewed")).message


@pytest.mark.parametrize(
    ("status", "key", "kind"),
    [
        (404, True, errors.ObjectNotFound),
        (404, False, errors.ContainerNotFound),
        (403, True, errors.PermissionDenied),
        (412, True, errors.PreconditionFailed),
        (304, True, errors.PreconditionFailed),
        (416, True, errors.InvalidRequest),
        (500, True, errors.ProviderUnavailable),
        (503, False, errors.ProviderUnavailable),
        (429, True, errors.RateLimited),
        (400, True, Misdirected),
        (301, False, Misdirected),
    ],
)
def test_answers_to_head(status: int, key: bool, kind: type[errors.CloudError]) -> None:
    assert type(judged(answer(status), method="HEAD", key=key)) is kind


@pytest.mark.parametrize(
    ("response", "region"),
    [
        (answer(301, "PermanentRedirect", "", ("x-amz-bucket-region", "eu-west-1")), "eu-west-1"),
        (answer(301, "PermanentRedirect", "<Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint>"), "eu-west-1"),
        (answer(301, "PermanentRedirect", "<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint>"), "eu-west-1"),
        (
            answer(307, "TemporaryRedirect", "<Endpoint>s3.dualstack.cn-north-1.aws.cn</Endpoint>"),
            "cn-north-1",
        ),
        (answer(400, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>"), "eu-central-1"),
        (
            answer(400, "AuthorizationHeaderMalformed", message="the region 'us-east-1' is wrong; expecting 'auto'"),
            "auto",
        ),
        (answer(301, "PermanentRedirect"), None),
    ],
)
def test_where_a_bucket_is(response: Response, region: str | None) -> None:
    error = judged(response)
    assert isinstance(error, Misdirected)
    assert error.region == region


def test_a_malformed_signature_without_a_region_is_no_redirect() -> None:
    assert type(judged(answer(400, "AuthorizationHeaderMalformed"))) is errors.AuthenticationError


def test_a_region_that_is_not_enabled_is_among_the_reasons() -> None:
    """AWS does not know an account's keys there."""
    assert "region is enabled in the account" in judged(answer(403, "InvalidAccessKeyId")).message


def test_answers_that_are_not_s3s() -> None:
    page = Response(status=404, headers=Headers(), body=b"<!DOCTYPE html><html>Not here</html>")
    assert type(judged(page)) is errors.MalformedResponse
    elsewhere = Response(status=302, headers=Headers((("location", "https://login.example/x"),)), body=b"")
    error = judged(elsewhere)
    assert type(error) is errors.MalformedResponse
    assert "login.example" in error.message
    broken = Response(status=500, headers=Headers((("retry-after", "7"),)), body=b"<Error><Code>Int")
    assert (type(judged(broken)), judged(broken).retry_after) == (errors.ProviderUnavailable, 7.0)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Error><Code>&a;</Code></Error>'
    assert type(judged(Response(status=400, headers=Headers(), body=bomb))) is errors.InvalidRequest


def test_errors_under_status_200() -> None:
    late = late_error_of(answer(200, "InternalError"))
    assert type(late) is errors.ProviderUnavailable
    assert late.retryable
    spaced = Response(status=200, headers=Headers(), body=b"\n   \n" + answer(200, "SlowDown").body)
    assert type(late_error_of(spaced)) is errors.RateLimited
    unknown = late_error_of(answer(200, "Whatever"))
    assert type(unknown) is errors.InvalidRequest
    good = Response(status=200, headers=Headers(), body=b"<CompleteMultipartUploadResult/>")
    assert late_error_of(good) is None
    named = b"<CopyObjectResult><ETag>&lt;Error&gt;</ETag></CopyObjectResult>"
    assert late_error_of(Response(status=200, headers=Headers(), body=named)) is None

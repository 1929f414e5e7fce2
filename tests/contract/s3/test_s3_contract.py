"""Moto forgives what AWS refuses: every request that S3's client can send is checked against AWS's own model."""

from __future__ import annotations

import inspect
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest

from cumuli.errors import MalformedResponse
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.client import S3
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Headers, Request, Response
from tests.contract.s3.recording import RecordingRuntime
from tests.contract.s3.s3_cases import CASES, OBJ, Case
from tests.contract.s3.s3_model import S3Model

# What is no call of S3's model: the client's own life, what it says of itself, and the call that is anything.
NO_CALLS = {"aclose", "provider", "capabilities", "ex_call", "ex_get_caller_identity"}
NO_CDN = {"get_container_cdn_url", "enable_container_cdn", "get_object_cdn_url"}
READ_OF: dict[type[wire.Answer], str] = {
    wire.ListAllMyBucketsResult: "ListBuckets",
    wire.ListBucketResult: "ListObjectsV2",
    wire.ListVersionsResult: "ListObjectVersions",
    wire.ListMultipartUploadsResult: "ListMultipartUploads",
    wire.InitiateMultipartUploadResult: "CreateMultipartUpload",
    wire.CompleteMultipartUploadResult: "CompleteMultipartUpload",
    wire.CopyObjectResult: "CopyObject",
    wire.CopyPartResult: "UploadPartCopy",
    wire.DeleteResult: "DeleteObjects",
    wire.Tagging: "GetObjectTagging",
    wire.VersioningConfiguration: "GetBucketVersioning",
    wire.AccessControlPolicy: "GetObjectAcl",
    wire.LifecycleConfiguration: "GetBucketLifecycleConfiguration",
    wire.CORSConfiguration: "GetBucketCors",
    wire.ServerSideEncryptionConfiguration: "GetBucketEncryption",
    wire.WebsiteConfiguration: "GetBucketWebsite",
    wire.PublicAccessBlockConfiguration: "GetPublicAccessBlock",
    wire.NotificationConfiguration: "GetBucketNotificationConfiguration",
    wire.BucketLoggingStatus: "GetBucketLogging",
    wire.ObjectLockConfiguration: "GetObjectLockConfiguration",
    wire.Retention: "GetObjectRetention",
    wire.LegalHold: "GetObjectLegalHold",
    wire.ListPartsResult: "ListParts",
    wire.GetObjectAttributesOutput: "GetObjectAttributes",
}


@pytest.fixture(scope="module")
def model() -> S3Model:
    return S3Model()


def made(case: Case, **more: Any) -> list[Request]:
    """Make the call and give what it sent."""
    runtime = RecordingRuntime(case.size)

    def recording(_: object) -> RecordingRuntime:
        return runtime

    settings: dict[str, Any] = {**case.settings, **more, "_runtime": recording}
    client = AsyncS3("AKIAEXAMPLE", "example", region="us-west-2", addressing="path", **settings)

    async def call() -> None:
        answer = getattr(client, case.method)(*case.arguments, **case.options)
        if "iterate_" in case.method or case.method.endswith("_as_stream"):
            async for _ in answer:
                pass
        elif case.method == "open_object":
            await answer.seek(-3, 2)
            await answer.read(2)
        else:
            await answer

    try:
        run(call())
    except Exception as error:
        # A recorded HEAD of a bucket is always refused; nothing else is.
        if case.method != "get_container":
            raise AssertionError(f"{case.method} failed: {error}") from error
    return runtime.sent


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.method}" for number, case in enumerate(CASES)])
def test_requests_are_what_aws_documents(case: Case, model: S3Model) -> None:
    sent = made(case)
    for request in sent:
        region = "eu-west-1" if case.options.get("ex_region") else "us-west-2"
        if request.operation != "HeadBucket":
            assert request.origin == f"https://s3.{region}.amazonaws.com"
        assert (request.header("authorization") or "").startswith("AWS4-HMAC-SHA256 ")
        assert model.problems_of_request(request) == []
    if case.operations is not None:
        assert tuple(request.operation for request in sent) == case.operations
    else:
        assert sent


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.method}" for number, case in enumerate(CASES)])
def test_whoever_pays_says_so_wherever_aws_reads_it(case: Case, model: S3Model) -> None:
    service: Any = model.service
    for request in made(case, request_payer="requester"):
        said = [value for name, value in request.headers if name.lower() == "x-amz-request-payer"]
        reads_it = "RequestPayer" in service.operation_model(request.operation).input_shape.members
        assert said == (["requester"] if reads_it else []), request.operation
        assert model.problems_of_request(request) == []


@pytest.mark.parametrize("method", ["delete_object", "delete_objects", "ex_put_object_retention"])
def test_a_governing_lock_is_passed_over_only_where_that_was_said(method: str) -> None:
    cases = [case for case in CASES if case.method == method]
    assert {bool(case.options.get("ex_bypass_governance")) for case in cases} == {True, False}
    for case in cases:
        for request in made(case):
            said = request.header("x-amz-bypass-governance-retention")
            assert said == ("true" if case.options.get("ex_bypass_governance") else None)


def test_a_url_says_who_pays() -> None:
    settings: dict[str, Any] = {"region": "us-west-2", "request_payer": "requester"}
    with S3("AKIAEXAMPLE", "example", **settings) as client:
        for method in URLS:
            query = parse_qsl(client.get_object_url(OBJ, method=method).partition("?")[2])
            assert ("x-amz-request-payer", "requester") in query
            assert ("X-Amz-SignedHeaders", "host") in query


URLS: dict[Literal["GET", "PUT", "HEAD", "DELETE"], str] = {
    "GET": "GetObject",
    "PUT": "PutObject",
    "HEAD": "HeadObject",
    "DELETE": "DeleteObject",
}


@pytest.mark.parametrize(
    "options",
    [case.options for case in CASES if case.method == "get_object_url"],
    ids=lambda options: "-".join([*options][:3]),
)
def test_urls_are_what_aws_documents(options: dict[str, Any], model: S3Model) -> None:
    with S3("AKIAEXAMPLE", "example", region="us-west-2", addressing="path") as client:
        url = client.get_object_url(OBJ, **options)
    origin, slash, rest = url.removeprefix("https://").partition("/")
    path, _, query = rest.partition("?")
    pairs = parse_qsl(query, strict_parsing=True)
    assert len([name for name, _ in pairs if name.startswith("X-Amz-")]) == 6
    asked = urlencode([pair for pair in pairs if not pair[0].startswith("X-Amz-")])
    method = options.get("method", "GET")
    request = Request(
        method=method, origin=f"https://{origin}", target=f"{slash}{path}?{asked}", operation=URLS[method]
    )
    assert model.problems_of_request(request) == []


# What others say besides: Ceph's gateway after its own documentation, MinIO in its answers to GetBucketAcl.
OF_OTHERS = {
    "AccessControlPolicy.AccessControlList.Grant.Grantee.Type",
    "BucketLoggingStatus.LoggingEnabled.TargetGrants.Grant.Grantee.Type",
    *(
        f"BucketLoggingStatus.LoggingEnabled.{name}"
        for name in ("LoggingType", "ObjectRollTime", "RecordsBatchSize", "Filter")
    ),
}


@pytest.mark.parametrize("struct", READ_OF, ids=lambda struct: struct.__name__)
def test_what_is_read_of_answers_exists(struct: type[wire.Answer], model: S3Model) -> None:
    problems = set(model.problems_of_answer(struct, READ_OF[struct]))
    if struct is wire.ListBucketResult:
        # Of both versions of the call: some services know the first one only.
        words = {problem.partition(";")[0] for problem in model.problems_of_answer(struct, "ListObjects")}
        problems = {problem for problem in problems if problem.partition(";")[0] in words}
    assert {problem for problem in problems if problem.partition(" ")[0] not in OF_OTHERS} == set()


@pytest.mark.parametrize("struct", wire.Setting.__subclasses__(), ids=lambda struct: struct.__name__)
def test_what_aws_tells_of_a_setting_is_read_or_refused(struct: type[wire.Setting], model: S3Model) -> None:
    operation = READ_OF[struct]
    for path, document in model.answers(struct, operation).items():
        answer = Response(status=200, headers=Headers(()), body=document.encode())
        if not path:
            assert isinstance(S3Calls.read(struct, operation, answer), struct)
            continue
        with pytest.raises(MalformedResponse, match=rf"has {path}, which is not known here.*ex_call"):
            S3Calls.read(struct, operation, answer)


def test_every_operation_of_a_setting_that_is_put_whole_is_checked() -> None:
    whole = {READ_OF[struct] for struct in wire.Setting.__subclasses__()}
    assert whole == {
        "GetBucketLifecycleConfiguration", "GetBucketCors", "GetBucketEncryption", "GetBucketWebsite",
        "GetPublicAccessBlock", "GetBucketNotificationConfiguration", "GetBucketLogging", "GetObjectLockConfiguration",
        "GetObjectRetention", "GetObjectLegalHold", "GetObjectAcl", "GetObjectTagging",
    }  # fmt: skip


def test_what_is_not_read_of_the_versioning_is_not_put_either(model: S3Model) -> None:
    """Whether versions are kept is a yes or no, and needs no more; what stands beside it stays where it is."""
    told = model.answers(wire.VersioningConfiguration, "GetBucketVersioning")
    assert [*told] == ["", "MfaDelete"]
    for document in told.values():
        answer = Response(status=200, headers=Headers(()), body=document.encode())
        found = S3Calls.read(wire.VersioningConfiguration, "GetBucketVersioning", answer)
        assert found == wire.VersioningConfiguration(status="Enabled")


def test_headers_that_are_read_exist(model: S3Model) -> None:
    for operation in ("GetObject", "HeadObject", "PutObject"):
        for header in (
            "etag", "x-amz-version-id", "x-amz-checksum-crc32", "x-amz-checksum-sha256", "x-amz-checksum-type",
            "x-amz-server-side-encryption", "x-amz-server-side-encryption-customer-algorithm",
        ):  # fmt: skip
            assert model.knows_header(operation, header), f"{operation}: {header}"
    for operation in ("GetObject", "HeadObject"):
        for header in (
            "last-modified",
            "content-type",
            "content-encoding",
            "content-length",
            "x-amz-storage-class",
            "x-amz-object-lock-mode",
            "x-amz-object-lock-retain-until-date",
            "x-amz-object-lock-legal-hold",
        ):
            assert model.knows_header(operation, header), f"{operation}: {header}"
    assert model.knows_header("HeadBucket", "x-amz-bucket-region")


def test_a_bucket_elsewhere_is_made_there(model: S3Model) -> None:
    (case,) = [case for case in CASES if case.options.get("ex_region")]
    request = made(case)[-1]
    assert (request.operation, request.origin) == ("CreateBucket", "https://s3.eu-west-1.amazonaws.com")
    assert isinstance(request.body, bytes)
    assert b"<LocationConstraint>eu-west-1<" in request.body
    assert "/eu-west-1/s3/" in (request.header("authorization") or "")


# The checks of the check


def public_methods() -> dict[str, Any]:
    return {
        name: member
        for name, member in inspect.getmembers(AsyncS3)
        if not name.startswith("_") and name not in NO_CALLS | NO_CDN and callable(member)
    }


def test_every_method_has_a_case() -> None:
    assert set(public_methods()) == {case.method for case in CASES}


def test_every_argument_of_every_method_is_given_in_some_case() -> None:
    missing: list[str] = []
    for name, method in public_methods().items():
        signature = inspect.signature(method)
        given = {
            parameter
            for case in CASES
            if case.method == name
            for parameter in signature.bind(None, *case.arguments, **case.options).arguments
        }
        missing += [f"{name}({parameter})" for parameter in signature.parameters if parameter not in given]
    assert missing == []


def test_every_answer_that_is_declared_is_checked() -> None:
    declared = {*wire.Answer.__subclasses__(), *wire.Setting.__subclasses__()} - {wire.Setting}
    assert declared == set(READ_OF)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"operation": "PutObjects"}, "no operation"),
        ({"method": "POST"}, "method"),
        ({"target": "/bucket"}, "path"),
        ({"target": "/bucket/key?versionid=1"}, "no parameter"),
        ({"headers": (("x-amz-storage-clas", "GLACIER"),)}, "knows no header"),
        ({"headers": (("x-amz-storage-class", "COLD"),)}, "none of"),
        ({"headers": (("x-amz-acl", "private"), ("X-Amz-Acl", "private"))}, "twice"),
        ({"operation": "DeleteObjects", "method": "POST", "target": "/b?delete"}, "checksum"),
        ({"operation": "UploadPart", "target": "/b/k?partNumber=1"}, "UploadId"),
        ({"operation": "UploadPart", "target": "/b/k?partNumber=one&uploadId=u"}, "whole number"),
        ({"operation": "GetObject", "method": "GET", "body": b"x"}, "no body"),
        (
            {
                "operation": "PutObjectTagging",
                "target": "/b/k?tagging",
                "headers": (("Content-MD5", "x"),),
                "body": b'<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>',
            },
            "lacks Value",
        ),
        (
            {
                "operation": "PutObjectTagging",
                "target": "/b/k?tagging",
                "headers": (("Content-MD5", "x"),),
                "body": b'<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Item/></TagSet></Tagging>',
            },
            "a list of <Tag>",
        ),
    ],
)
def test_the_judge_sees_what_is_wrong(changes: dict[str, Any], problem: str, model: S3Model) -> None:
    request = Request(method="PUT", origin="https://s3.example", target="/bucket/key", operation="PutObject")
    assert model.problems_of_request(request) == []
    found = model.problems_of_request(msgspec.structs.replace(request, **changes))
    assert any(problem in each for each in found), found

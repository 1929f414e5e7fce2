"""URLs and forms that work without credentials, used by other HTTP clients; botocore signs the same."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

import boto3
import botocore.auth
import botocore.signers
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cumuli.errors import InvalidRequest, NotSupported, PermissionDenied
from cumuli.providers.aws.s3_presets.aio import AsyncCloudflareR2
from cumuli.providers.aws.s3_presets.client import CloudflareR2
from cumuli.testing.flavours import Flavour
from tests.conformance.s3.conftest import Place, content_of, s3_client

EXPIRES = dt.datetime(2030, 5, 6, 7, 8, 9, tzinfo=dt.UTC)


def answer_to(method: str, url: str) -> tuple[int, dict[str, str]]:
    """The status and the headers that Python's own HTTP client gets."""
    try:
        with build_opener(ProxyHandler({})).open(Request(url, method=method), timeout=120) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except HTTPError as error:
        return error.code, {}


async def test_a_url_gives_other_headers(either: Place) -> None:
    cloud, bucket = either.cloud, await either.bucket()
    await cloud.upload_object(b"content", bucket, "ü o", content_type="text/plain")
    wanted = {
        "content-type": "application/x-other; a=b",
        "content-disposition": 'attachment; filename="a b&c.txt"',
        "content-encoding": "x-none",
        "content-language": "de",
        "cache-control": "no-store, max-age=0",
        "expires": "Mon, 06 May 2030 07:08:09 GMT",
    }
    url = await cloud.get_object_url(
        (bucket, "ü o"),
        ex_response_content_type=wanted["content-type"],
        ex_response_content_disposition=wanted["content-disposition"],
        ex_response_content_encoding=wanted["content-encoding"],
        ex_response_content_language=wanted["content-language"],
        ex_response_cache_control=wanted["cache-control"],
        ex_response_expires=EXPIRES,
    )
    status, headers = answer_to("GET", url)
    assert (status, {name: headers.get(name) for name in wanted}) == (200, wanted)
    if either.name == "swift":  # moto looks at no signature
        assert answer_to("GET", url.replace("no-store", "public"))[0] == 403
    with pytest.raises(InvalidRequest):
        await cloud.get_object_url((bucket, "o"), method="DELETE", ex_response_content_type="text/plain")
    with pytest.raises(InvalidRequest):
        await cloud.get_object_url((bucket, "o"), ex_response_content_type="text/plain\r\nX: y")
    with pytest.raises(InvalidRequest):
        await cloud.get_object_url((bucket, "o"), ex_response_expires=EXPIRES.replace(tzinfo=None))


async def test_a_url_asks_about_an_object(either: Place) -> None:
    cloud, bucket = either.cloud, await either.bucket()
    await cloud.upload_object(b"content", bucket, "ü o", content_type="text/x-here")
    url = await cloud.get_object_url((bucket, "ü o"), method="HEAD")
    status, headers = answer_to("HEAD", url)
    assert (status, headers["content-length"], headers["content-type"].partition(";")[0]) == (200, "7", "text/x-here")
    if either.name == "swift":
        assert answer_to("DELETE", url)[0] == 403
        assert either.boto.head_object(Bucket=bucket, Key="ü o")["ContentLength"] == 7


async def test_a_url_deletes(either: Place) -> None:
    cloud, bucket = either.cloud, await either.bucket(versions=True)
    first = await cloud.upload_object(b"first", bucket, "ü o")
    await cloud.upload_object(b"second", bucket, "ü o")
    url = await cloud.get_object_url((bucket, "ü o"), method="DELETE", version_id=first.version_id)
    if either.name == "swift":
        assert answer_to("GET", url)[0] == 403
    assert answer_to("DELETE", url)[0] == 204
    assert [version.size for version in await cloud.ex_list_object_versions(bucket)] == [6]
    assert answer_to("DELETE", await cloud.get_object_url((bucket, "ü o"), method="DELETE"))[0] == 204
    with pytest.raises(ClientError):
        either.boto.head_object(Bucket=bucket, Key="ü o")


# Forms


def posted(url: str, fields: Mapping[str, str], content: bytes, file_name: str = "mine.png") -> int:
    """The status that a form gets which a browser sends: the fields in their order, the file last."""
    boundary = uuid4().hex
    lines: list[bytes] = []
    for name, value in fields.items():
        lines += [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n\r\n'
    body = b"".join([*lines, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
    request = Request(url, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}, method="POST")
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=120) as answer:
            status: int = answer.status
            return status
    except HTTPError as error:
        return error.code


async def test_a_form_uploads(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    form = await cloud.ex_get_presigned_post(
        bucket,
        "ü/a b.png",
        fields={"Content-Type": "image/png", "x-amz-meta-who": "me"},
        length_range=(1, 100),
    )
    assert posted(form.url, form.fields, b"picture") in {200, 204}
    found = place.boto.get_object(Bucket=bucket, Key="ü/a b.png")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (b"picture", "image/png", {"who": "me"})
    named = await cloud.ex_get_presigned_post(bucket, "from/${filename}", starts_with={"Content-Type": "image/"})
    assert posted(named.url, {"Content-Type": "image/x-new", **named.fields}, b"other") in {200, 204}
    assert await content_of(cloud, (bucket, "from/mine.png")) == b"other"


async def test_a_forms_policy_says_what_was_asked(place: Place) -> None:
    form = await place.cloud.ex_get_presigned_post(
        "bucket",
        "users/1/x",
        expires_in=60,
        fields={"acl": "private", "Content-Type": "image/png"},
        starts_with={"Content-Type": "image/", "key": "users/1/", "x-amz-meta-note": ""},
        length_range=(0, 5),
    )
    policy = json.loads(b64decode(form.fields["policy"]))
    assert policy["expiration"] == f"{form.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    assert 0 < (form.expires_at - dt.datetime.now(dt.UTC)).total_seconds() <= 60
    signed = [{name: form.fields[name]} for name in ("x-amz-algorithm", "x-amz-credential", "x-amz-date")]
    assert policy["conditions"] == [
        {"acl": "private"},
        ["starts-with", "$Content-Type", "image/"],
        ["starts-with", "$x-amz-meta-note", ""],
        ["content-length-range", 0, 5],
        {"bucket": "bucket"},
        ["starts-with", "$key", "users/1/"],
        *signed,
    ]
    assert (form.fields["key"], form.fields["Content-Type"]) == ("users/1/x", "image/png")


@pytest.mark.parametrize("token", [None, "token/+="])
@pytest.mark.parametrize(("name", "addressing"), [("a b/ü", "virtual"), ("in/${filename}", "path")])
async def test_botocore_makes_the_same_form(
    flavour: Flavour, monkeypatch: pytest.MonkeyPatch, token: str | None, name: str, addressing: str
) -> None:

    endpoint = "http://s3.test.example"
    client = flavour.shape(s3_client(flavour, endpoint, "AKIAEXAMPLE", "secret", token=token, addressing=addressing))
    fields = {"acl": "public-read", "x-amz-meta-ü": "a ü"}
    form = await client.ex_get_presigned_post(
        "bucket", name, expires_in=90, fields=fields, starts_with={"Content-Type": ""}, length_range=(1, 1 << 40)
    )
    await client.aclose()

    signed_at = form.expires_at - dt.timedelta(seconds=90)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: signed_at)
    monkeypatch.setattr(botocore.signers, "get_current_datetime", lambda **_: signed_at)
    boto: Any = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="secret",
        aws_session_token=token,
        config=Config(signature_version="s3v4", s3={"addressing_style": addressing}),
    )
    conditions: list[Any] = [{key: value} for key, value in fields.items()]
    conditions += [["starts-with", "$Content-Type", ""], ["content-length-range", 1, 1 << 40]]
    same = boto.generate_presigned_post("bucket", name, Fields=fields, Conditions=conditions, ExpiresIn=90)
    assert form.fields == same["fields"]
    assert list(form.fields) == list(same["fields"]), "some services read what comes before the file in order"
    assert form.url.rstrip("/") == same["url"].rstrip("/")


async def test_a_forms_name_ends_with_that_of_the_file_or_has_none(place: Place) -> None:
    """A policy can say how a name begins, and not how it ends."""
    form = await place.cloud.ex_get_presigned_post("bucket", "in/$/${filename}")
    assert ["starts-with", "$key", "in/$/"] in json.loads(b64decode(form.fields["policy"]))["conditions"]
    for name in ("users/${filename}/photo.png", "${filename}.png", "${filename}${filename}"):
        with pytest.raises(InvalidRequest, match="at the very end"):
            await place.cloud.ex_get_presigned_post("bucket", name)
        with pytest.raises(InvalidRequest):
            await place.cloud.ex_get_presigned_post("bucket", name, starts_with={"key": ""})
    with pytest.raises(InvalidRequest, match="leave out"):
        await place.cloud.ex_get_presigned_post("bucket", "in/${filename}", starts_with={"key": "in/${filename}"})


async def test_a_form_does_not_show_what_is_in_its_fields(flavour: Flavour) -> None:
    client = flavour.shape(s3_client(flavour, "http://s3.test.example", "AKIAEXAMPLE", "secret", token="session-token"))
    form = await client.ex_get_presigned_post("bucket", "in/name", fields={"x-amz-meta-who": "somebody"})
    await client.aclose()
    assert "session-token" in form.fields.values()
    assert (form.url in repr(form), repr(form.expires_at) in repr(form)) == (True, True)
    assert [name for name in form.fields if repr(name) not in repr(form)] == []
    assert [name for name, value in form.fields.items() if value in repr(form)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": {"policy": "x"}},
        {"fields": {"Key": "x"}},
        {"fields": {'a"b': "x"}},
        {"fields": {"": "x"}},
        {"starts_with": {"x-amz-signature": ""}},
        {"starts_with": {"key": "other/"}},
        {"length_range": (5, 4)},
        {"length_range": (-1, 4)},
        {"expires_in": 0},
        {"expires_in": 604_801},
    ],
)
async def test_a_form_that_cannot_be_is_refused(place: Place, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        await place.cloud.ex_get_presigned_post("bucket", "name", **wrong)


async def test_a_service_without_forms_says_so(flavour: Flavour) -> None:
    make = AsyncCloudflareR2 if flavour.name == "async" else CloudflareR2
    client = flavour.shape(make("k", "s", account_id="0" * 32))
    with pytest.raises(NotSupported, match="PUT"):
        await client.ex_get_presigned_post("bucket", "name")
    await client.aclose()


# Nobody in particular


async def test_an_anonymous_client_reads_what_is_public(place: Place) -> None:
    bucket = await place.bucket()
    await place.cloud.upload_object(b"public", bucket, "public", ex_acl="public-read")
    await place.cloud.upload_object(b"private", bucket, "private")
    anonymous = place.anonymous()
    assert await content_of(anonymous, (bucket, "public")) == b"public"
    with pytest.raises(PermissionDenied, match="this client is anonymous"):
        await content_of(anonymous, (bucket, "private"))

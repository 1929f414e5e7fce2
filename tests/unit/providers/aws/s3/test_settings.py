"""Documents, headers of arguments, and what the presets say of themselves."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest

from cumuli.errors import ConfigurationError, InvalidRequest, NotSupported
from cumuli.providers.aws.s3 import settings_xml, wire
from cumuli.providers.aws.s3.arguments import customer_headers, put_headers
from cumuli.providers.aws.s3.client import S3
from cumuli.providers.aws.s3.dialect import AWS
from cumuli.providers.aws.s3.headers import http_date, is_md5, stored_encoding
from cumuli.providers.aws.s3.models import AccessControl, Grant, LifecycleRule, Transition
from cumuli.providers.aws.s3_presets.client import (
    BackblazeB2,
    CephS3,
    CloudflareR2,
    DigitalOceanSpaces,
    HetznerS3,
    IDriveE2,
    MinIO,
    OVHcloudS3,
    ScalewayS3,
    Wasabi,
)
from cumuli.secret import Secret
from cumuli.storage.capabilities import StorageCapability
from cumuli.wire.xml import decode
from tests.contract.s3.s3_cases import ACL, RULES

DAY = dt.datetime(2030, 5, 6, 23, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
KEY = bytes(range(32))


def test_lifecycles_are_read_as_they_were_written() -> None:
    document = settings_xml.lifecycle_document(RULES)
    read = settings_xml.rules_of(
        decode(document, wire.LifecycleConfiguration, root="LifecycleConfiguration", item=None)
    )
    assert read == RULES


def test_access_control_is_read_as_it_was_written() -> None:
    document = settings_xml.acl_document(ACL)
    assert settings_xml.acl_of(decode(document, wire.AccessControlPolicy, root="AccessControlPolicy", item=None)) == ACL


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [LifecycleRule(id="nothing")],
        [LifecycleRule(id="both", expire_days=1, expire_markers=True)],
        [LifecycleRule(id="naive", expire_date=dt.datetime(2030, 1, 1))],  # noqa: DTZ001 - is refused
        [LifecycleRule(id="when", transitions=(Transition(storage_class="GLACIER"),))],
        [LifecycleRule(id="old", old_transitions=(Transition(storage_class="GLACIER", date=DAY),))],
        [LifecycleRule(id="keep", keep_old=3)],
        [LifecycleRule(id="new", transitions=(Transition(storage_class="GLACIER", days=3, keep_old=3),))],
    ],
)
def test_lifecycles_that_mean_nothing(rules: list[LifecycleRule]) -> None:
    with pytest.raises(InvalidRequest):
        settings_xml.lifecycle_document(rules)


def test_a_day_is_a_day_in_utc() -> None:
    assert b"<Date>2030-05-06T00:00:00.000Z</Date>" in settings_xml.lifecycle_document(
        [LifecycleRule(id="a", expire_date=DAY)]
    )


@pytest.mark.parametrize("grant", [Grant(permission="READ"), Grant(permission="READ", id="a", uri="b")])
def test_a_grant_has_one_grantee(grant: Grant) -> None:
    with pytest.raises(InvalidRequest):
        settings_xml.acl_document(AccessControl(owner="o", grants=(grant,)))


def test_a_customers_key() -> None:
    expected = customer_headers(AWS, KEY, None)
    assert expected["x-amz-server-side-encryption-customer-key"] == base64.b64encode(KEY).decode()
    assert customer_headers(AWS, Secret(base64.b64encode(KEY).decode()), "http://127.0.0.1:1") == expected
    assert customer_headers(AWS, None, None) == {}
    for wrong, endpoint in ((b"short", None), (Secret("?"), None), (KEY, "http://storage.example")):
        with pytest.raises(InvalidRequest):
            customer_headers(AWS, wrong, endpoint)


@pytest.mark.parametrize(
    "arguments",
    [
        {"encryption": "ROT13"},
        {"kms_key": "k"},
        {"kms_key": "k", "encryption": "AES256"},
        {"storage_class": "a\r\nb"},
        {"tags": {"": "x"}},
        {"tags": {"a": 1}},
    ],
)
def test_wrong_arguments(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        put_headers(AWS, **arguments)


@pytest.mark.parametrize("settings", [{"checksum": "crc64"}, {"page_size": 0}, {"page_size": 1001}])
def test_wrong_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        S3("key", "secret", region="us-east-1", **settings)


def test_dates_of_headers() -> None:
    moment = dt.datetime(1994, 11, 6, 8, 49, 37, tzinfo=dt.UTC)
    assert http_date("Sun, 06 Nov 1994 08:49:37 GMT") == moment
    assert http_date("Sun, 6 Nov 1994 09:49:37 +0100") == moment
    assert http_date("Sun, 06 Foo 1994 08:49:37 GMT") is None
    assert http_date("yesterday") is None


def test_etags_that_are_md5() -> None:
    etag = "0" * 32
    assert is_md5(etag, {})
    assert is_md5(etag, {"x-amz-server-side-encryption": "AES256"})
    assert not is_md5(etag, {"x-amz-server-side-encryption": "aws:kms"})
    assert not is_md5(etag, {"x-amz-server-side-encryption-customer-algorithm": "AES256"})
    assert not is_md5(f"{etag}-2", {})


def test_encodings() -> None:
    assert stored_encoding("gzip,aws-chunked") == "gzip"
    assert stored_encoding("aws-chunked") is None
    assert stored_encoding(None) is None


# Presets


ACCOUNT = "0123456789abcdef0123456789abcdef"


def test_where_presets_go() -> None:
    urls = {
        DigitalOceanSpaces("k", "s", region="nyc3"): "https://nyc3.digitaloceanspaces.com/bucket/a%20b?",
        CloudflareR2("k", "s", account_id=ACCOUNT): f"https://{ACCOUNT}.r2.cloudflarestorage.com/bucket/a%20b?",
        CloudflareR2("k", "s", account_id=ACCOUNT, jurisdiction="eu"): (
            f"https://{ACCOUNT}.eu.r2.cloudflarestorage.com/bucket/a%20b?"
        ),
        BackblazeB2("k", "s", region="us-west-004"): "https://s3.us-west-004.backblazeb2.com/bucket/a%20b?",
        CephS3("k", "s", endpoint="http://127.0.0.1:7480"): "http://127.0.0.1:7480/bucket/a%20b?",
        HetznerS3("k", "s", region="fsn1"): "https://fsn1.your-objectstorage.com/bucket/a%20b?",
        OVHcloudS3("k", "s", region="eu-west-par"): "https://s3.eu-west-par.io.cloud.ovh.net/bucket/a%20b?",
        ScalewayS3("k", "s", region="nl-ams"): "https://s3.nl-ams.scw.cloud/bucket/a%20b?",
        Wasabi("k", "s", region="eu-central-2"): "https://s3.eu-central-2.wasabisys.com/bucket/a%20b?",
        MinIO("k", "s", endpoint="http://127.0.0.1:9000"): "http://127.0.0.1:9000/bucket/a%20b?",
        IDriveE2("k", "s", endpoint="https://e2.test.example", region="fra"): "https://e2.test.example/bucket/a%20b?",
    }
    scopes = ["nyc3", "auto", "auto", "us-west-004", "us-east-1"]
    scopes += ["fsn1", "eu-west-par", "nl-ams", "eu-central-2", "us-east-1", "fra"]
    for (client, expected), region in zip(urls.items(), scopes, strict=True):
        with client:
            url = client.get_object_url(("bucket", "a b"))
            assert url.startswith(expected)
            assert f"%2F{region}%2Fs3%2Faws4_request" in url


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (DigitalOceanSpaces, {"region": "us-east-1"}),
        (DigitalOceanSpaces, {"region": "evil.example/x"}),
        (BackblazeB2, {"region": "us-west-4"}),
        (HetznerS3, {"region": "fsn1.evil.example/"}),
        (OVHcloudS3, {"region": "gra.evil"}),
        (ScalewayS3, {"region": "Paris"}),
        (Wasabi, {"region": "eu"}),
        (CloudflareR2, {}),
        (CloudflareR2, {"account_id": "mine"}),
        (CloudflareR2, {"account_id": ACCOUNT, "jurisdiction": "moon"}),
    ],
)
def test_presets_check_where_they_go(kind: Any, settings: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        kind("key", "secret", **settings)


def test_presets_do_not_take_keys_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with DigitalOceanSpaces(region="nyc3") as client, pytest.raises(ConfigurationError, match="SPACES_ACCESS_KEY_ID"):
        client.get_object_url(("bucket", "name"))
    monkeypatch.setenv("SPACES_ACCESS_KEY_ID", "DO00")
    monkeypatch.setenv("SPACES_SECRET_ACCESS_KEY", "secret")
    with DigitalOceanSpaces(region="nyc3") as client:
        assert "Credential=DO00%2F" in client.get_object_url(("bucket", "name"))
    with pytest.raises(ConfigurationError):
        CephS3(endpoint="http://127.0.0.1:1")


def test_what_presets_lack_is_said_before_any_request() -> None:
    r2 = CloudflareR2("k", "s", account_id=ACCOUNT, endpoint="http://127.0.0.1:1")
    b2 = BackblazeB2("k", "s", region="us-west-004", endpoint="http://127.0.0.1:1")
    spaces = DigitalOceanSpaces("k", "s", region="nyc3", endpoint="http://127.0.0.1:1")
    with r2, b2, spaces:
        for call in (
            lambda: r2.ex_get_bucket_acl("bucket"),
            lambda: r2.ex_list_object_versions("bucket"),
            lambda: r2.get_object("bucket", "name", version_id="v"),
            lambda: r2.upload_object(b"", "bucket", "name", ex_tags={"a": "b"}),
            lambda: b2.upload_object(b"", "bucket", "name", if_none_match="*"),
            lambda: b2.ex_get_bucket_lifecycle("bucket"),
            lambda: b2.upload_object(b"", "bucket", "name", ex_encryption="aws:kms"),
            lambda: spaces.ex_get_object_tagging(("bucket", "name")),
            lambda: spaces.upload_object(b"", "bucket", "name", ex_storage_class="GLACIER"),
        ):
            with pytest.raises(NotSupported) as caught:
                call()
            assert caught.value.provider in {"r2", "b2", "spaces"}
        assert StorageCapability.PUT_IF_NONE_MATCH not in b2.capabilities
        assert StorageCapability.PUT_IF_NONE_MATCH in r2.capabilities

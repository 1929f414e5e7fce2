"""Where requests go, and for which region they are signed."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.errors import ConfigurationError
from cumuli.providers.aws.s3.session import S3Session
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import TransportSettings


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's user."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")


def session(**settings: Any) -> S3Session:
    runtime = blocking_runtime(TransportSettings(proxy=""))
    return S3Session(runtime, **{"addressing": "auto", "key": "AKIA", "secret": "secret", **settings})


def where(made: S3Session, bucket: str) -> tuple[str, str, str]:
    site = run(made.site(bucket))
    return site.origin, site.base, site.region


EU = "https://s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("settings", "bucket", "expected"),
    [
        ({"region": "eu-west-1"}, "bucket", ("https://bucket.s3.eu-west-1.amazonaws.com", "")),
        ({"region": "eu-west-1"}, "", (EU, "")),
        ({"region": "eu-west-1"}, "a.b", (EU, "/a.b")),
        ({"region": "eu-west-1"}, "Upper", (EU, "/Upper")),
        ({"region": "eu-west-1", "addressing": "path"}, "bucket", (EU, "/bucket")),
        ({"region": "eu-west-1", "addressing": "virtual"}, "a.b", ("https://a.b.s3.eu-west-1.amazonaws.com", "")),
        ({"region": "cn-north-1"}, "bucket", ("https://bucket.s3.cn-north-1.amazonaws.com.cn", "")),
        ({"region": "x", "endpoint": "http://127.0.0.1:9000"}, "bucket", ("http://127.0.0.1:9000", "/bucket")),
        ({"region": "x", "endpoint": "https://h/p/"}, "bucket", ("https://h", "/p/bucket")),
        ({"region": "x", "endpoint": "https://h/p/"}, "", ("https://h", "/p")),
        (
            {"region": "x", "endpoint": "https://h:1/p", "addressing": "virtual"},
            "bucket",
            ("https://bucket.h:1", "/p"),
        ),
    ],
)
def test_addresses(settings: dict[str, Any], bucket: str, expected: tuple[str, str]) -> None:
    assert where(session(**settings), bucket)[:2] == expected


def test_without_a_region_it_is_us_east_1() -> None:
    assert where(session(), "bucket") == ("https://bucket.s3.us-east-1.amazonaws.com", "", "us-east-1")


def test_addressing_is_checked() -> None:
    with pytest.raises(ConfigurationError):
        session(addressing="host")


def signed_for(made: S3Session, bucket: str) -> str:
    site = run(made.site(bucket))
    request = Request(method="GET", origin=site.origin, target=f"{site.base}/key?x=1")
    return (run(made.authorize(request)).header("authorization") or "").split("/")[2]


@pytest.mark.parametrize("bucket", ["bucket", "a.b"])
def test_regions_are_learned_bucket_by_bucket(bucket: str) -> None:
    made = session(region="us-east-1")
    assert signed_for(made, bucket) == "us-east-1"
    assert run(made.learn(bucket, "eu-west-1"))
    assert not run(made.learn(bucket, "eu-west-1"))
    assert signed_for(made, bucket) == "eu-west-1"
    assert "eu-west-1" in where(made, bucket)[0]
    assert signed_for(made, "other") == "us-east-1"
    assert signed_for(made, "c.d") == "us-east-1"
    assert signed_for(made, "") == "us-east-1"


@pytest.mark.parametrize("path", ["", "/p/q"])
def test_regions_of_a_custom_endpoint_change_signatures_alone(path: str) -> None:
    made = session(region="us-east-1", endpoint=f"http://h:1{path}")
    assert run(made.learn("bucket", "auto"))
    assert where(made, "bucket") == ("http://h:1", f"{path}/bucket", "auto")
    assert signed_for(made, "bucket") == "auto"
    assert signed_for(made, "bucket2") == "us-east-1"


@pytest.mark.parametrize("region", ["evil.example/", "a b", "", "eu-west-1.evil.example", "cn-north-1"])
def test_an_answer_leads_nowhere_else(region: str) -> None:
    made = session(region="us-east-1")
    before = where(made, "bucket")
    assert not run(made.learn("bucket", region))
    assert where(made, "bucket") == before

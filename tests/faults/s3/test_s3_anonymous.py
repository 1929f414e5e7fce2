"""Anonymous clients: only when that was said, and then without a trace of anybody's credentials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli.errors import CloudError, ConfigurationError, InvalidRequest
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.testing.flavours import Flavour
from tests.faults.keepalive import Exchange, Server, reply
from tests.faults.s3.strict import fault

SIGNED = ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256")


class Public(Server):
    """Gives anybody what is called ``public``, and refuses everything else."""

    def __init__(self) -> None:
        super().__init__(self.serve)
        self.asked: list[dict[str, str | None]] = []

    def serve(self, exchange: Exchange) -> bytes:
        exchange.body()
        self.asked.append({name: exchange.get(name) for name in SIGNED})
        if "/public" not in exchange.target:
            return fault(403, "AccessDenied")
        if exchange.method == "PUT":
            return reply(200, b"", ("ETag", '"e"'))
        return reply(200, b"content", ("ETag", '"e"'))


@pytest.fixture
def public() -> Iterator[Public]:
    with Public() as server:
        yield server


@pytest.fixture(autouse=True)
def somebodys_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are there to be found, and must not be."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")


def made(flavour: Flavour, **settings: Any) -> Any:
    kind = AsyncS3 if flavour.name == "async" else S3
    return flavour.shape(kind(region="us-east-1", proxy="", retry=False, **settings))


async def test_an_anonymous_client_signs_nothing(flavour: Flavour, public: Public) -> None:
    client = made(flavour, endpoint=public.origin, anonymous=True)
    assert await client.download_object_as_stream(("bucket", "public/o")).read() == b"content"
    await client.upload_object(b"new", "bucket", "public/new")
    await client.ex_call("GET", "bucket", "public/o")
    assert len(public.asked) == 3
    assert all(not any(headers.values()) for headers in public.asked)
    with pytest.raises(CloudError, match=r"anonymous.*credentials") as caught:
        await client.get_object("bucket", "private")
    assert caught.value.status == 403
    await client.aclose()


async def test_nothing_can_be_signed_by_nobody(flavour: Flavour, public: Public) -> None:
    client = made(flavour, endpoint=public.origin, anonymous=True)
    with pytest.raises(InvalidRequest, match="anonymous=True"):
        await client.get_object_url(("bucket", "public/o"))
    with pytest.raises(InvalidRequest, match="anonymous=True"):
        await client.ex_get_presigned_post("bucket", "public/o")
    await client.aclose()
    assert public.asked == []


async def test_without_being_said_it_is_never_done(
    flavour: Flavour, public: Public, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = made(flavour, endpoint=public.origin)
    await client.get_object("bucket", "public/o")
    assert (public.asked.pop()["authorization"] or "").startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    await client.aclose()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = made(flavour, endpoint=public.origin)
    with pytest.raises(ConfigurationError, match="anonymous=True"):
        await client.get_object("bucket", "public/o")
    await client.aclose()
    assert public.asked == []


@pytest.mark.parametrize("also", [{"key": "AKIAEXAMPLE", "secret": "x"}, {"profile": "p"}])
def test_it_is_not_said_beside_credentials(flavour: Flavour, also: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="are two ways to"):
        made(flavour, anonymous=True, **also)


def test_a_profile_may_say_it(public: Public, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.toml"
    lines = ["[profiles.open]", 'provider = "s3"', "anonymous = true", 'region = "us-east-1"']
    config.write_text("\n".join([*lines, f'endpoint = "{public.origin}"']))
    monkeypatch.setenv("CUMULI_CONFIG", str(config))
    with cumuli.storage("open", proxy="") as client:
        client.get_object("bucket", "public/o")
    assert not any(public.asked.pop().values())
    with cumuli.storage("open", proxy="", key="AKIAOTHER", secret="x") as client:
        client.get_object("bucket", "public/o")
    assert "AKIAOTHER" in (public.asked.pop()["authorization"] or "")

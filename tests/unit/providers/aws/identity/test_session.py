"""What a client gathers before its first request."""

from pathlib import Path

import pytest

from cumuli.errors import ConfigurationError
from cumuli.providers.aws.identity.credentials import AWSCredentials
from cumuli.providers.aws.identity.session import AWSSession
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import Runtime
from cumuli.secret import Secret
from tests.flavours import Flavour


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    (tmp_path / "config").write_text("[profile work]\nregion = cn-north-1\n")
    (tmp_path / "credentials").write_text("[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = s\n")
    return tmp_path


async def authorization(session: AWSSession) -> str:
    place = await session.place()
    signed = await session.authorize(Request(method="GET", origin=place.origin, target="/"))
    return signed.header("authorization") or ""


def test_everything_from_a_profile(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        session = AWSSession(runtime, "ec2", profile="work")
        assert (await session.place()).origin == "https://ec2.cn-north-1.amazonaws.com.cn"
        found = await authorization(session)
        assert "Credential=AKIDWORK/" in found
        assert "/cn-north-1/ec2/aws4_request" in found

    flavour.run(case)


def test_what_is_given_wins(flavour: Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9/root")

    async def case(runtime: Runtime) -> None:
        session = AWSSession(runtime, "s3", key="AKIDGIVEN", secret="s", region="eu-west-1")
        place = await session.place()
        assert (place.region, place.origin, place.path) == ("eu-west-1", "http://127.0.0.1:9", "/root")
        assert "Credential=AKIDGIVEN/" in await authorization(session)
        assert "/eu-west-1/s3/aws4_request" in await authorization(session)
        rejected = await session.authorize(Request(method="GET", origin=place.origin, target="/"))
        assert rejected.header("x-amz-content-sha256")
        assert not await session.renew(rejected)
        url = await session.presign(Request(method="GET", origin=place.origin, target="/k"), expires_in=5)
        assert url.startswith("http://127.0.0.1:9/k?X-Amz-Algorithm=")

    flavour.run(case)


def test_with_region_and_endpoint_nothing_is_read(flavour: Flavour, environment: Path) -> None:
    (environment / "config").write_text("broken")

    async def case(runtime: Runtime) -> None:
        session = AWSSession(runtime, "ec2", key="AKID", secret="s", region="us-east-1", endpoint="http://127.0.0.1:9")
        assert "Credential=AKID/" in await authorization(session)
        with pytest.raises(ConfigurationError, match="config, line 1"):
            await AWSSession(runtime, "ec2", region="us-east-1").place()

    flavour.run(case)


def test_contradictions_are_refused_at_once(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        credentials = AWSCredentials(access_key="AKID", secret=Secret("s"))
        with pytest.raises(ConfigurationError, match="key and credentials are two ways to authenticate"):
            AWSSession(runtime, "ec2", key="AKID", secret="s", credentials=credentials)
        with pytest.raises(ConfigurationError, match="secret is missing"):
            AWSSession(runtime, "ec2", key="AKID")
        assert "Credential=AKID/" in await authorization(
            AWSSession(runtime, "ec2", credentials=credentials, region="us-east-1", endpoint="http://h")
        )

    flavour.run(case)


def test_credentials_that_change_in_the_file_are_found_after_a_refusal(flavour: Flavour, environment: Path) -> None:
    async def case(runtime: Runtime) -> None:
        session = AWSSession(runtime, "ec2", profile="work")
        place = await session.place()
        request = Request(method="GET", origin=place.origin, target="/")
        rejected = await session.authorize(request)
        (environment / "credentials").write_text("[work]\naws_access_key_id = AKIDNEW\naws_secret_access_key = s\n")
        assert await session.renew(rejected)
        assert "Credential=AKIDNEW/" in ((await session.authorize(request)).header("authorization") or "")

    flavour.run(case)

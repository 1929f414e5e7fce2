"""AWS's settings for calls: each is honoured, refused, or said to have no meaning."""

import re
from pathlib import Path
from typing import Any

import botocore.awsrequest
import botocore.config
import botocore.configprovider
import botocore.session
import pytest

import cumuli
from cumuli.calls.retry import RetryPolicy
from cumuli.errors import ConfigurationError
from cumuli.providers.aws.regions import service_origin
from cumuli.testing.flavours import Flavour, flavour

__all__ = ["flavour"]

PAGE = Path(__file__).parents[5] / "docs/providers/aws-settings.md"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path / "config"


def write(config: Path, text: str) -> None:
    config.write_text(f"[default]\n{text}")


def made(flavour: Flavour, kind: str, **settings: Any) -> Any:
    cls = getattr(cumuli, f"Async{kind}" if flavour.name == "async" else kind)
    return cls("key", "secret", **{"region": "eu-west-1", **settings})


async def place_of(client: Any) -> str:
    driver = vars(client).get("_ec2") or vars(client)["_s3"]
    driver = driver if hasattr(driver, "caller") else vars(driver).get("_ec2") or vars(driver)["_s3"]
    session = driver.caller.authorizer
    place = await session.place()
    return f"{place.origin}{place.path}"


def test_every_setting_that_botocore_knows_is_on_the_page() -> None:
    known = {
        name
        for listed in ("BOTOCORE_DEFAUT_SESSION_VARIABLES", "DEFAULT_S3_CONFIG_VARS", "DEFAULT_PROXIES_CONFIG_VARS")
        for name in getattr(botocore.configprovider, listed)
    }
    told = set(re.findall(r"`([a-z0-9_]+)`", PAGE.read_text()))
    assert known - told == set()
    assert len(known) > 40


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("services = here\n[services here]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n", {}, "http://127.0.0.1:1"),
        (
            "services = here\nendpoint_url = http://127.0.0.1:3\n[services here]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n",
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:2"},
            "http://127.0.0.1:1",
        ),
        (
            "services = here\n[services here]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n",
            {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2"},
            "http://127.0.0.1:2",
        ),
        ("services = here\n[services here]\nec2 =\n  endpoint_url = http://127.0.0.1:1\n", {}, None),
        ("endpoint_url = http://127.0.0.1:3\nignore_configured_endpoint_urls = true\n", {}, None),
        ("use_fips_endpoint = true\n", {}, "https://s3-fips.eu-west-1.amazonaws.com"),
        ("", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://s3.dualstack.eu-west-1.amazonaws.com"),
        ("s3 =\n  use_dualstack_endpoint = true\n", {}, "https://s3.dualstack.eu-west-1.amazonaws.com"),
    ],
)
async def test_where_calls_go(
    flavour: Flavour,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    variables: dict[str, str],
    expected: str | None,
) -> None:
    write(config, text)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert await place_of(made(flavour, "S3")) == (expected or "https://s3.eu-west-1.amazonaws.com")


async def test_what_is_honoured(flavour: Flavour, config: Path) -> None:
    write(config, "max_attempts = 7\ns3 =\n  addressing_style = path\n")
    client = made(flavour, "S3")
    await place_of(client)
    driver = vars(client)["_s3"] if hasattr(vars(client)["_s3"], "caller") else vars(vars(client)["_s3"])["_s3"]
    assert driver.caller.retry.attempts == 7
    assert (await driver.caller.authorizer.site("bucket")).base == "/bucket"
    client = made(flavour, "EC2", retry=RetryPolicy(attempts=2))
    await place_of(client)
    driver = vars(client)["_ec2"] if hasattr(vars(client)["_ec2"], "caller") else vars(vars(client)["_ec2"])["_ec2"]
    assert driver.caller.retry.attempts == 2


@pytest.mark.parametrize(
    ("text", "instead", "words"),
    [
        ("retry_mode = adaptive\n", {"retry": True}, "not follow AWS's setting retry_mode = adaptive; "),
        ("ca_bundle = /x.pem\n", {"verify": "/x.pem"}, "not follow AWS's setting ca_bundle; set AWS_CA_BUNDLE"),
        ("request_checksum_calculation = when_required\n", {"checksum": "md5"}, 'give checksum="md5"'),
        ("s3 =\n  payload_signing_enabled = true\n", {"sign_payload": True}, "give sign_payload=True"),
        ("s3 =\n  use_accelerate_endpoint = true\n", None, "not follow AWS's setting use_accelerate_endpoint; "),
        ("s3 =\n  signature_version = s3\n", None, "not follow AWS's setting signature_version = s3; "),
        ("s3 =\n  addressing_style = sideways\n", None, "addressing_style is 'sideways'"),
        ("use_fips_endpoint = maybe\n", None, "use_fips_endpoint is 'maybe'; it is true or false"),
        (
            "use_fips_endpoint = true\nendpoint_url = http://127.0.0.1:1\n",
            None,
            "use_fips_endpoint is set, and",
        ),
        ("max_attempts = many\n", None, "max_attempts is 'many'"),
        ("services = gone\n", None, r"no section \[services gone\]"),
    ],
)
async def test_what_is_refused(
    flavour: Flavour, config: Path, text: str, instead: dict[str, Any] | None, words: str
) -> None:
    write(config, text)
    with pytest.raises(ConfigurationError, match=words):
        await place_of(made(flavour, "S3"))
    if instead is not None:
        await place_of(made(flavour, "S3", **instead))


@pytest.mark.parametrize("service", ["ec2", "s3"])
@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1"])
@pytest.mark.parametrize(("fips", "dualstack"), [(False, True), (True, False), (True, True)])
def test_agrees_with_botocore(service: str, region: str, fips: bool, dualstack: bool) -> None:
    if region == "cn-north-1" and fips:
        with pytest.raises(ConfigurationError, match="has no such endpoints"):
            service_origin(service, region, fips=fips, dualstack=dualstack)
        return
    chosen = botocore.config.Config(use_fips_endpoint=fips, use_dualstack_endpoint=dualstack)
    client = botocore.session.Session().create_client(
        service, region_name=region, aws_access_key_id="a", aws_secret_access_key="b", config=chosen
    )
    asked: list[str] = []

    def answer(request: Any, **_: Any) -> botocore.awsrequest.AWSResponse:
        asked.append(request.url)
        return botocore.awsrequest.AWSResponse(request.url, 400, {}, None)

    client.meta.events.register("before-send", answer)
    with pytest.raises(Exception):  # noqa: B017 - there is no body to read
        (client.describe_regions if service == "ec2" else client.list_buckets)()
    assert asked[0].rstrip("/") == service_origin(service, region, fips=fips, dualstack=dualstack)

"""``--dry-run`` shows what matters of a request, and no secret of it; nothing is sent."""

from __future__ import annotations

import json

import pytest

from cumuli.cli.dry_run import RequestShown, shown
from cumuli.cli.dry_run_runtime import DryRunRuntime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import UNLIMITED, TransportSettings
from tests.secrets_used import API_SECRET as SECRET

HIDDEN = "********"


def request(
    *, target: str = "/", headers: dict[str, str] | None = None, body: bytes = b"", identity: bool = False
) -> Request:
    return Request(
        method="POST",
        # A port that nobody listens at.
        origin="http://127.0.0.1:1",
        target=target,
        headers=tuple((headers or {}).items()),
        body=body,
        identity=identity,
    )


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "X-Auth-Token", "X-Auth-Key", "X-Amz-Security-Token", "Cookie", "Proxy-Authorization",
        "X-Subject-Token", "X-Auth-New-Token", "X-Container-Meta-Temp-URL-Key", "X-Account-Meta-Temp-Url-Key-2",
        "x-amz-server-side-encryption-customer-key",
    ],
)  # fmt: skip
def test_secret_headers(name: str) -> None:
    assert shown(request(headers={name: SECRET}))["headers"] == {name: HIDDEN}


@pytest.mark.parametrize(
    "name",
    [
        "UserData", "UserData.Value", "LaunchSpecification.UserData", "X-Amz-Signature", "X-Amz-Security-Token",
        "sig", "api_key", "Password", "adminPass", "PrivateKeyMaterial", "server.password", "temp_url_sig", "SecretKey",
    ],
)  # fmt: skip
def test_secret_parameters(name: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    seen = shown(request(target=f"/x?{name}={SECRET}&a=b", headers=form, body=f"Action=Run&{name}={SECRET}".encode()))
    assert seen["url"] == "http://127.0.0.1:1/x"
    assert seen["query"] == {name: HIDDEN, "a": "b"}
    assert seen["body"] == {"Action": "Run", name: HIDDEN}


@pytest.mark.parametrize(
    "name",
    [
        "ClientToken", "NextToken", "Action", "ImageId", "KeyName", "PublicKeyMaterial", "PrivateIpAddress",
        "SecurityGroupId.1", "Tag.1.Value", "Author",
    ],
)  # fmt: skip
def test_what_is_no_secret_is_shown(name: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert shown(request(headers=form, body=f"{name}=plain".encode()))["body"] == {name: "plain"}


def test_json_bodies() -> None:
    document = {
        "auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "me", "password": SECRET}}}},
        "server": {"name": "web", "user_data": SECRET, "adminPass": SECRET, "networks": [{"uuid": "n"}]},
    }
    body = shown(request(headers={"content-type": "application/json"}, body=json.dumps(document).encode()))["body"]
    assert SECRET not in json.dumps(body)
    assert isinstance(body, dict)
    assert body["server"] == {"name": "web", "user_data": HIDDEN, "adminPass": HIDDEN, "networks": [{"uuid": "n"}]}


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<xml/>"])
def test_other_bodies_are_counted(body: bytes) -> None:
    assert shown(request(body=body))["body"] == (f"[{len(body)} bytes]" if body else None)


def test_half_a_json_body_is_counted() -> None:
    assert shown(request(headers={"Content-Type": "application/json"}, body=b"{"))["body"] == "[1 bytes]"


def test_nothing_is_sent() -> None:
    runtime = DryRunRuntime(TransportSettings(proxy=""))
    with pytest.raises(RequestShown) as caught:
        run(runtime.send(request(), deadline=UNLIMITED))
    assert caught.value.request["method"] == "POST"
    with pytest.raises(RequestShown):
        run(runtime.stream(request(), deadline=UNLIMITED))
    run(runtime.close())


def test_what_obtains_credentials_is_sent() -> None:
    from cumuli.errors import ConnectionFailed

    runtime = DryRunRuntime(TransportSettings(proxy=""))
    with pytest.raises(ConnectionFailed):
        run(runtime.send(request(identity=True), deadline=runtime.monotonic() + 5))
    run(runtime.close())

"""No recording holds a secret that its run used, however it is written."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

import cumuli
from cumuli import sandbox
from cumuli.sandbox.gogrid.account import Settings
from cumuli.sandbox.gogrid.web import serving
from cumuli.sandbox.starting import start
from cumuli.testing import recording, replaying
from tests.conformance.recordings.conftest import told
from tests.support.mimic import VENV, Mimic
from tests.support.secrecy import register
from tests.support.tiers import skip_without

FLAVOURS = ("sync", "async")
# What URLs, JSON, XML, base64 and regular expressions write otherwise. Those that go in headers are ASCII.
ODD = "sEcReT'<&>\"+/=%20\\{$}[x]?*~NeverShown"
AWS_ID = "AKIA<&>'\"+=%\\{}[NEVERSHOWN"
AWS_SECRET = f"{ODD}-aws-ü"
AWS_TOKEN = f"{ODD}-token"
USER_DATA = f"#!/bin/sh\nexport PASSWORD='{ODD}-data-日本'\n"
GOGRID_KEY = f"{ODD}-gogrid-key"
GOGRID_SECRET = f"{ODD}-gogrid-secret"
RACKSPACE_KEY = f"{ODD}-rackspace-key"
SSE_KEY = bytes(range(32))
for _text in (AWS_SECRET, AWS_TOKEN, GOGRID_SECRET, RACKSPACE_KEY):
    register(_text)


def written_ways(secret: str) -> dict[str, str]:
    """The texts by which a secret may be found, each with its name."""
    data = secret.encode()
    ways = {
        "raw": secret,
        "URL": quote(secret, safe=""),
        "path": quote(secret),
        "form": quote_plus(secret),
        "JSON": json.dumps(secret)[1:-1],
        "hex": data.hex(),
        "HEX": data.hex().upper(),
    }
    for shift in range(3):
        text = base64.b64encode(b"-" * shift + data + b"--").decode()[4:-8]
        ways |= {f"base64 at {shift}": text, f"base64 at {shift} in a URL": quote(text, safe="")}
        ways[f"base64url at {shift}"] = text.replace("+", "-").replace("/", "_")
    return ways


def layers(text: str) -> Iterator[str]:
    """A file as it is, as its JSON reads, and what is in base64 there."""
    yield text
    strings: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                walk(key)
                if key == "base64":
                    strings.append(base64.b64decode("".join(item)).decode("latin-1"))
                elif key == "text":
                    strings.append("".join(item))
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, str):
            strings.append(value)

    walk(json.loads(text))
    yield "\n".join(strings)
    for found in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", "\n".join(strings)):
        yield base64.b64decode(found + "=" * (-len(found) % 4) if len(found) % 4 != 1 else found[:-1]).decode("latin-1")


def shown(path: Path, secrets: list[str]) -> list[str]:
    """How secrets show in a file."""
    found: list[str] = []
    for number, text in enumerate(layers(path.read_text())):
        for which, secret in enumerate(secrets):
            ways = {**written_ways(secret), "bytes": secret.encode().decode("latin-1")}
            found += [f"secret {which} as {name}, layer {min(number, 2)}" for name, way in ways.items() if way in text]
    return found


@contextmanager
def replayed(path: Path, secrets: list[str]) -> Iterator[None]:
    """Look into a recording; what follows is answered from it."""
    assert shown(path, secrets) == []
    with replaying(path):
        yield


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_aws(flavour: str, moto: str, tmp_path: Path) -> None:
    path = tmp_path / "aws.json"
    settings: dict[str, Any] = {"region": "us-east-1", "endpoint": moto, "proxy": ""}

    def ec2(asynchronous: bool) -> Any:
        return (cumuli.AsyncEC2 if asynchronous else cumuli.EC2)(AWS_ID, AWS_SECRET, token=AWS_TOKEN, **settings)

    def s3(asynchronous: bool) -> Any:
        return (cumuli.AsyncS3 if asynchronous else cumuli.S3)(AWS_ID, AWS_SECRET, token=AWS_TOKEN, **settings)

    async def servers(cloud: Any) -> str:
        await cloud.create_node(
            "web", "t3.micro", "ami-12c6146b", ex_userdata=USER_DATA, tags={"note": f"see {AWS_TOKEN}!"}
        )
        pair = await cloud.create_key_pair(f"secret-{flavour}")
        await cloud.delete_key_pair(pair.name)
        return str(pair.private_key.reveal())

    async def objects(cloud: Any) -> object:
        box = await cloud.create_container(f"secrets-{flavour}")
        await cloud.upload_object(AWS_TOKEN.encode(), box, "plain.txt")
        await cloud.upload_object(b"\xff\xfe\0" + AWS_TOKEN.encode() + b"\xff", box, "binary")
        for shift in range(3):
            packed = base64.b64encode(b"x" * shift + AWS_TOKEN.encode() + b"yz")
            await cloud.upload_object(packed, box, f"base64-{shift}.txt")
        await cloud.upload_object(AWS_TOKEN.encode().hex().encode(), box, "hex.txt")
        await cloud.upload_object(f"https://user:{AWS_ID}@host/".encode(), box, "url.txt")
        await cloud.upload_object(b"x", box, "meta", meta_data={"note": f"see {AWS_TOKEN}"})
        return [item.name async for item in cloud.iterate_container_objects(box)]

    with recording(path):
        key = told(flavour, ec2, servers)
        told(flavour, s3, objects)
    assert isinstance(key, str)
    body = [line for line in key.splitlines() if "-----" not in line]
    with replayed(path, [AWS_ID, AWS_SECRET, AWS_TOKEN, USER_DATA.strip(), *body[:3]]):
        assert told(flavour, ec2, servers) == "REDACTED"
        told(flavour, s3, objects)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_gogrid(flavour: str, tmp_path: Path) -> None:
    path = tmp_path / "gogrid.json"
    account = Settings(api_key=GOGRID_KEY, secret=GOGRID_SECRET, id_after=0.0, state_after=0.0)
    with serving(account) as server:

        def client(asynchronous: bool) -> Any:
            kind = cumuli.AsyncGoGrid if asynchronous else cumuli.GoGrid
            return kind(GOGRID_KEY, GOGRID_SECRET, endpoint=f"http://127.0.0.1:{server.server_port}", proxy="")

        async def story(cloud: Any) -> list[str]:
            image = (await cloud.list_images())[0]
            node = await cloud.create_node("web", "1", image)
            passwords = await cloud.ex_list_passwords()
            return [node.password.reveal(), *(entry.password.reveal() for entry in passwords)]

        with recording(path):
            passwords = told(flavour, client, story)
        assert isinstance(passwords, list)
        assert len(passwords) > 1
        with replayed(path, [GOGRID_KEY, GOGRID_SECRET, *passwords]):
            assert set(cast_list(told(flavour, client, story))) == {"REDACTED"}


@pytest.mark.skipif(not (VENV / ".ready").exists(), reason=skip_without("mimic", "make test").kwargs["reason"])
def test_rackspace(tmp_path: Path) -> None:
    path = tmp_path / "rackspace.json"
    started = start(Mimic(), tmp_path, tied=True)
    try:

        def client(asynchronous: bool) -> Any:
            return (cumuli.AsyncRackspace if asynchronous else cumuli.Rackspace)(
                username="tester",
                api_key=RACKSPACE_KEY,
                auth_url=f"{started.address.endpoint}/identity/v2.0",
                region="ORD",
                proxy="",
            )

        async def story(cloud: Any) -> str:
            node = await cloud.create_node("web", (await cloud.list_sizes())[0], (await cloud.list_images())[0])
            await cloud.list_nodes()
            return str(node.password.reveal())

        with recording(path):
            password = told("sync", client, story)
    finally:
        started.close()
    assert isinstance(password, str)
    tokens = [password, RACKSPACE_KEY]
    with replayed(path, tokens):
        assert told("async", client, story) == "REDACTED"


def test_swift(swift: sandbox.SandboxServer, tmp_path: Path) -> None:
    path = tmp_path / "swift.json"
    settings: dict[str, Any] = {
        key: value for key, value in swift.profiles["sandbox-swift"].items() if key != "provider"
    }
    key = f"{ODD}-temporary".replace("%", "")

    async def story(cloud: Any) -> object:
        await cloud.ex_set_account_metadata_temp_url_key(key)
        return await cloud.list_containers()

    def client(asynchronous: bool) -> Any:
        return (cumuli.AsyncSwift if asynchronous else cumuli.Swift)(**settings, proxy="")

    with recording(path):
        told("sync", client, story)
    assert shown(path, [key, settings["key"]]) == []
    assert '"x-auth-key: REDACTED"' in path.read_text()
    assert '"x-auth-token: REDACTED"' in path.read_text()


def test_what_is_told_besides(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets of the environment and of the caller, and the number of the account."""
    monkeypatch.setenv("ACME_API_TOKEN", f"{ODD}-environment")
    path = tmp_path / "told.json"
    given = f"{ODD}-given"

    def ec2(asynchronous: bool) -> Any:
        kind = cumuli.AsyncEC2 if asynchronous else cumuli.EC2
        return kind("testing", "testing", region="us-east-1", endpoint=moto, proxy="")

    async def story(cloud: Any) -> object:
        tags = {"one": f"{ODD}-environment", "two": given, "owner": "123456789012"}
        return (await cloud.create_node("web", "t3.micro", "ami-12c6146b", tags=tags)).tags["owner"]

    options: dict[str, Any] = {"secrets": [given], "replace": {"123456789012": "000000000000"}}
    with recording(path, **options):
        assert told("sync", ec2, story) == "123456789012"
    assert shown(path, [f"{ODD}-environment", given, "123456789012"]) == []
    with replaying(path, **options):
        assert told("async", ec2, story) == "000000000000"


def cast_list(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


@pytest.mark.parametrize("way", written_ways(ODD))
def test_what_looks_for_secrets_finds_them(way: str, tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    path.write_text(json.dumps({"text": [written_ways(ODD)[way]]}))
    assert shown(path, [ODD])

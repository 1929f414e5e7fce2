"""OpenStack Swift in the sandbox: it starts, it is Swift, its middlewares work, and nothing of it is left."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import swiftclient
from botocore.config import Config

from cumuli import S3, Swift, config, sandbox
from cumuli.sandbox.processes import identify


@pytest.fixture(scope="module")
def server() -> Iterator[sandbox.SandboxServer]:
    with sandbox.running("swift") as running:
        yield running


@pytest.fixture
def swift(server: sandbox.SandboxServer) -> Iterator[Any]:
    variables = server.environment
    connection = swiftclient.Connection(variables["ST_AUTH"], variables["ST_USER"], variables["ST_KEY"], retries=0)
    yield connection
    connection.close()


def opened(url: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with opener.open(urllib.request.Request(url, data, named), timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_it_is_swift_with_what_it_is_meant_to_have(server: sandbox.SandboxServer) -> None:
    told = json.loads(opened(f"{server.endpoint}/info")[1])
    assert told["swift"]["version"] == "2.38.3"
    assert {
        "bulk_delete", "bulk_upload", "formpost", "object_versioning", "s3api", "slo", "staticweb", "symlink",
        "tempauth", "tempurl", "versioned_writes",
    } <= set(told)  # fmt: skip


def test_its_account_can_make_temporary_urls(server: sandbox.SandboxServer, swift: Any) -> None:
    swift.put_container("given-out")
    swift.put_object("given-out", "o", b"content")
    settings = {key: value for key, value in server.profiles["sandbox-swift"].items() if key != "provider"}
    with Swift(**settings, proxy="") as client:
        assert opened(client.get_object_url(("given-out", "o"))) == (200, b"content")
    key = swift.head_account()["x-account-meta-temp-url-key"]
    assert len(key) > 30
    assert key not in str((server.profiles, server.environment))


def test_python_swiftclient_writes_and_reads(swift: Any) -> None:
    swift.put_container("written")
    content = bytes(range(256)) * 5000
    etag = swift.put_object("written", "ü/1", content, headers={"X-Object-Meta-Color": "blue"})
    assert etag == hashlib.md5(content).hexdigest()
    headers, found = swift.get_object("written", "ü/1")
    assert found == content
    assert headers["x-object-meta-color"] == "blue"
    assert [entry["name"] for entry in swift.get_container("written")[1]] == ["ü/1"]


def test_a_wrong_key_and_a_wrong_token_are_refused(server: sandbox.SandboxServer, swift: Any) -> None:
    user = server.environment["ST_USER"]
    assert opened(server.environment["ST_AUTH"], X_Auth_User=user, X_Auth_Key="wrong")[0] == 401
    assert opened(swift.get_auth()[0], X_Auth_Token="AUTH_tk0")[0] == 401


def test_large_objects_of_both_kinds(swift: Any) -> None:
    swift.put_container("large")
    parts = [bytes([65 + number]) * 1000 for number in range(12)]
    manifest = [
        {"path": f"/large/part/{number:02}", "etag": swift.put_object("large", f"part/{number:02}", part)}
        for number, part in enumerate(parts)
    ]
    swift.put_object("large", "static", json.dumps(manifest), query_string="multipart-manifest=put")
    swift.put_object("large", "dynamic", b"", headers={"X-Object-Manifest": "large/part/"})
    for name in ("static", "dynamic"):
        assert swift.get_object("large", name)[1] == b"".join(parts)
    swift.delete_object("large", "static", query_string="multipart-manifest=delete")
    assert [entry["name"] for entry in swift.get_container("large")[1]] == ["dynamic"]


def test_temporary_urls_and_static_websites(server: sandbox.SandboxServer, swift: Any) -> None:
    swift.post_account({"X-Account-Meta-Temp-URL-Key": "temporary"})
    swift.put_container("web", {"X-Container-Read": ".r:*,.rlistings", "X-Container-Meta-Web-Index": "index.html"})
    swift.put_object("web", "index.html", b"<h1>hello", content_type="text/html")
    swift.put_container("private")
    swift.put_object("private", "one", b"secret")
    account = swift.get_auth()[0]
    assert opened(f"{account}/web/") == (200, b"<h1>hello")
    target = f"{account.removeprefix(server.endpoint)}/private/one"
    until = int(time.time()) + 60
    signature = hmac.new(b"temporary", f"GET\n{until}\n{target}".encode(), hashlib.sha256).hexdigest()
    url = f"{server.endpoint}{target}?temp_url_expires={until}&temp_url_sig="
    assert opened(url + signature) == (200, b"secret")
    assert opened(url + "0" * 64)[0] == 401


def test_boto3_and_cumuli_meet_in_s3(server: sandbox.SandboxServer) -> None:
    profile = server.profiles["sandbox-swift-s3"]
    client: Any = boto3.client(
        "s3",
        endpoint_url=profile["endpoint"],
        region_name=profile["region"],
        aws_access_key_id=profile["key"],
        aws_secret_access_key=profile["secret"],
        config=Config(proxies={}, s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket="by-boto3")
    client.put_object(Bucket="by-boto3", Key="k", Body=b"abc", Metadata={"x": "y"})
    settings = {name: value for name, value in profile.items() if name not in {"provider", "key", "secret"}}
    with S3(profile["key"], profile["secret"], proxy="", **settings) as cloud:
        found = cloud.get_object("by-boto3", "k")
        assert b"".join(cloud.download_object_as_stream(found)) == b"abc"
        assert found.meta_data == {"x": "y"}
    client.close()


def test_two_at_once_and_nothing_left() -> None:
    with sandbox.running("swift") as server, sandbox.running("swift") as other:
        assert server.port != other.port
        assert server.pid != other.pid
        variables = server.environment
        swiftclient.Connection(variables["ST_AUTH"], variables["ST_USER"], variables["ST_KEY"]).put_container("here")
        for one, kept in ((server, 1), (other, 0)):
            assert len(list(Path(one.log).parent.glob("data-*/devices/d1/containers"))) == kept
    for stopped in (server, other):
        assert identify(stopped.pid) is None
        assert not Path(stopped.log).parent.exists()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", stopped.port)) != 0


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        # As eventlet does by itself, and then two servers could share a port without a word.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "cumuli.sandbox.swift", "--port", str(taken.getsockname()[1])]
        done = subprocess.run([*command, "--folder", tmp_path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "address already in use" in done.stderr.lower()


def test_up_writes_three_profiles_that_find_it(home: Path) -> None:
    [server] = sandbox.up("swift")
    names = {"sandbox-swift": "swift", "sandbox-cloudfiles": "cloudfiles", "sandbox-swift-s3": "s3"}
    assert {name: config.get_profile(name).provider for name in names} == names
    assert sandbox.down() == ["swift"]
    assert identify(server.pid) is None
    assert not set(names) & set(config.load_profiles())

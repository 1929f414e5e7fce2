"""Every broken way to AWS credentials ends in an error of ours, which names the source and shows nothing received."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import socket
import ssl
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

import cumuli
from cumuli.calls.caller import Timeouts
from cumuli.errors import AuthenticationError, CloudError, ConfigurationError, DeadlineExceeded
from cumuli.providers.aws.identity.credentials import AWSCredentials
from cumuli.secret import Secret
from cumuli.testing.flavours import Flavour
from tests.faults.ec2.strict import answer_of, error
from tests.faults.keepalive import Exchange, Hangup, Server, reply

RECEIVED = "hunter2-Received"
ROLE = "role_arn = arn:aws:iam::123456789012:role/r\n"
BASE = "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = basesecret\n"
SSO = "sso_start_url = https://sso.invalid/start\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n"
SSO_SESSION = (
    "sso_session = s\nsso_account_id = 1\nsso_role_name = r\n"
    "[sso-session s]\nsso_start_url = https://sso.invalid/start\nsso_region = eu-west-1\n"
)
IN_A_DAY = "2999-01-01T00:00:00Z"


def sts_answer(key: str = "ASIAROLE", seconds: float = 3600) -> bytes:
    end = dt.datetime.fromtimestamp(time.time() + seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = (
        f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        f"<SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials>"
    )
    return (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
        f"{keys}</AssumeRoleResult></AssumeRoleResponse>"
    ).encode()


def sts_error(code: str, status: int = 403) -> bytes:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>Said so.</Message></Error></ErrorResponse>"
    return reply(status, body.encode())


class Service(Server):
    """STS, single sign-on, a container's or an instance's metadata: whatever it is told to be."""

    def __init__(self) -> None:
        self.answers: bytes = reply(200, b"{}")
        self.asked: list[str] = []
        super().__init__(self.tell)

    def tell(self, exchange: Exchange) -> bytes | None:
        self.asked.append(exchange.body().decode("latin-1") or exchange.target)
        return self.answers


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


class Account(Server):
    """An EC2 without nodes that takes every key but those that it refuses.

    Args:
        refused: Access key ids.
    """

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.signed: list[str] = []
        super().__init__(self.tell)

    def tell(self, exchange: Exchange) -> bytes | None:
        exchange.body()
        key = (exchange.get("authorization") or "").partition("Credential=")[2].partition("/")[0]
        self.signed.append(key)
        if key in self.refused:
            return error(401, "AuthFailure")
        return reply(200, answer_of("DescribeInstances", "<reservationSet/>"))


class Home:
    """A home directory with AWS's files, and the environment that goes with it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
        self.folder = folder
        self.set = monkeypatch.setenv
        self.service = service

    def config(self, text: str) -> None:
        (self.folder / ".aws/config").write_text(text)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, body: str, setting: str = "credential_process", profile: str = "p") -> None:
        path = self.file("helper.py", body)
        self.config(f"[profile {profile}]\n{setting} = {sys.executable} {path}\n")

    def sso_token(self, name: str, text: str) -> None:
        import hashlib

        self.file(f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json", text)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: Service) -> Home:
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("STS", "SSO", "SSO_OIDC", "SIGNIN"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", service.origin)
    (tmp_path / ".aws").mkdir()
    # botocore takes the home directory of the moment of its import for the cache of single sign-on.
    import botocore.credentials
    import botocore.tokens

    monkeypatch.setattr(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / ".aws/sso/cache"))
    monkeypatch.setattr(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / ".aws/sso/cache"))
    return Home(tmp_path, monkeypatch, service)


@pytest.fixture
def open_client(flavour: Flavour) -> Iterator[Callable[..., Any]]:
    made: list[Any] = []

    def make(**settings: Any) -> Any:
        kind = cumuli.AsyncEC2 if flavour.name == "async" else cumuli.EC2
        settings.setdefault("region", "eu-west-1")
        settings.setdefault("endpoint", "http://127.0.0.1:9")
        made.append(flavour.shape(kind(retry=False, **{"proxy": "", **settings})))
        return made[-1]

    yield make
    for each in made:
        flavour.run(each.aclose())


# The broken ways


def program(body: str) -> Callable[[Home], None]:
    return lambda home: home.program(body)


def role_over(source: str) -> Callable[[Home], None]:
    return lambda home: home.config(f"[profile p]\n{ROLE}{source}")


def role_and_sts(answer: bytes) -> Callable[[Home], None]:
    def break_it(home: Home) -> None:
        home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\n")
        home.service.answers = answer

    return break_it


def web_identity(token: str | None, answer: bytes = b"") -> Callable[[Home], None]:
    def break_it(home: Home) -> None:
        path = home.folder / "token"
        if token is not None:
            path.write_bytes(token.encode("latin-1"))
        home.config(f"[profile p]\n{ROLE}web_identity_token_file = {path}\n")
        home.service.answers = answer

    return break_it


def sso(token: str | None, answer: bytes = b"", *, session: bool = False) -> Callable[[Home], None]:
    def break_it(home: Home) -> None:
        home.config(f"[profile p]\n{SSO_SESSION if session else SSO}")
        if token is not None:
            home.sso_token("s" if session else "https://sso.invalid/start", token)
        home.service.answers = answer

    return break_it


def container(answer: bytes | None, **variables: str) -> Callable[[Home], None]:
    def break_it(home: Home) -> None:
        home.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{home.service.origin}/credentials")
        for name, value in variables.items():
            home.set(name, value)
        home.config("[profile p]\nregion = eu-west-1\n")
        home.service.answers = answer or b""

    return break_it


def of_source_program(home: Home) -> None:
    path = home.file("helper.py", f"print('{RECEIVED}')")
    home.config(
        f"[profile src]\ncredential_process = {sys.executable} {path}\n[profile p]\n{ROLE}source_profile = src\n"
    )


TOKEN = json.dumps({"accessToken": RECEIVED, "expiresAt": IN_A_DAY, "startUrl": "https://sso.invalid/start"})
HTML = reply(200, f"<html><body>{RECEIVED}</body></html>".encode())
JSON_HTML = reply(403, f"<html><body>{RECEIVED}</body></html>".encode())
BROKEN: dict[str, tuple[Callable[[Home], None], str]] = {
    "helper missing": (
        lambda home: home.config("[profile p]\ncredential_process = /nowhere/helper --x\n"),
        "credential_process .*'helper' cannot be started: No such file",
    ),
    "helper is no program": (
        lambda home: home.config(f"[profile p]\ncredential_process = {home.file('data', 'x')}\n"),
        "'data' cannot be started: Permission denied",
    ),
    "helper with an open quote": (
        lambda home: home.config("[profile p]\ncredential_process = helper 'x\n"),
        "credential_process",
    ),
    "helper fails": (program(f"import sys; sys.exit('{RECEIVED}')"), "failed with exit status 1; run it by hand"),
    "helper killed": (program("import os; os.kill(os.getpid(), 9)"), "failed with exit status -9"),
    "helper asks to log in": (program(f"print('please log in {RECEIVED}')"), "printed no credentials"),
    "helper prints nothing": (program(""), "printed no credentials"),
    "helper prints a list": (program("print('[1]')"), "printed no credentials"),
    "helper prints a number": (program("print('1')"), "printed no credentials"),
    "helper prints bytes": (program("import sys; sys.stdout.buffer.write(b'\\xff')"), "printed no credentials"),
    "helper without version": (program(f'print(\'{{"AccessKeyId": "{RECEIVED}"}}\')'), "printed no credentials"),
    "helper without keys": (program("print('{\"Version\": 1}')"), "printed no credentials"),
    "helper with null keys": (
        program('print(\'{"Version": 1, "AccessKeyId": null, "SecretAccessKey": null}\')'),
        "printed no credentials",
    ),
    "helper with an odd end": (
        program(
            f'print(\'{{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "{RECEIVED}", "SessionToken": "t", '
            '"Expiration": "soon"}\')'
        ),
        "printed no credentials",
    ),
    "helper of the source profile": (of_source_program, "the role .*printed no credentials"),
    "role without source": (role_over(""), "the role .*source_profile or credential_source"),
    "role of a profile that is not there": (role_over("source_profile = gone\n"), 'source_profile "gone"'),
    "roles in a circle": (role_over("source_profile = p\n"), "the role"),
    "role by an unknown source": (role_over("credential_source = Moon\n"), "the role"),
    "sts refuses": (role_and_sts(sts_error("AccessDenied")), r"the role .*AccessDenied: Said so\."),
    "sts knows no such region": (
        role_and_sts(sts_error("RegionDisabledException")),
        "RegionDisabledException: Said so.; enable the region",
    ),
    "sts knows no such key": (role_and_sts(sts_error("InvalidClientTokenId")), "region is not enabled"),
    "sts sends html": (role_and_sts(HTML), "the role .*has no AssumeRoleResult"),
    "sts refuses in html": (role_and_sts(JSON_HTML), "the role"),
    "sts sends half": (role_and_sts(reply(200, sts_answer()[:200])), "the role .*not what its protocol promises"),
    "sts without keys": (role_and_sts(reply(200, b"<AssumeRoleResponse/>")), "the role"),
    "second factor without a terminal": (
        lambda home: home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\nmfa_serial = arn:x\n"),
        "second factor .*no terminal",
    ),
    "token file gone": (web_identity(None), "web identity .*token: No such file"),
    "token file is binary": (web_identity("\xff\xfe"), "web identity"),
    "token expired": (
        web_identity(RECEIVED, sts_error("ExpiredTokenException", 400)),
        "web identity .*ExpiredTokenException: .*; log in again",
    ),
    "single sign-on: not logged in": (sso(None), "single sign-on .*not logged in .*aws sso login"),
    "single sign-on: half a file": (sso('{"accessToken": "hun'), "single sign-on .*log"),
    "single sign-on: no token in it": (sso("{}"), "single sign-on"),
    "single sign-on: a list": (sso("[]"), "single sign-on"),
    "single sign-on: an odd end": (sso(TOKEN.replace(IN_A_DAY, "soon")), "single sign-on"),
    "single sign-on: ended": (sso(TOKEN.replace("2999", "1999")), "single sign-on .*aws sso login"),
    "single sign-on: refused": (
        sso(TOKEN, reply(401, b'{"message": "x"}', ("x-amzn-errortype", "UnauthorizedException"))),
        "single sign-on .*aws sso login",
    ),
    "single sign-on: html": (sso(TOKEN, HTML), "single sign-on"),
    "single sign-on session: none": (sso(None, session=True), "single sign-on .*aws sso login"),
    "single sign-on session: half a file": (sso('{"accessToken": "hun', session=True), "single sign-on"),
    "single sign-on session: no end": (sso('{"accessToken": "hunter2-Received"}', session=True), "single sign-on"),
    "container without keys": (container(reply(200, b"{}")), "the container .*has no AccessKeyId"),
    "container sends html": (container(HTML), "the container"),
    "container sends a list": (container(reply(200, b"[]")), "the container"),
    "container refuses": (container(reply(403, RECEIVED.encode())), "the container"),
    "container's token file is gone": (
        container(None, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="/nowhere/token"),
        "the container .*/nowhere/token: No such file",
    ),
    "container's token has lines": (
        container(None, AWS_CONTAINER_AUTHORIZATION_TOKEN=f"{RECEIVED}\nx"),
        "the container",
    ),
    "container's end is no time": (
        container(reply(200, b'{"AccessKeyId":"a","SecretAccessKey":"s","Token":"t","Expiration":"soon"}')),
        "the container",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_way_to_credentials(
    home: Home, flavour: Flavour, open_client: Callable[..., Any], caplog: pytest.LogCaptureFixture, case: str
) -> None:
    break_it, words = BROKEN[case]
    break_it(home)
    client = open_client(profile="p")
    with caplog.at_level(logging.INFO), pytest.raises((AuthenticationError, ConfigurationError), match=words) as caught:
        await client.list_nodes()
    assert caught.value.provider == "ec2"
    assert "(" + str(home.folder / ".aws/config") + ")" in caught.value.message
    shown = caplog.text
    link: BaseException | None = caught.value
    while link is not None:
        assert isinstance(link, CloudError), "what the other side raised may hold what it received"
        shown += repr(link) + str(link)
        link = link.__cause__ or link.__context__
    assert RECEIVED not in shown


async def test_a_function_that_fails_is_told_as_what_it_is(flavour: Flavour, open_client: Callable[..., Any]) -> None:
    def find() -> AWSCredentials:
        raise LookupError("the vault is sealed")

    with pytest.raises(AuthenticationError, match="given as credentials= failed with LookupError") as caught:
        await open_client(credentials=find).list_nodes()
    assert isinstance(caught.value.__cause__, LookupError)


# While the old ones are good


async def test_a_refresh_that_fails_or_hangs_is_no_failure_while_the_old_keys_are_good(
    flavour: Flavour, open_client: Callable[..., Any]
) -> None:
    calls = 0

    def find() -> AWSCredentials:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise EOFError
        if calls > 2:
            time.sleep(20)
        end = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
        return AWSCredentials(access_key="AKIAOLD", secret=Secret("s"), expires_at=end)

    with Account() as server:
        client = open_client(credentials=find, endpoint=server.origin)
        await client.list_nodes()
        held = _credentials_of(client)
        for _ in range(2):
            held._quiet_until = 0.0  # half a minute has passed
            started = time.monotonic()
            with cumuli.deadline(4):
                await client.list_nodes()
            assert time.monotonic() - started < 4
    assert calls == 3


def _credentials_of(client: Any) -> Any:
    import gc

    from cumuli.providers.aws.identity.session import AWSSession

    inside = getattr(client, "_client", client)
    inside = inside._ec2 if not hasattr(inside._ec2, "caller") else inside
    session = next(
        found for found in gc.get_objects() if isinstance(found, AWSSession) and found is inside._ec2.caller.authorizer
    )
    return session._credentials


async def test_a_deadline_bounds_a_program_and_ends_it(
    home: Home, flavour: Flavour, open_client: Callable[..., Any]
) -> None:
    mark = home.folder / "pid"
    home.program(f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(30)")
    client = open_client(profile="p")
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"did not (arrive|end) in time"), cumuli.deadline(2):
        await client.list_nodes()
    assert time.monotonic() - started < 10
    ended = time.monotonic() + 10
    while alive(mark) and time.monotonic() < ended:
        await flavour.sleep(0.05)
    assert not alive(mark)


def alive(mark: Path) -> bool:
    """Whether the process whose id is in this file still runs."""
    return Path(f"/proc/{mark.read_text()}").exists()


# What the client is told holds at the border, too


async def test_region_and_proxy_reach_the_services_that_give_credentials(
    home: Home, flavour: Flavour, open_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STS", "SSO", "SSO_OIDC", "SIGNIN"):
        monkeypatch.delenv(f"AWS_ENDPOINT_URL_{name}")
    home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\n")
    asked: list[bytes] = []

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            asked.append(connection.recv(4096).partition(b"\r\n")[0])
            connection.sendall(b"HTTP/1.0 502 No\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Whoever is never asked ends all the same.
        listener.settimeout(20)
        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        client = open_client(
            profile="p", region="cn-north-1", proxy=f"http://me:{RECEIVED}@127.0.0.1:{listener.getsockname()[1]}"
        )
        with pytest.raises(AuthenticationError, match="cannot be reached by the proxy") as caught:
            await client.list_nodes()
        thread.join(30)
    assert RECEIVED not in str(caught.value)
    assert asked == [b"CONNECT sts.cn-north-1.amazonaws.com.cn:443 HTTP/1.0"]


async def test_the_bundle_of_the_client_is_the_services_too(
    home: Home, flavour: Flavour, open_client: Callable[..., Any]
) -> None:
    authority = trustme.CA()
    bundle = home.folder / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\n")
    with Account() as account, Server(lambda exchange: given(exchange, sts_answer()), context) as sts:
        home.set("AWS_ENDPOINT_URL_STS", sts.origin)
        await open_client(profile="p", endpoint=account.origin, verify=str(bundle)).list_nodes()
        assert account.signed == ["ASIAROLE"]
        # Another role, for the first one is kept.
        home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\nexternal_id = other\n")
        client = open_client(profile="p", endpoint=account.origin)
        with pytest.raises(AuthenticationError, match=r"the role .* cannot be reached \(SSLError\)"):
            await client.list_nodes()


async def test_the_timeouts_of_the_client_are_the_services_too(
    home: Home, flavour: Flavour, open_client: Callable[..., Any]
) -> None:
    home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\n")
    over = threading.Event()

    def never(exchange: Exchange) -> bytes:
        exchange.body()
        over.wait(90)
        raise Hangup

    with Server(never) as sts:
        home.set("AWS_ENDPOINT_URL_STS", sts.origin)
        client = open_client(profile="p", timeout=Timeouts(operation=120, attempt=1))
        started = time.monotonic()
        try:
            with pytest.raises(AuthenticationError, match=r"the role .* cannot be reached \(ReadTimeoutError\)"):
                await client.list_nodes()
            # botocore's own bound is 60 s.
            assert time.monotonic() - started < 20
        finally:
            over.set()


def given(exchange: Exchange, answer: bytes) -> bytes:
    exchange.body()
    return reply(200, answer)


# The cache that the AWS CLI keeps


async def test_roles_are_kept_as_the_aws_cli_keeps_them(
    home: Home, flavour: Flavour, open_client: Callable[..., Any], service: Service
) -> None:
    import botocore.credentials
    import botocore.session
    from botocore.utils import JSONFileCache

    home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\n")
    service.answers = reply(200, sts_answer("ASIAONE"))
    with Account() as server:
        await open_client(profile="p", endpoint=server.origin).list_nodes()
        await open_client(profile="p", endpoint=server.origin).list_nodes()
        assert len(service.asked) == 1
        [kept] = (home.folder / ".aws/cli/cache").iterdir()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        # The CLI finds it there.
        session = botocore.session.Session(profile="p")
        cache = JSONFileCache(str(home.folder / ".aws/cli/cache"))
        found = botocore.credentials.create_credential_resolver(session, cache=cache).load_credentials()
        assert found.get_frozen_credentials().access_key == "ASIAONE"
        assert len(service.asked) == 1
        # What is not whole is as if it were not there.
        kept.write_text(kept.read_text()[:40])
        await open_client(profile="p", endpoint=server.origin).list_nodes()
        assert len(service.asked) == 2
        assert json.loads(kept.read_text())["Credentials"]["AccessKeyId"] == "ASIAONE"


async def test_what_was_refused_does_not_come_back_out_of_the_cache(
    home: Home, flavour: Flavour, open_client: Callable[..., Any], service: Service
) -> None:
    home.config(f"{BASE}[profile p]\n{ROLE}source_profile = base\n")
    service.answers = reply(200, sts_answer("ASIAONE"))

    with Account("ASIAONE") as server:
        client = open_client(profile="p", endpoint=server.origin)
        with pytest.raises(AuthenticationError):
            await client.list_nodes()
        await flavour.sleep(0)
        service.answers = reply(200, sts_answer("ASIATWO"))
        _credentials_of(client)._no_renewal_until = 0.0  # half a minute has passed
        await client.list_nodes()
    # The first time, for the new ones that were the same, and once more.
    assert (len(service.asked), server.signed[-1]) == (3, "ASIATWO")


# A file that somebody else rewrites


async def test_a_rewritten_file_is_read_again_at_once(
    home: Home, flavour: Flavour, open_client: Callable[..., Any]
) -> None:
    def write(key: str) -> None:
        home.file(".aws/credentials", f"[p]\naws_access_key_id = {key}\naws_secret_access_key = s\n")

    write("AKIAOLD")
    with Account("AKIAOLD") as server:
        client = open_client(profile="p", endpoint=server.origin)
        with pytest.raises(AuthenticationError):
            await client.list_nodes()
        # The first refusal came before the new file.
        write("AKIANEWER")
        await client.list_nodes()
        assert server.signed[-1] == "AKIANEWER"

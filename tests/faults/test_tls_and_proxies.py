"""Certificates and proxies."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from cumuli import InsecureTLSWarning
from cumuli.calls.caller import Caller, Timeouts
from cumuli.calls.options import transport_settings
from cumuli.calls.retry import NO_RETRY
from cumuli.errors import ConfigurationError, ConnectionFailed, MalformedResponse, Timeout
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import request, send
from tests.faults.keepalive import Exchange, Server, eventually, reply
from tests.faults.proxy import serve
from tests.flavours import Flavour


class Authority:
    """A private CA, its bundle in a file, and contexts for servers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = trustme.CA()
        self.bundle = str(folder / "ca.pem")
        self.ca.cert_pem.write_to_path(self.bundle)

    def server(self, *names: str, clients: bool = False) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.ca.issue_cert(*(names or ("127.0.0.1",))).configure_cert(context)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            self.ca.configure_trust(context)
        return context

    def client(self) -> tuple[str, str]:
        made = self.ca.issue_cert("client@example.com")
        certificate, key = str(self.folder / "client.pem"), str(self.folder / "client.key")
        made.cert_chain_pems[0].write_to_path(certificate)
        made.private_key_pem.write_to_path(key)
        return certificate, key


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def echo(exchange: Exchange) -> bytes:
    return reply(200, exchange.target.encode() + exchange.body())


def ask(flavour: Flavour, server: Server | str, **settings: object) -> bytes:
    async def case(runtime: Runtime) -> bytes:
        first = await send(runtime, server, "/a%2e/?x=1", "POST", body=b"-body")
        again = await send(runtime, server, "/a%2e/?x=1", "POST", body=b"-body")
        assert first == again
        return first.body

    return flavour.run(case, **settings)


def test_a_private_ca_is_trusted_when_it_is_given(flavour: Flavour, authority: Authority) -> None:
    with Server(echo, authority.server()) as server:
        assert ask(flavour, server, verify=authority.bundle) == b"/a%2e/?x=1-body"
        assert server.connections == 1


def test_an_unknown_ca_is_a_clear_error(flavour: Flavour, authority: Authority) -> None:
    with Server(echo, authority.server()) as server:
        with pytest.raises(ConnectionFailed, match=r"not trusted.*verify=") as caught:
            ask(flavour, server)
        assert not caught.value.sent
        assert not caught.value.retryable
        assert server.seen == []


BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.mark.parametrize("aws", [False, True])
@pytest.mark.parametrize("first", range(4))
def test_the_environment_names_the_bundle(
    flavour: Flavour,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    aws: bool,
    first: int,
) -> None:
    """The first that is set counts, and only that; the right one is where none before it is set."""
    other = str(tmp_path / "other.pem")
    trustme.CA().cert_pem.write_to_path(other)
    for number, name in enumerate(BUNDLES):
        monkeypatch.setenv(name, "" if number < first else authority.bundle if number == first else other)
    settings = transport_settings({}, aws=aws)
    expected = ([*BUNDLES] if aws else [None, *BUNDLES[1:]]) + [None]
    with Server(echo, authority.server()) as server:
        if expected[first] is not None:
            assert ask(flavour, server, ca_variables=settings.ca_variables) == b"/a%2e/?x=1-body"
            assert ask(flavour, server, verify=authority.bundle, ca_variables=settings.ca_variables)
        else:
            # Another one counts, or the system's.
            with pytest.raises(ConnectionFailed, match="not trusted") as caught:
                ask(flavour, server, ca_variables=settings.ca_variables)
            named = f"those of REQUESTS_CA_BUNDLE, {other}" in caught.value.message
            assert named is (first == 0)
            assert ("a private CA" in caught.value.message) is (first == 3)


def test_a_bundle_of_the_environment_that_is_not_there_is_named(
    flavour: Flavour, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with Server(echo, authority.server()) as server:
        with pytest.raises(ConfigurationError, match=r"REQUESTS_CA_BUNDLE names the CA bundle '/nowhere/ca\.pem'"):
            ask(flavour, server)
        assert ask(flavour, server, verify=authority.bundle) == b"/a%2e/?x=1-body"


def test_a_certificate_for_another_name_is_refused(flavour: Flavour, authority: Authority) -> None:
    with Server(echo, authority.server("example.com")) as server:
        with pytest.raises(ConnectionFailed, match="not trusted"):
            ask(flavour, server, verify=authority.bundle)
        assert server.seen == []


def test_without_verification_there_is_a_warning(flavour: Flavour, authority: Authority) -> None:
    with Server(echo, authority.server("example.com")) as server, pytest.warns(InsecureTLSWarning) as warned:
        assert ask(flavour, server, verify=False) == b"/a%2e/?x=1-body"
    assert len(warned) == 1


def test_a_client_certificate(flavour: Flavour, authority: Authority) -> None:
    with Server(echo, authority.server(clients=True)) as server:
        assert ask(flavour, server, verify=authority.bundle, cert=authority.client()) == b"/a%2e/?x=1-body"
        with pytest.raises(ConnectionFailed):
            ask(flavour, server, verify=authority.bundle)


@pytest.mark.parametrize("settings", [{"verify": "/nowhere/ca.pem"}, {"cert": "/nowhere/client.pem"}])
def test_files_that_are_not_there_are_named(flavour: Flavour, authority: Authority, settings: dict[str, str]) -> None:
    with Server(echo, authority.server()) as server, pytest.raises(ConfigurationError, match="/nowhere"):
        ask(flavour, server, **settings)


def test_plain_http_where_tls_was_due(flavour: Flavour) -> None:
    def serve_plainly() -> None:
        sock, _ = listener.accept()
        with sock:
            sock.recv(65_536)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve_plainly)
        thread.start()
        with pytest.raises(ConnectionFailed) as caught:
            ask(flavour, f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    assert not caught.value.sent


def test_a_stalled_handshake_is_bounded(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> float:
        started = runtime.monotonic()
        with pytest.raises(Timeout) as caught:
            await send(runtime, f"https://127.0.0.1:{silent.getsockname()[1]}")
        assert not caught.value.sent
        return runtime.monotonic() - started

    with socket.create_server(("127.0.0.1", 0)) as silent:
        seconds = flavour.run(case, connect_timeout=0.3)
    assert 0.25 < seconds < 5  # it is 10 when the setting is not heeded


def test_abandoned_tls_streams_are_closed(flavour: Flavour, authority: Authority) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            exchange.send(b"x" * 65_536)

    async def case(runtime: Runtime) -> None:
        for _ in range(5):
            stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
            assert await stream.read(10)
            await stream.close()

    with Server(endless, authority.server()) as server:
        flavour.run(case, verify=authority.bundle, max_connections=2)
        eventually(lambda: server.now_open == 0, "every connection was closed")


def test_closing_does_not_wait_for_a_peer_that_says_no_goodbye(flavour: Flavour, authority: Authority) -> None:
    over = threading.Event()

    def answer(exchange: Exchange) -> None:
        exchange.send(reply(200, b"x"))
        over.wait(60)  # reads nothing, no close_notify either
        exchange.close()

    async def case(runtime: Runtime) -> float:
        await send(runtime, server)
        started = runtime.monotonic()
        await runtime.close()
        return runtime.monotonic() - started

    with Server(answer, authority.server()) as server:
        started = time.monotonic()
        seconds = flavour.run(case, verify=authority.bundle)
        whole = time.monotonic() - started
        over.set()
    # The goodbye does not come for a minute, and asyncio's own patience with TLS is of 30 seconds.
    assert seconds < 5
    assert whole < 10


def test_a_redirect_out_of_tls_is_not_followed(flavour: Flavour, authority: Authority) -> None:
    async def case(runtime: Runtime) -> None:
        caller = Caller(runtime, provider="test", retry=NO_RETRY, timeouts=Timeouts())
        with pytest.raises(MalformedResponse, match="not encrypted"):
            await caller.call(request(secure), check=lambda _: None, repeatable=True)

    with Server(echo) as plain:
        redirect = reply(307, b"", ("Location", f"{plain.origin}/"))
        with Server(lambda _: redirect, authority.server()) as secure:
            flavour.run(case, verify=authority.bundle)
        assert plain.seen == []


class Token:
    """Puts a token on requests."""

    async def authorize(self, asked: Request) -> Request:
        return asked.with_headers({"X-Auth-Token": f"for {asked.origin}"})

    async def renew(self, rejected: Request) -> bool:
        return False


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_to_tls_of_the_same_host_takes_the_credentials_along(
    flavour: Flavour, authority: Authority, host: str
) -> None:
    async def case(runtime: Runtime) -> None:
        caller = Caller(runtime, provider="test", retry=NO_RETRY, timeouts=Timeouts(), authorizer=Token())
        asked = request(plain, "/x?y=1", headers=(("X-Own", "1"),))
        assert (await caller.call(asked, check=lambda _: None, repeatable=True)).body == b"/x?y=1"

    seen: list[Exchange] = []

    def there(exchange: Exchange) -> bytes:
        seen.append(exchange)
        return echo(exchange)

    with Server(there, authority.server("127.0.0.1", "localhost")) as secure:
        origin = f"https://{host}:{secure.port}"
        with Server(lambda asked: reply(301, b"", ("Location", f"{origin}{asked.target}"))) as plain:
            flavour.run(case, verify=authority.bundle)
    known = host == "127.0.0.1"
    assert seen[0].get("x-auth-token") == (f"for {origin}" if known else None)
    assert seen[0].get("x-own") == ("1" if known else None)


# Proxies


def test_http_goes_through_a_proxy_in_absolute_form(flavour: Flavour) -> None:
    proxy, proxied = serve()
    with Server(echo) as server, proxied:
        assert ask(flavour, server, proxy=proxied.origin) == b"/a%2e/?x=1-body"
    assert proxy.asked == [("POST", f"{server.origin}/a%2e/?x=1")] * 2


def test_https_goes_through_a_tunnel(flavour: Flavour, authority: Authority) -> None:
    proxy, proxied = serve("user", "p:w/ä")
    url = f"http://user:p%3Aw%2F%C3%A4@127.0.0.1:{proxied.port}"
    with Server(echo, authority.server()) as server, proxied:
        assert ask(flavour, server, proxy=url, verify=authority.bundle) == b"/a%2e/?x=1-body"
        # One tunnel, used twice.
        assert proxy.asked == [("CONNECT", f"127.0.0.1:{server.port}")]
    # Nothing of the request's own.
    names = {name.lower() for name, _ in proxy.fields[0]}
    assert names == {"host", "proxy-authorization"}


def test_credentials_for_a_proxy_are_not_for_the_server(flavour: Flavour) -> None:
    seen: list[list[tuple[str, str]]] = []

    def answer(exchange: Exchange) -> bytes:
        seen.append(exchange.fields)
        return echo(exchange)

    proxy, proxied = serve("user", "password")
    with Server(answer) as server, proxied:
        ask(flavour, server, proxy=f"http://user:password@127.0.0.1:{proxied.port}")
    assert len(proxy.asked) == 2
    assert "proxy-authorization" not in {name.lower() for fields in seen for name, _ in fields}


@pytest.mark.parametrize("given", ["", "user:wrong-password@"])
def test_a_proxy_that_refuses_is_a_clear_error(flavour: Flavour, authority: Authority, given: str) -> None:
    _, proxied = serve("user", "password")
    with Server(echo, authority.server()) as server, proxied:
        with pytest.raises(ConfigurationError, match="user and password") as caught:
            ask(flavour, server, proxy=f"http://{given}127.0.0.1:{proxied.port}", verify=authority.bundle)
        assert server.connections == 0
    assert "wrong-password" not in str(caught.value)


def test_a_proxy_that_cannot_connect(flavour: Flavour) -> None:
    _, proxied = serve()
    with proxied, pytest.raises(ConnectionFailed, match="502") as caught:
        ask(flavour, "https://127.0.0.1:1", proxy=proxied.origin)
    assert not caught.value.sent


def test_a_proxy_that_is_not_there(flavour: Flavour) -> None:
    with Server(echo) as server:
        with pytest.raises(ConnectionFailed, match="through the proxy") as caught:
            ask(flavour, server, proxy="http://user:hidden-password@127.0.0.1:1")
        assert not caught.value.sent
        assert "hidden-password" not in str(caught.value)
        assert server.connections == 0


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Sets environment variables of proxies, of which there are none else."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch.setenv


def test_the_environment_names_the_proxy(flavour: Flavour, variable: Callable[[str, str], None]) -> None:
    proxy, proxied = serve()
    with Server(echo) as server, proxied:
        variable("HTTP_PROXY", proxied.origin)
        assert ask(flavour, server, proxy=None) == b"/a%2e/?x=1-body"
        assert len(proxy.asked) == 2
        variable("NO_PROXY", "example.com,127.0.0.1")
        assert ask(flavour, server, proxy=None) == b"/a%2e/?x=1-body"
        assert ask(flavour, server, proxy="") == b"/a%2e/?x=1-body"
        assert len(proxy.asked) == 2

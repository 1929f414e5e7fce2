"""SOCKS proxies, and proxies that are spoken to by TLS."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time

import pytest

from cumuli.errors import ConfigurationError, ConnectionFailed, Timeout
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import request, send
from tests.faults.keepalive import Exchange, Hangup, Server, reply
from tests.faults.proxy import Proxy
from tests.faults.socks import Socks
from tests.faults.test_tls_and_proxies import Authority, ask, authority, echo
from tests.flavours import Flavour

__all__ = ["authority"]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name is 127.0.0.1."""

    def answer(_host: object, port: int, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.usefixtures("resolver")
def test_through_socks(flavour: Flavour, authority: Authority, scheme: str, secure: bool) -> None:
    with Server(echo, authority.server("cloud.test") if secure else None) as server, Socks("u", "p:w/") as proxy:
        origin = server.origin.replace("127.0.0.1", "cloud.test")
        url = f"{scheme}://u:p%3Aw%2F@127.0.0.1:{proxy.port}"
        assert ask(flavour, origin, proxy=url, verify=authority.bundle) == b"/a%2e/?x=1-body"
        # One connection, used twice.
        named = scheme == "socks5h"
        assert proxy.asked == [("cloud.test" if named else "127.0.0.1", server.port, named)]


def test_a_socks_proxy_needs_no_login(flavour: Flavour) -> None:
    with Server(echo) as server, Socks() as proxy:
        assert ask(flavour, server, proxy=f"socks5://127.0.0.1:{proxy.port}") == b"/a%2e/?x=1-body"


@pytest.mark.parametrize("login", ["", "u:wrong-password@"])
def test_a_socks_proxy_that_does_not_know_us(flavour: Flavour, login: str) -> None:
    with Server(echo) as server, Socks("u", "p") as proxy:
        with pytest.raises(ConfigurationError, match="asks for a user and password") as caught:
            ask(flavour, server, proxy=f"socks5://{login}127.0.0.1:{proxy.port}")
        assert server.connections == 0
    assert "wrong-password" not in str(caught.value)


def test_a_socks_proxy_that_cannot_connect(flavour: Flavour) -> None:
    with Socks(refuse=5) as proxy:
        with pytest.raises(ConnectionFailed, match=r"does not connect to 127\.0\.0\.1:1") as caught:
            ask(flavour, "http://127.0.0.1:1", proxy=f"socks5://127.0.0.1:{proxy.port}")
        assert not caught.value.sent


def test_a_socks_proxy_that_hangs_is_bounded(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> float:
        started = runtime.monotonic()
        with pytest.raises(Timeout) as caught:
            await send(runtime, "http://127.0.0.1:1")
        assert not caught.value.sent
        return runtime.monotonic() - started

    with Socks(stall=True) as proxy:
        seconds = flavour.run(case, proxy=f"socks5://127.0.0.1:{proxy.port}", connect_timeout=0.5)
    assert 0.4 < seconds < 5  # it is 10 when the setting is not heeded


class SecureProxy(Proxy):
    """One thread for both directions: a TLS socket is not for two."""

    def tunnel(self, exchange: Exchange) -> None:
        host, _, port = exchange.target.rpartition(":")
        client = exchange.connection.socket
        assert isinstance(client, ssl.SSLSocket)
        with socket.create_connection((host, int(port))) as upstream:
            exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            # The server's end closes its connections, and select refuses what is closed by a ValueError.
            with contextlib.suppress(OSError, ValueError):
                while True:
                    ready = [client] if client.pending() else select.select([client, upstream], [], [], 60)[0]
                    for sock, other in ((client, upstream), (upstream, client)):
                        if sock in ready:
                            data = sock.recv(65_536)
                            if not data:
                                raise Hangup
                            other.sendall(data)
        raise Hangup


@pytest.mark.parametrize("secure", [False, True])
def test_through_a_proxy_by_tls(flavour: Flavour, authority: Authority, secure: bool) -> None:
    proxy = SecureProxy("user", "p:w")
    with Server(echo, authority.server() if secure else None) as server, Server(proxy, authority.server()) as proxied:
        url = f"https://user:p%3Aw@127.0.0.1:{proxied.port}"
        assert ask(flavour, server, proxy=url, verify=authority.bundle) == b"/a%2e/?x=1-body"
        if secure:
            # One tunnel, used twice.
            assert proxy.asked == [("CONNECT", f"127.0.0.1:{server.port}")]
        else:
            assert proxy.asked == [("POST", f"{server.origin}/a%2e/?x=1")] * 2
        assert proxied.connections == 1


def test_much_goes_both_ways_through_tls_in_tls(flavour: Flavour, authority: Authority) -> None:
    content = bytes(range(256)) * 100_000

    async def case(runtime: Runtime) -> None:
        for body in (content, runtime.source(content)):
            asked = request(server, "/", "PUT", body=body)
            stream = await runtime.stream(asked, deadline=runtime.monotonic() + 60)
            parts = []
            while part := await stream.read(100_000):
                parts.append(part)
            await stream.close()
            assert b"".join(parts) == content

    def back(exchange: Exchange) -> bytes:
        # The client is quicker than what the system holds between the three, so that it has to wait.
        time.sleep(0.3)
        return reply(200, exchange.body())

    with Server(back, authority.server()) as server, Server(SecureProxy(), authority.server()) as proxied:
        flavour.run(case, proxy=proxied.origin, verify=authority.bundle)
        assert proxied.connections == 1


@pytest.mark.usefixtures("resolver")
def test_each_certificate_is_for_its_own_name(flavour: Flavour, authority: Authority) -> None:
    with (
        Server(echo, authority.server("cloud.test")) as server,
        Server(SecureProxy(), authority.server("proxy.test")) as proxied,
    ):
        origin, proxy = (each.origin.replace("127.0.0.1", name) for each, name in (
            (server, "cloud.test"), (proxied, "proxy.test"),
        ))  # fmt: skip
        assert ask(flavour, origin, proxy=proxy, verify=authority.bundle) == b"/a%2e/?x=1-body"


@pytest.mark.parametrize("wrong", ["the proxy", "the server"])
def test_both_certificates_are_verified(flavour: Flavour, authority: Authority, wrong: str) -> None:
    names = {"the proxy": "127.0.0.1", "the server": "127.0.0.1"} | {wrong: "example.com"}
    with (
        Server(echo, authority.server(names["the server"])) as server,
        Server(SecureProxy(), authority.server(names["the proxy"])) as proxied,
    ):
        with pytest.raises(ConnectionFailed, match="not trusted"):
            ask(flavour, server, proxy=proxied.origin, verify=authority.bundle)
        assert server.seen == []

"""Which proxy a request goes through."""

from __future__ import annotations

import importlib.util

import pytest

from cumuli.errors import ConfigurationError
from cumuli.runtime.http.proxies import Proxies, Proxy

A = "http://a.example:3128"


def chosen(environment: dict[str, str], url: str = "http://host.example.com:80", setting: str | None = None) -> str:
    scheme, _, authority = url.partition("://")
    host, _, port = authority.rpartition(":")
    proxy = Proxies(setting, environment).choose(scheme, host.strip("[]"), int(port))
    return proxy.url if proxy else "direct"


@pytest.mark.parametrize(
    ("environment", "url", "expected"),
    [
        ({}, "http://h:80", "direct"),
        ({"HTTP_PROXY": A}, "http://h:80", A),
        ({"HTTP_PROXY": A}, "https://h:443", "direct"),
        ({"HTTPS_PROXY": A}, "https://h:443", A),
        ({"ALL_PROXY": A}, "https://h:443", A),
        ({"ALL_PROXY": A}, "http://h:80", A),
        ({"all_proxy": A, "http_proxy": "http://b:1"}, "http://h:80", "http://b:1"),
        ({"HTTP_PROXY": "http://upper:1", "http_proxy": "http://lower:1"}, "http://h:80", "http://lower:1"),
        # An empty variable switches the proxy off, also the one of ALL_PROXY.
        ({"HTTP_PROXY": A, "http_proxy": ""}, "http://h:80", "direct"),
        ({"ALL_PROXY": A, "https_proxy": ""}, "https://h:443", "direct"),
        ({"http_proxy": "a.example:3128"}, "http://h:80", A),
        ({"http_proxy": "http://[::1]:3128/"}, "http://h:80", "http://[::1]:3128"),
        ({"http_proxy": "http://a.example"}, "http://h:80", "http://a.example:80"),
        # Set by a request header "Proxy" behind CGI.
        ({"HTTP_PROXY": A, "REQUEST_METHOD": "GET"}, "http://h:80", "direct"),
        ({"http_proxy": A, "REQUEST_METHOD": "GET"}, "http://h:80", A),
    ],
)
def test_the_environment(environment: dict[str, str], url: str, expected: str) -> None:
    assert chosen(environment, url) == expected


@pytest.mark.parametrize(
    ("listed", "url", "direct"),
    [
        ("*", "http://any.host:80", True),
        ("example.com", "http://example.com:80", True),
        ("example.com", "http://api.example.com:80", True),
        (".example.com", "http://api.example.com:80", True),
        (".example.com", "http://example.com:80", True),
        ("*.example.com", "http://api.example.com:80", True),
        ("example.com", "http://notexample.com:80", False),
        ("example.com", "http://example.com.evil:80", False),
        ("Example.COM", "http://API.example.com:80", True),
        ("example.com:8080", "http://example.com:8080", True),
        ("example.com:8080", "http://example.com:80", False),
        ("other.org, example.com", "http://example.com:80", True),
        ("other.org example.com", "http://example.com:80", True),
        ("127.0.0.1", "http://127.0.0.1:80", True),
        ("127.0.0.1", "http://127.0.0.2:80", False),
        ("10.0.0.0/8", "http://10.200.3.4:80", True),
        ("10.0.0.0/8", "http://11.0.0.1:80", False),
        ("10.1.2.3/8", "http://10.9.9.9:80", True),
        ("10.0.0.0/8", "http://10.example.com:80", False),
        ("::1", "http://[::1]:80", True),
        ("[::1]:8080", "http://[::1]:8080", True),
        ("[::1]:8080", "http://[::1]:80", False),
        ("fd00::/8", "http://[fd12::1]:80", True),
        ("10.0.0.0/99", "http://10.0.0.1:80", False),
        (".", "http://h.example:80", False),
        (",, ,", "http://h.example:80", False),
    ],
)
def test_what_no_proxy_covers(listed: str, url: str, direct: bool) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        assert (chosen({"ALL_PROXY": A, name: listed}, url) == "direct") is direct


def test_a_given_proxy_serves_everything_and_an_empty_one_nothing() -> None:
    environment = {"HTTP_PROXY": "http://environment:1", "NO_PROXY": "*"}
    assert chosen(environment, setting=A) == A
    assert chosen({"HTTP_PROXY": "http://environment:1"}, setting="") == "direct"


def test_the_password_goes_into_the_header_and_nowhere_else() -> None:
    proxy = Proxies("http://us%40er:p%3Ass@a.example:3128", {}).choose("https", "h", 443)
    assert proxy is not None
    assert proxy.authorization == "Basic dXNAZXI6cDpzcw=="
    assert proxy.url == A
    assert "p:ss" not in repr(proxy)
    assert "dXNA" not in repr(proxy)


@pytest.mark.parametrize(
    "url",
    [
        "socks4://u:hunter2@h:1080",
        "quic://u:hunter2@h:443",
        "http://u:hunter2@:80",
        "http://u:hunter2@h:port",
        "http://u:hunter2@h:99999",
        "http://u:hunter2@[::1",
        "http://u:hunter2@h:80/path",
        "ftp://h",
        "http://",
        "://",
    ],
)
def test_what_is_no_http_proxy_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy") as caught:
        Proxies(url, {})
    assert "hunter2" not in str(caught.value)
    assert "proxy=" in str(caught.value)
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as caught:
        chosen({"HTTPS_PROXY": url}, "https://h:443")
    assert "hunter2" not in str(caught.value)


def test_socks_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"SOCKS.*pip install .*\[socks\]'") as caught:
        Proxy.parse("socks5://u:hunter2@h:1", "proxy=")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:hunter2@h", "https://h:443"),
        ("socks5://u:hunter2@h", "socks5://h:1080"),
        ("socks5h://u:hunter2@[::1]:9", "socks5h://[::1]:9"),
        ("h:3128", "http://h:3128"),
    ],
)
def test_each_kind_of_proxy_has_its_port(url: str, shown: str) -> None:
    proxy = Proxy.parse(url, "proxy=")
    assert proxy.url == shown
    assert proxy.is_socks is shown.startswith("socks")
    assert proxy.login == (None if url == shown.removeprefix("http://") else ("u", "hunter2"))
    assert "hunter2" not in repr(proxy)

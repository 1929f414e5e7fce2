"""IPv4 and IPv6 addresses told apart."""

from __future__ import annotations

import pytest

from cumuli.addresses import ipv4_of, ipv6_of, is_ipv4, is_ipv6


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.255"])
def test_ipv4(address: str) -> None:
    assert is_ipv4(address)
    assert not is_ipv6(address)


@pytest.mark.parametrize("address", ["::1", "2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1"])
def test_ipv6(address: str) -> None:
    assert is_ipv6(address)
    assert not is_ipv4(address)


@pytest.mark.parametrize("address", ["", "example.org", "192.0.2", "192.0.2.256", "1", "192.0.2.0/24", "2001:db8::/32"])
def test_neither(address: str) -> None:
    assert not is_ipv4(address)
    assert not is_ipv6(address)


def test_choosing_keeps_the_order() -> None:
    addresses = ("2001:db8::2", "192.0.2.7", "ec2.example.org", "2001:db8::1", "192.0.2.3")
    assert ipv4_of(addresses) == ["192.0.2.7", "192.0.2.3"]
    assert ipv6_of(addresses) == ["2001:db8::2", "2001:db8::1"]

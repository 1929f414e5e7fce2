"""Telling IPv4 from IPv6 addresses, which the models keep together as text."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

__all__ = ["ipv4_of", "ipv6_of", "is_ipv4", "is_ipv6"]


def is_ipv4(address: str) -> bool:
    """Whether a text is an IPv4 address (``"192.0.2.1"``)."""
    return _version(address) == 4


def is_ipv6(address: str) -> bool:
    """Whether a text is an IPv6 address (``"2001:db8::1"``)."""
    return _version(address) == 6


def ipv4_of(addresses: Iterable[str]) -> list[str]:
    """The IPv4 addresses among these, in order: ``ipv4_of(node.public_ips)``."""
    return [address for address in addresses if is_ipv4(address)]


def ipv6_of(addresses: Iterable[str]) -> list[str]:
    """The IPv6 addresses among these, in order: ``ipv6_of(node.public_ips)``."""
    return [address for address in addresses if is_ipv6(address)]


def _version(address: str) -> int | None:
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return None

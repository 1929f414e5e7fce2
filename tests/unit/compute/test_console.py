"""Host keys in what a machine has printed."""

from __future__ import annotations

from cumuli.compute.console import host_keys_in

BLOCK = """[   20.1] cloud-init[900]: ci-info: no authorized SSH keys fingerprints found for user debian.
-----BEGIN SSH HOST KEY KEYS-----\r
ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAA= root@web\r
[   20.2] cloud-init[900]: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI root@web
-----END SSH HOST KEY KEYS-----\r
"""


def test_the_keys_between_the_lines() -> None:
    assert host_keys_in(f"ssh-rsa AAAA before\n{BLOCK}ssh-rsa BBBB behind") == (
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAA=",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
    )


def test_those_of_the_latest_start() -> None:
    later = "-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa CCCC x\n-----END SSH HOST KEY KEYS-----"
    assert host_keys_in(BLOCK + later) == ("ssh-rsa CCCC",)


def test_a_console_without_any() -> None:
    assert host_keys_in("") == ()
    assert host_keys_in("-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa AAAA") == ()

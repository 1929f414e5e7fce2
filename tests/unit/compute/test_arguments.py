"""What callers pass is checked before any I/O, and the message names what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.compute.arguments import checked_name, checked_tags, id_of, ids_of, optional_id_of
from cumuli.compute.auth import Password, SSHKey, public_key_in
from cumuli.compute.models import KeyPair, Node, NodeState, Volume, VolumeState
from cumuli.errors import InvalidRequest
from cumuli.secret import Secret
from tests.secrets_used import NODE_PASSWORD, PRIVATE_KEY_LINE

NODE = Node(id="n-1", name="web", state=NodeState.RUNNING, provider="here")
VOLUME = Volume(id="v-1", name="data", size=1, state=VolumeState.AVAILABLE, provider="here")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPF me@example.org"


class SpecialNode(Node, frozen=True, kw_only=True):
    zone: str = "z"


def test_an_id_is_itself_and_a_model_gives_its_id() -> None:
    assert id_of("n-1", Node, "here") == "n-1"
    assert id_of(NODE, Node, "here") == "n-1"
    assert id_of(SpecialNode(id="n-2", name="", state=NodeState.RUNNING, provider="here"), Node, "here") == "n-2"
    assert id_of(KeyPair(name="laptop", provider="here"), KeyPair, "here") == "laptop"
    assert optional_id_of(None, Node, "here") is None
    assert optional_id_of(NODE, Node, "here") == "n-1"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "empty"),
        ("n\x00", "control characters"),
        ("n\ud83d", "control characters"),
        (VOLUME, "not a Volume"),
        (NODE, "is of here, and this client is of there"),
    ],
)
def test_what_is_wrong_is_named(value: Any, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        id_of(value, Node, "there")


@pytest.mark.parametrize("value", [None, 7, b"n-1", ["n-1"]])
def test_what_is_no_model_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="takes a Node or its id"):
        id_of(value, Node, "here")


def test_ids_come_in_order_and_once() -> None:
    assert ids_of(["b", NODE, "a", "n-1", "b"], Node, "here") == ["b", "n-1", "a"]
    assert ids_of([], Node, "here") == []


@pytest.mark.parametrize("single", ["n-1", NODE, 7])
def test_a_single_one_is_no_list(single: Any) -> None:
    with pytest.raises(InvalidRequest, match="give a list of Node models or ids"):
        ids_of(single, Node, "here")


@pytest.mark.parametrize("name", ["", "two\nlines", "tab\t", "\x00", "\x7f", "\x9b", "half \ud83d", None, 5])
def test_names_without_sense_are_refused(name: Any) -> None:
    with pytest.raises(InvalidRequest, match="name of a node"):
        checked_name(name, "a node")


@pytest.mark.parametrize("name", ["web", "a b", "Größe", "日本", "🙂", "x" * 2000])
def test_any_printable_name_is_left_to_the_provider(name: str) -> None:
    assert checked_name(name, "a node") == name


def test_tags_are_copied() -> None:
    tags = {"a": "1", "b": ""}
    checked = checked_tags(tags)
    assert checked == tags
    assert checked is not tags
    assert checked_tags(None) == {}


@pytest.mark.parametrize(
    "tags",
    [
        {"": "x"},
        {1: "x"},
        {"a": 1},
        {"a": None},
        [("a", "b", "c")],
        "ab",
        7,
        {"a\n": "b"},
        {"a": "\x00"},
        {"a": "\ud800"},
    ],
)
def test_tags_that_are_not_text_by_text_are_refused(tags: Any) -> None:
    with pytest.raises(InvalidRequest, match="tags are a dict of texts"):
        checked_tags(tags)


@pytest.mark.parametrize("text", [KEY, f"  {KEY}\n", "ecdsa-sha2-nistp256 AAAA", "sk-ssh-ed25519@openssh.com AAAA x"])
def test_public_keys_are_taken(text: str) -> None:
    assert SSHKey(text).text == text.strip()
    assert SSHKey(text) == SSHKey(text.strip())
    assert "AAAA" not in repr(SSHKey(text))


RFC_4716 = """---- BEGIN SSH2 PUBLIC KEY ----
Comment: "me@example.org, on \\
the laptop"
x-command: /bin/true
AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Z
p8XWz5
---- END SSH2 PUBLIC KEY ----
"""


def test_a_key_of_rfc_4716_is_made_into_the_other_form() -> None:
    packed = "AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5"
    assert SSHKey(RFC_4716).text == f"ssh-ed25519 {packed} me@example.org, on the laptop"
    assert SSHKey(RFC_4716.replace("\n", "\r\n")).text.startswith(f"ssh-ed25519 {packed} ")


@pytest.mark.parametrize(
    "text", [f"\ufeff{KEY}", f"\ufeff  {KEY}\r\n", f"# my laptop\n\n{KEY}\n# end", f"\r\n{KEY}\r\n"]
)
def test_what_is_around_a_key_does_not_matter(text: str) -> None:
    assert SSHKey(text).text == KEY


@pytest.mark.parametrize(
    ("data", "comment"),
    [
        (f"{KEY} Jürgen".encode(), "me@example.org Jürgen"),
        (f"{KEY} Jürgen".encode("latin-1"), "me@example.org Jürgen"),
        (f"{KEY}\r\n".encode("utf-8-sig"), "me@example.org"),
        (f"{KEY}\r\n".encode("utf-16"), "me@example.org"),
    ],
)
def test_files_of_keys_in_any_encoding(data: bytes, comment: str) -> None:
    assert SSHKey(public_key_in(data)).text == f"{KEY.rpartition(' ')[0]} {comment}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"-----BEGIN OPENSSH PRIVATE KEY-----\n{PRIVATE_KEY_LINE}\n-----END OPENSSH PRIVATE KEY-----", "private key"),
        (f"-----BEGIN RSA PRIVATE KEY-----\n{PRIVATE_KEY_LINE}\n-----END RSA PRIVATE KEY-----", "private key"),
        (f"-----BEGIN PRIVATE KEY-----\n{PRIVATE_KEY_LINE}\n-----END PRIVATE KEY-----", r"\.pub"),
        (f"{KEY}\n-----BEGIN EC PRIVATE KEY-----\n{PRIVATE_KEY_LINE}\n", "private key"),
        (f"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n{PRIVATE_KEY_LINE}", "private key"),
        ("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----", "ssh-keygen -i -m PKCS8"),
        ("-----BEGIN RSA PUBLIC KEY-----\nMFkw\n-----END RSA PUBLIC KEY-----", "-m PEM"),
        ("-----BEGIN CERTIFICATE-----\nMFkw\n-----END CERTIFICATE-----", "in PEM form"),
        (f"{KEY}\n{KEY}2", "2 public keys, and a node gets one"),
        (f"{KEY}\n{RFC_4716}", "2 public keys"),
        (RFC_4716.replace("AAAAC3", "AAA*C3"), "damaged"),
        (RFC_4716.replace("AAAAC3Nz", "AAAAA3Nz"), "damaged"),
        (f"{KEY}\n{PRIVATE_KEY_LINE}", "more lines"),
        (PRIVATE_KEY_LINE, "one public key in OpenSSH form"),
        ("", "one public key in OpenSSH form"),
        ("ssh-ed25519", "one public key in OpenSSH form"),
        ("ssh-ed25519 not*base64", "one public key in OpenSSH form"),
        ("ssh-ed25519 AAAA comment\x1b[2J", "one public key in OpenSSH form"),
        (5, "not int"),
        (b"ssh-ed25519 AAAA", "not bytes"),
    ],
)
def test_other_texts_are_told_apart_and_not_shown(text: Any, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as caught:
        SSHKey(text)
    assert PRIVATE_KEY_LINE not in str(caught.value)


@pytest.mark.parametrize("text", [5, b"bytes", None])
def test_a_password_is_a_text(text: Any) -> None:
    with pytest.raises(InvalidRequest, match="takes a text"):
        Password(text)


def test_a_password_hides_itself() -> None:
    assert Password(NODE_PASSWORD).secret.reveal() == NODE_PASSWORD
    assert Password(Secret(NODE_PASSWORD)).secret == Secret(NODE_PASSWORD)
    assert NODE_PASSWORD not in f"{Password(NODE_PASSWORD)!r} {Password(NODE_PASSWORD)}"

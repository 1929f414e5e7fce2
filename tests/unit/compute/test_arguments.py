"""What callers pass is checked before any I/O, and the message names what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from polycloud.compute.arguments import checked_name, checked_tags, id_of, ids_of, optional_id_of
from polycloud.compute.auth import Password, SSHKey
from polycloud.compute.models import KeyPair, Node, NodeState, Volume, VolumeState
from polycloud.credentials.secret import Secret
from polycloud.errors import InvalidRequest
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
    "tags", [{"": "x"}, {1: "x"}, {"a": 1}, {"a": None}, [("a", "b", "c")], "ab", 7, {"a\n": "b"}, {"a": "\x00"}]
)
def test_tags_that_are_not_text_by_text_are_refused(tags: Any) -> None:
    with pytest.raises(InvalidRequest, match="tags are text by text"):
        checked_tags(tags)


@pytest.mark.parametrize("text", [KEY, f"  {KEY}\n", "ecdsa-sha2-nistp256 AAAA", "sk-ssh-ed25519@openssh.com AAAA x"])
def test_public_keys_are_taken(text: str) -> None:
    assert SSHKey(text).text == text.strip()
    assert SSHKey(text) == SSHKey(text.strip())
    assert "AAAA" not in repr(SSHKey(text))


@pytest.mark.parametrize(
    "text",
    [
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{PRIVATE_KEY_LINE}\n-----END OPENSSH PRIVATE KEY-----",
        f"{KEY}\n{PRIVATE_KEY_LINE}",
        PRIVATE_KEY_LINE,
        "",
        "ssh-ed25519",
        "ssh-ed25519 not*base64",
        "ssh-ed25519 AAAA comment\x1b[2J",
    ],
)
def test_other_texts_are_no_public_keys_and_are_not_shown(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        SSHKey(text)
    assert PRIVATE_KEY_LINE not in str(caught.value)


def test_a_password_hides_itself() -> None:
    assert Password(NODE_PASSWORD).secret.reveal() == NODE_PASSWORD
    assert Password(Secret(NODE_PASSWORD)).secret == Secret(NODE_PASSWORD)
    assert NODE_PASSWORD not in f"{Password(NODE_PASSWORD)!r} {Password(NODE_PASSWORD)}"

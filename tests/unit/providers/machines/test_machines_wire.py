"""What podman's answers mean, and the archives that machines are equipped by."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import msgspec
import pytest

from cumuli.compute.models import NodeState
from cumuli.errors import (
    AlreadyExists,
    CloudError,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    MalformedResponse,
    NodeNotFound,
    ProviderUnavailable,
)
from cumuli.providers.machines import boot, wire
from cumuli.providers.machines.calls import refusal
from cumuli.providers.machines.client import LocalMachines
from cumuli.providers.machines.models import LocalMachine, ssh_address
from cumuli.runtime.messages import Headers, Response
from tests.secrets_used import API_SECRET


def answered(status: int, said: str) -> CloudError | None:
    body = msgspec.json.encode({"cause": said, "message": said, "response": status})
    return refusal(Response(status=status, headers=Headers(), body=body), NodeNotFound)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (404, "no such container", NodeNotFound),
        (409, "container is in use", Conflict),
        (500, "volume with name v1 already exists: volume already exists", AlreadyExists),
        (500, "cannot remove read-only image", Conflict),
        (500, "netavark: No such file or directory (os error 2)", ProviderUnavailable),
    ],
)
def test_what_a_refusal_means(status: int, said: str, kind: type[CloudError]) -> None:
    error = answered(status, said)
    assert type(error) is kind
    assert said in error.message
    # Nothing of this is a matter of load, and asking again would only take time.
    assert error.retryable is False


def test_what_is_missing_is_told_with_how_to_get_it() -> None:
    assert "apt-get install iptables" in str(answered(500, "netavark: No such file or directory (os error 2)"))
    assert "runc" in str(answered(500, "crun: cgroups in hybrid mode not supported"))
    with LocalMachines(endpoint="unix:///nowhere/podman.sock") as cloud, pytest.raises(ConnectionFailed) as caught:
        cloud.list_nodes()
    assert "apt-get install podman" in caught.value.message
    assert "podman.socket" in caught.value.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]"])
def test_what_podman_never_says_is_no_answer_of_its(body: bytes) -> None:
    error = refusal(Response(status=502, headers=Headers(), body=body), NodeNotFound)
    assert isinstance(error, MalformedResponse if body else ProviderUnavailable)


@pytest.mark.parametrize("endpoint", ["", "unix://", "unix://relative", "/run/podman.sock", "http://", "http://h/path"])
def test_an_endpoint_is_a_socket_or_an_origin(endpoint: str) -> None:
    with pytest.raises(ConfigurationError, match="no endpoint"):
        LocalMachines(endpoint=endpoint)


def container(**fields: Any) -> wire.Container:
    network = {"Networks": {"cumuli": {"IPAddress": "10.1.2.3"}}}
    ports = [{"PrivatePort": 22, "PublicPort": 40022}]
    given = {"Id": "a" * 64, "State": "running", "Ports": ports, "NetworkSettings": network, **fields}
    return msgspec.convert(given, wire.Container)


def test_without_root_a_machine_is_reached_by_a_port_of_this_computer() -> None:
    with_root = wire.node_of(container(), rootless=False)
    without = wire.node_of(container(), rootless=True)
    assert ssh_address(with_root) == ("10.1.2.3", 22)
    assert ssh_address(without) == ("127.0.0.1", 40022)
    assert without.private_ips == ("127.0.0.1",)
    stopped = wire.node_of(container(State="exited", Status="Exited (0) 2 seconds ago"), rootless=True)
    assert (ssh_address(stopped), stopped.state) == (None, NodeState.STOPPED)


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [(0, NodeState.STOPPED, None), (137, NodeState.STOPPED, "137"), (78, NodeState.ERROR, "ex_get_console_output")],
)
def test_how_a_machine_ended(code: int, state: NodeState, reason: str | None) -> None:
    node = wire.node_of(container(State="exited", Status=f"Exited ({code}) 3 hours ago"), rootless=False)
    assert node.state is state
    assert (reason or "None") in str(node.state_reason)


def test_tags_are_those_of_the_machine_and_not_of_its_image() -> None:
    tags = {"a b": "x", "ü%": "", "c": "=,"}
    labels = {"io.cumuli.tag.of-its-image": "no", **wire.labels_of(tags)}
    assert wire.node_of(container(Labels=labels), rootless=False).tags == tags


def test_a_machine_is_equipped_by_an_archive_that_root_alone_may_read() -> None:
    files = boot.files_of(
        public_keys=["ssh-ed25519 AAAA"], password=API_SECRET, user_data="#!/bin/sh\n", token="t" * 36
    )
    with tarfile.open(fileobj=io.BytesIO(boot.packed(files))) as archive:
        members = {member.name: member for member in archive.getmembers()}
        assert {name for name, member in members.items() if member.isreg()} == files.keys()
        assert {member.mode & 0o077 for member in members.values()} == {0}
        for name, content in files.items():
            extracted = archive.extractfile(name)
            assert extracted is not None
            assert extracted.read() == content


def test_the_file_in_an_archive_is_read_and_what_is_none_is_told() -> None:
    assert boot.file_in(boot.packed({"a/host_keys": b"x" * 700, "a/other": b"y"})) == b"x" * 700
    for wrong in (b"", b"no archive" * 100, bytes(1024)):
        with pytest.raises(MalformedResponse):
            boot.file_in(wrong)


def test_what_was_printed_is_taken_out_of_its_frames() -> None:
    frames = b"".join(
        bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text for stream, text in ((1, b"a\n"), (2, b"b"))
    )
    assert wire.printed(frames) == "a\nb"
    assert wire.printed(b"\x01\x00\x00") == ""


def test_a_node_says_where_it_is() -> None:
    node = LocalMachine(id="x", name="x", state=NodeState.RUNNING, provider="machines")
    assert ssh_address(node) is None

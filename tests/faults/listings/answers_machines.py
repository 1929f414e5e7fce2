"""Podman's answers, in the shape of those of podman 4.3."""

from __future__ import annotations

import json
from typing import Any

from tests.faults.listings.recorded import Call, Recorded

__all__ = ["MACHINES"]

INFO = {"host": {"cgroupControllers": ["cpu", "memory"], "security": {"rootless": False}, "hostname": "here"}}


def container(number: int) -> dict[str, Any]:
    return {
        "Id": f"{number}" * 64,
        "Names": [f"/web-{number}-0a1b2c3d"],
        "Image": "localhost/cumuli/debian:12",
        "ImageID": "sha256:" + "a" * 64,
        "Command": "/bin/sh /.cumuli/boot",
        "Created": 1795981503,
        "Ports": [{"PrivatePort": 80, "PublicPort": 40000 + number, "Type": "tcp"}],
        "Labels": {
            "io.cumuli.machine": "1",
            "io.cumuli.name": f"web-{number}",
            "io.cumuli.size": "small",
            "io.cumuli.tag.purpose": "web",
            "io.cumuli.tags": "purpose",
        },
        "State": "running",
        "Status": "Up 2 minutes",
        "NetworkSettings": {"Networks": {"podman": {"IPAddress": f"10.88.0.{number}", "GlobalIPv6Address": ""}}},
        "Mounts": [{"Type": "volume", "Name": f"data-{number}", "Destination": "/data", "RW": True}],
    }


def image(number: int) -> dict[str, Any]:
    return {
        "Id": f"{number}" * 64,
        "RepoTags": [f"localhost/mine-{number}:latest"],
        "Created": 1795981503,
        "Size": 187841099,
        "Labels": {"io.cumuli.image": f"Mine {number}", "io.cumuli.description": "d"},
        "Containers": 0,
    }


def volume(number: int) -> dict[str, Any]:
    return {
        "Name": f"data-{number}",
        "Driver": "local",
        "Mountpoint": f"/var/lib/containers/storage/volumes/data-{number}/_data",
        "CreatedAt": "2026-11-29T20:32:15.681423636Z",
        "Labels": {"io.cumuli.volume": "1", "io.cumuli.name": f"data {number}", "io.cumuli.size": "2"},
        "Scope": "local",
        "Options": {},
        "MountCount": 0,
    }


def key_pair(number: int) -> dict[str, Any]:
    return {
        "Name": f"cumuli-key-{number}",
        "Driver": "local",
        "Mountpoint": f"/var/lib/containers/storage/volumes/cumuli-key-{number}/_data",
        "CreatedAt": "2026-11-29T20:32:15.681423636Z",
        "Labels": {"io.cumuli.key": f"key {number}", "io.cumuli.public-key": f"ssh-ed25519 AAA{number} someone"},
    }


def listing(call: Call, operation: str, items: list[Any], *needed: str, **more: Any) -> Recorded:
    # The containers that have the volumes.
    users = json.dumps([container(number) for number in (1, 2, 3)]).encode()
    return Recorded(
        call=call,
        operation=operation,
        document=json.loads(json.dumps(items)),
        item="1",
        needed=frozenset(needed),
        others={"SystemInfoLibpod": json.dumps(INFO).encode(), "ContainerList": users},
        **more,
    )


MACHINES: dict[str, Recorded] = {
    "list_nodes": listing(
        lambda machines: machines.list_nodes(),
        "ContainerList",
        [container(number) for number in (1, 2, 3)],
        "Id",
        "State",
    ),
    "list_images": listing(
        lambda machines: machines.list_images(), "ImageListLibpod", [image(number) for number in (1, 2, 3)], "Id"
    ),
    "list_volumes": listing(
        lambda machines: machines.list_volumes(),
        "VolumeListLibpod",
        [volume(number) for number in (1, 2, 3)],
        "Name",
    ),
    "list_key_pairs": listing(
        lambda machines: machines.list_key_pairs(),
        "VolumeListLibpod",
        [key_pair(number) for number in (1, 2, 3)],
        "Name",
    ),
}

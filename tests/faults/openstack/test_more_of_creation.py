"""What ``create_node`` and ``create_volume`` send for OpenStack's own arguments, and what they refuse to send."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cumuli.errors import ImageNotFound, InvalidRequest, NotFound, SnapshotNotFound
from cumuli.providers.openstack.compute.models import BlockDevice, BootVolume, SchedulerHints
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]

BOOT = {"source_type": "volume", "destination_type": "volume", "uuid": "v", "boot_index": 0}
LOCAL = {"source_type": "image", "destination_type": "local", "uuid": "cirros", "boot_index": 0}
BLANK = {"source_type": "blank", "destination_type": "volume", "volume_size": 3, "boot_index": -1}


class Makes:
    """Takes creations, and keeps what they say."""

    def __init__(self, cloud: Cloud) -> None:
        self.bodies: list[Any] = []
        self.volume = reply(202, b'{"volume": {"id": "vol", "status": "creating", "size": 1}}')
        cloud.before = self.nova
        cloud.others = self.cinder

    def nova(self, exchange: Exchange) -> bytes | None:
        if (exchange.method, urlsplit(exchange.target).path) == ("POST", "/compute/v2.1/servers"):
            self.bodies.append(json.loads(exchange.body()))
            return reply(202, b'{"server": {"id": "server-0000"}}')
        if (exchange.method, urlsplit(exchange.target).path) == ("POST", "/compute/v2.1/servers/server-0000/action"):
            self.bodies.append(json.loads(exchange.body()))
            return reply(202, b'{"server": {"id": "server-0000", "status": "REBUILD"}}')
        return None

    def cinder(self, exchange: Exchange) -> bytes:
        assert (exchange.method, urlsplit(exchange.target).path) == ("POST", "/block-storage/v3/volumes")
        self.bodies.append(json.loads(exchange.body())["volume"])
        return self.volume


@pytest.fixture
def makes(cloud: Cloud) -> Makes:
    cloud.add_servers(1)
    return Makes(cloud)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (
            {"image": "cirros", "ex_blockdevicemappings": [BlockDevice(size=3)]},
            [{**LOCAL, "delete_on_termination": True}, {**BLANK, "delete_on_termination": False}],
        ),
        (
            {
                "ex_boot_volume": BootVolume(volume="v"),
                "ex_blockdevicemappings": [BlockDevice(size=3, delete_on_termination=True, device_name="/dev/vdc")],
            },
            [
                {**BOOT, "delete_on_termination": False},
                {**BLANK, "delete_on_termination": True, "device_name": "/dev/vdc"},
            ],
        ),
        (
            {
                "ex_blockdevicemappings": [
                    BlockDevice(volume="v", boot_index=0),
                    BlockDevice(snapshot="x", disk_bus="scsi", device_type="disk", boot_index=1),
                    BlockDevice(destination="local", size=1, guest_format="swap"),
                ]
            },
            [
                {**BOOT, "delete_on_termination": False},
                {
                    "source_type": "snapshot", "destination_type": "volume", "uuid": "x", "boot_index": 1,
                    "delete_on_termination": False, "disk_bus": "scsi", "device_type": "disk",
                },
                {
                    "source_type": "blank", "destination_type": "local", "volume_size": 1, "boot_index": -1,
                    "delete_on_termination": True, "guest_format": "swap",
                },
            ],
        ),
    ],
)  # fmt: skip
async def test_block_devices(makes: Makes, connect: Connect, arguments: dict[str, Any], sent: Any) -> None:
    image = arguments.get("image")
    await connect().create_node("n", "1", **arguments)
    [body] = makes.bodies
    assert body["server"]["block_device_mapping_v2"] == sent
    assert body["server"].get("imageRef") == image
    assert "os:scheduler_hints" not in body


async def test_how_disks_are_partitioned(makes: Makes, connect: Connect) -> None:
    nova = connect()
    await nova.create_node("n", "1", "cirros", ex_disk_config="MANUAL")
    await nova.create_node("n", "1", "cirros")
    assert [body["server"].get("OS-DCF:diskConfig") for body in makes.bodies] == ["MANUAL", None]


async def test_what_a_rebuilt_server_is_given(makes: Makes, connect: Connect) -> None:
    nova = connect()
    await nova.ex_rebuild("server-0000", "cirros", files={"/etc/motd": "hi", "/etc/b": b"\0"}, disk_config="AUTO")
    await nova.ex_rebuild("server-0000", "cirros")
    files = [{"path": "/etc/motd", "contents": "aGk="}, {"path": "/etc/b", "contents": "AA=="}]
    assert [body["rebuild"] for body in makes.bodies] == [
        {"imageRef": "cirros", "personality": files, "OS-DCF:diskConfig": "AUTO"},
        {"imageRef": "cirros"},
    ]


async def test_a_snapshot_and_its_description(makes: Makes, cloud: Cloud, connect: Connect) -> None:
    nova = connect(endpoints=cloud.endpoints)
    asked: list[Any] = []

    def cinder(exchange: Exchange) -> bytes:
        asked.append(json.loads(exchange.body())["snapshot"])
        return reply(202, b'{"snapshot": {"id": "x", "status": "creating", "description": "d"}}')

    cloud.others = cinder
    snapshot = await nova.create_volume_snapshot("v", ex_description="d")
    await nova.create_volume_snapshot("v", name="n")
    assert snapshot.description == "d"
    assert asked == [
        {"volume_id": "v", "force": True, "description": "d"},
        {"volume_id": "v", "force": True, "name": "n"},
    ]
    cloud.others = lambda _exchange: reply(404, b"{}")
    with pytest.raises(SnapshotNotFound):
        await nova.ex_get_volume_snapshot("x")


async def test_scheduler_hints(makes: Makes, connect: Connect) -> None:
    hints = SchedulerHints(group="g", different_host=("a", "b"), others={"rack": "7", "rows": ("1", "2")})
    await connect().create_node("n", "1", "cirros", ex_os_scheduler_hints=hints)
    await connect().create_node("n", "1", "cirros", ex_os_scheduler_hints=SchedulerHints())
    told = {"group": "g", "different_host": ["a", "b"], "rack": "7", "rows": ["1", "2"]}
    assert [body.get("os:scheduler_hints") for body in makes.bodies] == [told, None]
    assert "block_device_mapping_v2" not in makes.bodies[0]["server"]


@pytest.mark.parametrize(
    ("image", "arguments", "words"),
    [
        ("cirros", {"ex_blockdevicemappings": [BlockDevice(volume="v", boot_index=0)]}, "the image and the block"),
        (
            None,
            {"ex_boot_volume": "v", "ex_blockdevicemappings": [BlockDevice(volume="w", boot_index=0)]},
            "ex_boot_volume and the block device",
        ),
        (None, {"ex_blockdevicemappings": [BlockDevice(volume="v")]}, "a node needs an image"),
        (None, {"ex_blockdevicemappings": [BlockDevice(volume="v", boot_index=0)] * 2}, "several block devices"),
        ("cirros", {"ex_blockdevicemappings": [BlockDevice(volume="v", image="i")]}, "block device 1 is made from one"),
        ("cirros", {"ex_blockdevicemappings": [BlockDevice(volume="")]}, "block device 1 is made from one"),
        ("cirros", {"ex_blockdevicemappings": [BlockDevice(size=1), BlockDevice()]}, "block device 2 .* its size"),
        ("cirros", {"ex_blockdevicemappings": [BlockDevice(size=0)]}, "at least 1"),
        ("cirros", {"ex_blockdevicemappings": [BlockDevice(volume="v", destination="local")]}, "is a volume"),
    ],
)
async def test_block_devices_that_cannot_be(
    cloud: Cloud, connect: Connect, image: str | None, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        await connect().create_node("n", "1", image, **arguments)
    assert cloud.server.seen == []


async def test_what_a_volume_is_made_of(cloud: Cloud, makes: Makes, connect: Connect) -> None:
    nova = connect(endpoints=cloud.endpoints)
    made = await nova.create_volume(
        1, "v", ex_volume_type="ssd", ex_image_ref="img", ex_description="d", ex_metadata={"a": "b"}
    )
    assert made.id == "vol"
    await nova.create_volume(1, "v")
    assert makes.bodies == [
        {
            "size": 1, "name": "v", "description": "d", "volume_type": "ssd", "imageRef": "img", "metadata": {"a": "b"}
        },
        {"size": 1, "name": "v"},
    ]  # fmt: skip
    with pytest.raises(InvalidRequest, match="two things to fill a volume with"):
        await nova.create_volume(1, "v", snapshot="x", ex_image_ref="img")
    with pytest.raises(InvalidRequest, match="at least 1"):
        await nova.create_volume(0, "v", ex_volume_type="ssd")
    with pytest.raises(InvalidRequest, match="volume type is empty"):
        await nova.create_volume(1, "v", ex_volume_type="")
    assert len(makes.bodies) == 2


@pytest.mark.parametrize(
    ("status", "message", "arguments", "kind"),
    [
        (404, "Snapshot x could not be found.", {"snapshot": "x"}, SnapshotNotFound),
        (404, "Volume type with name ssd could not be found.", {"snapshot": "x", "ex_volume_type": "ssd"}, NotFound),
        (404, "Image img could not be found.", {"ex_image_ref": "img"}, ImageNotFound),
        (400, "Invalid image identifier or unable to access requested image.", {"ex_image_ref": "i"}, ImageNotFound),
        (400, "Image img is not active.", {"ex_image_ref": "img"}, InvalidRequest),
    ],
)
async def test_what_a_volume_cannot_be_made_of(
    cloud: Cloud, makes: Makes, connect: Connect, status: int, message: str, arguments: Any, kind: type[Exception]
) -> None:
    makes.volume = reply(status, json.dumps({"fault": {"code": status, "message": message}}).encode())
    with pytest.raises(kind) as caught:
        await connect(endpoints=cloud.endpoints).create_volume(1, "v", **arguments)
    assert type(caught.value) is kind

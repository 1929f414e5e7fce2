"""What Nova's servers can do besides the portable verbs, openstacksdk looking on."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from typing import Any

import pytest

from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.models import NodeState, SnapshotState, VolumeState
from cumuli.errors import (
    Conflict,
    ImageNotFound,
    InvalidRequest,
    KeyPairNotFound,
    NodeFailed,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    SizeNotFound,
    VolumeNotFound,
)
from cumuli.providers.openstack.compute.models import BlockDevice, BootVolume, NetworkAttachment, SchedulerHints
from cumuli.secret import Secret
from cumuli.testing.flavours import eventually
from tests.conformance.openstack.bench import PATIENCE, Bench, Watch
from tests.conformance.openstack.place import NOWHERE, QUIET
from tests.secrets_used import NODE_PASSWORD

pytestmark = QUIET

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5 someone@example.org"


async def test_the_life_of_a_server(bench: Bench) -> None:
    """One server through every state that there is: each step is seen by both."""
    cloud = bench.cloud
    node = await bench.running()
    await cloud.ex_soft_reboot_node(node)
    await bench.until(node, "ACTIVE")
    await cloud.stop_node(node)
    await bench.until(node, "SHUTOFF")
    with pytest.raises(Conflict):
        await cloud.ex_soft_reboot_node(node)
    await cloud.ex_hard_reboot_node(node.id)
    await bench.until(node, "ACTIVE")
    await cloud.ex_pause_node(node)
    assert (await bench.until(node, "PAUSED")).state is NodeState.PAUSED
    with pytest.raises(Conflict):
        await cloud.ex_pause_node(node)
    await cloud.ex_unpause_node(node)
    await bench.until(node, "ACTIVE")
    await cloud.ex_suspend_node(node)
    assert (await bench.until(node, "SUSPENDED")).state is NodeState.SUSPENDED
    await cloud.ex_resume_node(node)
    await bench.until(node, "ACTIVE")
    given = await cloud.ex_rescue(node, password=NODE_PASSWORD)
    assert given == Secret(NODE_PASSWORD)
    assert (await bench.until(node, "RESCUE")).state is NodeState.UPDATING
    await cloud.ex_unrescue(node)
    await bench.until(node, "ACTIVE")
    await cloud.ex_shelve_node(node)
    assert (await bench.until(node, "SHELVED")).state is NodeState.STOPPED
    await cloud.ex_unshelve_node(node)
    await bench.until(node, "ACTIVE")


async def test_another_size(bench: Bench) -> None:
    cloud = bench.cloud
    node = await bench.running()
    await cloud.ex_resize(node, "2")
    resized = await bench.until(node, "VERIFY_RESIZE")
    assert (resized.state, resized.size) == (NodeState.RUNNING, "2")
    await cloud.ex_revert_resize(node)
    assert (await bench.until(node, "ACTIVE")).size == "1"
    await cloud.ex_resize(node, await cloud.get_size("2"))
    await bench.until(node, "VERIFY_RESIZE")
    await cloud.ex_confirm_resize(node)
    assert (await bench.until(node, "ACTIVE")).size == "2"
    assert bench.seen(node)["flavor"]["id"] == "2"
    with pytest.raises(Conflict):
        await cloud.ex_confirm_resize(node)
    with pytest.raises((SizeNotFound, InvalidRequest)):
        await cloud.ex_resize(node, "nothing")


async def test_what_changes_and_what_is_read_of_a_running_server(bench: Bench) -> None:
    cloud = bench.cloud
    node = await bench.running(tags={"a": "1"})
    await cloud.ex_set_password(node, NODE_PASSWORD)
    await bench.until(node, "ACTIVE")
    assert (await cloud.ex_set_server_name(node, "renamed")).name == "renamed"
    assert bench.seen(node)["name"] == "renamed"

    assert await cloud.ex_get_metadata(node) == {"a": "1"}
    assert await cloud.ex_set_metadata(node, {"b": "Größe ✓", "c": ""}) == {"b": "Größe ✓", "c": ""}
    assert bench.seen(node)["metadata"] == {"b": "Größe ✓", "c": ""}
    await cloud.ex_delete_metadata_item(node, "c")
    assert bench.seen(node)["metadata"] == {"b": "Größe ✓"}
    with pytest.raises(NotFound):
        await cloud.ex_delete_metadata_item(node, "c")

    await cloud.ex_lock_node(node)
    assert (await cloud.get_node(node)).locked is True
    assert bench.seen(node)["locked"] is True
    await cloud.ex_unlock_node(node)
    assert (await cloud.get_node(node)).locked is False

    addresses = await cloud.ex_list_ip_addresses(node)
    assert {name: set(found) for name, found in addresses.items()} == {"private": set(node.private_ips)}
    assert any("." in address for address in node.private_ips)
    assert any(":" in address for address in node.private_ips)
    assert "FAKE CONSOLE OUTPUT" in await cloud.ex_get_console_output(node)
    assert (await cloud.ex_get_console_output(node, length=1)).count("\n") <= 1
    url = await cloud.ex_get_console_url(node)
    assert url.reveal().startswith("http://127.0.0.1:6080/")
    with pytest.raises(InvalidRequest):
        await cloud.ex_get_console_url(node, "teletype")

    details = await cloud.ex_get_node_details(node)
    assert details.id == node.id
    assert await cloud.ex_get_node_details(NOWHERE) is None


async def test_rebuilding_and_images(bench: Bench) -> None:
    cloud = bench.cloud
    node = await bench.running()
    image = await cloud.ex_save_image(node, "saved by the tests", metadata={"colour": "blue"})
    try:
        await bench.until(node, "ACTIVE")
        bench.upload(image.id)
        done = await cloud.get_image(image)
        assert (done.name, done.provider_state, done.visibility) == ("saved by the tests", "active", "private")
        assert bench.sdk.image.get(f"/images/{image.id}").json()["colour"] == "blue"
        rebuilt = await cloud.ex_rebuild(
            node,
            image,
            name="rebuilt",
            metadata={"x": "y"},
            admin_pass=NODE_PASSWORD,
            files={"/etc/motd": "x"},
            disk_config="MANUAL",
        )
        assert rebuilt.id == node.id
        seen = await bench.until(node, "ACTIVE")
        assert (seen.name, seen.image, seen.tags) == ("rebuilt", image.id, {"x": "y"})
        assert bench.seen(node)["OS-DCF:diskConfig"] == "MANUAL"
    finally:
        await cloud.delete_image(image)
    with pytest.raises(ImageNotFound):
        await cloud.get_image(image)
    with pytest.raises((ImageNotFound, InvalidRequest)):
        await cloud.ex_rebuild(node, NOWHERE)


async def test_every_argument_of_create_node(bench: Bench, services: Mapping[str, Any]) -> None:
    cloud = bench.cloud
    name = f"extended-{bench.flavour.name}"
    address = {"sync": "10.9.77.7", "async": "10.9.77.8"}[bench.flavour.name]
    key = await cloud.create_key_pair(name)
    group = await cloud.ex_create_security_group(name)
    try:
        node = await bench.running(
            "everything",
            tags={"a": "1"},
            ex_metadata={"b": "2"},
            ex_files={"/etc/motd": "hello\n", "/etc/bin": b"\0\1"},
            ex_userdata="#cloud-config\n",
            ex_config_drive=True,
            ex_security_groups=[group, "default"],
            ex_networks=[NetworkAttachment(network=services["private_network"], fixed_ip=address)],
            ex_availability_zone="nova",
            ex_admin_pass=NODE_PASSWORD,
            ex_keyname=key,
            ex_disk_config="MANUAL",
        )
        assert bench.nodes[-1].password == Secret(NODE_PASSWORD)
        assert address in node.private_ips
        assert node.tags == {"a": "1", "b": "2"}
        assert set(node.security_groups) == {name, "default"}
        assert (node.location, node.key_name, node.config_drive) == ("nova", name, True)
        seen = bench.seen(node)
        assert seen["metadata"] == {"a": "1", "b": "2"}
        assert (seen["key_name"], seen["config_drive"]) == (name, "True")
        assert seen["OS-DCF:diskConfig"] == "MANUAL"
        await cloud.destroy_node(node)
        await bench.until_gone(node)
    finally:
        await cloud.delete_key_pair(key)
        await bench.tidy()
        for made in bench.nodes:
            await bench.until_gone(made)
        await cloud.ex_delete_security_group(group)


@pytest.mark.usefixtures("alone_with_all_servers")
async def test_nodes_of_all_projects(bench: Bench, admin: Any, connect: Any) -> None:
    node = await bench.make("seen from elsewhere")
    listed = {each.id: each for each in await admin.list_nodes(ex_all_projects=True)}
    assert listed[node.id].project_id == bench.services["project"]
    assert node.id not in {each.id for each in await admin.list_nodes()}
    many = connect(username="admin", password=bench.services["admin_password"], project_name="admin", page_size=100)
    assert node.id in {each.id async for each in many.iterate_nodes(ex_all_projects=True)}
    assert [each.id for each in await admin.list_nodes(ids=[node], ex_all_projects=True)] == [node.id]
    with pytest.raises(PermissionDenied):
        await bench.cloud.list_nodes(ex_all_projects=True)


async def test_a_server_in_a_group(bench: Bench) -> None:
    """The one hypervisor that there is can take one server of those that are to be apart."""
    cloud = bench.cloud
    group = await cloud.ex_create_server_group("apart", "anti-affinity")
    try:
        hints = SchedulerHints(group=group.id)
        first = await bench.running("first", ex_os_scheduler_hints=hints)
        assert (await cloud.ex_get_server_group(group)).members == (first.id,)
        second = await bench.make("second", ex_os_scheduler_hints=hints)
        with pytest.raises(NodeFailed, match="No valid host"):
            await cloud.wait_until_running([second], ssh_interface="private", timeout=PATIENCE)
        beside = SchedulerHints(same_host=(first.id,))
        assert (await bench.running("beside", ex_os_scheduler_hints=beside)).host_id == first.host_id
        # A group that does not exist, and one whose id is none.
        for unknown in (NOWHERE, "no group"):
            with pytest.raises(InvalidRequest):
                await bench.make("never", ex_os_scheduler_hints=SchedulerHints(group=unknown))
    finally:
        await bench.tidy()
        await cloud.ex_delete_server_group(group)


async def test_several_block_devices(bench: Bench) -> None:
    cloud = bench.cloud
    data = await cloud.create_volume(1, "data")

    async def available() -> VolumeState:
        return (await cloud.get_volume(data)).state  # type: ignore[no-any-return]  # the client's shape has no types

    try:
        await eventually(bench.flavour, available, lambda state: state is VolumeState.AVAILABLE, within=PATIENCE)
        node = await bench.running(
            "with disks",
            ex_blockdevicemappings=[
                BlockDevice(volume=data.id),
                BlockDevice(size=2, delete_on_termination=True),
                BlockDevice(size=1, delete_on_termination=True),
            ],
        )
        assert node.image == bench.image
        assert len(node.volumes) == 3
        assert data.id in node.volumes
        sizes = sorted([(await cloud.get_volume(each)).size for each in node.volumes])
        assert sizes == [1, 1, 2]
        seen = bench.sdk.compute.get(f"/servers/{node.id}/os-volume_attachments").json()["volumeAttachments"]
        assert {each["volumeId"] for each in seen} == set(node.volumes)
        await cloud.destroy_node(node)
        await bench.until_gone(node)
        booted = await bench.running(
            "from a disk",
            image=None,
            ex_blockdevicemappings=[
                BlockDevice(image=bench.image, size=1, boot_index=0, delete_on_termination=True),
                BlockDevice(size=1, delete_on_termination=True),
            ],
        )
        assert booted.image is None
        assert sorted([(await cloud.get_volume(each)).bootable for each in booted.volumes]) == [False, True]
        await cloud.destroy_node(booted)
        await bench.until_gone(booted)
        with pytest.raises(VolumeNotFound):
            await bench.make("never", ex_blockdevicemappings=[BlockDevice(volume=NOWHERE)])
    finally:
        await bench.tidy()
        await eventually(bench.flavour, available, lambda state: state is VolumeState.AVAILABLE, within=PATIENCE)
        await cloud.destroy_volume(data)


async def test_files_arrive(bench: Bench) -> None:
    """No disk of the fake hypervisor has them; that Nova counts and weighs them shows that it got them."""
    limits = (await bench.cloud.ex_limits()).absolute
    assert limits.max_personality is not None
    assert limits.max_personality_size is not None
    for files in (
        {f"/etc/{number}": "x" for number in range(limits.max_personality + 1)},
        {"/etc/large": b"x" * (limits.max_personality_size + 1)},
    ):
        with pytest.raises(QuotaExceeded):
            await bench.make("never", ex_files=files)


async def test_user_data_arrives(bench: Bench, admin: Any) -> None:
    node = await bench.running(ex_userdata=b"\xff\x00 not text")
    seen = await admin.ex_call("compute", "GET", f"/servers/{node.id}", microversion="2.3")
    assert base64.b64decode(seen["server"]["OS-EXT-SRV-ATTR:user_data"]) == b"\xff\x00 not text"


async def test_a_key_for_the_length_of_the_call(bench: Bench, watch: Watch) -> None:
    # A key of this test's own: others put keys into the same account meanwhile.
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0 " + os.urandom(32)
    key = SSHKey(f"ssh-ed25519 {base64.b64encode(blob).decode()} someone@example.org")
    fingerprint = hashlib.md5(blob, usedforsecurity=False).hexdigest()

    async def kept() -> list[str]:
        pairs = await bench.cloud.list_key_pairs()
        return [pair.name for pair in pairs if pair.fingerprint.replace(":", "") == fingerprint]

    node = await bench.running(auth=key)
    assert node.key_name is not None
    assert node.key_name.startswith("cumuli-")
    assert watch.count("Import (or create) Keypair") == 1
    assert await kept() == []
    with pytest.raises(SizeNotFound):
        await bench.cloud.create_node("never", "nothing", bench.image, auth=key)
    assert watch.count("Import (or create) Keypair") == 2
    assert await kept() == []
    # It would be seen if it were there.
    pair = await bench.cloud.import_key_pair(f"kept-{fingerprint}", key.text)
    assert await kept() == [pair.name]
    await bench.cloud.delete_key_pair(pair)


async def test_booting_from_volumes(bench: Bench) -> None:
    cloud = bench.cloud
    node = await bench.running(ex_boot_volume=BootVolume(size=1, delete_on_termination=True))
    assert node.image is None
    [volume_id] = node.volumes
    volume = await cloud.get_volume(volume_id)
    assert (volume.bootable, volume.attached_to) == (True, (node.id,))
    assert bench.sdk.block_storage.get(f"/volumes/{volume_id}").json()["volume"]["bootable"] == "true"
    await cloud.destroy_node(node)

    async def gone() -> bool:
        try:
            await cloud.get_volume(volume_id)
        except VolumeNotFound:
            return True
        return False

    await eventually(bench.flavour, gone, lambda it_is: it_is, within=PATIENCE)


async def test_booting_from_a_volume_or_a_snapshot_that_is_there(bench: Bench) -> None:
    cloud = bench.cloud
    # A volume with a system on it: Cinder fills it from the image.
    body = {"volume": {"size": 1, "name": "system", "imageRef": bench.image}}
    made = (await cloud.ex_call("block-storage", "POST", "/volumes", body=body))["volume"]["id"]

    async def ready() -> bool:
        return (await cloud.get_volume(made)).state is VolumeState.AVAILABLE

    async def taken() -> list[SnapshotState]:
        return [found.state for found in await cloud.list_volume_snapshots(made)]

    try:
        await eventually(bench.flavour, ready, lambda it_is: it_is, within=PATIENCE)
        snapshot = await cloud.create_volume_snapshot(made, name="system", ex_description="of a volume in use or not")
        assert snapshot.description == "of a volume in use or not"
        assert (await cloud.ex_get_volume_snapshot(snapshot.id)).description == snapshot.description
        try:
            await eventually(bench.flavour, taken, lambda found: found == [SnapshotState.AVAILABLE], within=PATIENCE)
            copied = await bench.running(image=None, ex_boot_volume=BootVolume(snapshot=snapshot.id, size=2))
            [copy] = copied.volumes
            assert (await cloud.get_volume(copy)).snapshot == snapshot.id
            assert bench.sdk.block_storage.get(f"/volumes/{copy}").json()["volume"]["size"] == 2
            await cloud.destroy_node(copied)
            await bench.until_gone(copied)
            await cloud.destroy_volume(copy)
        finally:
            await cloud.destroy_volume_snapshot(snapshot)
        # A volume is not deleted as long as it has a snapshot, be it one that is about to go.
        await eventually(bench.flavour, taken, lambda found: found == [], within=PATIENCE)
        booted = await bench.running(image=None, ex_boot_volume=await cloud.get_volume(made))
        assert booted.volumes == (made,)
        assert (await cloud.get_volume(made)).attached_to == (booted.id,)
        await cloud.destroy_node(booted)
        await bench.until_gone(booted)
        await eventually(bench.flavour, ready, lambda it_is: it_is, within=PATIENCE)
    finally:
        await cloud.destroy_volume(made)


async def test_arguments_that_contradict_each_other(bench: Bench) -> None:
    create = bench.cloud.create_node
    for wrong in (
        {"location": "a", "ex_availability_zone": "b"},
        {"auth": SSHKey(PUBLIC_KEY), "ex_keyname": "k"},
        {"auth": Password("x"), "ex_admin_pass": "y"},
        {"ex_security_groups": "default"},
        {"ex_networks": "private"},
        {"ex_networks": [NetworkAttachment()]},
        {"ex_boot_volume": BootVolume()},
        {"ex_boot_volume": NOWHERE},
    ):
        with pytest.raises(InvalidRequest):
            await create("never", "1", **{"image": bench.image, **wrong})
    with pytest.raises(InvalidRequest, match="needs an image"):
        await create("never", "1")


async def test_parts_of_a_new_server_that_do_not_exist(bench: Bench) -> None:
    create = bench.cloud.create_node
    for wrong, error in (
        ({"ex_keyname": "nothing"}, KeyPairNotFound),
        ({"image": None, "ex_boot_volume": NOWHERE}, VolumeNotFound),
        ({"ex_networks": [NOWHERE]}, NotFound),
        ({"ex_networks": ["no-uuid"]}, NotFound),
        ({"ex_security_groups": ["image volume"]}, NotFound),
        ({"ex_availability_zone": "the moon"}, (NotFound, InvalidRequest)),
    ):
        with pytest.raises(error):
            await create("never", "1", **{"image": bench.image, **wrong})

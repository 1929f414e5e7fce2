"""Images that are changed and shared, volume types and what volumes are made of, openstacksdk looking on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from cumuli.compute.models import VolumeState
from cumuli.errors import (
    AlreadyExists,
    Conflict,
    ImageNotFound,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    SizeNotFound,
)
from cumuli.providers.openstack.compute.models import OpenStackVolume
from cumuli.testing.flavours import Flavour, eventually
from tests.conformance.openstack.place import NOWHERE, PATIENCE, QUIET

pytestmark = QUIET

Connect = Callable[..., Any]
# The scheduler looks for a backend of which this is true.
SPECS = {"volume_backend_name": "fake"}


@pytest.fixture
def image(sdk: Any) -> Iterator[str]:
    """An image without content of the tests' project; Glance calls it "queued"."""
    made = sdk.image.post("/images", json={"name": "to be changed", "os_distro": "cirros", "tags": ["small"]})
    assert made.status_code == 201
    yield made.json()["id"]
    sdk.image.delete(f"/images/{made.json()['id']}")


def seen(sdk: Any, image: str) -> Any:
    return sdk.image.get(f"/images/{image}").json()


async def test_what_is_told_of_an_image(cloud: Any, sdk: Any, image: str) -> None:
    found = await cloud.get_image(image)
    assert (found.name, found.provider_state, found.labels) == ("to be changed", "queued", ("small",))
    assert (found.properties, found.protected, found.hidden) == ({"os_distro": "cirros"}, False, False)
    assert found in await cloud.list_images(owner="self")
    assert await cloud.list_images(ids=[image]) == [found]
    assert found.updated_at is not None
    assert seen(sdk, image)["updated_at"] == found.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_changing_an_image(cloud: Any, sdk: Any, image: str) -> None:
    changed = await cloud.ex_update_image(
        image,
        name="Größe ✓",
        visibility="private",
        min_disk=3,
        min_ram=64,
        tags=["a", "b"],
        properties={"hw_disk_bus": "scsi", "odd/name~": "x", "description": "d", "os_distro": None},
    )
    assert (changed.name, changed.visibility, changed.min_disk, changed.min_ram) == ("Größe ✓", "private", 3, 64)
    assert changed.properties == {"hw_disk_bus": "scsi", "odd/name~": "x", "description": "d"}
    assert (changed.description, set(changed.labels)) == ("d", {"a", "b"})
    there = seen(sdk, image)
    assert (there["name"], there["min_disk"], there["odd/name~"], set(there["tags"])) == (
        "Größe ✓", 3, "x", {"a", "b"},
    )  # fmt: skip
    assert "os_distro" not in there
    with pytest.raises(Conflict):
        await cloud.ex_update_image(image, properties={"os_distro": None})
    with pytest.raises(PermissionDenied):
        await cloud.ex_update_image(image, visibility="public")
    with pytest.raises(InvalidRequest):
        await cloud.ex_update_image(image, min_disk=-1)
    with pytest.raises(ImageNotFound):
        await cloud.ex_update_image(NOWHERE, min_disk=1)

    protected = await cloud.ex_update_image(changed, protected=True, hidden=True)
    assert (protected.protected, protected.hidden) == (True, True)
    assert seen(sdk, image)["os_hidden"] is True
    assert image not in {found.id for found in await cloud.list_images(owner="self")}
    with pytest.raises(PermissionDenied):
        await cloud.delete_image(image)
    await cloud.ex_update_image(image, protected=False)


async def test_an_image_of_others_is_not_changed(cloud: Any, services: Mapping[str, Any]) -> None:
    with pytest.raises(PermissionDenied):
        await cloud.ex_update_image(services["image"], min_disk=1)


async def test_sharing_an_image(
    cloud: Any, connect: Connect, sdk: Any, admin_sdk: Any, services: Mapping[str, Any], image: str
) -> None:
    other = connect(project_name="small")
    member = next(found.id for found in admin_sdk.identity.projects() if found.name == "small")
    assert await cloud.ex_list_image_members(image) == []
    made = await cloud.ex_create_image_member(image, member)
    assert (made.member_id, made.image_id, made.status) == (member, image, "pending")
    assert await cloud.ex_list_image_members(image) == [made]
    assert await cloud.ex_get_image_member(image, made) == made
    with pytest.raises(NotFound):
        await cloud.ex_get_image_member(image, "nobody")
    assert [found["member_id"] for found in sdk.image.get(f"/images/{image}/members").json()["members"]] == [member]
    with pytest.raises(AlreadyExists):
        await cloud.ex_create_image_member(image, member)
    with pytest.raises(PermissionDenied):
        await cloud.ex_accept_image_member(image, made)
    assert image not in {found.id for found in await other.list_images()}

    accepted = await other.ex_accept_image_member(image)
    assert (accepted.status, accepted.id) == ("accepted", member)
    assert image in {found.id for found in await other.list_images()}
    assert await other.ex_list_image_members(image) == [accepted]
    assert (await other.ex_reject_image_member(image, member)).status == "rejected"
    assert sdk.image.get(f"/images/{image}/members/{member}").json()["status"] == "rejected"
    assert image not in {found.id for found in await other.list_images()}

    await cloud.ex_delete_image_member(image, made)
    assert await cloud.ex_list_image_members(image) == []
    with pytest.raises(NotFound):
        await cloud.ex_delete_image_member(image, member)
    with pytest.raises(NotFound):
        await other.ex_accept_image_member(image)
    for call in (cloud.ex_list_image_members(NOWHERE), cloud.ex_create_image_member(NOWHERE, member)):
        with pytest.raises(ImageNotFound):
            await call
    await cloud.ex_update_image(image, visibility="private")
    with pytest.raises(PermissionDenied):
        await cloud.ex_create_image_member(image, member)


@pytest.fixture
def kind(admin_sdk: Any) -> Iterator[Any]:
    """A volume type of this test's own, with specs that only administrators see."""
    name = f"kind-{secrets.token_hex(4)}"
    made = admin_sdk.block_storage.post(
        "/types", json={"volume_type": {"name": name, "description": "d", "extra_specs": SPECS}}
    ).json()["volume_type"]
    yield made
    admin_sdk.block_storage.delete(f"/types/{made['id']}")


async def until_settled(cloud: Any, flavour: Flavour, volume: OpenStackVolume) -> OpenStackVolume:
    settled = {VolumeState.AVAILABLE, VolumeState.ERROR}
    found: OpenStackVolume = await eventually(
        flavour, lambda: cloud.get_volume(volume), lambda it: it.state in settled, within=PATIENCE
    )
    return found


async def test_volume_types(cloud: Any, admin: Any, connect: Connect, kind: Any) -> None:
    [found] = [each for each in await cloud.ex_list_volume_types() if each.id == kind["id"]]
    assert (found.name, found.description, found.is_public, found.extra_specs) == (kind["name"], "d", True, {})
    [found] = [each for each in await admin.ex_list_volume_types() if each.id == kind["id"]]
    assert found.extra_specs == SPECS
    by_ones = await connect(page_size=1).ex_list_volume_types()
    assert kind["id"] in {each.id for each in by_ones}
    assert len(by_ones) >= 2


async def test_what_volumes_are_made_of(
    cloud: Any, sdk: Any, flavour: Flavour, services: Mapping[str, Any], kind: Any
) -> None:
    made: list[OpenStackVolume] = []
    types = {each.id: each for each in await cloud.ex_list_volume_types()}
    try:
        made.append(
            await cloud.create_volume(
                1,
                "from an image",
                ex_volume_type=types[kind["id"]],
                ex_image_ref=services["image"],
                ex_description="d",
                ex_metadata={"a": "b"},
            )
        )
        made.append(await cloud.create_volume(1, "by name", ex_volume_type=kind["name"]))
        full = await until_settled(cloud, flavour, made[0])
        assert full.state is VolumeState.AVAILABLE
        assert (full.volume_type, full.bootable, full.description, full.tags) == (kind["name"], True, "d", {"a": "b"})
        there = sdk.block_storage.get(f"/volumes/{full.id}").json()["volume"]
        assert there["volume_image_metadata"]["image_id"] == services["image"]
        assert there["volume_type"] == kind["name"]
        bare = await until_settled(cloud, flavour, made[1])
        assert (bare.volume_type, bare.bootable) == (kind["name"], False)
        with pytest.raises(NotFound):
            await cloud.create_volume(1, "never", ex_volume_type="no such type")
        for image in (NOWHERE, "no image"):
            with pytest.raises(ImageNotFound):
                await cloud.create_volume(1, "never", ex_image_ref=image)
    finally:
        for volume in made:
            await until_settled(cloud, flavour, volume)
            await cloud.destroy_volume(volume)

        async def gone() -> bool:
            return not {volume.id for volume in made} & {volume.id for volume in await cloud.list_volumes()}

        # The type cannot go before them.
        await eventually(flavour, gone, lambda they_are: they_are, within=PATIENCE)


async def test_what_a_cloud_notes_of_a_size(cloud: Any, admin: Any, admin_sdk: Any) -> None:
    """The size is nobody's, for other tests count those on offer."""
    identity = f"noted-{secrets.token_hex(4)}"
    private = {"os-flavor-access:is_public": False}
    body = {"flavor": {"id": identity, "name": identity, "ram": 64, "disk": 1, "vcpus": 1, **private}}
    assert admin_sdk.compute.post("/flavors", json=body).status_code == 200
    try:
        assert await cloud.ex_get_size_extra_specs("1") == {}
        assert await admin.ex_get_size_extra_specs(identity) == {}
        await admin.ex_set_size_extra_specs(identity, {"hw:cpu_policy": "shared", "quota:disk_read_iops": "100"})
        await admin.ex_set_size_extra_specs(await admin.get_size(identity), {"hw:cpu_policy": "dedicated"})
        noted = {"hw:cpu_policy": "dedicated", "quota:disk_read_iops": "100"}
        assert await admin.ex_get_size_extra_specs(identity) == noted
        assert admin_sdk.compute.get(f"/flavors/{identity}/os-extra_specs").json()["extra_specs"] == noted
        await admin.ex_delete_size_extra_spec(identity, "hw:cpu_policy")
        assert await admin.ex_get_size_extra_specs(identity) == {"quota:disk_read_iops": "100"}
        with pytest.raises(NotFound):
            await admin.ex_delete_size_extra_spec(identity, "hw:cpu_policy")
        for refused in (
            cloud.ex_set_size_extra_specs("1", {"a": "b"}),
            cloud.ex_delete_size_extra_spec("1", "quota:disk_read_iops"),
        ):
            with pytest.raises(PermissionDenied):
                await refused
        with pytest.raises(SizeNotFound):
            await cloud.ex_get_size_extra_specs(identity)
    finally:
        admin_sdk.compute.delete(f"/flavors/{identity}")
    with pytest.raises(SizeNotFound):
        await admin.ex_get_size_extra_specs(identity)

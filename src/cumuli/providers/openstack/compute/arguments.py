"""Checks of OpenStack's own arguments, before any I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.driver import NodeSpec
from cumuli.compute.models import KeyPair, Volume, VolumeSnapshot
from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.compute.models import (
    BlockDevice,
    BootVolume,
    NetworkAttachment,
    OpenStackNodeSpec,
    SchedulerHints,
)
from cumuli.providers.openstack.network.models import Network, Port, SecurityGroup
from cumuli.secret import Secret

__all__ = ["NetworkLike", "file_contents", "node_spec", "reference"]

NetworkLike = Network | Port | NetworkAttachment | str


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str: ...


def reference(value: Identified | str, what: str) -> str:
    """The id of a model, or the id itself.

    Raises:
        InvalidRequest: It is empty.
    """
    identity = value if isinstance(value, str) else value.id
    if not identity:
        raise InvalidRequest(f"the id of a {what} is empty")
    return identity


def node_spec(
    portable: NodeSpec,
    *,
    metadata: Mapping[str, str],
    files: Mapping[str, str | bytes] | None,
    userdata: str | bytes | None,
    config_drive: bool | None,
    security_groups: Sequence[SecurityGroup | str],
    networks: Sequence[NetworkLike] | None,
    availability_zone: str | None,
    admin_pass: str | Secret | None,
    boot_volume: BootVolume | Volume | VolumeSnapshot | str | None,
    keyname: KeyPair | str | None,
    block_devices: Sequence[BlockDevice],
    disk_config: str | None,
    scheduler_hints: SchedulerHints | None,
) -> OpenStackNodeSpec:
    """The portable arguments of ``create_node`` and OpenStack's own, put together.

    Raises:
        InvalidRequest: Two of them contradict each other, or one is missing.
    """
    if availability_zone and portable.location and availability_zone != portable.location:
        raise InvalidRequest("location and ex_availability_zone name two zones; give one of them")
    if keyname is not None and isinstance(portable.auth, SSHKey):
        raise InvalidRequest("auth=SSHKey and ex_keyname are two keys, and a server takes one; give one of them")
    if admin_pass is not None and isinstance(portable.auth, Password):
        raise InvalidRequest("auth=Password and ex_admin_pass are two passwords; give one of them")
    for name, value in (("ex_security_groups", security_groups), ("ex_networks", networks)):
        if isinstance(value, str):
            raise InvalidRequest(f"{name} takes a list, not the single text {value!r}")
    boot = _boot_volume(boot_volume)
    first = _boot_device(block_devices)
    if first is not None and (boot is not None or portable.image):
        other = "the image" if boot is None else "ex_boot_volume"
        raise InvalidRequest(
            f"{other} and the block device with boot_index=0 are two things to boot from; give one of them: "
            "a BlockDevice may name an image as well"
        )
    if boot is None and first is None and not portable.image:
        raise InvalidRequest(
            "a node needs an image, ex_boot_volume with a volume or a snapshot to boot from, or a block device with "
            "boot_index=0"
        )
    if boot is not None and (boot.volume or boot.snapshot) and portable.image:
        raise InvalidRequest(
            f"the image {portable.image} and ex_boot_volume are two things to boot from, and the volume or snapshot "
            "has its system already; leave the image out, or give BootVolume(size=…) to have a new volume made from it"
        )
    if boot is not None and boot.volume and boot.snapshot:
        raise InvalidRequest("a BootVolume is made from a volume or from a snapshot; give one of them")
    if boot is not None and not (boot.volume or boot.snapshot) and not (boot.size and portable.image):
        raise InvalidRequest("a new boot volume is made from an image: give the image, and the volume's size in GiB")
    return OpenStackNodeSpec(
        name=portable.name,
        size=portable.size,
        image=portable.image,
        location=portable.location or availability_zone,
        auth=Password(admin_pass) if admin_pass is not None else portable.auth,
        tags={**portable.tags, **metadata},
        key_name=reference(keyname, "key pair") if keyname is not None else None,
        user_data=_bytes(userdata) if userdata is not None else None,
        files=file_contents(files),
        config_drive=config_drive,
        security_groups=tuple(reference(group, "security group") for group in security_groups),
        networks=tuple(_attachment(network) for network in networks) if networks is not None else None,
        boot_volume=boot,
        block_devices=tuple(block_devices),
        disk_config=disk_config,
        scheduler_hints=scheduler_hints,
    )


def file_contents(files: Mapping[str, str | bytes] | None) -> dict[str, bytes]:
    """What is to be in files, by their paths."""
    return {path: _bytes(content) for path, content in (files or {}).items()}


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _attachment(network: NetworkLike) -> NetworkAttachment:
    if isinstance(network, NetworkAttachment):
        if not network.network and not network.port:
            raise InvalidRequest("a NetworkAttachment needs a network or a port")
        return network
    if isinstance(network, Port):
        return NetworkAttachment(port=network.id)
    return NetworkAttachment(network=reference(network, "network"))


def _boot_device(devices: Sequence[BlockDevice]) -> BlockDevice | None:
    """The device that the node is to boot from; each is checked."""
    for number, device in enumerate(devices, 1):
        made_from = [name for name in (device.image, device.volume, device.snapshot) if name is not None]
        if len(made_from) > 1 or "" in made_from:
            raise InvalidRequest(f"block device {number} is made from one image, volume or snapshot, or is empty")
        if device.destination == "local" and (device.volume or device.snapshot):
            raise InvalidRequest(f'block device {number} is a volume, which is not "local"; leave the destination out')
        if device.size is not None and device.size < 1:
            raise InvalidRequest(f"block device {number} cannot have {device.size} GiB; its size is at least 1")
        if not device.size and device.destination == "volume" and not (device.volume or device.snapshot):
            raise InvalidRequest(f"block device {number} is a new volume and needs its size in GiB")
    boots = [device for device in devices if device.boot_index == 0]
    if len(boots) > 1:
        raise InvalidRequest("several block devices have boot_index=0; a node boots from one of them")
    return boots[0] if boots else None


def _boot_volume(boot: BootVolume | Volume | VolumeSnapshot | str | None) -> BootVolume | None:
    if boot is None or isinstance(boot, BootVolume):
        return boot
    if isinstance(boot, VolumeSnapshot):
        return BootVolume(snapshot=boot.id)
    return BootVolume(volume=reference(boot, "volume"))

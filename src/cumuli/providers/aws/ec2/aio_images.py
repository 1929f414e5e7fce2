"""``AsyncEC2Images``: the part of EC2's client that is about images and snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, id_of
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.models import Node, NodeImage, VolumeSnapshot
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.instances import block_device_parameters
from cumuli.providers.aws.ec2.models import BlockDeviceMapping, EC2Node, EC2Volume

__all__ = ["AsyncEC2Images"]

BOTH_WAYS = "either allow (add_accounts, public=True) or forbid (remove_accounts, public=False) in one call"


class AsyncEC2Images(AsyncCompute[EC2Node, EC2Volume]):
    """Images and snapshots."""

    _ec2: EC2Driver

    async def create_image(
        self, node: Node | str, name: str, *, description: str | None = None, ex_reboot: bool = False
    ) -> NodeImage:
        """Make an image of a node.

        EC2's operation: ``CreateImage``.

        Args:
            node: The node, running or stopped.
            name: The image's name, unique to the account in this region.
            description: The image's description.
            ex_reboot: Whether AWS shuts a running node down for it, so that its file systems are at rest,
                and starts it again. Without that the image is of the disks as they are at that moment.

        Returns:
            The image, possibly still being made.

        Raises:
            NodeNotFound: The node does not exist.
            AlreadyExists: An image of that name exists.
        """
        self._require(ComputeCapability.CREATE_IMAGE)
        return await self._make(
            self._ec2.images.create_image(
                node_id=id_of(node, Node, self.provider),
                name=checked_name(name, "an image"),
                description=description,
                reboot=ex_reboot,
            )
        )

    async def ex_register_image(
        self,
        name: str,
        *,
        description: str | None = None,
        architecture: Literal["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"] | None = None,
        root_device: str | None = None,
        block_device_mappings: Sequence[BlockDeviceMapping] = (),
        image_location: str | None = None,
        virtualization_type: Literal["hvm", "paravirtual"] | None = None,
        ena_support: bool | None = None,
        boot_mode: Literal["legacy-bios", "uefi", "uefi-preferred"] | None = None,
        kernel: str | None = None,
        ramdisk: str | None = None,
    ) -> NodeImage:
        """Register an image made of snapshots, or of a bundle in S3.

        EC2's operation: ``RegisterImage``.

        Args:
            name: Its name, 3 to 128 characters, unique to the account in this region.
            description: Its description.
            architecture: What machines it is for; AWS takes None for ``"i386"``.
            root_device: Device name of the root volume, such as ``"/dev/xvda"``.
            block_device_mappings: Its volumes; the root device's with a snapshot.
            image_location: Path of a bundle's manifest in S3, for an image that is no set of snapshots.
            virtualization_type: ``"hvm"`` for everything of today; AWS takes None for ``"paravirtual"``.
            ena_support: Whether it has the driver for enhanced networking.
            boot_mode: How it boots; None for the size's own way.
            kernel: Id of a kernel, for paravirtual images.
            ramdisk: Id of a RAM disk, likewise.

        Returns:
            The new image; its state is not known yet.

        Raises:
            AlreadyExists: The account has an image of that name.
            SnapshotNotFound: A snapshot does not exist.
        """
        parameters = {
            "Description": description,
            "Architecture": architecture,
            "RootDeviceName": root_device,
            "BlockDeviceMapping": block_device_parameters(block_device_mappings),
            "ImageLocation": image_location,
            "VirtualizationType": virtualization_type,
            "EnaSupport": ena_support,
            "BootMode": boot_mode,
            "KernelId": kernel,
            "RamdiskId": ramdisk,
        }
        return await self._make(self._ec2.images.register_image(parameters, name=checked_name(name, "an image")))

    async def ex_modify_snapshot_attribute(
        self,
        snapshot: VolumeSnapshot | str,
        *,
        add_accounts: Sequence[str] = (),
        remove_accounts: Sequence[str] = (),
        public: bool | None = None,
    ) -> None:
        """Say who may make volumes of a snapshot; AWS can either allow or forbid in one call.

        EC2's operation: ``ModifySnapshotAttribute`` (``createVolumePermission``).

        Args:
            snapshot: The snapshot.
            add_accounts: Ids of accounts that may from now on.
            remove_accounts: Ids of accounts that may no longer.
            public: True to allow everybody, False to allow only the accounts that are named.

        Raises:
            SnapshotNotFound: It does not exist.
            InvalidRequest: Nothing is asked for, or both to allow and to forbid.
        """
        for accounts in (add_accounts, remove_accounts):
            if isinstance(accounts, str):
                raise InvalidRequest(f"give a list of account ids, not the single text {accounts!r}")
        if bool(add_accounts or public) == bool(remove_accounts or public is False):
            raise InvalidRequest(BOTH_WAYS)
        await self._do(
            self._ec2.volumes.modify_snapshot_attribute(
                id_of(snapshot, VolumeSnapshot, self.provider),
                operation="add" if add_accounts or public else "remove",
                accounts=[*add_accounts, *remove_accounts],
                everybody=public is not None,
            )
        )

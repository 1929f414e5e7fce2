"""``AsyncEC2Images``: the part of EC2's client that is about images."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, id_of, ids_of, optional_id_of
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.models import ImageState, Node, NodeImage, NodeLocation
from cumuli.errors import ImageNotFound, InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.launching import block_device_parameters
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    LaunchPermissions,
)

__all__ = ["AsyncEC2Images"]


class AsyncEC2Images(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Images."""

    _ec2: EC2Driver

    async def list_images(
        self,
        *,
        location: NodeLocation | str | None = None,
        owner: str | None = None,
        ids: Sequence[NodeImage | str] | None = None,
        name: str | None = None,
        state: ImageState | str | Collection[ImageState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_executable_by: str | None = None,
        ex_filters: Filters | None = None,
    ) -> list[EC2Image]:
        """Images that nodes can be made from.

        EC2's operation: ``DescribeImages``. Without ``owner``, ``ids`` and filters that is every public image there
        is, tens of thousands. AWS leaves out images of others that are deprecated. Disabled ones, which AWS
        shows to their owner alone, are there as ``inactive``, unless ``state`` leaves them out.

        Args:
            location: Selects nothing: an image is there for every zone of its region.
            owner: Only images of this account: its id, ``"self"``, ``"amazon"`` or ``"aws-marketplace"``.
            ids: Only these images. An empty list gives an empty list, without a call.
            name: Only images that are called exactly so.
            state: Only images in this state, or in one of these.
            tags: Only images that have all of these tags; None as a value for any value.
            ex_executable_by: Only images from which this account may launch nodes because somebody said so: its id;
                ``"self"`` for what was shared with one's own, ``"all"`` for what is public.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"name": "al2023-ami-*", "architecture": ["arm64"]}``); ``*`` and ``?`` are wildcards.

        Raises:
            ImageNotFound: One of ``ids`` does not exist.
            InvalidRequest: The name, a state or a tag cannot be one, AWS knows no such filter, or one has no values.
        """
        chosen = None if ids is None else ids_of(ids, NodeImage, self.provider)
        place = optional_id_of(location, NodeLocation, self.provider)
        wanted = self._wanted(ComputeCapability.LIST_IMAGES_TAGS, ImageState, name=name, state=state, tags=tags)
        matching = checked_filters(ex_filters)
        listing = self._listing(
            ComputeCapability.LIST_IMAGES,
            lambda cursor: self._ec2.images.list_images(
                location=place,
                owner=owner,
                ids=chosen,
                cursor=cursor,
                wanted=wanted,
                matching=matching,
                executable_by=ex_executable_by,
            ),
            empty=chosen == [],
            wanted=wanted,
        )
        return [image async for image in listing]

    async def ex_get_newest_image(
        self,
        *,
        owner: str,
        name: str | None = None,
        architecture: Literal["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"] | None = None,
        filters: Filters | None = None,
    ) -> EC2Image:
        """The newest image of an owner's that matches and is available.

        EC2's operation: ``DescribeImages``; AWS chooses, so that nothing else is listed. Images that are deprecated
        are passed over, but for one's own.

        Args:
            owner: Whose image: an account's id, ``"self"``, ``"amazon"`` or ``"aws-marketplace"``. There is no
                default: anybody may give a public image any name.
            name: The image's name, with ``*`` and ``?`` as wildcards (``"al2023-ami-2023.*-kernel-6.1-*"``).
            architecture: What machines it is for.
            filters: More of AWS's own filters by name, each with the values of which one must match.

        Raises:
            ImageNotFound: There is none.
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        wanted = {
            "state": "available",
            **({} if name is None else {"name": checked_name(name, "an image")}),
            **({} if architecture is None else {"architecture": architecture}),
        }
        matching = {**checked_filters(wanted), **checked_filters(filters)}
        owner = checked_name(owner, "an owner")
        pages = self._listing(
            ComputeCapability.LIST_IMAGES,
            lambda cursor: self._ec2.images.list_images(
                location=None, owner=owner, ids=None, cursor=cursor, matching=matching
            ),
        )
        newest: EC2Image | None = None
        async for image in pages:
            if newest is None or _age(image) > _age(newest):
                newest = image
        if newest is None:
            told = ", ".join(f"{key} {' or '.join(values)}" for key, values in matching.items())
            raise ImageNotFound(f"there is no image of {owner} with {told} in this region", provider=self.provider)
        return newest

    async def create_image(
        self,
        node: Node | str,
        name: str,
        *,
        description: str | None = None,
        ex_reboot: bool = False,
        ex_blockdevicemappings: Sequence[BlockDeviceMapping] = (),
    ) -> EC2Image:
        """Make an image of a node.

        EC2's operation: ``CreateImage``.

        Args:
            node: The node, running or stopped.
            name: The image's name, unique to the account in this region.
            description: The image's description.
            ex_reboot: Whether AWS shuts a running node down for it, so that its file systems are at rest,
                and starts it again. Without that the image is of the disks as they are at that moment.
            ex_blockdevicemappings: What is different about its volumes: larger ones, more of them, or devices to
                leave out (``BlockDeviceMapping(device="/dev/sdf", no_device=True)``).

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
                block_devices=ex_blockdevicemappings,
            )
        )

    async def ex_get_launch_permissions(self, image: NodeImage | str) -> LaunchPermissions:
        """Who may launch nodes from an image of one's own.

        EC2's operation: ``DescribeImageAttribute`` (``launchPermission``).

        Args:
            image: The image.

        Raises:
            ImageNotFound: It does not exist.
            PermissionDenied: It is another account's.
        """
        return await self._do(self._ec2.images.launch_permissions(id_of(image, NodeImage, self.provider)))

    async def ex_modify_image_attribute(
        self,
        image: NodeImage | str,
        *,
        add_accounts: Sequence[str] = (),
        remove_accounts: Sequence[str] = (),
        public: bool | None = None,
        description: str | None = None,
    ) -> None:
        """Say who may launch nodes from an image of one's own, or describe it; AWS takes one of the two in a call.

        EC2's operation: ``ModifyImageAttribute``.

        Args:
            image: The image.
            add_accounts: Ids of accounts that may launch nodes from it from now on.
            remove_accounts: Ids of accounts that may no longer.
            public: Whether every account may.
            description: Its new description; an empty one takes it away.

        Raises:
            ImageNotFound: It does not exist.
            InvalidRequest: Nothing is asked for, or both of the two.
        """
        add: list[dict[str, str]] = [{"UserId": account} for account in add_accounts]
        remove: list[dict[str, str]] = [{"UserId": account} for account in remove_accounts]
        if public is not None:
            (add if public else remove).append({"Group": "all"})
        if bool(add or remove) == (description is not None):
            raise InvalidRequest("give either who may launch nodes from it, or description=, in one call")
        parameters: dict[str, object] = (
            {"LaunchPermission": {"Add": add, "Remove": remove}}
            if description is None
            else {"Description": {"Value": description}}
        )
        await self._do(self._ec2.images.modify_image_attribute(id_of(image, NodeImage, self.provider), parameters))

    async def ex_reset_launch_permissions(self, image: NodeImage | str) -> None:
        """Let nobody but its owner launch nodes from an image.

        EC2's operation: ``ResetImageAttribute`` (``launchPermission``).

        Args:
            image: The image.

        Raises:
            ImageNotFound: It does not exist.
        """
        await self._do(self._ec2.images.reset_launch_permissions(id_of(image, NodeImage, self.provider)))

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
        sriov_net_support: Literal["simple"] | None = None,
        tpm_support: Literal["v2.0"] | None = None,
        uefi_data: str | None = None,
        imds_support: Literal["v2.0"] | None = None,
        billing_products: Sequence[str] = (),
    ) -> EC2Image:
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
            sriov_net_support: Whether it has the older driver for enhanced networking, of Intel's adapters.
            tpm_support: Whether its nodes have a trusted platform module (NitroTPM); they then boot by UEFI.
            uefi_data: What its nodes' UEFI variables are at first, in AWS's own coding (base64).
            imds_support: Whether its nodes give their metadata by session tokens only (IMDSv2), unless told otherwise.
            billing_products: Codes of what is paid for with it; for accounts that AWS lets do that.

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
            "SriovNetSupport": sriov_net_support,
            "TpmSupport": tpm_support,
            "UefiData": uefi_data,
            "ImdsSupport": imds_support,
            "BillingProduct": billing_products,
        }
        return await self._make(self._ec2.images.register_image(parameters, name=checked_name(name, "an image")))


def _age(image: EC2Image) -> tuple[dt.datetime, str]:
    """What is greater for what was made later; the id decides between images of the same moment."""
    return image.created_at or dt.datetime.min.replace(tzinfo=dt.UTC), image.id

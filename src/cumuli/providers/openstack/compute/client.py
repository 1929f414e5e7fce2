"""``OpenStack``: the client of any OpenStack cloud.

Generated from aio.py and aio_*.py by python -m cumuli.generate. Change those files and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from os import PathLike
from typing import ClassVar, Generic, Literal, Unpack

from cumuli.calls.options import ClientOptions
from cumuli.compute.auth import Auth
from cumuli.compute.client import Compute
from cumuli.compute.deploying import OnProgress, PrivateKey, SSHInterface
from cumuli.compute.models import KeyPair, Node, NodeImage, NodeLocation, NodeSize, NodeState, Volume, VolumeSnapshot
from cumuli.credential_arguments import CredentialArguments
from cumuli.deploy.results import Deployment
from cumuli.deploy.steps import Steps
from cumuli.providers.openstack.compute.aio import AsyncOpenStack
from cumuli.providers.openstack.compute.aio_cinder import AsyncCinder
from cumuli.providers.openstack.compute.aio_glance import AsyncGlance
from cumuli.providers.openstack.compute.aio_nova import AsyncNova, DiskConfig
from cumuli.providers.openstack.compute.arguments import NetworkLike
from cumuli.providers.openstack.compute.models import (
    BlockDevice,
    BootVolume,
    HypervisorStatistics,
    ImageMember,
    Limits,
    NovaNodeT,
    OpenStackImage,
    OpenStackNode,
    OpenStackSnapshot,
    OpenStackVolume,
    Quota,
    QuotaUsage,
    SchedulerHints,
    ServerGroup,
    VolumeType,
)
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials, KeystoneIdentity
from cumuli.providers.openstack.network.client import Neutron
from cumuli.providers.openstack.network.models import Network, NodeInterface, Port, SecurityGroup
from cumuli.providers.openstack.services import PAGE_SIZE, JSONValue
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret

__all__ = ["Cinder", "Glance", "Nova", "OpenStack"]


class Glance(Compute[NovaNodeT, OpenStackVolume, OpenStackImage, OpenStackSnapshot], Generic[NovaNodeT]):
    """What is changed of images, and whom they are shared with."""

    def __init__(self, client: AsyncGlance[NovaNodeT]) -> None:
        super().__init__(client)
        self._glance = client

    def ex_update_image(
        self,
        image: NodeImage | str,
        *,
        name: str | None = None,
        visibility: Literal["public", "private", "shared", "community"] | None = None,
        min_disk: int | None = None,
        min_ram: int | None = None,
        protected: bool | None = None,
        hidden: bool | None = None,
        tags: Sequence[str] | None = None,
        properties: Mapping[str, str | None] | None = None,
    ) -> OpenStackImage:
        """Change what is told of an image. Glance's operation: Update image.

        Args:
            image: An image of one's own.
            name: Its new name; None to keep the old one.
            visibility: Who may use it. ``"shared"`` is what it must be to have members; ``"public"`` is
                for administrators.
            min_disk: GiB of disk that a size must have; 0 for any.
            min_ram: MiB of memory that a size must have; 0 for any.
            protected: Whether it cannot be deleted.
            hidden: Whether listings leave it out.
            tags: All of its tags, instead of those that it has.
            properties: Properties to set, and with None those to remove; others stay. One that is to be
                removed has to be there.

        Returns:
            The image as it is now.

        Raises:
            ImageNotFound: It does not exist.
            PermissionDenied: It is not one's own, or may not be made public.
            Conflict: A property that is to be removed is not there.
            InvalidRequest: There is nothing to change, or Glance does not take a value.
        """
        return run(
            self._glance.ex_update_image(
                image,
                name=name,
                visibility=visibility,
                min_disk=min_disk,
                min_ram=min_ram,
                protected=protected,
                hidden=hidden,
                tags=tags,
                properties=properties,
            )
        )

    def ex_list_image_members(self, image: NodeImage | str) -> list[ImageMember]:
        """With which projects an image is shared. Glance's operation: List image members.

        The owner sees all of them, a member only itself.

        Raises:
            ImageNotFound: The image does not exist, or is none of one's own or shared with one.
        """
        return run(self._glance.ex_list_image_members(image))

    def ex_get_image_member(self, image: NodeImage | str, member: ImageMember | str) -> ImageMember:
        """Whether a project has accepted an image. Glance's operation: Show image member details.

        Args:
            image: The image.
            member: The member, or the project's id.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
        """
        return run(self._glance.ex_get_image_member(image, member))

    def ex_create_image_member(self, image: NodeImage | str, member: str) -> ImageMember:
        """Share an image with a project, which has to accept it. Glance's operation: Create image member.

        Args:
            image: An image of one's own; its visibility is ``"shared"``.
            member: Id of the project.

        Raises:
            ImageNotFound: The image does not exist.
            AlreadyExists: It is shared with that project.
            PermissionDenied: It is not one's own, or its visibility is another one.
        """
        return run(self._glance.ex_create_image_member(image, member))

    def ex_delete_image_member(self, image: NodeImage | str, member: ImageMember | str) -> None:
        """Share an image with a project no longer. Glance's operation: Delete image member.

        Args:
            image: An image of one's own.
            member: The member, or the project's id.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
        """
        run(self._glance.ex_delete_image_member(image, member))

    def ex_accept_image_member(self, image: NodeImage | str, member: ImageMember | str | None = None) -> ImageMember:
        """Take an image that is shared with one's project into its listings. Glance's operation: Update image member.

        Args:
            image: The image.
            member: Which member accepts it, or the project's id; None for one's own project.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
            PermissionDenied: It is another project that is to accept.
        """
        return run(self._glance.ex_accept_image_member(image, member))

    def ex_reject_image_member(self, image: NodeImage | str, member: ImageMember | str | None = None) -> ImageMember:
        """Keep an image that is shared with one's project out of its listings. Glance's operation: Update image member.

        Args:
            image: The image.
            member: Which member rejects it, or the project's id; None for one's own project.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
            PermissionDenied: It is another project that is to reject.
        """
        return run(self._glance.ex_reject_image_member(image, member))


class Cinder(Compute[NovaNodeT, OpenStackVolume, OpenStackImage, OpenStackSnapshot], Generic[NovaNodeT]):
    """What Cinder's volumes have besides the portable part."""

    def __init__(self, client: AsyncCinder[NovaNodeT]) -> None:
        super().__init__(client)
        self._cinder = client

    def create_volume(
        self,
        size: int,
        name: str,
        *,
        location: NodeLocation | str | None = None,
        snapshot: VolumeSnapshot | str | None = None,
        ex_volume_type: VolumeType | str | None = None,
        ex_image_ref: NodeImage | str | None = None,
        ex_description: str | None = None,
        ex_metadata: Mapping[str, str] | None = None,
    ) -> OpenStackVolume:
        """Create a volume. Cinder's operation: Create a volume.

        Args:
            size: GiB, at least 1.
            name: Its display name.
            location: Where; None for the provider's choice.
            snapshot: What to fill it with; None for an empty one.
            ex_volume_type: Its type, or the type's name or id; None for Cinder's default.
            ex_image_ref: The image to fill it with, so that a node can boot from it; instead of ``snapshot``.
            ex_description: Its description.
            ex_metadata: Its metadata, which are its ``tags``.

        Raises:
            SnapshotNotFound, ImageNotFound: The snapshot, or the image, does not exist.
            NotFound: There is no such type.
            QuotaExceeded: The account may not have that much.
            InvalidRequest: It cannot be, as when the image does not fit into it.
        """
        return run(
            self._cinder.create_volume(
                size,
                name,
                location=location,
                snapshot=snapshot,
                ex_volume_type=ex_volume_type,
                ex_image_ref=ex_image_ref,
                ex_description=ex_description,
                ex_metadata=ex_metadata,
            )
        )

    def create_volume_snapshot(
        self, volume: Volume | str, *, name: str | None = None, ex_description: str | None = None
    ) -> OpenStackSnapshot:
        """Make a snapshot of a volume, also of one that is in use. Cinder's operation: Create a snapshot.

        Args:
            volume: The volume.
            name: The snapshot's display name.
            ex_description: Its description.

        Returns:
            The snapshot, possibly still being made.

        Raises:
            VolumeNotFound: The volume does not exist.
            QuotaExceeded: The project may not have another one.
        """
        return run(self._cinder.create_volume_snapshot(volume, name=name, ex_description=ex_description))

    def ex_get_volume_snapshot(self, snapshot: VolumeSnapshot | str) -> OpenStackSnapshot:
        """One snapshot of a volume as it is now. Cinder's operation: Show a snapshot's details.

        Raises:
            SnapshotNotFound: It does not exist.
        """
        return run(self._cinder.ex_get_volume_snapshot(snapshot))

    def ex_list_volume_types(self) -> list[VolumeType]:
        """Every kind of volume on offer. Cinder's operation: List all volume types."""
        return run(self._cinder.ex_list_volume_types())


class Nova(Glance[NovaNodeT], Cinder[NovaNodeT], Generic[NovaNodeT]):
    """Servers of Nova, images of Glance and volumes of Cinder: what every client of an OpenStack has."""

    def __init__(self, client: AsyncNova[NovaNodeT]) -> None:
        super().__init__(client)
        self._nova = client

    def list_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_all_projects: bool = False,
    ) -> list[NovaNodeT]:
        """Every node of the project in this region, from every page. Nova's operation: List Servers Detailed.

        Args:
            ids: Only these nodes. An empty list gives an empty list, without a call.
            name: Only nodes that are called exactly so.
            state: Only nodes in this state, or in one of these.
            tags: Only nodes that have all of these tags (Nova's metadata); None as a value for any value.
            ex_all_projects: Those of all projects, for administrators; ``node.project_id`` tells whose each is.

        Raises:
            NodeNotFound: One of ``ids`` does not exist.
            InvalidRequest: The name, a state or a tag cannot be one.
            PermissionDenied: One may not see those of other projects.
        """
        return run(self._nova.list_nodes(ids=ids, name=name, state=state, tags=tags, ex_all_projects=ex_all_projects))

    def iterate_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_all_projects: bool = False,
    ) -> Iterator[NovaNodeT]:
        """As ``list_nodes``, lazily: the first node is given while later pages are still unread."""
        return iterate(
            self._nova.iterate_nodes(ids=ids, name=name, state=state, tags=tags, ex_all_projects=ex_all_projects)
        )

    def create_node(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str | None = None,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ex_metadata: Mapping[str, str] | None = None,
        ex_files: Mapping[str, str | bytes] | None = None,
        ex_userdata: str | bytes | None = None,
        ex_config_drive: bool | None = None,
        ex_security_groups: Sequence[SecurityGroup | str] = (),
        ex_networks: Sequence[NetworkLike] | None = None,
        ex_availability_zone: str | None = None,
        ex_admin_pass: str | Secret | None = None,
        ex_boot_volume: BootVolume | Volume | VolumeSnapshot | str | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_blockdevicemappings: Sequence[BlockDevice] = (),
        ex_disk_config: DiskConfig | None = None,
        ex_os_scheduler_hints: SchedulerHints | None = None,
    ) -> NovaNodeT:
        """Create a node and return it without waiting until it runs.

        Nova's operation: Create Server. It has no idempotency token, so a request that may have
        taken effect is not sent again.

        Args:
            name: Its display name.
            size: The flavor.
            image: What to make it from; left out when ``ex_boot_volume`` has the system already.
            location: Availability zone; None for the provider's choice.
            auth: How to get into it. An ``SSHKey`` is imported as a key pair for the length of the
                call; a ``Password`` becomes the administrator's.
            tags: Metadata to put on it.
            ex_metadata: More metadata; the same as ``tags``, under Nova's name for it.
            ex_files: Files to put on it: contents by absolute path. Nova limits their number and size.
            ex_userdata: What cloud-init on the node is to run; at most 48 KiB.
            ex_config_drive: Whether it gets a drive with its metadata; None for the provider's choice.
            ex_security_groups: Security groups, or their names or ids; none for the project's default.
            ex_networks: Networks or ports, in the order of the node's interfaces; None for the
                project's only network: with several to choose from, Nova wants to be told.
            ex_availability_zone: The same as ``location``.
            ex_admin_pass: The same as ``auth=Password(…)``.
            ex_boot_volume: What to boot from instead of a local copy of the image: a volume, a
                snapshot to make one from, or a ``BootVolume`` that says more.
            ex_keyname: Key pair to put on it.
            ex_blockdevicemappings: Disks beside the one that it boots from; one with ``boot_index=0`` is
                that one, and ``image`` is left out then.
            ex_disk_config: ``"AUTO"`` makes its file system as large as its disk, ``"MANUAL"`` leaves the image's
                partitions alone; None for the image's way, or the cloud's.
            ex_os_scheduler_hints: Where it should be, such as in a server group.

        Returns:
            The new node; with ``password`` where Nova makes or keeps one.

        Raises:
            SizeNotFound, ImageNotFound, KeyPairNotFound, VolumeNotFound: Nova does not know them.
            NotFound: It does not know a network, a port or a security group.
            SnapshotNotFound: It does not know a volume snapshot.
            QuotaExceeded: The project may not have another one.
            Conflict: There are several networks, and ``ex_networks`` names none.
            InvalidRequest: Arguments contradict each other, or Nova does not take one.
        """
        return run(
            self._nova.create_node(
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_metadata=ex_metadata,
                ex_files=ex_files,
                ex_userdata=ex_userdata,
                ex_config_drive=ex_config_drive,
                ex_security_groups=ex_security_groups,
                ex_networks=ex_networks,
                ex_availability_zone=ex_availability_zone,
                ex_admin_pass=ex_admin_pass,
                ex_boot_volume=ex_boot_volume,
                ex_keyname=ex_keyname,
                ex_blockdevicemappings=ex_blockdevicemappings,
                ex_disk_config=ex_disk_config,
                ex_os_scheduler_hints=ex_os_scheduler_hints,
            )
        )

    def deploy_node(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str | None = None,
        deploy: Steps = (),
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ssh_username: str = "root",
        ssh_alternate_usernames: Sequence[str] = (),
        ssh_key: PrivateKey | Sequence[PrivateKey] | None = None,
        ssh_key_password: str | Secret | None = None,
        ssh_password: str | Secret | None = None,
        ssh_port: int | None = None,
        ssh_interface: SSHInterface | Callable[[NovaNodeT], str | tuple[str, int] | None] = "public",
        ssh_timeout: float = 300.0,
        ssh_host_key: str = "accept-new",
        ssh_known_hosts: str | PathLike[str] | None = None,
        timeout: float = 1800.0,
        on_failure: Literal["destroy", "keep"] = "destroy",
        on_progress: OnProgress | None = None,
        ex_metadata: Mapping[str, str] | None = None,
        ex_files: Mapping[str, str | bytes] | None = None,
        ex_userdata: str | bytes | None = None,
        ex_config_drive: bool | None = None,
        ex_security_groups: Sequence[SecurityGroup | str] = (),
        ex_networks: Sequence[NetworkLike] | None = None,
        ex_availability_zone: str | None = None,
        ex_admin_pass: str | Secret | None = None,
        ex_boot_volume: BootVolume | Volume | VolumeSnapshot | str | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_blockdevicemappings: Sequence[BlockDevice] = (),
        ex_os_scheduler_hints: SchedulerHints | None = None,
        ex_disk_config: DiskConfig | None = None,
    ) -> Deployment[NovaNodeT]:
        """Create a node, wait until one can log in, and configure it by SSH; destroy it if that fails.

        What makes the node, and every ``ex_`` argument, is told at ``create_node``; what configures it at
        ``deploy_node`` of the portable client, ``cumuli.Compute``.

        Returns:
            The node, and what the steps did.

        Raises:
            DeploymentError: A node was made, and could not be configured.
            InvalidRequest: An argument or a step cannot be one; nothing was made.
        """
        return run(
            self._nova.deploy_node(
                name,
                size,
                image,
                deploy,
                location=location,
                auth=auth,
                tags=tags,
                ssh_username=ssh_username,
                ssh_alternate_usernames=ssh_alternate_usernames,
                ssh_key=ssh_key,
                ssh_key_password=ssh_key_password,
                ssh_password=ssh_password,
                ssh_port=ssh_port,
                ssh_interface=ssh_interface,
                ssh_timeout=ssh_timeout,
                ssh_host_key=ssh_host_key,
                ssh_known_hosts=ssh_known_hosts,
                timeout=timeout,
                on_failure=on_failure,
                on_progress=on_progress,
                ex_metadata=ex_metadata,
                ex_files=ex_files,
                ex_userdata=ex_userdata,
                ex_config_drive=ex_config_drive,
                ex_security_groups=ex_security_groups,
                ex_networks=ex_networks,
                ex_availability_zone=ex_availability_zone,
                ex_admin_pass=ex_admin_pass,
                ex_boot_volume=ex_boot_volume,
                ex_keyname=ex_keyname,
                ex_blockdevicemappings=ex_blockdevicemappings,
                ex_os_scheduler_hints=ex_os_scheduler_hints,
                ex_disk_config=ex_disk_config,
            )
        )

    def ex_get_node_details(self, node: Node | str) -> NovaNodeT | None:
        """One node as it is now, or None if it does not exist.

        Nova's operation: Show Server Details. ``get_node`` is the same and raises instead.
        """
        return run(self._nova.ex_get_node_details(node))

    def ex_rebuild(
        self,
        node: Node | str,
        image: NodeImage | str,
        *,
        name: str | None = None,
        admin_pass: str | Secret | None = None,
        metadata: Mapping[str, str] | None = None,
        files: Mapping[str, str | bytes] | None = None,
        disk_config: DiskConfig | None = None,
    ) -> NovaNodeT:
        """Put an image on the node's disk anew; its id and addresses stay, its data do not.

        Nova's operation: Rebuild Server.

        Args:
            node: The node.
            image: What to put on it.
            name: Its new name; None to keep the old one.
            admin_pass: Its administrator's new password; None to let Nova make one.
            metadata: Its new metadata; None to keep the old.
            files: Files to put on it: contents by absolute path.
            disk_config: As ``ex_disk_config`` of ``create_node``; None to keep the old one.

        Returns:
            The node, being rebuilt.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        return run(
            self._nova.ex_rebuild(
                node, image, name=name, admin_pass=admin_pass, metadata=metadata, files=files, disk_config=disk_config
            )
        )

    def ex_set_password(self, node: Node | str, password: str | Secret) -> None:
        """Change the administrator's password, where the hypervisor can.

        Nova's operation: Change Administrative Password.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        run(self._nova.ex_set_password(node, password))

    def ex_set_server_name(self, node: Node | str, name: str) -> NovaNodeT:
        """Give the node another display name. Nova's operation: Update Server.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._nova.ex_set_server_name(node, name))

    def ex_get_metadata(self, node: Node | str) -> dict[str, str]:
        """The node's metadata. Nova's operation: List All Metadata.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._nova.ex_get_metadata(node))

    def ex_set_metadata(self, node: Node | str, metadata: Mapping[str, str]) -> dict[str, str]:
        """Replace all of the node's metadata. Nova's operation: Replace Metadata Items.

        Returns:
            Its metadata now.

        Raises:
            NodeNotFound: It does not exist.
            QuotaExceeded: These are more items than a node may have.
        """
        return run(self._nova.ex_set_metadata(node, metadata))

    def ex_delete_metadata_item(self, node: Node | str, key: str) -> None:
        """Delete one item of the node's metadata. Nova's operation: Delete Metadata Item.

        Raises:
            NotFound: The node, or the item, does not exist.
        """
        run(self._nova.ex_delete_metadata_item(node, key))

    def ex_list_ip_addresses(self, node: Node | str) -> dict[str, tuple[str, ...]]:
        """The node's addresses by the name of their network. Nova's operation: List Ips.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._nova.ex_list_ip_addresses(node))

    def reboot_node(self, node: Node | str, *, ex_hard: bool = False) -> None:
        """Reboot a node. Nova's operation: Reboot Server.

        Args:
            node: The node, running.
            ex_hard: Whether to switch it off and on rather than to let its own system reboot.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        run(self._nova.reboot_node(node, ex_hard=ex_hard))

    def ex_soft_reboot_node(self, node: Node | str) -> None:
        """Let the node's own system reboot. Nova's operation: Reboot Server, SOFT.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        run(self._nova.ex_soft_reboot_node(node))

    def ex_hard_reboot_node(self, node: Node | str) -> None:
        """Switch the node off and on. Nova's operation: Reboot Server, HARD.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        run(self._nova.ex_hard_reboot_node(node))

    def ex_save_image(
        self, node: Node | str, name: str, *, metadata: Mapping[str, str] | None = None
    ) -> OpenStackImage:
        """Make an image of the node. Nova's operation: Create Image.

        Args:
            node: The node.
            name: The image's name.
            metadata: Properties to put on the image.

        Returns:
            The image, being made: its ``provider_state`` becomes ``"active"``.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        return run(self._nova.ex_save_image(node, name, metadata=metadata))

    def ex_resize(self, node: Node | str, size: NodeSize | str) -> None:
        """Give the node another size; confirm or revert it when its ``provider_state`` is ``"VERIFY_RESIZE"``.

        Nova's operation: Resize Server.

        Raises:
            NodeNotFound: It does not exist.
            SizeNotFound, InvalidRequest: Nova does not know the size, or it is the present one.
            QuotaExceeded: The project may not have that much.
        """
        run(self._nova.ex_resize(node, size))

    def ex_confirm_resize(self, node: Node | str) -> None:
        """Keep the new size. Nova's operation: Confirm Resized Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It was not resized.
        """
        run(self._nova.ex_confirm_resize(node))

    def ex_revert_resize(self, node: Node | str) -> None:
        """Go back to the old size. Nova's operation: Revert Resized Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It was not resized.
        """
        run(self._nova.ex_revert_resize(node))

    def ex_get_size_extra_specs(self, size: NodeSize | str) -> dict[str, str]:
        """What a cloud notes of a size for its scheduler. Nova's operation: List Extra Specs For A Flavor.

        Raises:
            SizeNotFound: It is not on offer.
        """
        return run(self._nova.ex_get_size_extra_specs(size))

    def ex_set_size_extra_specs(self, size: NodeSize | str, specs: Mapping[str, str]) -> None:
        """Note something of a size; what it says already stays. Nova's operation: Create Extra Specs For A Flavor.

        Raises:
            SizeNotFound: It is not on offer.
            PermissionDenied: One is no administrator.
        """
        run(self._nova.ex_set_size_extra_specs(size, specs))

    def ex_delete_size_extra_spec(self, size: NodeSize | str, key: str) -> None:
        """Delete one note of a size. Nova's operation: Delete An Extra Spec For A Flavor.

        Raises:
            NotFound: The size, or the note, does not exist.
            PermissionDenied: One is no administrator.
        """
        run(self._nova.ex_delete_size_extra_spec(size, key))

    def ex_rescue(
        self, node: Node | str, *, password: str | Secret | None = None, image: NodeImage | str | None = None
    ) -> Secret | None:
        """Boot the node from a rescue system, its own disk attached beside it. Nova's operation: Rescue Server.

        Args:
            node: The node.
            password: Administrator's password of the rescue system; None to let Nova make one.
            image: The rescue system; None for the provider's choice.

        Returns:
            The password, or None where Nova does not tell.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        return run(self._nova.ex_rescue(node, password=password, image=image))

    def ex_unrescue(self, node: Node | str) -> None:
        """Boot the node from its own disk again. Nova's operation: Unrescue Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not being rescued.
        """
        run(self._nova.ex_unrescue(node))

    def ex_pause_node(self, node: Node | str) -> None:
        """Stop the node's clock, keeping its memory in memory. Nova's operation: Pause Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        run(self._nova.ex_pause_node(node))

    def ex_unpause_node(self, node: Node | str) -> None:
        """Let a paused node go on. Nova's operation: Unpause Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not paused.
        """
        run(self._nova.ex_unpause_node(node))

    def ex_suspend_node(self, node: Node | str) -> None:
        """Stop the node, keeping its memory on disk. Nova's operation: Suspend Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        run(self._nova.ex_suspend_node(node))

    def ex_resume_node(self, node: Node | str) -> None:
        """Let a suspended node go on. Nova's operation: Resume Suspended Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not suspended.
        """
        run(self._nova.ex_resume_node(node))

    def ex_lock_node(self, node: Node | str) -> None:
        """Protect the node against changes by its project's users. Nova's operation: Lock Server.

        Raises:
            NodeNotFound: It does not exist.
        """
        run(self._nova.ex_lock_node(node))

    def ex_unlock_node(self, node: Node | str) -> None:
        """Undo ``ex_lock_node``. Nova's operation: Unlock Server.

        Raises:
            NodeNotFound: It does not exist.
        """
        run(self._nova.ex_unlock_node(node))

    def ex_shelve_node(self, node: Node | str) -> None:
        """Stop the node and keep it as an image, so that its hypervisor is free. Nova's operation: Shelve Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        run(self._nova.ex_shelve_node(node))

    def ex_unshelve_node(self, node: Node | str) -> None:
        """Bring a shelved node back. Nova's operation: Unshelve Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not shelved.
        """
        run(self._nova.ex_unshelve_node(node))

    def ex_get_console_output(self, node: Node | str, *, length: int | None = None) -> str:
        """What the node wrote on its console. Nova's operation: Show Console Output.

        Args:
            node: The node.
            length: How many lines, the last ones; None for all.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It has no console in its present state.
        """
        return run(self._nova.ex_get_console_output(node, length=length))

    def ex_get_console_url(
        self, node: Node | str, kind: Literal["novnc", "xvpvnc", "spice-html5", "rdp-html5", "serial"] = "novnc"
    ) -> Secret:
        """Where a browser finds the node's screen. Nova's operation: Create Console.

        Args:
            node: The node.
            kind: Kind of console.

        Returns:
            The URL. It is a secret: the token in it is all that is asked of whoever opens it.

        Raises:
            NodeNotFound: It does not exist.
            InvalidRequest: The cloud has no such console.
        """
        return run(self._nova.ex_get_console_url(node, kind))

    def ex_limits(self) -> Limits:
        """What the project may have and how often it may call. Nova's operation: Show Rate And Absolute Limits."""
        return run(self._nova.ex_limits())

    def ex_call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str] | None = None,
        microversion: str | None = None,
    ) -> dict[str, JSONValue]:
        """Make any call of any service's, with the client's token, and give its answer.

        For operations that have no method here.

        Args:
            service: Type of the service in the catalog: ``"compute"``, ``"network"``, ``"image"``,
                ``"block-storage"``, ``"identity"`` or any other.
            method: HTTP method. GET, HEAD, PUT and DELETE are retried.
            path: What comes after the service's versioned address, such as ``"/servers/detail"``;
                percent-encoded.
            body: Sent as JSON.
            query: The query.
            microversion: The microversion to use; None for the library's own choice.

        Returns:
            The JSON object of the answer; empty if it has none.

        Raises:
            ConfigurationError: The catalog has no such service.
            MalformedResponse: The answer is something else than a JSON object.
        """
        return run(self._nova.ex_call(service, method, path, body=body, query=query, microversion=microversion))

    def ex_get_identity(self) -> KeystoneIdentity:
        """Who the cloud takes this client for: user, project and roles, as they came with the token.

        The identity service's operation: Password authentication, or whichever way the token was got. A new token is
        got only if there is none that is still good.

        Raises:
            AuthenticationError: The credentials are wrong.
        """
        return run(self._nova.ex_get_identity())


class OpenStack(Nova[OpenStackNode], Neutron):
    """Servers, images, volumes and networks of an OpenStack cloud.

    ``OpenStack(cloud="devstack")`` reads ``clouds.yaml`` and its kin where the OpenStack tools do;
    ``OpenStack()`` takes ``OS_CLOUD`` or the other ``OS_*`` variables; ``OpenStack(auth_url=…,
    username=…, password=…, project_name=…)`` reads nothing.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncOpenStack.credential_arguments

    def __init__(
        self,
        *,
        cloud: str | None = None,
        auth_url: str | None = None,
        username: str | None = None,
        password: str | Secret | None = None,
        user_id: str | None = None,
        user_domain_name: str | None = None,
        user_domain_id: str | None = None,
        project_name: str | None = None,
        project_id: str | None = None,
        project_domain_name: str | None = None,
        project_domain_id: str | None = None,
        domain_name: str | None = None,
        domain_id: str | None = None,
        system_scope: str | None = None,
        application_credential_id: str | None = None,
        application_credential_name: str | None = None,
        application_credential_secret: str | Secret | None = None,
        token: str | Secret | None = None,
        endpoint: str | None = None,
        endpoints: Mapping[str, str] | None = None,
        region: str | None = None,
        interface: str | None = None,
        credentials: KeystoneCredentials | None = None,
        page_size: int = PAGE_SIZE,
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; files are read, nothing is sent.

        Args:
            cloud: Name of an entry of ``clouds.yaml``. Arguments given beside it go before it.
            auth_url: URL of the identity service, with or without its version.
            username: Name of the user.
            password: The user's password.
            user_id: Id of the user, instead of the name.
            user_domain_name: Domain of the user; without it, the domain with the id ``default``.
            user_domain_id: Or the domain's id.
            project_name: Project to work in.
            project_id: Or its id.
            project_domain_name: Domain of the project; without it, the user's.
            project_domain_id: Or the domain's id.
            domain_name: Domain to work on, instead of a project.
            domain_id: Or its id.
            system_scope: ``"all"`` to work on the system, instead of a project.
            application_credential_id: Id of an application credential.
            application_credential_name: Or its name, with the user.
            application_credential_secret: Its secret.
            token: A token that was got elsewhere. With ``endpoint`` it resumes a session without a
                call to the identity service.
            endpoint: Versioned address of the compute service, instead of the catalog's.
            endpoints: Addresses of services by type, instead of the catalog's.
            region: The region; may be left out where the cloud has one only.
            interface: ``"public"`` (default), ``"internal"`` or ``"admin"``.
            credentials: All of the credentials in one object, instead of the single arguments.
            page_size: How many items a listing asks for at a time; services give 1,000 at most.

        Raises:
            ConfigurationError: Something is missing or contradictory, or a file has an error.
        """
        self._open_stack = AsyncOpenStack(
            cloud=cloud,
            auth_url=auth_url,
            username=username,
            password=password,
            user_id=user_id,
            user_domain_name=user_domain_name,
            user_domain_id=user_domain_id,
            project_name=project_name,
            project_id=project_id,
            project_domain_name=project_domain_name,
            project_domain_id=project_domain_id,
            domain_name=domain_name,
            domain_id=domain_id,
            system_scope=system_scope,
            application_credential_id=application_credential_id,
            application_credential_name=application_credential_name,
            application_credential_secret=application_credential_secret,
            token=token,
            endpoint=endpoint,
            endpoints=endpoints,
            region=region,
            interface=interface,
            credentials=credentials,
            page_size=page_size,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._open_stack)

    def ex_list_server_groups(self) -> list[ServerGroup]:
        """The project's server groups. Nova's operation: List Server Groups."""
        return run(self._open_stack.ex_list_server_groups())

    def ex_get_server_group(self, group: ServerGroup | str) -> ServerGroup:
        """One server group. Nova's operation: Show Server Group Details.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._open_stack.ex_get_server_group(group))

    def ex_create_server_group(
        self, name: str, policy: Literal["affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity"]
    ) -> ServerGroup:
        """Create a server group, which new nodes join by ``ex_os_scheduler_hints``.

        Nova's operation: Create Server Group.

        Args:
            name: Its name.
            policy: Whether its nodes are to share a hypervisor or not; the soft ones settle for less
                where that cannot be.

        Raises:
            QuotaExceeded: The project may not have another one.
        """
        return run(self._open_stack.ex_create_server_group(name, policy))

    def ex_delete_server_group(self, group: ServerGroup | str) -> None:
        """Delete a server group; its nodes stay. Nova's operation: Delete Server Group.

        Raises:
            NotFound: It does not exist.
        """
        run(self._open_stack.ex_delete_server_group(group))

    def ex_get_quota(self, project: str | None = None) -> Quota:
        """How much a project may have. Nova's, Neutron's and Cinder's operation: show quotas.

        Args:
            project: Id of the project; None for one's own.

        Raises:
            PermissionDenied: It is another's, and one is no administrator.
        """
        return run(self._open_stack.ex_get_quota(project))

    def ex_get_quota_usage(self, project: str | None = None) -> QuotaUsage:
        """What a project uses of what it may have.

        Nova's operation: show the detail of quota; Neutron's: show quota details; Cinder's: show quota usage. A Neutron
        without its extension ``quota_details`` tells the limits only.

        Args:
            project: Id of the project; None for one's own.

        Raises:
            PermissionDenied: It is another's, and one is no administrator.
        """
        return run(self._open_stack.ex_get_quota_usage(project))

    def ex_set_quota(
        self,
        project: str,
        *,
        cores: int | None = None,
        instances: int | None = None,
        ram: int | None = None,
        key_pairs: int | None = None,
        metadata_items: int | None = None,
        server_groups: int | None = None,
        server_group_members: int | None = None,
        networks: int | None = None,
        subnets: int | None = None,
        ports: int | None = None,
        routers: int | None = None,
        floating_ips: int | None = None,
        security_groups: int | None = None,
        security_group_rules: int | None = None,
        volumes: int | None = None,
        snapshots: int | None = None,
        gigabytes: int | None = None,
    ) -> Quota:
        """Say how much a project may have; what is None stays as it is.

        Nova's, Neutron's and Cinder's operation: update quotas. Each of them is asked for what is its own, in
        that order, so that after an error the services before have the new quotas.

        Args:
            project: Id of the project.
            cores: Virtual CPUs. Here as with all of them, -1 is no limit.
            instances: Servers.
            ram: MiB of memory.
            key_pairs: Key pairs of a user.
            metadata_items: Metadata items of a server.
            server_groups: Server groups.
            server_group_members: Servers of a group.
            networks: Networks.
            subnets: Subnets.
            ports: Ports.
            routers: Routers.
            floating_ips: Floating IPs.
            security_groups: Security groups.
            security_group_rules: Rules of security groups.
            volumes: Volumes.
            snapshots: Volume snapshots.
            gigabytes: GiB of volumes and snapshots together.

        Returns:
            All of the project's quotas as they are now.

        Raises:
            PermissionDenied: One is no administrator.
            InvalidRequest: There is nothing to set, or it is less than the project has.
        """
        return run(
            self._open_stack.ex_set_quota(
                project,
                cores=cores,
                instances=instances,
                ram=ram,
                key_pairs=key_pairs,
                metadata_items=metadata_items,
                server_groups=server_groups,
                server_group_members=server_group_members,
                networks=networks,
                subnets=subnets,
                ports=ports,
                routers=routers,
                floating_ips=floating_ips,
                security_groups=security_groups,
                security_group_rules=security_group_rules,
                volumes=volumes,
                snapshots=snapshots,
                gigabytes=gigabytes,
            )
        )

    def ex_get_hypervisor_statistics(self) -> HypervisorStatistics:
        """What all hypervisors have together. Nova's operation: Show Hypervisor Statistics.

        Raises:
            PermissionDenied: One is no administrator.
        """
        return run(self._open_stack.ex_get_hypervisor_statistics())

    def ex_list_interfaces(self, node: Node | str) -> list[NodeInterface]:
        """The node's network interfaces. Nova's operation: List Port Interfaces.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._open_stack.ex_list_interfaces(node))

    def ex_attach_port_interface(self, node: Node | str, port: Port | str) -> NodeInterface:
        """Give a node a port that is there. Nova's operation: Create Interface.

        Raises:
            NodeNotFound: The node does not exist.
            NotFound: The port does not exist.
            Conflict: Something else has the port, or the node's state does not allow it.
        """
        return run(self._open_stack.ex_attach_port_interface(node, port))

    def ex_attach_network_interface(
        self, node: Node | str, network: Network | str, *, fixed_ip: str | None = None
    ) -> NodeInterface:
        """Give a node a new port on a network, which goes when it is detached. Nova's operation: Create Interface.

        Args:
            node: The node.
            network: The network.
            fixed_ip: The address it is to have there; None for any free one.

        Raises:
            NodeNotFound: The node does not exist.
            NotFound, InvalidRequest: The network does not exist.
            Conflict: The address is taken, or the node's state does not allow it.
        """
        return run(self._open_stack.ex_attach_network_interface(node, network, fixed_ip=fixed_ip))

    def ex_detach_port_interface(self, node: Node | str, port: NodeInterface | Port | str) -> None:
        """Take a port from a node. Nova's operation: Detach Interface.

        Nova does that after it has answered, and says nothing of a port that the node does not have:
        ``ex_list_interfaces`` tells what became of it.

        Args:
            node: The node.
            port: The interface, its port, or the port's id. A port that was given to the node stays, free for
                another; one that was made for the node goes.

        Raises:
            NodeNotFound: The node does not exist.
            Conflict: The node's state does not allow it.
        """
        run(self._open_stack.ex_detach_port_interface(node, port))

    def ex_add_security_group(self, node: Node | str, group: SecurityGroup | str) -> None:
        """Put a node into a security group. Nova's operation: Add Security Group To A Server.

        Raises:
            NodeNotFound: The node does not exist.
            NotFound: The group does not exist.
        """
        run(self._open_stack.ex_add_security_group(node, group))

    def ex_remove_security_group(self, node: Node | str, group: SecurityGroup | str) -> None:
        """Take a node out of a security group. Nova's operation: Remove Security Group From A Server.

        Raises:
            NodeNotFound: The node does not exist.
            NotFound: It is not in the group.
        """
        run(self._open_stack.ex_remove_security_group(node, group))

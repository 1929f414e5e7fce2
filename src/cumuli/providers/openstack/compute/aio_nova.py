"""``AsyncNova``: what every client of a Nova has. ``Nova`` is generated from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from os import PathLike
from typing import Generic, Literal

import msgspec

from cumuli.calls.paging import Page
from cumuli.compute.arguments import checked_name, checked_tags, id_of, ids_of, optional_id_of
from cumuli.compute.auth import Auth
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.deploying import Given, OnProgress, PrivateKey, SSHInterface
from cumuli.compute.models import (
    KeyPair,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    NodeState,
    Volume,
    VolumeSnapshot,
)
from cumuli.deploy.results import Deployment
from cumuli.deploy.steps import Steps
from cumuli.errors import InvalidRequest, NodeNotFound
from cumuli.providers.openstack.compute.actions import CONSOLES
from cumuli.providers.openstack.compute.aio_cinder import AsyncCinder
from cumuli.providers.openstack.compute.aio_glance import AsyncGlance
from cumuli.providers.openstack.compute.arguments import NetworkLike, file_contents, node_spec
from cumuli.providers.openstack.compute.driver import NovaDriver
from cumuli.providers.openstack.compute.models import (
    BlockDevice,
    BootVolume,
    Limits,
    NovaNodeT,
    OpenStackImage,
    SchedulerHints,
)
from cumuli.providers.openstack.compute.servers import personality
from cumuli.providers.openstack.identity.keystone import KeystoneIdentity
from cumuli.providers.openstack.network.models import SecurityGroup
from cumuli.providers.openstack.services import JSONValue
from cumuli.secret import Secret

__all__ = ["AsyncNova"]

DiskConfig = Literal["AUTO", "MANUAL"]


class AsyncNova(AsyncGlance[NovaNodeT], AsyncCinder[NovaNodeT], Generic[NovaNodeT]):
    """Servers of Nova, images of Glance and volumes of Cinder: what every client of an OpenStack has."""

    _nova: NovaDriver[NovaNodeT]

    async def list_nodes(
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
        listing = self.iterate_nodes(ids=ids, name=name, state=state, tags=tags, ex_all_projects=ex_all_projects)
        return [node async for node in listing]

    def iterate_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_all_projects: bool = False,
    ) -> AsyncIterator[NovaNodeT]:
        """As ``list_nodes``, lazily: the first node is given while later pages are still unread."""
        chosen = None if ids is None else ids_of(ids, Node, self.provider)
        wanted = self._wanted(ComputeCapability.LIST_NODES_TAGS, NodeState, name=name, state=state, tags=tags)
        nova = self._nova

        def fetch(cursor: str | None) -> Awaitable[Page[NovaNodeT]]:
            if chosen is None:
                return nova.find_nodes(wanted, cursor=cursor, all_projects=ex_all_projects)
            return nova.list_nodes(ids=chosen, cursor=cursor, all_projects=ex_all_projects)

        return self._listing(ComputeCapability.LIST_NODES, fetch, empty=chosen == [], wanted=wanted)

    async def create_node(
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
        portable = self._node_spec(name, size, image or "none", location, auth, tags)
        spec = node_spec(
            portable if image else msgspec.structs.replace(portable, image=""),
            metadata=checked_tags(ex_metadata),
            files=ex_files,
            userdata=ex_userdata,
            config_drive=ex_config_drive,
            security_groups=ex_security_groups,
            networks=ex_networks,
            availability_zone=ex_availability_zone,
            admin_pass=ex_admin_pass,
            boot_volume=ex_boot_volume,
            keyname=ex_keyname,
            block_devices=ex_blockdevicemappings,
            disk_config=ex_disk_config,
            scheduler_hints=ex_os_scheduler_hints,
        )
        return await self._create_node(spec)

    async def deploy_node(
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
        return await self._deploy_node(
            name,
            lambda tags, user_data: self.create_node(
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_metadata=ex_metadata,
                ex_files=ex_files,
                ex_userdata=ex_userdata if user_data is None else user_data,
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
            ),
            Given(
                deploy=deploy,
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
            ),
            auth=auth,
            tags=tags,
            takes_user_data=True,
            has_user_data=ex_userdata is not None,
        )

    # Nodes

    async def ex_get_node_details(self, node: Node | str) -> NovaNodeT | None:
        """One node as it is now, or None if it does not exist.

        Nova's operation: Show Server Details. ``get_node`` is the same and raises instead.
        """
        try:
            return await self._do(self._nova.get_node(self._id(node)))
        except NodeNotFound:
            return None

    async def ex_rebuild(
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
        arguments: dict[str, object] = {"imageRef": id_of(image, NodeImage, self.provider)}
        if name is not None:
            arguments["name"] = checked_name(name, "a node")
        if admin_pass is not None:
            arguments["adminPass"] = _secret(admin_pass).reveal()
        if metadata is not None:
            arguments["metadata"] = checked_tags(metadata)
        if files:
            arguments["personality"] = personality(file_contents(files))
        if disk_config is not None:
            arguments["OS-DCF:diskConfig"] = disk_config
        return await self._do(self._nova.servers.rebuild(self._id(node), arguments))

    async def ex_set_password(self, node: Node | str, password: str | Secret) -> None:
        """Change the administrator's password, where the hypervisor can.

        Nova's operation: Change Administrative Password.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        await self._act(node, "changePassword", {"adminPass": _secret(password).reveal()})

    async def ex_set_server_name(self, node: Node | str, name: str) -> NovaNodeT:
        """Give the node another display name. Nova's operation: Update Server.

        Raises:
            NodeNotFound: It does not exist.
        """
        return await self._do(self._nova.servers.rename(self._id(node), checked_name(name, "a node")))

    async def ex_get_metadata(self, node: Node | str) -> dict[str, str]:
        """The node's metadata. Nova's operation: List All Metadata.

        Raises:
            NodeNotFound: It does not exist.
        """
        return await self._do(self._nova.actions.metadata(self._id(node)))

    async def ex_set_metadata(self, node: Node | str, metadata: Mapping[str, str]) -> dict[str, str]:
        """Replace all of the node's metadata. Nova's operation: Replace Metadata Items.

        Returns:
            Its metadata now.

        Raises:
            NodeNotFound: It does not exist.
            QuotaExceeded: These are more items than a node may have.
        """
        return await self._do(self._nova.actions.set_metadata(self._id(node), checked_tags(metadata)))

    async def ex_delete_metadata_item(self, node: Node | str, key: str) -> None:
        """Delete one item of the node's metadata. Nova's operation: Delete Metadata Item.

        Raises:
            NotFound: The node, or the item, does not exist.
        """
        if not key:
            raise InvalidRequest("the key of the metadata item is empty")
        await self._do(self._nova.actions.delete_metadata_item(self._id(node), key))

    async def ex_list_ip_addresses(self, node: Node | str) -> dict[str, tuple[str, ...]]:
        """The node's addresses by the name of their network. Nova's operation: List Ips.

        Raises:
            NodeNotFound: It does not exist.
        """
        return await self._do(self._nova.actions.addresses(self._id(node)))

    async def reboot_node(self, node: Node | str, *, ex_hard: bool = False) -> None:
        """Reboot a node. Nova's operation: Reboot Server.

        Args:
            node: The node, running.
            ex_hard: Whether to switch it off and on rather than to let its own system reboot.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        self._require(ComputeCapability.REBOOT_NODE)
        await (self.ex_hard_reboot_node(node) if ex_hard else self.ex_soft_reboot_node(node))

    async def ex_soft_reboot_node(self, node: Node | str) -> None:
        """Let the node's own system reboot. Nova's operation: Reboot Server, SOFT.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        await self._act(node, "reboot", {"type": "SOFT"})

    async def ex_hard_reboot_node(self, node: Node | str) -> None:
        """Switch the node off and on. Nova's operation: Reboot Server, HARD.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        await self._act(node, "reboot", {"type": "HARD"})

    async def ex_save_image(
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
        return await self._make(
            self._nova.images.save_image(self._id(node), checked_name(name, "an image"), checked_tags(metadata))
        )

    # Size

    async def ex_resize(self, node: Node | str, size: NodeSize | str) -> None:
        """Give the node another size; confirm or revert it when its ``provider_state`` is ``"VERIFY_RESIZE"``.

        Nova's operation: Resize Server.

        Raises:
            NodeNotFound: It does not exist.
            SizeNotFound, InvalidRequest: Nova does not know the size, or it is the present one.
            QuotaExceeded: The project may not have that much.
        """
        await self._act(node, "resize", {"flavorRef": id_of(size, NodeSize, self.provider)})

    async def ex_confirm_resize(self, node: Node | str) -> None:
        """Keep the new size. Nova's operation: Confirm Resized Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It was not resized.
        """
        await self._act(node, "confirmResize")

    async def ex_revert_resize(self, node: Node | str) -> None:
        """Go back to the old size. Nova's operation: Revert Resized Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It was not resized.
        """
        await self._act(node, "revertResize")

    async def ex_get_size_extra_specs(self, size: NodeSize | str) -> dict[str, str]:
        """What a cloud notes of a size for its scheduler. Nova's operation: List Extra Specs For A Flavor.

        Raises:
            SizeNotFound: It is not on offer.
        """
        return await self._do(self._nova.sizes.extra_specs(id_of(size, NodeSize, self.provider)))

    async def ex_set_size_extra_specs(self, size: NodeSize | str, specs: Mapping[str, str]) -> None:
        """Note something of a size; what it says already stays. Nova's operation: Create Extra Specs For A Flavor.

        Raises:
            SizeNotFound: It is not on offer.
            PermissionDenied: One is no administrator.
        """
        await self._do(self._nova.sizes.set_extra_specs(id_of(size, NodeSize, self.provider), checked_tags(specs)))

    async def ex_delete_size_extra_spec(self, size: NodeSize | str, key: str) -> None:
        """Delete one note of a size. Nova's operation: Delete An Extra Spec For A Flavor.

        Raises:
            NotFound: The size, or the note, does not exist.
            PermissionDenied: One is no administrator.
        """
        if not key:
            raise InvalidRequest("the key of the extra spec is empty")
        await self._do(self._nova.sizes.delete_extra_spec(id_of(size, NodeSize, self.provider), key))

    # States

    async def ex_rescue(
        self,
        node: Node | str,
        *,
        password: str | Secret | None = None,
        image: NodeImage | str | None = None,
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
        return await self._do(
            self._nova.actions.rescue(
                self._id(node),
                _secret(password) if password is not None else None,
                optional_id_of(image, NodeImage, self.provider),
            )
        )

    async def ex_unrescue(self, node: Node | str) -> None:
        """Boot the node from its own disk again. Nova's operation: Unrescue Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not being rescued.
        """
        await self._act(node, "unrescue")

    async def ex_pause_node(self, node: Node | str) -> None:
        """Stop the node's clock, keeping its memory in memory. Nova's operation: Pause Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        await self._act(node, "pause")

    async def ex_unpause_node(self, node: Node | str) -> None:
        """Let a paused node go on. Nova's operation: Unpause Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not paused.
        """
        await self._act(node, "unpause")

    async def ex_suspend_node(self, node: Node | str) -> None:
        """Stop the node, keeping its memory on disk. Nova's operation: Suspend Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It does not run.
        """
        await self._act(node, "suspend")

    async def ex_resume_node(self, node: Node | str) -> None:
        """Let a suspended node go on. Nova's operation: Resume Suspended Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not suspended.
        """
        await self._act(node, "resume")

    async def ex_lock_node(self, node: Node | str) -> None:
        """Protect the node against changes by its project's users. Nova's operation: Lock Server.

        Raises:
            NodeNotFound: It does not exist.
        """
        await self._act(node, "lock")

    async def ex_unlock_node(self, node: Node | str) -> None:
        """Undo ``ex_lock_node``. Nova's operation: Unlock Server.

        Raises:
            NodeNotFound: It does not exist.
        """
        await self._act(node, "unlock")

    async def ex_shelve_node(self, node: Node | str) -> None:
        """Stop the node and keep it as an image, so that its hypervisor is free. Nova's operation: Shelve Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        await self._act(node, "shelve")

    async def ex_unshelve_node(self, node: Node | str) -> None:
        """Bring a shelved node back. Nova's operation: Unshelve Server.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not shelved.
        """
        await self._act(node, "unshelve")

    # Consoles

    async def ex_get_console_output(self, node: Node | str, *, length: int | None = None) -> str:
        """What the node wrote on its console. Nova's operation: Show Console Output.

        Args:
            node: The node.
            length: How many lines, the last ones; None for all.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It has no console in its present state.
        """
        return await self._do(self._nova.actions.console_output(self._id(node), length))

    async def ex_get_console_url(
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
        if kind not in CONSOLES:
            raise InvalidRequest(f"there is no console {kind!r}; there are {', '.join(CONSOLES)}")
        return Secret(await self._do(self._nova.actions.console_url(self._id(node), kind)))

    # The project

    async def ex_limits(self) -> Limits:
        """What the project may have and how often it may call. Nova's operation: Show Rate And Absolute Limits."""
        return await self._do(self._nova.account.limits())

    async def ex_call(
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
        if not path.startswith("/") or any(ord(character) <= 32 or ord(character) > 126 for character in path):
            raise InvalidRequest(f"the path {path!r} has to start with a slash and to be percent-encoded")
        return await self._do(
            self._nova.services.call(
                service,
                method.upper(),
                path,
                body=body,
                query=list((query or {}).items()),
                microversion=microversion,
            )
        )

    async def ex_get_identity(self) -> KeystoneIdentity:
        """Who the cloud takes this client for: user, project and roles, as they came with the token.

        The identity service's operation: Password authentication, or whichever way the token was got. A new token is
        got only if there is none that is still good.

        Raises:
            AuthenticationError: The credentials are wrong.
        """
        return await self._do(self._nova.services.session.identity())

    def _id(self, node: Node | str) -> str:
        return id_of(node, Node, self.provider)

    async def _act(self, node: Node | str, action: str, arguments: object = None) -> None:
        await self._do(self._nova.servers.act(self._id(node), action, arguments))


def _secret(text: str | Secret) -> Secret:
    return text if isinstance(text, Secret) else Secret(text)

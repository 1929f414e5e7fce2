"""``Compute``: the portable compute client.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from os import PathLike
from types import TracebackType
from typing import Literal, Self

from cumuli.capabilities import Capabilities
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.auth import Auth
from cumuli.compute.deploying import OnProgress, PrivateKey, SSHInterface
from cumuli.compute.driver import Generic, ImageT, NodeT, SnapshotT, VolumeT
from cumuli.compute.models import (
    ImageState,
    KeyPair,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    NodeState,
    SnapshotState,
    Volume,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.deploy.results import Deployment
from cumuli.deploy.steps import Steps
from cumuli.errors import CloudError
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.secret import Secret

__all__ = ["Compute"]


class Compute(Generic[NodeT, VolumeT, ImageT, SnapshotT]):
    """Servers, disks, images and keys of one provider.

    Wherever a model is taken, its id will do. Every method raises ``NotSupported`` before any I/O
    when the provider lacks the capability, ``AuthenticationError`` or ``PermissionDenied`` when
    the provider refuses the credentials, and ``ConnectionFailed``, ``Timeout``,
    ``ProviderUnavailable`` or ``RateLimited`` when it could not be reached in spite of retries.
    """

    def __init__(self, client: AsyncCompute[NodeT, VolumeT, ImageT, SnapshotT]) -> None:
        self._compute = client

    @property
    def provider(self) -> str:
        """The provider's registry name, such as ``"ec2"``."""
        return self._compute.provider

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do; asking for more raises ``NotSupported`` before any I/O."""
        return self._compute.capabilities

    def close(self) -> None:
        """Close every connection. The client cannot be used afterwards; closing twice is fine."""
        run(self._compute.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x}>"

    def list_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> list[NodeT]:
        """Every node of the account in this region, from every page, or those that are wanted.

        Args:
            ids: Only these nodes. An empty list gives an empty list, without a call.
            name: Only nodes that are called exactly so.
            state: Only nodes in this state, or in one of these.
            tags: Only nodes that have all of these tags; None as a value for any value.

        Raises:
            NodeNotFound: One of ``ids`` does not exist.
            InvalidRequest: The name, a state or a tag cannot be one.
        """
        return run(self._compute.list_nodes(ids=ids, name=name, state=state, tags=tags))

    def iterate_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> Iterator[NodeT]:
        """As ``list_nodes``, lazily: the first node is given while later pages are still unread."""
        return iterate(self._compute.iterate_nodes(ids=ids, name=name, state=state, tags=tags))

    def get_node(self, node: Node | str) -> NodeT:
        """One node as it is now.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._compute.get_node(node))

    def create_node(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> NodeT:
        """Create a node and return it without waiting until it runs.

        Args:
            name: Its display name.
            size: What kind of server.
            image: What to make it from.
            location: Where; None for the provider's choice.
            auth: How to get into it: ``SSHKey(text)`` or ``Password(text)``.
            tags: Tags to put on it.

        Returns:
            The new node; with ``password`` where the provider makes one.

        Raises:
            SizeNotFound, ImageNotFound: The provider does not know them.
            QuotaExceeded: The account may not have another one, or there is no room.
        """
        return run(self._compute.create_node(name, size, image, location=location, auth=auth, tags=tags))

    def deploy_node(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
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
        ssh_interface: SSHInterface | Callable[[NodeT], str | tuple[str, int] | None] = "public",
        ssh_timeout: float = 300.0,
        ssh_host_key: str = "accept-new",
        ssh_known_hosts: str | PathLike[str] | None = None,
        timeout: float = 1800.0,
        on_failure: Literal["destroy", "keep"] = "destroy",
        on_progress: OnProgress | None = None,
    ) -> Deployment[NodeT]:
        """Create a node, wait until one can log in, and configure it by SSH; destroy it if that fails.

        It needs the extra ``ssh``. The arguments that are not told of here are those of ``create_node``.
        The node gets a tag ``cumuli-deployment``, where the provider has tags, by which it is found whatever happens.

        Args:
            name: The node's display name.
            size: As for ``create_node``.
            image: As for ``create_node``.
            deploy: What to do there: a step or several, see ``cumuli.deploy``. None at all only waits until one can
                log in.
            location: As for ``create_node``.
            auth: As for ``create_node``.
            tags: As for ``create_node``.
            ssh_username: Who to log in as.
            ssh_alternate_usernames: Who else to try, in this order, if the machine does not let that user in, or only
                to say so.
            ssh_key: Private keys to log in by: paths, or texts as ``Secret``. None for the agent's and those that
                ``~/.ssh/config`` and habit have, unless there is a password.
            ssh_key_password: What encrypted keys are opened by.
            ssh_password: The password to log in by; None for that of ``auth``, or the one that the provider made.
            ssh_port: The port; None for what ``~/.ssh/config`` says of the address, or 22.
            ssh_interface: Which address to log in at, or a function of the node that gives an address, or address
                and port, or None while there is none.
            ssh_timeout: Seconds from the running node to the login.
            ssh_host_key: What to do about a host key that the provider does not tell: ``"accept-new"`` takes the first
                one that is shown, into the node's own file, and warns (``HostKeyWarning``); ``"strict"`` waits until it
                is told, and refuses any other. Or the host keys themselves, one a line. A key that has changed
                is refused always.
            ssh_known_hosts: The node's own file of host keys; None for one in ``~/.local/share/cumuli/known_hosts``.
            timeout: Seconds for all of it.
            on_failure: Whether to destroy or to keep a node that could not be configured. Ctrl-C, a cancelled task and
                a deadline are failures as well.
            on_progress: Called with what is being done, as it begins.

        Returns:
            The node, and what the steps did.

        Raises:
            DeploymentError: A node was made, and could not be configured. It tells the node, the step, its exit
                code, the end of its output, and what became of the node; its ``__cause__`` what went wrong.
            ConfigurationError: The extra is missing, or a key cannot be read; nothing was made.
            InvalidRequest: A step cannot be one; nothing was made.
        """
        return run(
            self._compute.deploy_node(
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
            )
        )

    def deploy(
        self,
        node: Node | str,
        steps: Steps,
        *,
        ssh_username: str = "root",
        ssh_alternate_usernames: Sequence[str] = (),
        ssh_key: PrivateKey | Sequence[PrivateKey] | None = None,
        ssh_key_password: str | Secret | None = None,
        ssh_password: str | Secret | None = None,
        ssh_port: int | None = None,
        ssh_interface: SSHInterface | Callable[[NodeT], str | tuple[str, int] | None] = "public",
        ssh_timeout: float = 300.0,
        ssh_host_key: str = "accept-new",
        ssh_known_hosts: str | PathLike[str] | None = None,
        timeout: float = 1800.0,
        on_progress: OnProgress | None = None,
    ) -> Deployment[NodeT]:
        """Configure a node that is there by SSH, as soon as it runs; it is kept, whatever happens.

        It needs the extra ``ssh``.

        Args:
            node: The node.
            steps: What to do there: a step or several, see ``cumuli.deploy``.
            ssh_username: Who to log in as.
            ssh_alternate_usernames: Who else to try, in this order, if the machine does not let that user in, or only
                to say so.
            ssh_key: Private keys to log in by: paths, or texts as ``Secret``. None for the agent's and those that
                ``~/.ssh/config`` and habit have, unless there is a password.
            ssh_key_password: What encrypted keys are opened by.
            ssh_password: The password to log in by; None for that of ``auth``, or the one that the provider made.
            ssh_port: The port; None for what ``~/.ssh/config`` says of the address, or 22.
            ssh_interface: Which address to log in at, or a function of the node that gives an address, or address
                and port, or None while there is none.
            ssh_timeout: Seconds from the running node to the login.
            ssh_host_key: What to do about a host key that the provider does not tell: ``"accept-new"`` takes the first
                one that is shown, into the node's own file, and warns (``HostKeyWarning``); ``"strict"`` waits until it
                is told, and refuses any other. Or the host keys themselves, one a line. A key that has changed
                is refused always.
            ssh_known_hosts: The node's own file of host keys; None for one in ``~/.local/share/cumuli/known_hosts``.
            timeout: Seconds for all of it.
            on_progress: Called with what is being done, as it begins.

        Returns:
            The node, and what the steps did.

        Raises:
            NodeNotFound: It does not exist.
            DeploymentError: It could not be configured.
            ConfigurationError: The extra is missing, or a key cannot be read.
            InvalidRequest: A step cannot be one.
        """
        return run(
            self._compute.deploy(
                node,
                steps,
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
                on_progress=on_progress,
            )
        )

    def deploy_nodes(
        self,
        deployments: Sequence[Callable[[], Deployment[NodeT] | Awaitable[Deployment[NodeT]]]],
        *,
        concurrency: int = 10,
    ) -> list[Deployment[NodeT] | CloudError]:
        """Deploy several nodes at the same time. One that fails does not stop the others.

        As long as they wait, one listing looks at all of them. If this call itself is interrupted, what each unfinished
        deployment has made is destroyed, or kept, as each says; notes of the exception tell of each node, and of those
        that were deployed before.

        Args:
            deployments: The deployments, each a call of ``deploy_node`` of this client that is still to be made:
                ``functools.partial(client.deploy_node, "web-1", size, image, steps)``.
            concurrency: How many at the same time.

        Returns:
            In the order of ``deployments``: what came of each, or the error of one that failed.
        """
        return run(self._compute.deploy_nodes(deployments, concurrency=concurrency))

    def start_node(self, node: Node | str) -> None:
        """Start a stopped node.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        run(self._compute.start_node(node))

    def stop_node(self, node: Node | str) -> None:
        """Shut a node down and keep it, its disks and its address book.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        run(self._compute.stop_node(node))

    def reboot_node(self, node: Node | str) -> None:
        """Reboot a node, the gentle way where the provider has one.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        run(self._compute.reboot_node(node))

    def destroy_node(self, node: Node | str) -> None:
        """Destroy a node for good.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is protected, or its state does not allow it.
        """
        run(self._compute.destroy_node(node))

    def wait_until_running(
        self,
        nodes: Sequence[Node | str],
        *,
        ssh_interface: Literal["public", "private"] = "public",
        timeout: float = 600.0,
    ) -> list[tuple[NodeT, list[str]]]:
        """Wait until every node runs and has an address, and return the nodes with their addresses.

        A look that failed (no connection, throttling, a server error) says nothing: it goes on until the
        time is up.

        Args:
            nodes: The nodes, in any state.
            ssh_interface: Which addresses to wait for and return.
            timeout: Seconds for all of them together.

        Returns:
            In the order of ``nodes``: the node as it is now and its addresses, IPv4 before IPv6.

        Raises:
            NodeNotFound: A node disappeared, or never appeared; several looks did not show it, or one if this
                client destroyed it.
            NodeFailed: A node is where no running comes from: in an error state, terminated, or stopped
                after it was on its way. The message has the provider's reason.
            DeadlineExceeded: Not all of them were ready in time; the message names which, and what was
                last seen of them.
        """
        return run(self._compute.wait_until_running(nodes, ssh_interface=ssh_interface, timeout=timeout))

    def wait_until_stopped(self, nodes: Sequence[Node | str], *, timeout: float = 600.0) -> list[NodeT]:
        """Wait until every node is stopped; ``stop_node`` returns while it still shuts down.

        As with every wait of this client, one listing looks at all of them, and a look that failed (no connection,
        throttling, a server error) says nothing: it goes on until the time is up.

        Args:
            nodes: The nodes, in any state.
            timeout: Seconds for all of them together.

        Returns:
            The nodes as they are now, in the order of ``nodes``.

        Raises:
            NodeNotFound: A node disappeared, or never appeared.
            NodeFailed: A node went to an error state, or was terminated. The message has the provider's reason.
            DeadlineExceeded: Not all of them had stopped in time; the message names which, and what was last seen
                of them.
        """
        return run(self._compute.wait_until_stopped(nodes, timeout=timeout))

    def wait_until_destroyed(self, nodes: Sequence[Node | str], *, timeout: float = 600.0) -> None:
        """Wait until every node is terminated, or gone; ``destroy_node`` may return before that.

        Args:
            nodes: The nodes. One that does not exist is destroyed.
            timeout: Seconds for all of them together.

        Raises:
            NodeFailed: A node went to an error state meanwhile. The message has the provider's reason.
            DeadlineExceeded: Not all of them were gone in time; the message names which, and what was last seen
                of them.
        """
        run(self._compute.wait_until_destroyed(nodes, timeout=timeout))

    def list_sizes(self, *, location: NodeLocation | str | None = None) -> list[NodeSize]:
        """Every size on offer.

        Args:
            location: Only what is on offer there, where the provider tells.
        """
        return run(self._compute.list_sizes(location=location))

    def get_size(self, size: NodeSize | str) -> NodeSize:
        """One size.

        Raises:
            SizeNotFound: It is not on offer.
        """
        return run(self._compute.get_size(size))

    def list_images(
        self,
        *,
        location: NodeLocation | str | None = None,
        owner: str | None = None,
        ids: Sequence[NodeImage | str] | None = None,
        name: str | None = None,
        state: ImageState | str | Collection[ImageState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> list[ImageT]:
        """Images that nodes can be made from, or those that are wanted.

        Args:
            location: Only images that are there, where the provider tells.
            owner: Only images of this account; providers document their own words for it
                (``"self"``). Without it: every image that the account may use.
            ids: Only these images. An empty list gives an empty list, without a call.
            name: Only images that are called exactly so.
            state: Only images in this state, or in one of these.
            tags: Only images that have all of these tags; None as a value for any value.

        Raises:
            ImageNotFound: One of ``ids`` does not exist.
            InvalidRequest: The name, a state or a tag cannot be one.
        """
        return run(
            self._compute.list_images(location=location, owner=owner, ids=ids, name=name, state=state, tags=tags)
        )

    def get_image(self, image: NodeImage | str) -> ImageT:
        """One image.

        Raises:
            ImageNotFound: It does not exist.
        """
        return run(self._compute.get_image(image))

    def list_locations(self) -> list[NodeLocation]:
        """Every place where nodes can be created in this region."""
        return run(self._compute.list_locations())

    def list_volumes(
        self,
        *,
        node: Node | str | None = None,
        name: str | None = None,
        state: VolumeState | str | Collection[VolumeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> list[VolumeT]:
        """Every volume of the account in this region, from every page, or those that are wanted.

        Args:
            node: Only volumes that are attached to this node. One that does not exist has none.
            name: Only volumes that are called exactly so.
            state: Only volumes in this state, or in one of these.
            tags: Only volumes that have all of these tags; None as a value for any value.

        Raises:
            InvalidRequest: The name, a state or a tag cannot be one.
        """
        return run(self._compute.list_volumes(node=node, name=name, state=state, tags=tags))

    def get_volume(self, volume: Volume | str) -> VolumeT:
        """One volume as it is now.

        Raises:
            VolumeNotFound: It does not exist.
        """
        return run(self._compute.get_volume(volume))

    def create_volume(
        self,
        size: int,
        name: str,
        *,
        location: NodeLocation | str | None = None,
        snapshot: VolumeSnapshot | str | None = None,
    ) -> VolumeT:
        """Create a volume.

        Args:
            size: GiB, at least 1.
            name: Its display name.
            location: Where; None for the provider's choice.
            snapshot: What to fill it with; None for an empty one.

        Raises:
            SnapshotNotFound: The snapshot does not exist.
            QuotaExceeded: The account may not have that much.
        """
        return run(self._compute.create_volume(size, name, location=location, snapshot=snapshot))

    def attach_volume(self, node: Node | str, volume: Volume | str, *, device: str | None = None) -> VolumeT:
        """Attach a volume to a node.

        Args:
            node: The node.
            volume: The volume, in the node's location.
            device: Device name as the provider writes it (``"/dev/sdf"``); None for its choice.

        Returns:
            The volume as it is now, possibly still attaching.

        Raises:
            NodeNotFound, VolumeNotFound: They do not exist.
            Conflict: The volume is attached already, or in another location.
        """
        return run(self._compute.attach_volume(node, volume, device=device))

    def detach_volume(self, volume: Volume | str, *, node: Node | str | None = None) -> VolumeT:
        """Detach a volume from the node it is attached to.

        Args:
            volume: The volume.
            node: From which node. It has to be said for a volume that several nodes have.

        Returns:
            The volume as it is now, possibly still detaching.

        Raises:
            VolumeNotFound: It does not exist.
            Conflict: It is not attached, or to other nodes, or to several and ``node`` is not given.
        """
        return run(self._compute.detach_volume(volume, node=node))

    def destroy_volume(self, volume: Volume | str) -> None:
        """Destroy a volume and what is on it.

        Raises:
            VolumeNotFound: It does not exist.
            Conflict: It is attached.
        """
        run(self._compute.destroy_volume(volume))

    def list_volume_snapshots(
        self,
        volume: Volume | str | None = None,
        *,
        name: str | None = None,
        state: SnapshotState | str | Collection[SnapshotState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> list[SnapshotT]:
        """Every snapshot of the account's own, or of one volume, or those that are wanted.

        Args:
            volume: Only snapshots of this volume.
            name: Only snapshots that are called exactly so.
            state: Only snapshots in this state, or in one of these.
            tags: Only snapshots that have all of these tags; None as a value for any value.

        Raises:
            InvalidRequest: The name, a state or a tag cannot be one.
        """
        return run(self._compute.list_volume_snapshots(volume, name=name, state=state, tags=tags))

    def create_volume_snapshot(self, volume: Volume | str, *, name: str | None = None) -> SnapshotT:
        """Start a snapshot of a volume.

        Returns:
            The snapshot, possibly still being made.

        Raises:
            VolumeNotFound: The volume does not exist.
        """
        return run(self._compute.create_volume_snapshot(volume, name=name))

    def destroy_volume_snapshot(self, snapshot: VolumeSnapshot | str) -> None:
        """Destroy a snapshot.

        Raises:
            SnapshotNotFound: It does not exist.
        """
        run(self._compute.destroy_volume_snapshot(snapshot))

    def wait_until_volume_available(self, volumes: Sequence[Volume | str], *, timeout: float = 600.0) -> list[VolumeT]:
        """Wait until every volume can be attached; ``create_volume`` may return before that.

        Args:
            volumes: The volumes, in any state.
            timeout: Seconds for all of them together.

        Returns:
            The volumes as they are now, in the order of ``volumes``.

        Raises:
            VolumeNotFound: A volume disappeared, or never appeared.
            ResourceFailed: A volume went to an error state, or is being deleted. The message has the provider's
                reason.
            DeadlineExceeded: Not all of them were available in time; the message names which, and what was last
                seen of them.
        """
        return run(self._compute.wait_until_volume_available(volumes, timeout=timeout))

    def wait_until_volume_attached(
        self, volumes: Sequence[Volume | str], *, node: Node | str | None = None, timeout: float = 600.0
    ) -> list[VolumeT]:
        """Wait until every volume is attached; ``attach_volume`` may return before that.

        Args:
            volumes: The volumes, which are attached already or on their way.
            node: To which node, whatever its attachments to others do meanwhile; None for any.
            timeout: Seconds for all of them together.

        Returns:
            The volumes as they are now, in the order of ``volumes``.

        Raises:
            VolumeNotFound: A volume disappeared, or never appeared.
            ResourceFailed: A volume went to an error state, is being deleted, or came back from its way to the node.
            DeadlineExceeded: Not all of them were attached in time; the message names which, and what was last
                seen of them.
        """
        return run(self._compute.wait_until_volume_attached(volumes, node=node, timeout=timeout))

    def wait_until_volume_detached(
        self, volumes: Sequence[Volume | str], *, node: Node | str | None = None, timeout: float = 600.0
    ) -> list[VolumeT]:
        """Wait until every volume is available again; ``detach_volume`` may return before that.

        Args:
            volumes: The volumes.
            node: From which node, whatever its attachments to others do meanwhile; None for all of them.
            timeout: Seconds for all of them together.

        Returns:
            The volumes as they are now, in the order of ``volumes``.

        Raises:
            VolumeNotFound: A volume disappeared, or never appeared.
            ResourceFailed: A volume went to an error state, is being deleted, or stayed after it was on its way.
            DeadlineExceeded: Not all of them were detached in time; the message names which, and what was last
                seen of them.
        """
        return run(self._compute.wait_until_volume_detached(volumes, node=node, timeout=timeout))

    def wait_until_snapshot_available(
        self, snapshots: Sequence[VolumeSnapshot | str], *, timeout: float = 3600.0
    ) -> list[SnapshotT]:
        """Wait until every snapshot is complete; ``create_volume_snapshot`` returns before that.

        Args:
            snapshots: The snapshots of one's own, in any state.
            timeout: Seconds for all of them together.

        Returns:
            The snapshots as they are now, in the order of ``snapshots``.

        Raises:
            SnapshotNotFound: A snapshot disappeared, or never appeared.
            ResourceFailed: A snapshot went to an error state, or is being deleted. The message has the provider's
                reason.
            DeadlineExceeded: Not all of them were complete in time; the message names which, and what was last
                seen of them.
        """
        return run(self._compute.wait_until_snapshot_available(snapshots, timeout=timeout))

    def create_image(self, node: Node | str, name: str, *, description: str | None = None) -> ImageT:
        """Make an image of a node.

        Returns:
            The image, possibly still being made.

        Raises:
            NodeNotFound: The node does not exist.
            AlreadyExists: An image of that name exists, where names are unique.
        """
        return run(self._compute.create_image(node, name, description=description))

    def copy_image(
        self, source_region: str, image: NodeImage | str, name: str, *, description: str | None = None
    ) -> ImageT:
        """Copy an image from another region into this client's region.

        Args:
            source_region: Where the image is.
            image: The image there.
            name: The copy's name.
            description: The copy's description.

        Returns:
            The copy, possibly still being made.
        """
        return run(self._compute.copy_image(source_region, image, name, description=description))

    def delete_image(self, image: NodeImage | str) -> None:
        """Delete an image of one's own.

        Raises:
            ImageNotFound: It does not exist.
        """
        run(self._compute.delete_image(image))

    def wait_until_image_available(self, images: Sequence[NodeImage | str], *, timeout: float = 3600.0) -> list[ImageT]:
        """Wait until nodes can be made from every image; ``create_image`` and ``copy_image`` return before that.

        Args:
            images: The images, in any state.
            timeout: Seconds for all of them together.

        Returns:
            The images as they are now, in the order of ``images``.

        Raises:
            ImageNotFound: An image disappeared, or never appeared.
            ResourceFailed: An image went to an error state, or is being deleted. The message has the provider's
                reason.
            DeadlineExceeded: Not all of them were available in time; the message names which, and what was last
                seen of them.
        """
        return run(self._compute.wait_until_image_available(images, timeout=timeout))

    def list_key_pairs(self) -> list[KeyPair]:
        """Every key pair of the account in this region."""
        return run(self._compute.list_key_pairs())

    def get_key_pair(self, name: KeyPair | str) -> KeyPair:
        """One key pair, without its private key.

        Raises:
            KeyPairNotFound: It does not exist.
        """
        return run(self._compute.get_key_pair(name))

    def create_key_pair(self, name: str) -> KeyPair:
        """Let the provider make a key pair.

        Returns:
            The key pair with its ``private_key``, which no later call gives again.

        Raises:
            KeyPairExists: The name is taken.
        """
        return run(self._compute.create_key_pair(name))

    def import_key_pair(self, name: str, public_key: str | PathLike[str]) -> KeyPair:
        """Give the provider a public key of one's own.

        Args:
            name: The name that it gets.
            public_key: Its text in OpenSSH form, or the path of the file that holds it.

        Raises:
            KeyPairExists: The name is taken.
            InvalidRequest: This is no public key, or the file cannot be read.
        """
        return run(self._compute.import_key_pair(name, public_key))

    def delete_key_pair(self, name: KeyPair | str) -> None:
        """Delete a key pair at the provider; nodes that have it keep it.

        Raises:
            KeyPairNotFound: It does not exist.
        """
        run(self._compute.delete_key_pair(name))

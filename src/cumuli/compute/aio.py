"""``AsyncCompute``: the portable compute client. ``Compute`` is generated from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from enum import StrEnum
from os import PathLike
from typing import Any, Literal, Protocol, TypeVar

from cumuli.calls.paging import Page
from cumuli.client import AsyncClient
from cumuli.compute.arguments import (
    checked_name,
    checked_public_key,
    checked_tags,
    id_of,
    ids_of,
    optional_id_of,
)
from cumuli.compute.auth import Auth, Password, SSHKey
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.deploying import TAG, Creation, Deployer, Given, OnProgress, PrivateKey, SSHInterface, deploy_all
from cumuli.compute.driver import ComputeDriver, Generic, ImageT, NodeSpec, NodeT, SnapshotT, VolumeT
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
from cumuli.compute.waiting import (
    IMAGE_AVAILABLE,
    NEWBORN,
    NODE_DESTROYED,
    NODE_STOPPED,
    SNAPSHOT_AVAILABLE,
    VOLUME_AVAILABLE,
    Goal,
    Looks,
    ThingT,
    volume_attached,
    volume_detached,
    wait_until,
    wait_until_running,
)
from cumuli.compute.wanted import EVERYTHING, Wanted, wanted_of
from cumuli.deploy.results import Deployment
from cumuli.deploy.running import flat
from cumuli.deploy.steps import CloudInit, Steps
from cumuli.errors import (
    CloudError,
    ImageNotFound,
    InvalidRequest,
    KeyPairNotFound,
    NodeNotFound,
    NotFound,
    NotSupported,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.secret import Secret

__all__ = ["AsyncCompute"]

T = TypeVar("T")


class HasId(Protocol):
    """A model."""

    @property
    def id(self) -> str: ...


MadeT = TypeVar("MadeT", bound=HasId)

MISSING: dict[type, type[NotFound]] = {
    Node: NodeNotFound,
    NodeImage: ImageNotFound,
    Volume: VolumeNotFound,
    VolumeSnapshot: SnapshotNotFound,
    KeyPair: KeyPairNotFound,
}


class AsyncCompute(AsyncClient, Generic[NodeT, VolumeT, ImageT, SnapshotT]):
    """Servers, disks, images and keys of one provider.

    Wherever a model is taken, its id will do. Every method raises ``NotSupported`` before any I/O
    when the provider lacks the capability, ``AuthenticationError`` or ``PermissionDenied`` when
    the provider refuses the credentials, and ``ConnectionFailed``, ``Timeout``,
    ``ProviderUnavailable`` or ``RateLimited`` when it could not be reached in spite of retries.
    """

    def __init__(self, driver: ComputeDriver[NodeT, VolumeT, ImageT, SnapshotT]) -> None:
        super().__init__(driver)
        self._driver = driver

    # Nodes

    async def list_nodes(
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
        return [node async for node in self.iterate_nodes(ids=ids, name=name, state=state, tags=tags)]

    def iterate_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> AsyncIterator[NodeT]:
        """As ``list_nodes``, lazily: the first node is given while later pages are still unread."""
        chosen = None if ids is None else ids_of(ids, Node, self.provider)
        wanted = self._wanted(ComputeCapability.LIST_NODES_TAGS, NodeState, name=name, state=state, tags=tags)
        driver = self._driver

        def fetch(cursor: str | None) -> Awaitable[Page[NodeT]]:
            if chosen is None and wanted:
                return driver.find_nodes(wanted, cursor=cursor)
            return driver.list_nodes(ids=chosen, cursor=cursor)

        return self._listing(ComputeCapability.LIST_NODES, fetch, empty=chosen == [], wanted=wanted)

    async def get_node(self, node: Node | str) -> NodeT:
        """One node as it is now.

        Raises:
            NodeNotFound: It does not exist.
        """
        self._require(ComputeCapability.GET_NODE)
        return await self._do(self._driver.get_node(id_of(node, Node, self.provider)))

    async def create_node(
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
        return await self._create_node(self._node_spec(name, size, image, location, auth, tags))

    async def deploy_node(
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
        return await self._deploy_node(
            name,
            lambda tags, _: self.create_node(name, size, image, location=location, auth=auth, tags=tags),
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
        )

    async def deploy(
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
        self._require(ComputeCapability.LIST_NODES)
        deployer = Deployer(
            _Cloud(self, self._driver),
            Given(
                deploy=steps,
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
                on_failure="keep",
                on_progress=on_progress,
            ),
        )
        return await self._do(deployer.deploy_existing(node, id_of(node, Node, self.provider)))

    async def deploy_nodes(
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
        self._require(ComputeCapability.LIST_NODES)
        return await deploy_all(_Cloud(self, self._driver), deployments, concurrency=concurrency)

    async def start_node(self, node: Node | str) -> None:
        """Start a stopped node.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        self._require(ComputeCapability.START_NODE)
        await self._do(self._driver.start_node(id_of(node, Node, self.provider)))

    async def stop_node(self, node: Node | str) -> None:
        """Shut a node down and keep it, its disks and its address book.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        self._require(ComputeCapability.STOP_NODE)
        await self._do(self._driver.stop_node(id_of(node, Node, self.provider)))

    async def reboot_node(self, node: Node | str) -> None:
        """Reboot a node, the gentle way where the provider has one.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
        """
        self._require(ComputeCapability.REBOOT_NODE)
        await self._do(self._driver.reboot_node(id_of(node, Node, self.provider)))

    async def destroy_node(self, node: Node | str) -> None:
        """Destroy a node for good.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is protected, or its state does not allow it.
        """
        self._require(ComputeCapability.DESTROY_NODE)
        node_id = id_of(node, Node, self.provider)
        await self._do(self._driver.destroy_node(node_id))
        self._driver.caller.recent.take_away(node_id)

    async def wait_until_running(
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
        self._require(ComputeCapability.LIST_NODES)
        wanted = ids_of(nodes, Node, self.provider)
        return await wait_until_running(
            self._driver.caller.runtime,
            lambda ids: self.list_nodes(ids=ids),
            wanted,
            appeared=frozenset(node.id for node in nodes if isinstance(node, Node) and node.state not in NEWBORN),
            newborn=frozenset(node.id for node in nodes if isinstance(node, Node) and node.state in NEWBORN),
            is_gone=self._driver.caller.recent.is_gone,
            public=ssh_interface == "public",
            timeout=timeout,
            provider=self.provider,
        )

    async def wait_until_stopped(self, nodes: Sequence[Node | str], *, timeout: float = 600.0) -> list[NodeT]:
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
        self._require(ComputeCapability.LIST_NODES)
        return await self._wait(nodes, Node, NODE_STOPPED, lambda ids: self.list_nodes(ids=ids), timeout)

    async def wait_until_destroyed(self, nodes: Sequence[Node | str], *, timeout: float = 600.0) -> None:
        """Wait until every node is terminated, or gone; ``destroy_node`` may return before that.

        Args:
            nodes: The nodes. One that does not exist is destroyed.
            timeout: Seconds for all of them together.

        Raises:
            NodeFailed: A node went to an error state meanwhile. The message has the provider's reason.
            DeadlineExceeded: Not all of them were gone in time; the message names which, and what was last seen
                of them.
        """
        self._require(ComputeCapability.LIST_NODES)
        await self._wait(nodes, Node, NODE_DESTROYED, lambda ids: self.list_nodes(ids=ids), timeout)

    # What nodes are made of

    async def list_sizes(self, *, location: NodeLocation | str | None = None) -> list[NodeSize]:
        """Every size on offer.

        Args:
            location: Only what is on offer there, where the provider tells.
        """
        self._require(ComputeCapability.LIST_SIZES)
        place = optional_id_of(location, NodeLocation, self.provider)
        driver = self._driver
        listing: AsyncIterator[NodeSize] = self._listing(
            ComputeCapability.LIST_SIZES, lambda cursor: driver.list_sizes(location=place, cursor=cursor)
        )
        return [size async for size in listing]

    async def get_size(self, size: NodeSize | str) -> NodeSize:
        """One size.

        Raises:
            SizeNotFound: It is not on offer.
        """
        self._require(ComputeCapability.GET_SIZE)
        return await self._do(self._driver.get_size(id_of(size, NodeSize, self.provider)))

    async def list_images(
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
        chosen = None if ids is None else ids_of(ids, NodeImage, self.provider)
        place = optional_id_of(location, NodeLocation, self.provider)
        wanted = self._wanted(ComputeCapability.LIST_IMAGES_TAGS, ImageState, name=name, state=state, tags=tags)
        driver = self._driver

        def fetch(cursor: str | None) -> Awaitable[Page[ImageT]]:
            if chosen is None and wanted:
                return driver.find_images(wanted, location=place, owner=owner, cursor=cursor)
            return driver.list_images(location=place, owner=owner, ids=chosen, cursor=cursor)

        listing = self._listing(ComputeCapability.LIST_IMAGES, fetch, empty=chosen == [], wanted=wanted)
        return [image async for image in listing]

    async def get_image(self, image: NodeImage | str) -> ImageT:
        """One image.

        Raises:
            ImageNotFound: It does not exist.
        """
        self._require(ComputeCapability.GET_IMAGE)
        return await self._do(self._driver.get_image(id_of(image, NodeImage, self.provider)))

    async def list_locations(self) -> list[NodeLocation]:
        """Every place where nodes can be created in this region."""
        driver = self._driver
        listing: AsyncIterator[NodeLocation] = self._listing(
            ComputeCapability.LIST_LOCATIONS, lambda cursor: driver.list_locations(cursor=cursor)
        )
        return [location async for location in listing]

    # Volumes and snapshots

    async def list_volumes(
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
        attached_to = optional_id_of(node, Node, self.provider)
        wanted = self._wanted(
            ComputeCapability.LIST_VOLUMES_TAGS, VolumeState, name=name, state=state, tags=tags, attached_to=attached_to
        )
        driver = self._driver

        def fetch(cursor: str | None) -> Awaitable[Page[VolumeT]]:
            return driver.find_volumes(wanted, cursor=cursor) if wanted else driver.list_volumes(cursor=cursor)

        listing = self._listing(ComputeCapability.LIST_VOLUMES, fetch, wanted=wanted)
        return [volume async for volume in listing]

    async def get_volume(self, volume: Volume | str) -> VolumeT:
        """One volume as it is now.

        Raises:
            VolumeNotFound: It does not exist.
        """
        self._require(ComputeCapability.GET_VOLUME)
        return await self._do(self._driver.get_volume(id_of(volume, Volume, self.provider)))

    async def create_volume(
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
        self._require(ComputeCapability.CREATE_VOLUME)
        if size < 1:
            raise InvalidRequest(f"size is {size}; give a whole number of GiB, at least 1")
        return await self._make(
            self._driver.create_volume(
                size=size,
                name=checked_name(name, "a volume"),
                location=optional_id_of(location, NodeLocation, self.provider),
                snapshot=optional_id_of(snapshot, VolumeSnapshot, self.provider),
            )
        )

    async def attach_volume(self, node: Node | str, volume: Volume | str, *, device: str | None = None) -> VolumeT:
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
        self._require(ComputeCapability.ATTACH_VOLUME)
        return await self._do(
            self._driver.attach_volume(
                node_id=id_of(node, Node, self.provider),
                volume_id=id_of(volume, Volume, self.provider),
                device=device,
            )
        )

    async def detach_volume(self, volume: Volume | str, *, node: Node | str | None = None) -> VolumeT:
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
        self._require(ComputeCapability.DETACH_VOLUME)
        return await self._do(
            self._driver.detach_volume(
                id_of(volume, Volume, self.provider), node_id=optional_id_of(node, Node, self.provider)
            )
        )

    async def destroy_volume(self, volume: Volume | str) -> None:
        """Destroy a volume and what is on it.

        Raises:
            VolumeNotFound: It does not exist.
            Conflict: It is attached.
        """
        self._require(ComputeCapability.DESTROY_VOLUME)
        await self._do(self._driver.destroy_volume(id_of(volume, Volume, self.provider)))

    async def list_volume_snapshots(
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
        volume_id = optional_id_of(volume, Volume, self.provider)
        wanted = self._wanted(
            ComputeCapability.LIST_VOLUME_SNAPSHOTS_TAGS, SnapshotState, name=name, state=state, tags=tags
        )
        driver = self._driver

        def fetch(cursor: str | None) -> Awaitable[Page[SnapshotT]]:
            if wanted:
                return driver.find_volume_snapshots(wanted, volume_id=volume_id, cursor=cursor)
            return driver.list_volume_snapshots(volume_id=volume_id, cursor=cursor)

        listing = self._listing(ComputeCapability.LIST_VOLUME_SNAPSHOTS, fetch, wanted=wanted)
        return [snapshot async for snapshot in listing]

    async def create_volume_snapshot(self, volume: Volume | str, *, name: str | None = None) -> SnapshotT:
        """Start a snapshot of a volume.

        Returns:
            The snapshot, possibly still being made.

        Raises:
            VolumeNotFound: The volume does not exist.
        """
        self._require(ComputeCapability.CREATE_VOLUME_SNAPSHOT)
        return await self._make(
            self._driver.create_volume_snapshot(volume_id=id_of(volume, Volume, self.provider), name=name)
        )

    async def destroy_volume_snapshot(self, snapshot: VolumeSnapshot | str) -> None:
        """Destroy a snapshot.

        Raises:
            SnapshotNotFound: It does not exist.
        """
        self._require(ComputeCapability.DESTROY_VOLUME_SNAPSHOT)
        await self._do(self._driver.destroy_volume_snapshot(id_of(snapshot, VolumeSnapshot, self.provider)))

    async def wait_until_volume_available(
        self, volumes: Sequence[Volume | str], *, timeout: float = 600.0
    ) -> list[VolumeT]:
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
        self._require(ComputeCapability.LIST_VOLUMES)
        return await self._wait(volumes, Volume, VOLUME_AVAILABLE, self._look_at_volumes, timeout)

    async def wait_until_volume_attached(
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
        self._require(ComputeCapability.LIST_VOLUMES)
        goal = volume_attached(optional_id_of(node, Node, self.provider))
        return await self._wait(volumes, Volume, goal, self._look_at_volumes, timeout)

    async def wait_until_volume_detached(
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
        self._require(ComputeCapability.LIST_VOLUMES)
        goal = volume_detached(optional_id_of(node, Node, self.provider))
        return await self._wait(volumes, Volume, goal, self._look_at_volumes, timeout)

    async def wait_until_snapshot_available(
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
        self._require(ComputeCapability.LIST_VOLUME_SNAPSHOTS)
        return await self._wait(snapshots, VolumeSnapshot, SNAPSHOT_AVAILABLE, self._look_at_snapshots, timeout)

    # Images of one's own

    async def create_image(self, node: Node | str, name: str, *, description: str | None = None) -> ImageT:
        """Make an image of a node.

        Returns:
            The image, possibly still being made.

        Raises:
            NodeNotFound: The node does not exist.
            AlreadyExists: An image of that name exists, where names are unique.
        """
        self._require(ComputeCapability.CREATE_IMAGE)
        return await self._make(
            self._driver.create_image(
                node_id=id_of(node, Node, self.provider), name=checked_name(name, "an image"), description=description
            )
        )

    async def copy_image(
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
        self._require(ComputeCapability.COPY_IMAGE)
        return await self._make(
            self._driver.copy_image(
                source_region=source_region,
                image_id=id_of(image, NodeImage, self.provider),
                name=checked_name(name, "an image"),
                description=description,
            )
        )

    async def delete_image(self, image: NodeImage | str) -> None:
        """Delete an image of one's own.

        Raises:
            ImageNotFound: It does not exist.
        """
        self._require(ComputeCapability.DELETE_IMAGE)
        await self._do(self._driver.delete_image(id_of(image, NodeImage, self.provider)))

    async def wait_until_image_available(
        self, images: Sequence[NodeImage | str], *, timeout: float = 3600.0
    ) -> list[ImageT]:
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
        self._require(ComputeCapability.LIST_IMAGES)
        return await self._wait(images, NodeImage, IMAGE_AVAILABLE, lambda ids: self.list_images(ids=ids), timeout)

    # Key pairs

    async def list_key_pairs(self) -> list[KeyPair]:
        """Every key pair of the account in this region."""
        driver = self._driver
        listing: AsyncIterator[KeyPair] = self._listing(
            ComputeCapability.LIST_KEY_PAIRS, lambda cursor: driver.list_key_pairs(cursor=cursor)
        )
        return [pair async for pair in listing]

    async def get_key_pair(self, name: KeyPair | str) -> KeyPair:
        """One key pair, without its private key.

        Raises:
            KeyPairNotFound: It does not exist.
        """
        self._require(ComputeCapability.GET_KEY_PAIR)
        return await self._do(self._driver.get_key_pair(id_of(name, KeyPair, self.provider)))

    async def create_key_pair(self, name: str) -> KeyPair:
        """Let the provider make a key pair.

        Returns:
            The key pair with its ``private_key``, which no later call gives again.

        Raises:
            KeyPairExists: The name is taken.
        """
        self._require(ComputeCapability.CREATE_KEY_PAIR)
        return await self._make(self._driver.create_key_pair(checked_name(name, "a key pair")))

    async def import_key_pair(self, name: str, public_key: str | PathLike[str]) -> KeyPair:
        """Give the provider a public key of one's own.

        Args:
            name: The name that it gets.
            public_key: Its text in OpenSSH form, or the path of the file that holds it.

        Raises:
            KeyPairExists: The name is taken.
            InvalidRequest: This is no public key, or the file cannot be read.
        """
        self._require(ComputeCapability.IMPORT_KEY_PAIR)
        name = checked_name(name, "a key pair")
        text = await checked_public_key(self._driver.caller.runtime, public_key)
        return await self._make(self._driver.import_key_pair(name=name, public_key=text))

    async def delete_key_pair(self, name: KeyPair | str) -> None:
        """Delete a key pair at the provider; nodes that have it keep it.

        Raises:
            KeyPairNotFound: It does not exist.
        """
        self._require(ComputeCapability.DELETE_KEY_PAIR)
        await self._do(self._driver.delete_key_pair(id_of(name, KeyPair, self.provider)))

    # For the clients of providers

    def _node_spec(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        location: NodeLocation | str | None,
        auth: Auth | None,
        tags: Mapping[str, str] | None,
    ) -> NodeSpec:
        """The checked portable part of ``create_node``'s arguments."""
        self._require(ComputeCapability.CREATE_NODE)
        if isinstance(auth, SSHKey):
            self._require(ComputeCapability.CREATE_NODE_SSH_KEY)
        if isinstance(auth, Password):
            self._require(ComputeCapability.CREATE_NODE_PASSWORD)
        if tags:
            self._require(ComputeCapability.CREATE_NODE_TAGS)
        return NodeSpec(
            name=checked_name(name, "a node"),
            size=id_of(size, NodeSize, self.provider),
            image=id_of(image, NodeImage, self.provider),
            location=optional_id_of(location, NodeLocation, self.provider),
            auth=auth,
            tags=checked_tags(tags),
        )

    async def _deploy_node(
        self,
        name: str,
        create: Creation[NodeT],
        given: Given[NodeT],
        *,
        auth: Auth | None,
        tags: Mapping[str, str] | None,
        takes_user_data: bool = False,
        has_user_data: bool = False,
    ) -> Deployment[NodeT]:
        """What every ``deploy_node`` does; ``create`` is this client's ``create_node`` with the arguments given.

        Args:
            name: What the node is called.
            create: Is given the tags, and the user data of a ``CloudInit`` or None.
            given: The arguments that are not ``create_node``'s.
            auth: As for ``create_node``.
            tags: As for ``create_node``.
            takes_user_data: Whether ``create`` takes user data.
            has_user_data: Whether it has some already.
        """
        for capability in (ComputeCapability.CREATE_NODE, ComputeCapability.LIST_NODES, ComputeCapability.DESTROY_NODE):
            self._require(capability)
        if not takes_user_data and any(isinstance(step, CloudInit) for step in flat(given.deploy)):
            raise NotSupported(f"{self.provider} gives nodes no user data, which CloudInit is", provider=self.provider)
        deployer = Deployer(_Cloud(self, self._driver), given, checked_name(name, "a node"))
        tagged = ComputeCapability.CREATE_NODE_TAGS in self.capabilities
        return await self._do(deployer.deploy_new(create, tags, auth, tagged=tagged, told=has_user_data))

    async def _create_node(self, spec: NodeSpec) -> NodeT:
        return await self._make(self._driver.create_node(spec))

    async def _make(self, work: Awaitable[MadeT]) -> MadeT:
        """As ``_do``, for what makes something, which the provider may not know everywhere yet."""
        made = await self._do(work)
        self._remember(made)
        return made

    def _remember(self, made: HasId) -> None:
        caller = self._driver.caller
        if self._driver.forgetful:
            caller.recent.add(made.id, _missing(made), now=caller.runtime.monotonic())

    def _require(self, capability: ComputeCapability) -> None:
        self.capabilities.require(capability, provider=self.provider)

    async def _wait(
        self,
        things: Sequence[Node | Volume | NodeImage | VolumeSnapshot | str],
        kind: type[Node | Volume | NodeImage | VolumeSnapshot],
        goal: Goal[Any],
        looks: Looks[ThingT],
        timeout: float,
    ) -> list[ThingT]:
        """Those of the things that are there at the end, in their order."""
        wanted = ids_of(things, kind, self.provider)
        models = [thing for thing in things if not isinstance(thing, str)]
        found = await wait_until(
            self._driver.caller.runtime,
            looks,
            wanted,
            goal,
            appeared=frozenset(thing.id for thing in models if thing.state not in NEWBORN),
            newborn=frozenset(thing.id for thing in models if thing.state in NEWBORN),
            is_gone=self._driver.caller.recent.is_gone,
            timeout=timeout,
            provider=self.provider,
        )
        return [found[thing_id] for thing_id in wanted if thing_id in found]

    async def _look_at_volumes(self, ids: Sequence[str]) -> list[VolumeT]:
        if len(ids) == 1 and ComputeCapability.GET_VOLUME in self.capabilities:
            return [await self._do(self._driver.get_volume(ids[0]))]
        wanted, driver = Wanted(ids=frozenset(ids)), self._driver
        listing: AsyncIterator[VolumeT] = self._listing(
            ComputeCapability.LIST_VOLUMES, lambda cursor: driver.find_volumes(wanted, cursor=cursor), wanted=wanted
        )
        return [volume async for volume in listing]

    async def _look_at_snapshots(self, ids: Sequence[str]) -> list[SnapshotT]:
        wanted, driver = Wanted(ids=frozenset(ids)), self._driver
        listing: AsyncIterator[SnapshotT] = self._listing(
            ComputeCapability.LIST_VOLUME_SNAPSHOTS,
            lambda cursor: driver.find_volume_snapshots(wanted, volume_id=None, cursor=cursor),
            wanted=wanted,
        )
        return [snapshot async for snapshot in listing]

    def _wanted(
        self,
        tagged: ComputeCapability,
        states: type[StrEnum],
        *,
        name: str | None,
        state: str | Collection[str] | None,
        tags: Mapping[str, str | None] | None,
        attached_to: str | None = None,
    ) -> Wanted:
        """The checked portable part of a listing's arguments; ``tagged`` is what ``tags`` takes."""
        wanted = wanted_of(states, name=name, state=state, tags=tags, attached_to=attached_to)
        if wanted.tags:
            self._require(tagged)
        return wanted

    def _listing(
        self,
        capability: ComputeCapability,
        fetch: Callable[[str | None], Awaitable[Page[T]]],
        *,
        empty: bool = False,
        wanted: Wanted = EVERYTHING,
    ) -> AsyncIterator[T]:
        """A lazy listing of what is wanted, its capability checked now; ``empty`` gives nothing without a call."""
        self._require(capability)

        async def nothing(_cursor: str | None) -> Page[T]:
            return Page([])

        pages = self._pages(nothing if empty else fetch, key=_key)
        return _picked(pages, wanted) if wanted else pages


class _Cloud(Generic[NodeT]):
    """What a deployment needs of a client."""

    def __init__(
        self,
        client: AsyncCompute[NodeT, VolumeT, ImageT, SnapshotT],
        driver: ComputeDriver[NodeT, VolumeT, ImageT, SnapshotT],
    ) -> None:
        self._client = client
        self._driver = driver
        self.provider = client.provider
        self.runtime = driver.caller.runtime

    async def look(self, ids: Sequence[str]) -> Sequence[NodeT]:
        return await self._client.list_nodes(ids=ids)

    async def tagged(self, tag: str) -> Sequence[NodeT]:
        return await self._client.list_nodes(tags={TAG: tag})

    async def destroy(self, node_id: str) -> None:
        await self._client.destroy_node(node_id)

    async def reboot(self, node_id: str) -> None:
        await self._client.reboot_node(node_id)

    async def host_keys(self, node_id: str) -> Sequence[str]:
        return await self._driver.host_keys(node_id)

    def is_gone(self, node_id: str) -> bool:
        return self._driver.caller.recent.is_gone(node_id)


async def _picked(items: AsyncIterator[T], wanted: Wanted) -> AsyncIterator[T]:
    async for item in items:
        if wanted.admits(item):
            yield item


def _missing(made: object) -> type[NotFound]:
    """The error that says that something like this does not exist."""
    return next((error for kind, error in MISSING.items() if isinstance(made, kind)), NotFound)


def _key(item: object) -> str:
    return getattr(item, "id", "")

"""Verb by verb: what podman is asked for machines, images and keys."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.left_out import tell_left_out
from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.compute.driver import ComputeDriver, NodeSpec
from cumuli.compute.models import KeyPair, NodeImage, NodeLocation, NodeSize, NodeState
from cumuli.errors import (
    CloudError,
    Conflict,
    ImageNotFound,
    InvalidRequest,
    MalformedResponse,
    NodeNotFound,
    NotFound,
    ProviderUnavailable,
    SizeNotFound,
    SnapshotNotFound,
)
from cumuli.providers.machines import boot, wire
from cumuli.providers.machines.calls import Podman
from cumuli.providers.machines.images import Images
from cumuli.providers.machines.keys import KeyPairs
from cumuli.providers.machines.models import LocalMachine, LocalMachineImage, LocalMachineSpec, LocalMachineVolume
from cumuli.providers.machines.sizes import LOCATION, PROVIDER, SIZES
from cumuli.providers.machines.volumes import Volumes
from cumuli.runtime.messages import Source

__all__ = ["MachinesDriver"]

log = logging.getLogger("cumuli.machines")

# Seconds that a machine has to shut down before it is cut off; podman's own default.
SHUTDOWN = "10"
SCRIPT = "#!"
READ_FILE = "ContainerArchiveLibpod"
PERIOD = 100_000
MIB = 2**20
# A machine writes its host keys in the first half second of its life.
HOST_KEY_POLL = 0.05
HOST_KEY_PATIENCE = 30.0


class MachinesDriver(ComputeDriver[LocalMachine, LocalMachineVolume, LocalMachineImage]):
    """Machines by podman's API.

    Args:
        caller: Sends the requests.
        origin: Of podman's service.
    """

    provider = PROVIDER
    forgetful = False
    capabilities = Capabilities(
        supported=frozenset(
            {
                Can.LIST_NODES,
                Can.GET_NODE,
                Can.CREATE_NODE,
                Can.CREATE_NODE_TAGS,
                Can.CREATE_NODE_SSH_KEY,
                Can.CREATE_NODE_PASSWORD,
                Can.CREATE_NODE_IDEMPOTENT,
                Can.LIST_NODES_TAGS,
                Can.START_NODE,
                Can.STOP_NODE,
                Can.REBOOT_NODE,
                Can.DESTROY_NODE,
                Can.LIST_SIZES,
                Can.GET_SIZE,
                Can.LIST_IMAGES,
                Can.GET_IMAGE,
                Can.LIST_LOCATIONS,
                Can.LIST_VOLUMES,
                Can.GET_VOLUME,
                Can.CREATE_VOLUME,
                Can.DESTROY_VOLUME,
                Can.CREATE_IMAGE,
                Can.DELETE_IMAGE,
                Can.LIST_KEY_PAIRS,
                Can.GET_KEY_PAIR,
                Can.CREATE_KEY_PAIR,
                Can.IMPORT_KEY_PAIR,
                Can.DELETE_KEY_PAIR,
            }
        )
    )

    def __init__(self, caller: Caller, *, origin: str) -> None:
        super().__init__(caller)
        self._podman = Podman(caller, origin)
        self._images = Images(self._podman)
        self._volumes = Volumes(self._podman)
        self._keys = KeyPairs(self._podman)
        self._info: wire.Info | None = None

    # Nodes

    async def list_nodes(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[LocalMachine]:
        lost: list[MalformedResponse] = []
        found = await self._nodes({"label": [wire.MACHINE]}, lost)
        if ids is None:
            tell_left_out(lost, provider=self.provider, operation="ContainerList")
            return Page(found)
        by_id = {node.id: node for node in found}
        if missing := [node_id for node_id in ids if node_id not in by_id]:
            raise wire.why(lost, NodeNotFound(f"no machine has the id {', '.join(missing)}", operation="ContainerList"))
        return Page([by_id[node_id] for node_id in ids])

    async def get_node(self, node_id: str) -> LocalMachine:
        lost: list[MalformedResponse] = []
        for node in await self._nodes({"label": [wire.MACHINE], "id": [node_id]}, lost):
            # The filter takes the beginning of an id as well.
            if node.id == node_id:
                return node
        raise wire.why(lost, NodeNotFound(f"no machine has the id {node_id}", operation="ContainerList"))

    async def _nodes(self, filters: dict[str, list[str]], lost: list[MalformedResponse]) -> list[LocalMachine]:
        containers = await self._podman.containers(filters, lost)
        rootless = (await self.info()).host.security.rootless
        return [wire.node_of(container, rootless=rootless) for container in containers]

    async def create_node(self, spec: NodeSpec) -> LocalMachine:
        own = spec if isinstance(spec, LocalMachineSpec) else LocalMachineSpec(**msgspec.structs.asdict(spec))
        size = await self.get_size(own.size)
        _check_location(own.location)
        image = await self.get_image(own.image)
        keys = [] if own.key_pair is None else [(await self.get_key_pair(own.key_pair)).public_key or ""]
        # Podman would make a volume that is not there.
        volumes = {path: (await self.get_volume(volume)).id for path, volume in own.volumes.items()}
        host = (await self.info()).host
        token = self.caller.runtime.token()
        name = f"{wire.slug(own.name)}-{token[:8]}"
        content = _container(own, size, image, host, name, volumes)
        try:
            node_id = await self._create_container(content, name)
            try:
                await self._equip(node_id, own, keys, token)
                await self._start(node_id)
                return await self.get_node(node_id)
            except CloudError as error:
                await self._take_back(node_id, error)
                raise
        except CloudError:
            raise
        except BaseException:
            # Ctrl-C, or a task that is cancelled: podman goes on with what it was asked for.
            log.warning("create_node was interrupted; the container %s may be there: find it with list_nodes", name)
            raise

    async def _create_container(self, content: dict[str, object], name: str) -> str:
        operation = "ContainerCreateLibpod"
        try:
            made = await self._podman.ask(
                operation, wire.Made, "POST", "/containers/create", missing=ImageNotFound, content=content
            )
        except Conflict as error:
            if not error.repeated:
                raise
            # The name is nobody else's, so the attempt whose answer was lost has made it.
            path = f"/containers/{name}/json"
            made = await self._podman.ask("ContainerInspectLibpod", wire.Made, "GET", path, missing=NodeNotFound)
        return made.id

    async def _equip(self, node_id: str, spec: LocalMachineSpec, keys: list[str], token: str) -> None:
        """Put the files into a new machine that it needs for its first start."""
        public_keys = [*keys, spec.auth.text] if isinstance(spec.auth, SSHKey) else keys
        password = spec.auth.secret.reveal() if isinstance(spec.auth, Password) else None
        if spec.user_data is not None and not spec.user_data.startswith(SCRIPT):
            await self._look_for_cloud_init(node_id)
        files = boot.files_of(public_keys=public_keys, password=password, user_data=spec.user_data, token=token)
        await self._podman.send(
            "PutContainerArchiveLibpod",
            "PUT",
            f"/containers/{wire.quoted(node_id)}/archive",
            {"path": "/"},
            missing=NodeNotFound,
            body=boot.packed(files),
            content_type="application/x-tar",
        )

    async def _look_for_cloud_init(self, node_id: str) -> None:
        path = f"/containers/{wire.quoted(node_id)}/archive"
        try:
            await self._podman.send(READ_FILE, "HEAD", path, {"path": boot.CLOUD_INIT})
        except NotFound:
            raise InvalidRequest(
                "this image has no cloud-init, and without it user data can only be a script, which begins with '#!'"
            ) from None

    async def _take_back(self, node_id: str, error: CloudError) -> None:
        """Destroy what a creation has come to that failed; if that fails too, the error says what is left."""
        try:
            await self._destroy(node_id)
        except NotFound:
            pass
        except CloudError as other:
            error.message += f"; the machine {node_id} is left, since it could not be destroyed: {other.message}"

    async def start_node(self, node_id: str) -> None:
        await self.get_node(node_id)
        await self._start(node_id)

    async def _start(self, node_id: str) -> None:
        await self._power("ContainerStartLibpod", node_id, "start", {})

    async def stop_node(self, node_id: str) -> None:
        await self.get_node(node_id)
        await self._power("ContainerStopLibpod", node_id, "stop", {"timeout": SHUTDOWN})

    async def reboot_node(self, node_id: str) -> None:
        await self.get_node(node_id)
        # Twice would be once too often.
        await self._power("ContainerRestartLibpod", node_id, "restart", {"t": SHUTDOWN}, repeatable=False)

    async def _power(
        self,
        operation: str,
        node_id: str,
        verb: str,
        parameters: dict[str, str | list[str]],
        *,
        repeatable: bool = True,
    ) -> None:
        path = f"/containers/{wire.quoted(node_id)}/{verb}"
        await self._podman.send(operation, "POST", path, parameters, missing=NodeNotFound, repeatable=repeatable)

    async def destroy_node(self, node_id: str) -> None:
        # Podman knows containers by their names and by the beginnings of their ids as well, and those of others too.
        await self.get_node(node_id)
        await self._destroy(node_id)

    async def _destroy(self, node_id: str) -> None:
        # With "v" the volumes without a name go along, which an image may ask for; those that have one stay.
        call = self._podman.send(
            "ContainerDeleteLibpod",
            "DELETE",
            f"/containers/{wire.quoted(node_id)}",
            {"force": "true", "v": "true", "timeout": "0"},
            missing=NodeNotFound,
        )
        await deleting(call)

    async def host_keys(self, node_id: str) -> tuple[str, ...]:
        """The public halves of a machine's host keys, waited for while it boots."""
        runtime = self.caller.runtime
        end = runtime.monotonic() + HOST_KEY_PATIENCE
        while True:
            failure: ProviderUnavailable | MalformedResponse | None = None
            try:
                if found := await self._host_keys_so_far(node_id):
                    return found
            except (ProviderUnavailable, MalformedResponse) as error:
                # The machine may just be putting the file there: podman fails to read it then, or sends no archive at
                # all, or the half of one.
                failure = error
            state = (await self.get_node(node_id)).state
            if state not in {NodeState.RUNNING, NodeState.STARTING, NodeState.REBOOTING}:
                raise Conflict(
                    f"the machine {node_id} has no host keys: it has never been up, and is {state} now",
                    operation=READ_FILE,
                )
            if runtime.monotonic() > end:
                raise failure or ProviderUnavailable(
                    f"the machine {node_id} has made no host keys in {HOST_KEY_PATIENCE:.0f} s; "
                    "ex_get_console_output() tells what it does",
                    operation=READ_FILE,
                )
            await runtime.sleep(HOST_KEY_POLL)

    async def _host_keys_so_far(self, node_id: str) -> tuple[str, ...]:
        path = f"/containers/{wire.quoted(node_id)}/archive"
        try:
            answer = await self._podman.send(READ_FILE, "GET", path, {"path": boot.HOST_KEYS}, missing=NodeNotFound)
        except NodeNotFound:
            # Said of a machine that is not there, and of a file: which of them, whoever asked looks.
            return ()
        lines = boot.file_in(answer.body).decode("utf-8", "replace").splitlines()
        return tuple(line for line in lines if line.strip())

    async def console_output(self, node_id: str) -> str:
        """What a machine's first process and its sshd have printed."""
        await self.get_node(node_id)
        answer = await self._podman.send(
            "ContainerLogsLibpod",
            "GET",
            f"/containers/{wire.quoted(node_id)}/logs",
            {"stdout": "true", "stderr": "true"},
            missing=NodeNotFound,
        )
        return wire.printed(answer.body)

    # What nodes are made of

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        return Page(list(SIZES.values()) if location in {None, LOCATION} else [])

    async def get_size(self, size_id: str) -> NodeSize:
        if size_id not in SIZES:
            raise SizeNotFound(f"there is no size {size_id!r}; there are {', '.join(SIZES)}", operation="list_sizes")
        return SIZES[size_id]

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[LocalMachineImage]:
        lost: list[MalformedResponse] = []
        found = await self._images.list(ids, lost)
        if ids is None:
            tell_left_out(lost, provider=self.provider, operation="ImageListLibpod")
            found = found if location in {None, LOCATION} else []
        return Page([image for image in found if owner in {None, image.owner}])

    async def get_image(self, image_id: str) -> LocalMachineImage:
        return await self._images.get(image_id)

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        return Page([NodeLocation(id=LOCATION, name="this computer", provider=PROVIDER)])

    # Volumes

    async def list_volumes(self, *, cursor: str | None) -> Page[LocalMachineVolume]:
        lost: list[MalformedResponse] = []
        found = await self._volumes.list(lost)
        tell_left_out(lost, provider=self.provider, operation="VolumeListLibpod")
        return Page(found)

    async def get_volume(self, volume_id: str) -> LocalMachineVolume:
        return await self._volumes.get(volume_id)

    async def create_volume(
        self, *, size: int, name: str, location: str | None, snapshot: str | None
    ) -> LocalMachineVolume:
        _check_location(location)
        if snapshot is not None:
            raise SnapshotNotFound(f"there is no snapshot {snapshot!r}: podman makes none", operation="create_volume")
        return await self._volumes.create(size=size, name=name, token=self.caller.runtime.token())

    async def destroy_volume(self, volume_id: str) -> None:
        await self._volumes.destroy(volume_id)

    # Images of one's own

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> LocalMachineImage:
        token = self.caller.runtime.token()
        await self.get_node(node_id)
        return await self._images.create(node_id=node_id, name=name, description=description, token=token)

    async def import_image(self, archive: Source, *, name: str) -> LocalMachineImage:
        """An image of an archive of a root file system."""
        return await self._images.add(archive, name=name, token=self.caller.runtime.token())

    async def delete_image(self, image_id: str) -> None:
        await self._images.delete(image_id)

    # Key pairs

    async def list_key_pairs(self, *, cursor: str | None) -> Page[KeyPair]:
        lost: list[MalformedResponse] = []
        found = await self._keys.list(lost)
        tell_left_out(lost, provider=self.provider, operation="VolumeListLibpod")
        return Page(found)

    async def get_key_pair(self, name: str) -> KeyPair:
        return await self._keys.get(name)

    async def create_key_pair(self, name: str) -> KeyPair:
        return await self._keys.create(name)

    async def import_key_pair(self, *, name: str, public_key: str) -> KeyPair:
        return await self._keys.add(name, public_key)

    async def delete_key_pair(self, name: str) -> None:
        await self._keys.delete(name)

    async def info(self) -> wire.Info:
        """What podman says of itself; asked once."""
        if self._info is None:
            self._info = await self._podman.ask("SystemInfoLibpod", wire.Info, "GET", "/info")
        return self._info


def _container(
    spec: LocalMachineSpec, size: NodeSize, image: NodeImage, host: wire.Host, name: str, volumes: dict[str, str]
) -> dict[str, object]:
    """What podman is told of a new container."""
    controllers = host.cgroup_controllers or []
    limits: dict[str, object] = {}
    if "memory" in controllers:
        limits["memory"] = {"limit": size.ram * MIB}
    if "cpu" in controllers and size.cpus is not None:
        limits["cpu"] = {"period": PERIOD, "quota": int(size.cpus * PERIOD)}
    # Nobody reaches a container's own address where podman runs without root.
    ports = dict.fromkeys((*spec.ports, *((wire.SSH,) if host.security.rootless else ())))
    return {
        "name": name,
        "hostname": wire.slug(spec.name),
        "image": image.id,
        # Whatever the image would run: it is a machine, and not that service.
        "entrypoint": boot.COMMAND,
        "command": [],
        "user": "0:0",
        "work_dir": "/",
        "image_volume_mode": "ignore",
        "labels": {
            wire.MACHINE: "1",
            wire.NAME: spec.name,
            wire.SIZE: size.id,
            **wire.labels_of(spec.tags),
        },
        "resource_limits": limits,
        "volumes": [{"Name": volume, "Dest": path} for path, volume in volumes.items()],
        "portmappings": [{"container_port": port, "host_ip": wire.LOOPBACK} for port in ports],
    }


def _check_location(location: str | None) -> None:
    if location not in {None, LOCATION}:
        raise NotFound(f"there is no location {location!r}; there is {LOCATION!r}", operation="list_locations")

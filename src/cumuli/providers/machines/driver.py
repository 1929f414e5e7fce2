"""Verb by verb: what podman is asked for machines, images and keys."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.left_out import tell_left_out
from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.compute.driver import ComputeDriver, NodeSpec
from cumuli.compute.models import NodeImage, NodeLocation, NodeSize, NodeState, Volume
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
)
from cumuli.providers.machines import boot, wire
from cumuli.providers.machines.calls import Podman
from cumuli.providers.machines.models import LocalMachine, LocalMachineImage, LocalMachineSpec
from cumuli.providers.machines.sizes import LOCATION, PROVIDER, SIZES

__all__ = ["MachinesDriver"]

log = logging.getLogger("cumuli.machines")

# Seconds that a machine has to shut down before it is cut off; podman's own default.
SHUTDOWN = "10"
SCRIPT = "#!"
PERIOD = 100_000
MIB = 2**20
# A machine writes its host keys in the first half second of its life.
HOST_KEY_POLL = 0.05
HOST_KEY_PATIENCE = 30.0


class MachinesDriver(ComputeDriver[LocalMachine, Volume, LocalMachineImage]):
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
            }
        )
    )

    def __init__(self, caller: Caller, *, origin: str) -> None:
        super().__init__(caller)
        self._podman = Podman(caller, origin)
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
            raise _why(lost, NodeNotFound(f"no machine has the id {', '.join(missing)}", operation="ContainerList"))
        return Page([by_id[node_id] for node_id in ids])

    async def get_node(self, node_id: str) -> LocalMachine:
        lost: list[MalformedResponse] = []
        for node in await self._nodes({"label": [wire.MACHINE], "id": [node_id]}, lost):
            # The filter takes the beginning of an id as well.
            if node.id == node_id:
                return node
        raise _why(lost, NodeNotFound(f"no machine has the id {node_id}", operation="ContainerList"))

    async def _nodes(self, filters: dict[str, list[str]], lost: list[MalformedResponse]) -> list[LocalMachine]:
        containers = await self._podman.ask(
            "ContainerList",
            list[wire.Container],
            "GET",
            "/containers/json",
            {"all": "true", "filters": msgspec.json.encode(filters).decode()},
            docker=True,
            lost=lost,
        )
        rootless = (await self.info()).host.security.rootless
        return [wire.node_of(container, rootless=rootless) for container in containers]

    async def create_node(self, spec: NodeSpec) -> LocalMachine:
        own = spec if isinstance(spec, LocalMachineSpec) else LocalMachineSpec(**msgspec.structs.asdict(spec))
        size = await self.get_size(own.size)
        if own.location not in {None, LOCATION}:
            raise NotFound(f"there is no location {own.location!r}; machines are at {LOCATION!r}")
        image = await self.get_image(own.image)
        host = (await self.info()).host
        token = self.caller.runtime.token()
        name = f"{_slug(own.name)}-{token[:8]}"
        content = _container(own, size, image, host, name)
        try:
            node_id = await self._create_container(content, name)
            try:
                await self._equip(node_id, own, token)
                await self.start_node(node_id)
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
                operation, wire.Created, "POST", "/containers/create", missing=ImageNotFound, content=content
            )
        except Conflict as error:
            if not error.repeated:
                raise
            # The name is nobody else's, so the attempt whose answer was lost has made it.
            path = f"/containers/{name}/json"
            made = await self._podman.ask("ContainerInspectLibpod", wire.Created, "GET", path, missing=NodeNotFound)
        return made.id

    async def _equip(self, node_id: str, spec: LocalMachineSpec, token: str) -> None:
        """Put the files into a new machine that it needs for its first start."""
        public_key = spec.auth.text if isinstance(spec.auth, SSHKey) else None
        password = spec.auth.secret.reveal() if isinstance(spec.auth, Password) else None
        if spec.user_data is not None and not spec.user_data.startswith(SCRIPT):
            await self._look_for_cloud_init(node_id)
        files = boot.files_of(public_key=public_key, password=password, user_data=spec.user_data, token=token)
        await self._podman.send(
            "PutContainerArchiveLibpod",
            "PUT",
            f"/containers/{_quoted(node_id)}/archive",
            {"path": "/"},
            missing=NodeNotFound,
            body=boot.packed(files),
            content_type="application/x-tar",
        )

    async def _look_for_cloud_init(self, node_id: str) -> None:
        path = f"/containers/{_quoted(node_id)}/archive"
        try:
            await self._podman.send("ContainerArchiveLibpod", "HEAD", path, {"path": boot.CLOUD_INIT})
        except NotFound:
            raise InvalidRequest(
                "this image has no cloud-init, and without it user data can only be a script, which begins with '#!'"
            ) from None

    async def _take_back(self, node_id: str, error: CloudError) -> None:
        """Destroy what a creation has come to that failed; if that fails too, the error says what is left."""
        try:
            await self.destroy_node(node_id)
        except NotFound:
            pass
        except CloudError as other:
            error.message += f"; the machine {node_id} is left, since it could not be destroyed: {other.message}"

    async def start_node(self, node_id: str) -> None:
        await self._power("ContainerStartLibpod", node_id, "start", {})

    async def stop_node(self, node_id: str) -> None:
        await self._power("ContainerStopLibpod", node_id, "stop", {"timeout": SHUTDOWN})

    async def reboot_node(self, node_id: str) -> None:
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
        path = f"/containers/{_quoted(node_id)}/{verb}"
        await self._podman.send(operation, "POST", path, parameters, missing=NodeNotFound, repeatable=repeatable)

    async def destroy_node(self, node_id: str) -> None:
        # With "v" the volumes without a name go along, which an image may ask for; those that have one stay.
        call = self._podman.send(
            "ContainerDeleteLibpod",
            "DELETE",
            f"/containers/{_quoted(node_id)}",
            {"force": "true", "v": "true", "timeout": "0"},
            missing=NodeNotFound,
        )
        await deleting(call)

    async def host_keys(self, node_id: str) -> tuple[str, ...]:
        """The public halves of a machine's host keys, waited for while it boots."""
        runtime = self.caller.runtime
        end = runtime.monotonic() + HOST_KEY_PATIENCE
        while True:
            try:
                answer = await self._podman.send(
                    "ContainerArchiveLibpod",
                    "GET",
                    f"/containers/{_quoted(node_id)}/archive",
                    {"path": boot.HOST_KEYS},
                    missing=NodeNotFound,
                )
            except NodeNotFound as error:
                # Either is said so: that there is no such machine, and that it has no such file yet.
                state = (await self.get_node(node_id)).state
                if state not in {NodeState.RUNNING, NodeState.STARTING, NodeState.REBOOTING}:
                    raise Conflict(
                        f"the machine {node_id} has no host keys: it has never been up, and is {state} now",
                        operation=error.operation,
                    ) from None
                if runtime.monotonic() > end:
                    raise ProviderUnavailable(
                        f"the machine {node_id} has made no host keys in {HOST_KEY_PATIENCE:.0f} s; "
                        "ex_get_console_output() tells what it does",
                        operation=error.operation,
                    ) from None
                await runtime.sleep(HOST_KEY_POLL)
            else:
                lines = boot.file_in(answer.body).decode("utf-8", "replace").splitlines()
                return tuple(line for line in lines if line.strip())

    async def console_output(self, node_id: str) -> str:
        """What a machine's first process and its sshd have printed."""
        answer = await self._podman.send(
            "ContainerLogsLibpod",
            "GET",
            f"/containers/{_quoted(node_id)}/logs",
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
        operation = "ImageListLibpod"
        lost: list[MalformedResponse] = []
        listed = await self._podman.ask(operation, list[wire.Image], "GET", "/images/json", lost=lost)
        # Without a name it is what is left of one that was made anew, or the remains of a build.
        found = {image.id: image for image in map(wire.image_of, listed) if image.name}
        if ids is None:
            tell_left_out(lost, provider=self.provider, operation=operation)
            chosen = list(found.values()) if location in {None, LOCATION} else []
        else:
            if missing := [image_id for image_id in ids if image_id not in found]:
                raise _why(lost, ImageNotFound(f"no image has the id {', '.join(missing)}", operation=operation))
            chosen = [found[image_id] for image_id in ids]
        return Page([image for image in chosen if owner in {None, image.owner}])

    async def get_image(self, image_id: str) -> LocalMachineImage:
        path = f"/images/{_quoted(image_id)}/json"
        try:
            image = await self._podman.ask("ImageInspectLibpod", wire.Image, "GET", path, missing=ImageNotFound)
        except ImageNotFound as error:
            error.message += "; list_images gives those that are there, and podman pull or ex_import_image bring more"
            raise
        return wire.image_of(image)

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        return Page([NodeLocation(id=LOCATION, name="this computer", provider=PROVIDER)])

    async def info(self) -> wire.Info:
        """What podman says of itself; asked once."""
        if self._info is None:
            self._info = await self._podman.ask("SystemInfoLibpod", wire.Info, "GET", "/info")
        return self._info


def _container(
    spec: LocalMachineSpec, size: NodeSize, image: NodeImage, host: wire.Host, name: str
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
        "hostname": _slug(spec.name),
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
            **{f"{wire.TAG}{key}": value for key, value in spec.tags.items()},
        },
        "resource_limits": limits,
        "portmappings": [{"container_port": port, "host_ip": wire.LOOPBACK} for port in ports],
    }


def _slug(name: str) -> str:
    """A name as hostnames and containers may have one."""
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in name)
    return kept.strip("-")[:40].strip("-").lower() or "machine"


def _quoted(thing_id: str) -> str:
    """An id in a path; what is none is the id of nothing, whatever it would mean there."""
    return quote(thing_id, safe="")


def _why(lost: Sequence[MalformedResponse], missing: NotFound) -> CloudError:
    """Why something was not found: perhaps it is what could not be read."""
    if not lost:
        return missing
    lost[0].operation = lost[0].operation or missing.operation
    return lost[0]

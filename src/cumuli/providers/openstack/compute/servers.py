"""Nodes: Nova's servers."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from cumuli.calls.lost_answers import creating
from cumuli.calls.paging import Page
from cumuli.calls.retry import may_have_happened
from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.driver import NodeSpec
from cumuli.errors import CloudError, MalformedResponse, NodeNotFound, NotFound
from cumuli.providers.openstack.compute.faults import creation_error
from cumuli.providers.openstack.compute.keys import KeyPairs
from cumuli.providers.openstack.compute.models import (
    BlockDevice,
    BootVolume,
    NetworkAttachment,
    NovaNodeT,
    OpenStackNode,
    OpenStackNodeSpec,
    SchedulerHints,
)
from cumuli.providers.openstack.compute.wire import (
    Created,
    Server,
    ServerAnswer,
    ServerList,
    SoundServer,
    SoundServerList,
)
from cumuli.providers.openstack.faults import fault_error
from cumuli.providers.openstack.services import COMPUTE, Link, OpenStackServices, decoded, identified
from cumuli.runtime.messages import Response
from cumuli.secret import Secret

__all__ = ["Servers", "personality"]

N = TypeVar("N", bound=OpenStackNode)

log = logging.getLogger("cumuli.openstack")

# Up to here single reads are cheaper than the whole listing.
MAX_SINGLE_READS = 20
PARALLEL_READS = 8
# For a moment Nova still shows a server that is gone.
DELETED = "DELETED"


class Servers(Generic[NovaNodeT]):
    """The calls on nodes, which are Nova's servers.

    Args:
        services: Sends the requests.
        keys: Makes the key pairs that are needed for a moment.
        node_of: The node that a server is, in the provider's class.
    """

    def __init__(
        self, services: OpenStackServices, keys: KeyPairs, node_of: Callable[[Server | SoundServer], NovaNodeT]
    ) -> None:
        self._services = services
        self._keys = keys
        self._node_of = node_of

    async def list_nodes(
        self, *, ids: Sequence[str] | None, cursor: str | None, all_projects: bool = False, name: str | None = None
    ) -> Page[NovaNodeT]:
        """One page: of all, of those with these ids, or of those called exactly so (and perhaps some more)."""
        if ids is not None and len(ids) <= MAX_SINGLE_READS:
            # Nova has no listing by ids.
            jobs = [lambda node_id=node_id: self.get_node(node_id) for node_id in ids]
            return Page(await self._services.caller.runtime.gather(jobs, limit=PARALLEL_READS))
        if ids is not None:
            return Page(await self._picked(ids, all_projects=all_projects))
        query: list[tuple[str, str]] = [("all_tenants", "1")] if all_projects else []
        if name is not None:
            # Nova takes it for a regular expression that matches somewhere in the name.
            query.append(("name", f"^{re.escape(name)}$"))
        found, after = await self._services.page(
            COMPUTE,
            "/servers/detail",
            _NodePage[NovaNodeT],
            operation="List Servers Detailed",
            query=query,
            cursor=cursor,
            short=_building,
            read=self._read_page,
        )
        return Page(found.nodes, after)

    def _read_page(self, answer: Response, lost: list[MalformedResponse]) -> _NodePage[NovaNodeT]:
        try:
            found = msgspec.json.decode(answer.body, type=SoundServerList)
            return _NodePage([self._node_of(server) for server in found.servers], found.links)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            # What is out of shape may still be readable, and if not, this tells why.
            whole = decoded(answer, ServerList, lost)
            return _NodePage([self._node_of(server) for server in whole.servers], whole.links)

    async def _picked(self, ids: Sequence[str], *, all_projects: bool) -> list[NovaNodeT]:
        wanted = set(ids)
        nodes: dict[str, NovaNodeT] = {}
        cursors: set[str | None] = set()
        cursor: str | None = None
        while True:
            page = await self.list_nodes(ids=None, cursor=cursor, all_projects=all_projects)
            nodes.update((node.id, node) for node in page.items if node.id in wanted)
            if page.next is None or len(nodes) == len(wanted):
                break
            cursors.add(cursor)
            cursor = page.next
            if cursor in cursors:
                raise MalformedResponse(
                    "the listing does not end: Nova keeps sending the same page; check the endpoint"
                )
        missing = [node_id for node_id in ids if node_id not in nodes]
        if 0 < len(missing) <= MAX_SINGLE_READS:
            # A listing leaves out what cannot be read; asked for alone, it is told why.
            jobs = [lambda node_id=node_id: self._node_alone(node_id) for node_id in missing]
            alone = await self._services.caller.runtime.gather(jobs, limit=PARALLEL_READS)
            nodes.update((node.id, node) for node in alone if node is not None)
            missing = [node_id for node_id in missing if node_id not in nodes]
        if missing:
            raise NodeNotFound(f"no such servers: {', '.join(missing)}")
        return [nodes[node_id] for node_id in ids]

    async def _node_alone(self, node_id: str) -> NovaNodeT | None:
        try:
            return await self.get_node(node_id)
        except NodeNotFound:
            return None

    async def get_node(self, node_id: str) -> NovaNodeT:
        answer = await self._services.get(
            COMPUTE,
            f"/servers/{identified(node_id)}",
            ServerAnswer,
            operation="Show Server Details",
            not_found=NodeNotFound,
        )
        if answer.server.status == DELETED:
            raise NodeNotFound(f"the server {node_id} has just been deleted")
        return self._node_of(answer.server)

    async def create_node(self, spec: NodeSpec) -> NovaNodeT:
        if not isinstance(spec, OpenStackNodeSpec):
            spec = OpenStackNodeSpec(**msgspec.structs.asdict(spec))
        if not isinstance(spec.auth, SSHKey):
            return await self._create(spec)
        # Nova takes keys by name only. This one is needed for the length of the call: the server
        # keeps the key itself.
        name = await self._lend_key(spec.auth.text)
        try:
            node = await self._create(msgspec.structs.replace(spec, key_name=name))
        except CloudError as error:
            if not await self._forget_key(name):
                error.message += f"; the key pair {name} was made for this node and is left behind, delete it"
            raise
        except BaseException:
            # Ctrl-C, or a task that is cancelled: nothing more can be awaited.
            log.warning("create_node was interrupted; the key pair %s was made for it, delete it", name)
            raise
        if not await self._forget_key(name):
            log.warning("the key pair %s was made for the node %s and could not be deleted again", name, node.id)
        return node

    async def _lend_key(self, public_key: str) -> str:
        """The name of a key pair that is made for a moment."""
        name = f"cumuli-{self._services.caller.runtime.token()}"
        try:
            await self._keys.import_key_pair(name=name, public_key=public_key)
        except CloudError as error:
            made = isinstance(error, MalformedResponse) or may_have_happened(error)
            if made and not await self._forget_key(name):
                error.message += f"; the key pair {name} may have been made for this node, delete it"
            raise
        return name

    async def _forget_key(self, name: str) -> bool:
        try:
            await self._keys.delete_key_pair(name)
        except CloudError as error:
            return isinstance(error, NotFound)
        return True

    async def _create(self, spec: OpenStackNodeSpec) -> NovaNodeT:
        async def make() -> Created:
            answer = await self._services.send(
                COMPUTE,
                "POST",
                "/servers",
                operation="Create Server",
                body=_creation(spec),
                repeatable=False,
                check=lambda found: creation_error(found, spec),
            )
            return decoded(answer, Created)

        advice = (
            f"whether a server named {spec.name!r} was made is not known: look for it with list_nodes "
            "before you try again"
        )
        made = (await creating(make(), operation="Create Server", advice=advice)).server
        try:
            details = await self._services.get(
                COMPUTE, f"/servers/{identified(made.id)}", ServerAnswer, operation="Show Server Details"
            )
        except CloudError as error:
            # The server exists: losing its id would be worse than knowing little of it.
            log.warning("the server %s was made, and could not be read: %s", made.id, error.message)
            return self._node_with_password(Server(id=made.id, name=spec.name, status="BUILD"), made.admin_pass)
        except BaseException:
            # Ctrl-C, or a task that is cancelled.
            log.warning("create_node was interrupted when the server %s was made already, destroy it", made.id)
            raise
        return self._node_with_password(details.server, made.admin_pass)

    async def start_node(self, node_id: str) -> None:
        await self.act(node_id, "os-start")

    async def stop_node(self, node_id: str) -> None:
        await self.act(node_id, "os-stop")

    async def reboot_node(self, node_id: str) -> None:
        await self.act(node_id, "reboot", {"type": "SOFT"})

    async def destroy_node(self, node_id: str) -> None:
        await self._services.delete(
            COMPUTE, f"/servers/{identified(node_id)}", operation="Delete Server", not_found=NodeNotFound
        )

    async def rebuild(self, node_id: str, arguments: dict[str, object]) -> NovaNodeT:
        answer = await self.act(node_id, "rebuild", arguments)
        return self._node_of(decoded(answer, ServerAnswer).server)

    async def rename(self, node_id: str, name: str) -> NovaNodeT:
        answer = await self._services.put(
            COMPUTE,
            f"/servers/{identified(node_id)}",
            {"server": {"name": name}},
            ServerAnswer,
            operation="Update Server",
            not_found=NodeNotFound,
        )
        return self._node_of(answer.server)

    async def act(self, node_id: str, action: str, arguments: object = None) -> Response:
        """One of a server's actions; sent once only, for the second time is refused or does it again."""
        return await self._services.send(
            COMPUTE,
            "POST",
            f"/servers/{identified(node_id)}/action",
            operation=action,
            body={action: arguments},
            repeatable=False,
            check=lambda answer: fault_error(answer, not_found=NodeNotFound),
        )

    def _node_with_password(self, server: Server, password: str | None) -> NovaNodeT:
        node = self._node_of(server)
        return msgspec.structs.replace(node, password=Secret(password)) if password else node


class _NodePage(Generic[N]):
    """A page of Nova's listing."""

    def __init__(self, nodes: list[N], links: Sequence[Link]) -> None:
        self.nodes = nodes
        self.links = links

    def markers(self) -> list[str]:
        return [node.id for node in self.nodes]


def _building(page: _NodePage[N]) -> bool:
    """Whether Nova may have taken servers for two: one whose build has just begun counts twice for the page's limit."""
    return any(node.provider_state == "BUILD" for node in page.nodes)


def _creation(spec: OpenStackNodeSpec) -> dict[str, object]:
    hints = _hints(spec.scheduler_hints) if spec.scheduler_hints is not None else {}
    return {"server": _server_body(spec), **({"os:scheduler_hints": hints} if hints else {})}


def _hints(hints: SchedulerHints) -> dict[str, object]:
    named: dict[str, object] = {
        "group": hints.group,
        "same_host": list(hints.same_host),
        "different_host": list(hints.different_host),
        "build_near_host_ip": hints.build_near_host_ip,
        "cidr": hints.cidr,
        "query": hints.query,
    }
    return {**hints.others, **{name: value for name, value in named.items() if value}}


def personality(files: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Files that are put on a server."""
    return [{"path": path, "contents": _base64(content)} for path, content in files.items()]


def _server_body(spec: OpenStackNodeSpec) -> dict[str, object]:
    body: dict[str, object] = {"name": spec.name, "flavorRef": spec.size}
    devices = [_device(device) for device in spec.block_devices]
    if spec.boot_volume is not None:
        devices.insert(0, _boot_device(spec.boot_volume, spec.image))
    elif spec.image:
        body["imageRef"] = spec.image
        if devices:
            # Beside other devices, Nova wants the image among them too.
            devices.insert(0, _device(BlockDevice(image=spec.image, destination="local", boot_index=0)))
    if devices:
        body["block_device_mapping_v2"] = devices
    optional: dict[str, object] = {
        "key_name": spec.key_name,
        "metadata": spec.tags,
        "availability_zone": spec.location,
        "adminPass": spec.auth.secret.reveal() if isinstance(spec.auth, Password) else None,
        "user_data": _base64(spec.user_data) if spec.user_data is not None else None,
        "config_drive": spec.config_drive,
        "OS-DCF:diskConfig": spec.disk_config,
        "personality": personality(spec.files),
        "security_groups": [{"name": name} for name in spec.security_groups],
    }
    body |= {name: value for name, value in optional.items() if value not in (None, {}, [])}
    if spec.networks is not None:
        body["networks"] = [_attachment(network) for network in spec.networks]
    return body


def _boot_device(boot: BootVolume, image: str) -> dict[str, object]:
    device: dict[str, object] = {
        "boot_index": 0,
        "destination_type": "volume",
        "delete_on_termination": boot.delete_on_termination,
    }
    if boot.volume:
        device |= {"source_type": "volume", "uuid": boot.volume}
    elif boot.snapshot:
        device |= {"source_type": "snapshot", "uuid": boot.snapshot}
    else:
        device |= {"source_type": "image", "uuid": image}
    return {**device, **({"volume_size": boot.size} if boot.size else {})}


def _device(device: BlockDevice) -> dict[str, object]:
    """A block device in Nova's words; what is local goes with the node whatever is said, and Nova wants it said."""
    source = next((kind for kind in ("image", "volume", "snapshot") if getattr(device, kind)), "blank")
    optional: dict[str, object] = {
        "uuid": device.image or device.volume or device.snapshot,
        "volume_size": device.size,
        "device_name": device.device_name,
        "device_type": device.device_type,
        "disk_bus": device.disk_bus,
        "guest_format": device.guest_format,
    }
    return {
        "source_type": source,
        "destination_type": device.destination,
        # Without it, Nova takes a device for one to boot from.
        "boot_index": -1 if device.boot_index is None else device.boot_index,
        "delete_on_termination": device.delete_on_termination or device.destination == "local",
        **{name: value for name, value in optional.items() if value is not None},
    }


def _attachment(network: NetworkAttachment) -> dict[str, str]:
    if network.port:
        return {"port": network.port}
    return {"uuid": network.network or "", **({"fixed_ip": network.fixed_ip} if network.fixed_ip else {})}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")

"""GoGrid's calls."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.left_out import tell_left_out
from cumuli.calls.lost_answers import creating, deleting
from cumuli.calls.paging import Page, iterate_pages
from cumuli.capabilities import Capabilities
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.driver import ComputeDriver, NodeSpec
from cumuli.compute.models import NodeImage, NodeLocation, NodeSize, Volume
from cumuli.errors import (
    AlreadyExists,
    AuthenticationError,
    CloudError,
    ConnectionFailed,
    DeadlineExceeded,
    ImageNotFound,
    InvalidRequest,
    MalformedResponse,
    NodeNotFound,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
    SizeNotFound,
    Timeout,
)
from cumuli.providers.gogrid import wire
from cumuli.providers.gogrid.models import (
    GoGridImage,
    GoGridIP,
    GoGridNode,
    GoGridNodeSpec,
    GoGridPassword,
    PendingNode,
)
from cumuli.providers.gogrid.signing import refusal
from cumuli.runtime.deadline import current_deadline
from cumuli.runtime.messages import Request, Response
from cumuli.secret import Secret

__all__ = ["ENDPOINT", "GoGridDriver"]

T = TypeVar("T")
M = TypeVar("M")

log = logging.getLogger("cumuli.gogrid")

ENDPOINT = "https://api.gogrid.com"
# How often an address that somebody else took first is replaced by another free one.
ADDRESS_ATTEMPTS = 5
# Seconds between two looks at a server that has no id yet.
FIRST_POLL = 0.5
SLOWEST_POLL = 15.0

Parameters = dict[str, str | list[str]]


class GoGridDriver(ComputeDriver[GoGridNode, Volume]):
    """GoGrid, API v1.7.

    Args:
        caller: Sends requests, signed by a ``GoGridSigner``.
        endpoint: Origin of the API.
        create_timeout: Seconds that a new server may take to get its id.
        page_size: How many items to ask for in one page of a listing.
    """

    provider = "gogrid"
    capabilities = Capabilities(
        frozenset(
            {
                ComputeCapability.LIST_NODES,
                ComputeCapability.GET_NODE,
                ComputeCapability.CREATE_NODE,
                ComputeCapability.START_NODE,
                ComputeCapability.STOP_NODE,
                ComputeCapability.REBOOT_NODE,
                ComputeCapability.DESTROY_NODE,
                ComputeCapability.LIST_SIZES,
                ComputeCapability.GET_SIZE,
                ComputeCapability.LIST_IMAGES,
                ComputeCapability.GET_IMAGE,
                ComputeCapability.LIST_LOCATIONS,
                ComputeCapability.CREATE_IMAGE,
                ComputeCapability.DELETE_IMAGE,
            }
        ),
        {
            ComputeCapability.CREATE_NODE_PASSWORD: "read the password that GoGrid makes with ex_list_passwords",
            ComputeCapability.CREATE_NODE_SSH_KEY: "log in with the password that ex_list_passwords gives",
            ComputeCapability.CREATE_NODE_TAGS: "describe the node with create_node(ex_description=)",
            ComputeCapability.LIST_NODES_TAGS: "look at the descriptions of list_nodes",
            ComputeCapability.LIST_IMAGES_TAGS: "look at the descriptions of list_images",
            ComputeCapability.COPY_IMAGE: "save an image in each datacenter with ex_save_image",
        },
    )

    def __init__(self, caller: Caller, *, endpoint: str, create_timeout: float, page_size: int) -> None:
        super().__init__(caller)
        self._endpoint = endpoint
        self._page_size = page_size
        self._create_timeout = create_timeout

    # Nodes

    async def list_nodes(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[GoGridNode]:
        if ids is not None:
            lost: list[MalformedResponse] = []
            servers = await self._servers([_number(node_id, NodeNotFound) for node_id in ids], lost)
            found = {node.id: node for node in map(wire.node_of, servers) if node is not None}
            missing = [node_id for node_id in ids if node_id not in found]
            if missing:
                raise _why(
                    lost, NodeNotFound(f"no server has the id {', '.join(missing)}", operation="/grid/server/get")
                )
            return Page([found[node_id] for node_id in ids])
        page = await self._page("/grid/server/list", wire.Server, {}, cursor)
        # A server without an id cannot be named in any call yet; it is listed as soon as it can.
        return Page([node for node in map(wire.node_of, page.items) if node is not None], page.next)

    async def get_node(self, node_id: str) -> GoGridNode:
        return (await self.list_nodes(ids=[node_id], cursor=None)).items[0]

    async def create_node(self, spec: NodeSpec) -> GoGridNode:
        pending = await self.add_server(spec)
        try:
            node = await self._await_id(pending)
        except CloudError:
            raise
        except BaseException:
            # Ctrl-C, or a task that is cancelled: GoGrid goes on all the same, and nobody else knows of it.
            log.warning(
                "create_node was interrupted; the server %r at %s is being created: find it with list_nodes",
                pending.name,
                pending.ip,
            )
            raise
        return msgspec.structs.replace(node, password=await self._password_of(node.id))

    async def start_node(self, node_id: str) -> None:
        await self._power(node_id, "start")

    async def stop_node(self, node_id: str) -> None:
        await self._power(node_id, "stop")

    async def reboot_node(self, node_id: str) -> None:
        # Rebooting twice is not rebooting once.
        await self._power(node_id, "restart", repeatable=False)

    async def destroy_node(self, node_id: str) -> None:
        # Repeatable: ids are numbers that are never used again.
        await deleting(self._on_node(node_id, "/grid/server/delete", {}, repeatable=True))

    async def add_server(self, spec: NodeSpec) -> PendingNode:
        """Ask for a server (/grid/server/add) at the address given, or at a free one."""
        own = spec if isinstance(spec, GoGridNodeSpec) else GoGridNodeSpec(**msgspec.structs.asdict(spec))
        for _ in range(ADDRESS_ATTEMPTS):
            address = own.ip or await self._free_address(own.location)
            try:
                return await self._add(own, address)
            except InvalidRequest as error:
                # Somebody else may have taken the address between the look and the call.
                if own.ip is not None or address in await self._free_addresses(own.location):
                    await self._tell_apart(own, error)
                    raise
        raise QuotaExceeded(
            f"{ADDRESS_ATTEMPTS} free addresses in a row were taken by somebody else first; "
            "try again, or reserve one with create_node(ex_ip=)"
        )

    async def edit_node(self, node_id: str, *, size: str | None, description: str | None) -> GoGridNode:
        """Change a server (/grid/server/edit)."""
        parameters: Parameters = {}
        if size is not None:
            parameters["server.ram"] = size
        if description is not None:
            parameters["description"] = description
        servers = await self._on_node(node_id, "/grid/server/edit", parameters, repeatable=True)
        node = wire.node_of(servers[0])
        return node if node is not None else await self.get_node(node_id)

    # What nodes are made of

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        # Every datacenter sells the same sizes.
        return Page(await self._all_sizes(None))

    async def get_size(self, size_id: str) -> NodeSize:
        lost: list[MalformedResponse] = []
        for size in await self._all_sizes(lost):
            if size.id == size_id:
                return size
        raise _why(
            lost,
            SizeNotFound(
                f"GoGrid sells no size {size_id!r}; list_sizes gives those it does", operation="/common/lookup/list"
            ),
        )

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[NodeImage]:
        parameters: Parameters = {} if location is None else {"datacenter": location}
        if owner == "self":
            # What an account shares with everybody is found among all images, by the owner's id.
            parameters["isPublic"] = "false"
            owner = None
        if ids is None:
            page = await self._page("/grid/image/list", wire.Image, parameters, cursor)
            images = [wire.image_of(image) for image in page.items]
            return Page([image for image in images if owner in {None, image.owner}], page.next)
        lost: list[MalformedResponse] = []
        found = {image.id: image for image in await self._all_images(parameters, lost)}
        missing = [image_id for image_id in ids if image_id not in found]
        if missing:
            raise _why(lost, ImageNotFound(f"no image has the id {', '.join(missing)}", operation="/grid/image/list"))
        chosen = [found[image_id] for image_id in ids]
        return Page([image for image in chosen if owner in {None, image.owner}])

    async def get_image(self, image_id: str) -> NodeImage:
        lost: list[MalformedResponse] = []
        for image in await self._all_images({}, lost):
            if image.id == image_id:
                return image
        raise _why(lost, ImageNotFound(f"no image has the id {image_id}", operation="/grid/image/list"))

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        return Page([wire.location_of(option) for option in await self._lookup("ip.datacenter")])

    # Images of one's own

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> GoGridImage:
        parameters: Parameters = {"server": _number(node_id, NodeNotFound), "friendlyName": name}
        if description is not None:
            parameters["description"] = description
        path, advice = (
            "/grid/image/save",
            f"whether the image {name!r} was made is not known: look for it with list_images",
        )
        call = self._call("POST", path, wire.Image, parameters, repeatable=False)
        try:
            images = await creating(call, operation=path, advice=advice)
        except InvalidRequest as error:
            await self._seen(self.get_node(node_id), error)
            raise
        return wire.image_of(images[0])

    async def edit_image(
        self, image_id: str, *, public: bool | None, description: str | None, name: str | None
    ) -> GoGridImage:
        """Change an image (/grid/image/edit)."""
        parameters: Parameters = {}
        if public is not None:
            parameters["isPublic"] = "true" if public else "false"
        if description is not None:
            parameters["description"] = description
        if name is not None:
            parameters["friendlyName"] = name
        return await self._on_image(image_id, "/grid/image/edit", parameters, repeatable=True)

    async def delete_image(self, image_id: str) -> None:
        await deleting(self._on_image(image_id, "/grid/image/delete", {}, repeatable=True))

    # Addresses and passwords

    async def list_ips(self, *, public: bool | None, assigned: bool | None, location: str | None) -> list[GoGridIP]:
        """The account's addresses (/grid/ip/list)."""
        parameters: Parameters = {}
        if public is not None:
            parameters["ip.type"] = "Public" if public else "Private"
        if assigned is not None:
            parameters["ip.state"] = "Assigned" if assigned else "Unassigned"
        if location is not None:
            parameters["datacenter"] = location
        return self._made(wire.ip_of, await self._listed("/grid/ip/list", wire.IPAddress, parameters), "/grid/ip/list")

    async def list_passwords(self) -> list[GoGridPassword]:
        """The account's passwords (/support/password/list)."""
        return [wire.password_of(item) for item in await self._listed("/support/password/list", wire.Password, {})]

    # The raw call

    async def raw(self, method: str, path: str, parameters: Parameters) -> dict[str, object]:
        """Any call of the API, its whole answer as parsed JSON."""
        response = await self._send(method, path, parameters, repeatable=method == "GET")
        try:
            return msgspec.json.decode(response.body, type=dict[str, object])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise MalformedResponse(f"GoGrid's answer is no JSON object: {error}", operation=path) from None

    # How it is done

    async def _servers(self, numbers: list[str], lost: list[MalformedResponse]) -> list[wire.Server]:
        """The servers of these ids, as far as there are such."""
        try:
            return await self._listed("/grid/server/get", wire.Server, {"id": numbers}, lost)
        except InvalidRequest:
            # One id that GoGrid does not know spoils the call for the others.
            servers = await self._listed("/grid/server/list", wire.Server, {}, lost)
            found = [server for server in servers if str(server.id) in numbers]
            if len(found) == len(numbers):
                raise
            return found

    async def _add(self, spec: GoGridNodeSpec, address: str) -> PendingNode:
        parameters: Parameters = {"name": spec.name, "image": spec.image, "ip": address, "server.ram": spec.size}
        if spec.description is not None:
            parameters["description"] = spec.description
        if spec.is_sandbox:
            parameters["isSandbox"] = "true"
        try:
            servers = await self._call("POST", "/grid/server/add", wire.Server, parameters, repeatable=False)
        except (ConnectionFailed, Timeout, ProviderUnavailable, MalformedResponse) as error:
            if not isinstance(error, ConnectionFailed | Timeout) or error.sent:
                error.message += (
                    f"; whether the server {spec.name!r} at {address} is being created is not known: "
                    "look for it with list_nodes before trying again"
                )
            raise
        return PendingNode(
            name=spec.name, ip=(servers[0].ip.ip if servers[0].ip else "") or address, size=spec.size, image=spec.image
        )

    async def _await_id(self, pending: PendingNode) -> GoGridNode:
        """Look for the server by its address until it has an id."""
        runtime = self.caller.runtime
        end = min(runtime.monotonic() + self._create_timeout, current_deadline())
        pause = FIRST_POLL
        asked_for = f"server {pending.name!r} (image {pending.image}, size {pending.size}) at {pending.ip}"
        while True:
            failure: CloudError | None = None
            servers: list[wire.Server] = []
            try:
                servers = await self._listed("/grid/server/list", wire.Server, {})
            except CloudError as error:
                error.message += f"; {asked_for} was accepted and is being created: find it with list_nodes"
                # A look that failed for the moment says nothing.
                if not error.retryable:
                    raise
                failure = error
            for server in servers:
                node = wire.node_of(server)
                if node is not None and server.ip is not None and server.ip.ip == pending.ip:
                    return node
            if runtime.monotonic() + pause > end:
                if failure is not None:
                    raise failure
                raise DeadlineExceeded(
                    f"{asked_for} was accepted and has no id yet; "
                    "it may still come: look for it with list_nodes, and destroy it if it is not wanted",
                    operation="/grid/server/add",
                )
            await runtime.sleep(pause)
            pause = min(pause * 1.5, SLOWEST_POLL)

    async def _password_of(self, node_id: str) -> Secret | None:
        try:
            passwords = await self.list_passwords()
        except CloudError:
            # The node is there: a key without the right to read passwords must not lose it.
            return None
        return next((entry.password for entry in passwords if entry.node == node_id and entry.password), None)

    async def _tell_apart(self, spec: GoGridNodeSpec, refused: InvalidRequest) -> None:
        """GoGrid says "bad argument" of everything: raise what is wrong, if that can be found out."""
        await self._seen(self.get_size(spec.size), refused)
        await self._seen(self.get_image(spec.image), refused)
        try:
            servers = await self._listed("/grid/server/list", wire.Server, {})
        except CloudError:
            return
        if any(server.name == spec.name for server in servers):
            raise AlreadyExists(
                f"there is a server {spec.name!r} already; names are unique to the account",
                operation=refused.operation,
                status=refused.status,
                code=refused.code,
            ) from refused

    async def _free_addresses(self, location: str | None) -> list[str]:
        return [each.address for each in await self.list_ips(public=True, assigned=False, location=location)]

    async def _free_address(self, location: str | None) -> str:
        """Any one of those that are free: of many who look at the same time, each shall take another."""
        free = await self._free_addresses(location)
        if free:
            return free[int(self.caller.runtime.random() * len(free))]
        where = f"in datacenter {location}" if location else "in any datacenter"
        raise QuotaExceeded(f"no public address is free {where}; destroy a node or order more addresses from GoGrid")

    async def _power(self, node_id: str, power: str, *, repeatable: bool = True) -> None:
        await self._on_node(node_id, "/grid/server/power", {"power": power}, repeatable=repeatable)

    async def _on_node(self, node_id: str, path: str, parameters: Parameters, *, repeatable: bool) -> list[wire.Server]:
        """A call about one server. GoGrid says "bad argument" of an unknown id: tell it apart."""
        number = _number(node_id, NodeNotFound)
        try:
            return await self._call("POST", path, wire.Server, {"id": number, **parameters}, repeatable=repeatable)
        except InvalidRequest as error:
            await self._seen(self.get_node(node_id), error)
            raise

    async def _on_image(self, image_id: str, path: str, parameters: Parameters, *, repeatable: bool) -> GoGridImage:
        number = _number(image_id, ImageNotFound)
        try:
            images = await self._call("POST", path, wire.Image, {"id": number, **parameters}, repeatable=repeatable)
        except InvalidRequest as error:
            await self._seen(self.get_image(image_id), error)
            raise
        return wire.image_of(images[0])

    @staticmethod
    async def _seen(look: Awaitable[object], refused: InvalidRequest) -> None:
        """Look at what a refused call was about; if it is not there, that is what was wrong."""
        try:
            await look
        except NotFound as missing:
            missing.repeated = refused.repeated
            raise
        except CloudError:
            # The refusal tells more than the failure to look behind it.
            return

    async def _all_images(self, parameters: Parameters, lost: list[MalformedResponse]) -> list[GoGridImage]:
        return [wire.image_of(image) for image in await self._listed("/grid/image/list", wire.Image, parameters, lost)]

    async def _all_sizes(self, lost: list[MalformedResponse] | None) -> list[NodeSize]:
        return self._made(wire.size_of, await self._lookup("server.ram", lost), "/common/lookup/list", lost)

    async def _lookup(self, name: str, lost: list[MalformedResponse] | None = None) -> list[wire.Option]:
        return await self._listed("/common/lookup/list", wire.Option, {"lookup": name}, lost)

    def _made(
        self, make: Callable[[T], M], items: Sequence[T], path: str, lost: list[MalformedResponse] | None = None
    ) -> list[M]:
        """What can be made of the items of a listing; the rest is told of as in ``_page``."""
        made: list[M] = []
        failed: list[MalformedResponse] = []
        for item in items:
            try:
                made.append(make(item))
            except MalformedResponse as error:
                failed.append(error)
        self._tell(failed, lost, path)
        return made

    def _tell(self, failed: list[MalformedResponse], lost: list[MalformedResponse] | None, path: str) -> None:
        if lost is None:
            tell_left_out(failed, provider=self.provider, operation=path)
        else:
            lost += failed

    async def _listed(
        self, path: str, kind: type[T], parameters: Parameters, lost: list[MalformedResponse] | None = None
    ) -> list[T]:
        """Every item of every page."""

        async def fetch(cursor: str | None) -> Page[T]:
            return await self._page(path, kind, parameters, cursor, lost)

        return [item async for item in iterate_pages(fetch, key=msgspec.json.encode)]

    async def _page(
        self,
        path: str,
        kind: type[T],
        parameters: Parameters,
        cursor: str | None,
        lost: list[MalformedResponse] | None = None,
    ) -> Page[T]:
        """One page; pages are counted from 0, and the cursor is a page's number.

        What cannot be read of it goes to ``lost``, or is told to be left out.
        """
        number = int(cursor or "0")
        paged: Parameters = {**parameters, "num_items": str(self._page_size), "page": str(number)}
        failed: list[MalformedResponse] = []
        answer = await self._answer("GET", path, kind, paged, repeatable=True, lost=failed)
        self._tell(failed, lost, path)
        more = answer.summary.start + answer.summary.returned < answer.summary.total
        return Page(answer.items, str(number + 1) if more else None)

    async def _call(
        self, method: str, path: str, kind: type[T], parameters: Parameters, *, repeatable: bool
    ) -> list[T]:
        """A call that gives at least one item."""
        items = (await self._answer(method, path, kind, parameters, repeatable=repeatable)).items
        if not items:
            raise MalformedResponse(
                f"GoGrid answered {path} and did not say what came of it; look at the account before you try again",
                operation=path,
            )
        return items

    async def _answer(
        self,
        method: str,
        path: str,
        kind: type[T],
        parameters: Parameters,
        *,
        repeatable: bool,
        lost: list[MalformedResponse] | None = None,
    ) -> wire.Answer[T]:
        response = await self._send(method, path, parameters, repeatable=repeatable)
        try:
            return wire.decode(response.body, kind, lost)
        except MalformedResponse as error:
            error.operation = path
            raise

    async def _send(self, method: str, path: str, parameters: Parameters, *, repeatable: bool) -> Response:
        query = urlencode(parameters, doseq=True)
        request = Request(
            method=method,
            origin=self._endpoint,
            target=f"/api{path}?{query}" if query else f"/api{path}",
            operation=path,
        )
        return await self.caller.call(request, check=self._check, repeatable=repeatable)

    def _check(self, response: Response) -> CloudError | None:
        """What an answer means; a failure has a status of its own and an envelope that says more."""
        status, failure = response.status, wire.failure_of(response.body)
        if status == 200 and failure is None:
            return None
        said = "an answer that is not from its API"
        if failure is not None:
            said = failure.message.rstrip(".") or "GoGrid does not say why"
        code = failure.errorcode or None if failure else None
        if status == 403:
            said = refusal(said, date=response.headers.get("date"), now=self.caller.runtime.now())
            return AuthenticationError(said, status=status, code=code)
        if status == 401:
            return PermissionDenied(f"{said}; this API key lacks the right", status=status, code=code)
        if status == 429:
            return RateLimited(said, status=status, code=code)
        if status >= 500:
            return ProviderUnavailable(f"GoGrid is out of service ({said}); try again later", status=status, code=code)
        if failure is None:
            return MalformedResponse(f"HTTP {status} with {said}; check the endpoint", status=status)
        return InvalidRequest(said, status=status, code=code)


def _why(lost: Sequence[MalformedResponse], missing: NotFound) -> CloudError:
    """Why something was not found: perhaps it is what could not be read."""
    if not lost:
        return missing
    lost[0].operation = lost[0].operation or missing.operation
    return lost[0]


def _number(text: str, missing: type[CloudError]) -> str:
    """An id as the API takes it; what is no number, written as numbers are, is the id of nothing."""
    if not (text.isascii() and text.isdecimal() and not text.startswith("0")):
        raise missing(f"{text!r} is not an id of GoGrid's, which are numbers")
    return text

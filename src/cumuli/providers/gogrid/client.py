"""``GoGrid``: GoGrid's client.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import ClassVar, Literal, Unpack

from cumuli.calls.options import ClientOptions
from cumuli.compute.auth import Auth
from cumuli.compute.client import Compute
from cumuli.compute.deploying import OnProgress, PrivateKey, SSHInterface
from cumuli.compute.models import Node, NodeImage, NodeLocation, NodeSize, Volume
from cumuli.credential_arguments import CredentialArguments
from cumuli.deploy.results import Deployment
from cumuli.deploy.steps import Steps
from cumuli.providers.gogrid.aio import AsyncGoGrid
from cumuli.providers.gogrid.driver import ENDPOINT
from cumuli.providers.gogrid.models import GoGridImage, GoGridIP, GoGridNode, GoGridPassword, PendingNode
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret

__all__ = ["GoGrid"]


class GoGrid(Compute[GoGridNode, Volume]):
    """GoGrid (API v1.7). The service is gone; the sandbox has a server that speaks its API."""

    credential_arguments: ClassVar[CredentialArguments] = AsyncGoGrid.credential_arguments

    def __init__(
        self,
        api_key: str,
        secret: str | Secret,
        *,
        endpoint: str = ENDPOINT,
        create_timeout: float = 900.0,
        page_size: int = 100,
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent.

        Args:
            api_key: The key's public half.
            secret: The key's shared secret.
            endpoint: Origin of the API, for another server that speaks it.
            create_timeout: Seconds that ``create_node`` waits for GoGrid to give a new node its id.
            page_size: How many items to ask for in one page of a listing.

        Raises:
            ConfigurationError: The key, the secret, the endpoint, the time or the size of pages is no such thing.
        """
        self._go_grid = AsyncGoGrid(
            api_key,
            secret,
            endpoint=endpoint,
            create_timeout=create_timeout,
            page_size=page_size,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._go_grid)

    def create_node(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ex_ip: str | None = None,
        ex_description: str | None = None,
        ex_issandbox: bool = False,
    ) -> GoGridNode:
        """Create a node and return it as soon as GoGrid has given it an id, which takes minutes.

        GoGrid's operation: ``/grid/server/add``, then ``/grid/server/list`` until the id is there.

        Args:
            name: Its name, unique to the account.
            size: What kind of server.
            image: What to make it from.
            location: The datacenter whose addresses to choose from.
            auth: Not supported by GoGrid, which makes a password itself.
            tags: Not supported by GoGrid.
            ex_ip: The free public address that it is to have; None for any free one.
            ex_description: Its description.
            ex_issandbox: Whether it is a sandbox, to make an image from.

        Returns:
            The new node; with ``password`` if the API key may read passwords.

        Raises:
            QuotaExceeded: No public address is free.
            AlreadyExists: The name is taken.
            InvalidRequest: GoGrid does not take one of the arguments.
            DeadlineExceeded: The id did not come in ``create_timeout`` seconds; the message names
                what was asked for.
        """
        return run(
            self._go_grid.create_node(
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_ip=ex_ip,
                ex_description=ex_description,
                ex_issandbox=ex_issandbox,
            )
        )

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
        ssh_interface: SSHInterface | Callable[[GoGridNode], str | tuple[str, int] | None] = "public",
        ssh_timeout: float = 300.0,
        ssh_host_key: str = "accept-new",
        ssh_known_hosts: str | PathLike[str] | None = None,
        timeout: float = 1800.0,
        on_failure: Literal["destroy", "keep"] = "destroy",
        on_progress: OnProgress | None = None,
        ex_ip: str | None = None,
        ex_description: str | None = None,
        ex_issandbox: bool = False,
    ) -> Deployment[GoGridNode]:
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
            self._go_grid.deploy_node(
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
                ex_ip=ex_ip,
                ex_description=ex_description,
                ex_issandbox=ex_issandbox,
            )
        )

    def ex_create_node_nowait(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        *,
        location: NodeLocation | str | None = None,
        ex_ip: str | None = None,
        ex_description: str | None = None,
        ex_issandbox: bool = False,
    ) -> PendingNode:
        """Ask for a node and return at once, before it has an id.

        GoGrid's operation: ``/grid/server/add``. Arguments and errors are those of ``create_node``.

        Returns:
            What was asked for; its ``ip`` is how to find the node in ``list_nodes`` later.
        """
        return run(
            self._go_grid.ex_create_node_nowait(
                name,
                size,
                image,
                location=location,
                ex_ip=ex_ip,
                ex_description=ex_description,
                ex_issandbox=ex_issandbox,
            )
        )

    def ex_edit_node(
        self, node: Node | str, *, size: NodeSize | str | None = None, ex_description: str | None = None
    ) -> GoGridNode:
        """Change a node's size or description.

        GoGrid's operation: ``/grid/server/edit``.

        Args:
            node: The node.
            size: The size that it is to have; None to leave it.
            ex_description: The description that it is to have; None to leave it.

        Raises:
            NodeNotFound: It does not exist.
            InvalidRequest: There is nothing to change.
        """
        return run(self._go_grid.ex_edit_node(node, size=size, ex_description=ex_description))

    def ex_save_image(self, node: Node | str, name: str) -> GoGridImage:
        """Make an image of a sandbox node.

        GoGrid's operation: ``/grid/image/save``.

        Args:
            node: The node, created with ``ex_issandbox=True``.
            name: The image's display name.

        Raises:
            NodeNotFound: It does not exist.
            InvalidRequest: It is no sandbox.
        """
        return run(self._go_grid.ex_save_image(node, name))

    def ex_edit_image(
        self,
        image: NodeImage | str,
        *,
        public: bool | None = None,
        ex_description: str | None = None,
        name: str | None = None,
    ) -> GoGridImage:
        """Change an image of one's own.

        GoGrid's operation: ``/grid/image/edit``.

        Args:
            image: The image.
            public: Whether every account is to see it; None to leave that.
            ex_description: Its new description; None to leave it.
            name: Its new display name; None to leave it.

        Raises:
            ImageNotFound: It does not exist.
            InvalidRequest: There is nothing to change, or the image is not one's own.
        """
        return run(self._go_grid.ex_edit_image(image, public=public, ex_description=ex_description, name=name))

    def ex_list_ips(
        self, *, public: bool | None = None, assigned: bool | None = None, location: NodeLocation | str | None = None
    ) -> list[GoGridIP]:
        """The account's addresses.

        GoGrid's operation: ``/grid/ip/list``.

        Args:
            public: Only public ones (True) or private ones (False); None for both.
            assigned: Only those that a server has (True) or free ones (False); None for both.
            location: Only those of this datacenter.
        """
        return run(self._go_grid.ex_list_ips(public=public, assigned=assigned, location=location))

    def ex_list_passwords(self) -> list[GoGridPassword]:
        """The passwords that GoGrid made, of servers and of other services.

        GoGrid's operation: ``/support/password/list``.

        Raises:
            PermissionDenied: The API key may not read passwords.
        """
        return run(self._go_grid.ex_list_passwords())

    def ex_call(
        self, path: str, parameters: Mapping[str, str | list[str]] | None = None, *, method: str = "GET"
    ) -> dict[str, object]:
        """Send any signed call of the API and return its whole answer as parsed JSON.

        Args:
            path: The call without ``/api``, such as ``"/grid/loadbalancer/list"``.
            parameters: Its arguments; a list repeats one.
            method: ``"GET"``, or ``"POST"`` for calls that change something, which are never repeated.

        Raises:
            InvalidRequest: The path or the method is no such thing, or GoGrid refuses an argument.
        """
        return run(self._go_grid.ex_call(path, parameters, method=method))

"""``AsyncLocalMachines``: the client for machines on this computer. ``LocalMachines`` is generated from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Literal, Unpack
from urllib.parse import urlsplit

import msgspec

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, id_of, optional_id_of
from cumuli.compute.auth import Auth
from cumuli.compute.deploying import Given, OnProgress, PrivateKey, SSHInterface
from cumuli.compute.models import KeyPair, Node, NodeImage, NodeLocation, NodeSize, Volume
from cumuli.deploy.results import Deployment
from cumuli.deploy.steps import Steps
from cumuli.errors import ConfigurationError, InvalidRequest
from cumuli.providers.machines.driver import MachinesDriver
from cumuli.providers.machines.models import LocalMachine, LocalMachineImage, LocalMachineSpec, LocalMachineVolume
from cumuli.providers.machines.sizes import PROVIDER
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.http.headers import unix_origin
from cumuli.runtime.protocol import RuntimeFactory, SourceLike
from cumuli.secret import Secret

__all__ = ["AsyncLocalMachines"]

# Where systemd's podman.socket listens for root.
ENDPOINT = "unix:///run/podman/podman.sock"
UNIX = "unix://"
MOST_PORT = 65535


class AsyncLocalMachines(AsyncCompute[LocalMachine, LocalMachineVolume, LocalMachineImage]):
    """Machines on this computer: containers with an sshd, an address, a file system and processes of their own.

    They are made by podman's API, so podman's service has to listen (``systemctl start podman.socket``); nothing is
    started silently. ``cumuli.sandbox.running("machines")`` starts one that takes every machine away when it ends.
    """

    def __init__(
        self,
        *,
        endpoint: str = ENDPOINT,
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent.

        Args:
            endpoint: Where podman's service listens: ``unix://`` and the path of its socket, or ``http://`` and
                host and port. Without root it is ``unix:///run/user/UID/podman/podman.sock``.

        Raises:
            ConfigurationError: The endpoint is none.
        """
        caller = make_caller(make_runtime(_runtime, options), options, provider=PROVIDER)
        self._machines = MachinesDriver(caller, origin=_origin(endpoint))
        super().__init__(self._machines)

    async def create_node(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_userdata: str | None = None,
        ex_volumes: Mapping[str, Volume | str] | None = None,
        ex_ports: Sequence[int] = (),
    ) -> LocalMachine:
        """Create a machine and start it. It takes logins half a second later, as root.

        Podman's operations: ``ContainerCreateLibpod``, ``PutContainerArchiveLibpod``, ``ContainerStartLibpod``.

        Args:
            name: Its display name, and, as far as may be, its hostname. Several machines may have the same one.
            size: How much memory and processor time it may use.
            image: What to make it from; besides an id, any name that podman knows it by (``"debian:12"``). It has
                to have a shell and an sshd.
            location: ``"local"``, which is the only one.
            auth: The public key or password that root is to have. The users that images of distributions have
                (``debian``, ``ubuntu``, ``fedora``, ``rocky``, ``almalinux``, ``cloud-user``) get the key as well.
            tags: Tags to put on it, which are labels of the container (``io.cumuli.tag.KEY``).
            ex_keyname: A key pair whose public key it is to have, besides that of ``auth``.
            ex_volumes: Volumes that it is to have, by the folders where they are to be (``{"/data": volume}``). Podman
                gives none to a machine that is there already, so this is the only way.
            ex_userdata: Given to cloud-init (NoCloud) where the image has it. Elsewhere a script, which begins with
                ``#!``, is run once as root after the sshd is up, and anything else is refused.
            ex_ports: Ports of the machine that are to be reached from this computer by ports of 127.0.0.1 as well,
                which ``LocalMachine.ports`` tells.

        Returns:
            The new machine, which runs.

        Raises:
            SizeNotFound, ImageNotFound, KeyPairNotFound, VolumeNotFound, NotFound: There is no such size, image, key
                pair, volume or location.
            InvalidRequest: A port is none, a folder is no absolute path, or the image has no cloud-init for user data
                that is no script.
            ProviderUnavailable: Podman could not start it, and why; nothing is left of it.
        """
        for port in ex_ports:
            if not 0 < port <= MOST_PORT:
                raise InvalidRequest(f"{port} is no port; there are 1 to {MOST_PORT}")
        for folder in ex_volumes or {}:
            if not folder.startswith("/") or ":" in folder:
                raise InvalidRequest(f"{folder!r} is no absolute path without a colon, where a volume could be")
        spec = LocalMachineSpec(
            **msgspec.structs.asdict(self._node_spec(name, size, image, location, auth, tags)),
            key_pair=optional_id_of(ex_keyname, KeyPair, self.provider),
            user_data=ex_userdata,
            volumes={folder: id_of(volume, Volume, self.provider) for folder, volume in (ex_volumes or {}).items()},
            ports=tuple(ex_ports),
        )
        return await self._create_node(spec)

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
        ssh_interface: SSHInterface | Callable[[LocalMachine], str | tuple[str, int] | None] = "public",
        ssh_timeout: float = 300.0,
        ssh_host_key: str = "accept-new",
        ssh_known_hosts: str | PathLike[str] | None = None,
        timeout: float = 1800.0,
        on_failure: Literal["destroy", "keep"] = "destroy",
        on_progress: OnProgress | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_userdata: str | None = None,
        ex_volumes: Mapping[str, Volume | str] | None = None,
        ex_ports: Sequence[int] = (),
    ) -> Deployment[LocalMachine]:
        """Create a machine, wait until one can log in, and configure it by SSH; destroy it if that fails.

        What makes the machine, and every ``ex_`` argument, is told at ``create_node``; what configures it at
        ``deploy_node`` of the portable client, ``cumuli.Compute``. Machines have private addresses only, so say
        ``ssh_interface="private"``, or, for a podman without root, ``ssh_address`` of
        ``cumuli.providers.machines.models``. Host keys are told by podman, and no other is taken.

        Returns:
            The machine, and what the steps did.

        Raises:
            DeploymentError: A machine was made, and could not be configured.
            InvalidRequest: An argument or a step cannot be one, such as a public address; nothing was made.
        """
        if ssh_interface == "public":
            raise InvalidRequest(
                'machines of this computer have no public address; say ssh_interface="private", or '
                "ssh_interface=ssh_address (of cumuli.providers.machines.models), which knows ports as well"
            )
        return await self._deploy_node(
            name,
            lambda tags, user_data: self.create_node(
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_keyname=ex_keyname,
                ex_userdata=ex_userdata if user_data is None else user_data,
                ex_volumes=ex_volumes,
                ex_ports=ex_ports,
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

    async def ex_import_image(self, archive: SourceLike, name: str) -> LocalMachineImage:
        """Make an image of a root file system, such as ``mmdebstrap`` and ``debootstrap`` make.

        Podman's operation: ``ImageImportLibpod``.

        Args:
            archive: A tar archive of it: a path, bytes, a binary file or an iterable of bytes.
            name: The image's display name.

        Raises:
            ProviderUnavailable: It is no such archive.
        """
        name = checked_name(name, "an image")
        source = self._machines.caller.runtime.source(archive)
        try:
            return await self._make(self._machines.import_image(source, name=name))
        finally:
            await source.close()

    async def ex_host_keys(self, node: Node | str) -> tuple[str, ...]:
        """The public halves of a machine's host keys, as they stand in ``known_hosts`` behind the host's name.

        They are read from the machine's file system by podman, so no network lies between. A machine makes them in
        the first half second of its first start, which is waited for.

        Podman's operation: ``ContainerArchiveLibpod``.

        Args:
            node: The machine.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It has none, since it has never been up.
            ProviderUnavailable: It has made none in half a minute.
        """
        return await self._do(self._machines.host_keys(id_of(node, Node, self.provider)))

    async def ex_get_console_output(self, node: Node | str) -> str:
        """What a machine's first process and its sshd have printed since it was created.

        Podman's operation: ``ContainerLogsLibpod``.

        Args:
            node: The machine.

        Raises:
            NodeNotFound: It does not exist.
        """
        return await self._do(self._machines.console_output(id_of(node, Node, self.provider)))


def _origin(endpoint: str) -> str:
    """An endpoint as the runtime knows it.

    Raises:
        ConfigurationError: It is none.
    """
    if endpoint.startswith(UNIX) and endpoint.startswith("/", len(UNIX)):
        return unix_origin(endpoint.removeprefix(UNIX))
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise ConfigurationError(
            f"{endpoint!r} is no endpoint of podman's; they look like {ENDPOINT!r} or 'http://127.0.0.1:8080'",
            provider=PROVIDER,
        )
    return endpoint.rstrip("/")

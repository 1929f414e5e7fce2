"""``AsyncOpenStack``: the client of any OpenStack cloud. ``OpenStack`` is generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Unpack

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.compute.arguments import checked_name
from cumuli.compute.models import Node
from cumuli.credential_arguments import CredentialArguments
from cumuli.providers.openstack.compute.aio_nova import AsyncNova
from cumuli.providers.openstack.compute.arguments import reference
from cumuli.providers.openstack.compute.driver import OpenStackDriver
from cumuli.providers.openstack.compute.models import (
    HypervisorStatistics,
    OpenStackNode,
    Quota,
    QuotaUsage,
    ServerGroup,
)
from cumuli.providers.openstack.identity.arguments import (
    KEYSTONE,
    as_secret,
    make_session,
    one_account,
    openstack_settings,
    with_cloud_options,
)
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.providers.openstack.network.aio import AsyncNeutron
from cumuli.providers.openstack.network.models import Network, NodeInterface, Port, SecurityGroup
from cumuli.providers.openstack.services import COMPUTE, PAGE_SIZE, OpenStackServices
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret

__all__ = ["AsyncOpenStack"]


class AsyncOpenStack(AsyncNova[OpenStackNode], AsyncNeutron):
    """Servers, images, volumes and networks of an OpenStack cloud.

    ``OpenStack(cloud="devstack")`` reads ``clouds.yaml`` and its kin where the OpenStack tools do;
    ``OpenStack()`` takes ``OS_CLOUD`` or the other ``OS_*`` variables; ``OpenStack(auth_url=…,
    username=…, password=…, project_name=…)`` reads nothing.
    """

    credential_arguments: ClassVar[CredentialArguments] = KEYSTONE

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
        _runtime: RuntimeFactory = asynchronous_runtime,
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
        single = KeystoneCredentials(
            auth_url=auth_url,
            username=username,
            user_id=user_id,
            user_domain_id=user_domain_id,
            user_domain_name=user_domain_name,
            password=as_secret(password),
            application_credential_id=application_credential_id,
            application_credential_name=application_credential_name,
            application_credential_secret=as_secret(application_credential_secret),
            token=as_secret(token),
            project_id=project_id,
            project_name=project_name,
            project_domain_id=project_domain_id,
            project_domain_name=project_domain_name,
            domain_id=domain_id,
            domain_name=domain_name,
            system_scope=system_scope,
        )
        given = one_account(single, credentials, cloud=cloud, provider=OpenStackDriver.provider)
        settings = openstack_settings(
            given,
            cloud=cloud,
            region=region,
            interface=interface,
            endpoints={**(endpoints or {}), **({COMPUTE: endpoint} if endpoint else {})},
        )
        options = with_cloud_options(options, settings)
        runtime = make_runtime(_runtime, options)
        session = make_session(runtime, options, settings, provider=OpenStackDriver.provider)
        caller = make_caller(runtime, options, provider=OpenStackDriver.provider, authorizer=session)
        self._nova = OpenStackDriver(
            OpenStackServices(caller, session, names=settings.service_names, page_size=page_size)
        )
        self._neutron = self._nova.network
        super().__init__(self._nova)

    async def ex_list_server_groups(self) -> list[ServerGroup]:
        """The project's server groups. Nova's operation: List Server Groups."""
        return await self._do(self._nova.account.server_groups())

    async def ex_get_server_group(self, group: ServerGroup | str) -> ServerGroup:
        """One server group. Nova's operation: Show Server Group Details.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._nova.account.server_group(reference(group, "server group")))

    async def ex_create_server_group(
        self,
        name: str,
        policy: Literal["affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity"],
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
        return await self._do(self._nova.account.create_server_group(checked_name(name, "a server group"), policy))

    async def ex_delete_server_group(self, group: ServerGroup | str) -> None:
        """Delete a server group; its nodes stay. Nova's operation: Delete Server Group.

        Raises:
            NotFound: It does not exist.
        """
        await self._do(self._nova.account.delete_server_group(reference(group, "server group")))

    async def ex_get_quota(self, project: str | None = None) -> Quota:
        """How much a project may have. Nova's, Neutron's and Cinder's operation: show quotas.

        Args:
            project: Id of the project; None for one's own.

        Raises:
            PermissionDenied: It is another's, and one is no administrator.
        """
        return await self._do(self._nova.account.quota(project))

    async def ex_get_quota_usage(self, project: str | None = None) -> QuotaUsage:
        """What a project uses of what it may have.

        Nova's operation: show the detail of quota; Neutron's: show quota details; Cinder's: show quota usage. A Neutron
        without its extension ``quota_details`` tells the limits only.

        Args:
            project: Id of the project; None for one's own.

        Raises:
            PermissionDenied: It is another's, and one is no administrator.
        """
        return await self._do(self._nova.account.quota_usage(project))

    async def ex_set_quota(
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
        wanted = Quota(
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
        return await self._do(self._nova.account.set_quota(reference(project, "project"), wanted))

    async def ex_get_hypervisor_statistics(self) -> HypervisorStatistics:
        """What all hypervisors have together. Nova's operation: Show Hypervisor Statistics.

        Raises:
            PermissionDenied: One is no administrator.
        """
        return await self._do(self._nova.account.hypervisor_statistics())

    async def ex_list_interfaces(self, node: Node | str) -> list[NodeInterface]:
        """The node's network interfaces. Nova's operation: List Port Interfaces.

        Raises:
            NodeNotFound: It does not exist.
        """
        return await self._do(self._nova.interfaces.list_interfaces(self._id(node)))

    async def ex_attach_port_interface(self, node: Node | str, port: Port | str) -> NodeInterface:
        """Give a node a port that is there. Nova's operation: Create Interface.

        Raises:
            NodeNotFound: The node does not exist.
            NotFound: The port does not exist.
            Conflict: Something else has the port, or the node's state does not allow it.
        """
        return await self._do(self._nova.interfaces.attach(self._id(node), {"port_id": reference(port, "port")}))

    async def ex_attach_network_interface(
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
        what: dict[str, object] = {"net_id": reference(network, "network")}
        if fixed_ip is not None:
            what["fixed_ips"] = [{"ip_address": fixed_ip}]
        return await self._do(self._nova.interfaces.attach(self._id(node), what))

    async def ex_detach_port_interface(self, node: Node | str, port: NodeInterface | Port | str) -> None:
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
        await self._do(self._nova.interfaces.detach(self._id(node), reference(port, "port")))

    async def ex_add_security_group(self, node: Node | str, group: SecurityGroup | str) -> None:
        """Put a node into a security group. Nova's operation: Add Security Group To A Server.

        Raises:
            NodeNotFound: The node does not exist.
            NotFound: The group does not exist.
        """
        await self._act(node, "addSecurityGroup", {"name": reference(group, "security group")})

    async def ex_remove_security_group(self, node: Node | str, group: SecurityGroup | str) -> None:
        """Take a node out of a security group. Nova's operation: Remove Security Group From A Server.

        Raises:
            NodeNotFound: The node does not exist.
            NotFound: It is not in the group.
        """
        await self._act(node, "removeSecurityGroup", {"name": reference(group, "security group")})

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
from cumuli.providers.openstack.compute.models import HypervisorStatistics, OpenStackNode, Quota, ServerGroup
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
from cumuli.providers.openstack.network.models import SecurityGroup
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

    async def ex_get_hypervisor_statistics(self) -> HypervisorStatistics:
        """What all hypervisors have together. Nova's operation: Show Hypervisor Statistics.

        Raises:
            PermissionDenied: One is no administrator.
        """
        return await self._do(self._nova.account.hypervisor_statistics())

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

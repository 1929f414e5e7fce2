"""``AsyncRackspace``: Rackspace's client. ``Rackspace`` is generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Unpack

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.credential_arguments import CredentialArguments
from cumuli.providers.openstack.compute.aio_nova import AsyncNova
from cumuli.providers.openstack.identity.arguments import make_session
from cumuli.providers.openstack.network.aio_networks import AsyncNetworks
from cumuli.providers.openstack.services import COMPUTE, PAGE_SIZE, OpenStackServices
from cumuli.providers.rackspace.compute.driver import SERVICE_NAMES, RackspaceDriver
from cumuli.providers.rackspace.compute.models import RackspaceNode
from cumuli.providers.rackspace.identity import RACKSPACE, rackspace_settings
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret

__all__ = ["AsyncRackspace"]


class AsyncRackspace(AsyncNova[RackspaceNode], AsyncNetworks[RackspaceNode]):
    """Rackspace Public Cloud (next generation, API v2).

    A client works in one region. Without ``ex_networks`` a new node is on PublicNet and ServiceNet;
    whoever names networks names those two as well if they are wanted (``PUBLIC_NET`` and
    ``SERVICE_NET`` in ``cumuli.providers.rackspace.compute.models``).
    """

    credential_arguments: ClassVar[CredentialArguments] = RACKSPACE

    def __init__(
        self,
        username: str | None = None,
        api_key: str | Secret | None = None,
        *,
        region: str | None = None,
        password: str | Secret | None = None,
        token: str | Secret | None = None,
        project_id: str | None = None,
        endpoint: str | None = None,
        endpoints: Mapping[str, str] | None = None,
        auth_url: str | None = None,
        interface: str = "public",
        page_size: int = PAGE_SIZE,
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent.

        Args:
            username: Name of the user; without it, ``RS_USERNAME`` and ``RS_API_KEY``.
            api_key: The user's API key.
            region: ``"DFW"``, ``"IAD"``, …; None for ``RS_REGION_NAME``, else the user's own default,
                else the only one of the account's catalog.
            password: The user's password, instead of the API key.
            token: A token that was got elsewhere. With ``endpoint`` it resumes a session without a
                call to the identity service.
            project_id: The account's number (tenant); None for the user's own.
            endpoint: Versioned address of the compute service, instead of the catalog's.
            endpoints: Addresses of services by type, instead of the catalog's.
            auth_url: The identity service, instead of Rackspace's.
            interface: ``"public"``, or ``"internal"`` for ServiceNet addresses where there are some.
            page_size: How many items a listing asks for at a time; services give 1,000 at most.

        Raises:
            ConfigurationError: Something is missing or contradictory.
        """
        settings = rackspace_settings(
            username,
            api_key,
            password=password,
            token=token,
            auth_url=auth_url,
            project_id=project_id,
            region=region,
            interface=interface,
            endpoints={**(endpoints or {}), **({COMPUTE: endpoint} if endpoint else {})},
        )
        runtime = make_runtime(_runtime, options)
        session = make_session(runtime, options, settings, provider=RackspaceDriver.provider)
        caller = make_caller(runtime, options, provider=RackspaceDriver.provider, authorizer=session)
        self._nova = RackspaceDriver(OpenStackServices(caller, session, names=SERVICE_NAMES, page_size=page_size))
        self._neutron = self._nova.network
        super().__init__(self._nova)

"""``AsyncSwift``: the client of any OpenStack Swift. ``Swift`` is generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Unpack

from cumuli.calls.options import ClientOptions
from cumuli.credential_arguments import CredentialArguments
from cumuli.providers.openstack.identity.arguments import as_secret, one_account
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.providers.openstack.swift.aio_storage import AsyncSwiftStorage
from cumuli.providers.openstack.swift.calls import PAGE_SIZE
from cumuli.providers.openstack.swift.driver import SwiftDriver, open_driver
from cumuli.providers.openstack.swift.identity import OBJECT_STORE, SWIFT_WAYS, swift_settings
from cumuli.providers.openstack.swift.wire import TempUrlDigest
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.verify import Integrity

__all__ = ["AsyncSwift"]


class AsyncSwift(AsyncSwiftStorage):
    """OpenStack Swift, or another service that speaks its protocol (object storage API v1).

    ``Swift(cloud="devstack")`` reads ``clouds.yaml`` where the OpenStack tools do; ``Swift()`` takes
    ``OS_CLOUD``, the other ``OS_*`` variables, or ``ST_AUTH``, ``ST_USER`` and ``ST_KEY``;
    ``Swift(auth_url="https://…/auth/v1.0", username="account:user", key="…")`` gets its token in
    Swift's own way, ``Swift(auth_url="https://…/v3", username=…, password=…, project_name=…)`` from
    Keystone.
    """

    credential_arguments: ClassVar[CredentialArguments] = SWIFT_WAYS

    def __init__(
        self,
        *,
        cloud: str | None = None,
        auth_url: str | None = None,
        username: str | None = None,
        key: str | Secret | None = None,
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
        temp_url_key: str | Secret | None = None,
        temp_url_digest: TempUrlDigest | None = None,
        leave_segments: bool = False,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; files are read, nothing is sent.

        Args:
            cloud: Name of an entry of ``clouds.yaml``. Arguments given beside it go before it.
            auth_url: Where tokens are given. If it ends in ``/v1.0``, in Swift's own way; else by
                Keystone, with or without its version.
            username: Name of the user; in Swift's own way mostly ``account:user``.
            key: The user's key, in Swift's own way.
            password: The user's password.
            user_id: Id of the user, instead of the name.
            user_domain_name: Domain of the user; without it, the domain with the id ``default``.
            user_domain_id: Or the domain's id.
            project_name: Project whose account it is.
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
            endpoint: Address of the account (``https://…/v1/AUTH_…``), instead of the catalog's.
            endpoints: Addresses of services by type, instead of the catalog's.
            region: The region; may be left out where the cloud has one only.
            interface: ``"public"`` (default), ``"internal"`` or ``"admin"``.
            credentials: All of Keystone's credentials in one object, instead of the single arguments.
            page_size: How many names a listing asks for at a time; services give 10,000 at most.
            temp_url_key: The key that temporary URLs are signed with. Default: the account's, which is
                asked for every time, or the container's.
            temp_url_digest: ``"sha1"``, ``"sha256"`` or ``"sha512"``. Default: what the service says
                that it takes.
            leave_segments: Whether the segments of a large object stay when another object takes its
                place. Uploads look whether there is one first; True spares that request.
            integrity: What is asked of the verification of contents; see ``Storage``.

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
        given = one_account(single, credentials, cloud=cloud, provider=SwiftDriver.provider, ways=SWIFT_WAYS, key=key)
        settings = swift_settings(
            given,
            key=key,
            cloud=cloud,
            region=region,
            interface=interface,
            endpoints={**(endpoints or {}), **({OBJECT_STORE: endpoint} if endpoint else {})},
        )
        self._swift = open_driver(
            SwiftDriver,
            _runtime,
            options,
            settings,
            page_size=page_size,
            temp_url_key=temp_url_key,
            temp_url_digest=temp_url_digest,
            leave_segments=leave_segments,
        )
        super().__init__(self._swift, integrity)

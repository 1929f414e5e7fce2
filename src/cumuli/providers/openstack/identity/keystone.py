"""OpenStack's identity protocol, v3 and v2.0: request bodies and tokens. Pure.

``providers/openstack/identity/session.py`` sends what is built here. Rackspace's API keys are an extension of v2.0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.catalog import Endpoint, Service, interface_name, split_endpoint
from cumuli.secret import Secret
from cumuli.wire.lenient import Identity, Needed, decode_json
from cumuli.wire.timestamps import moment_of

__all__ = [
    "IdentityVersion",
    "KeystoneCredentials",
    "KeystoneIdentity",
    "Token",
    "auth_body",
    "check_credentials",
    "home_region",
    "parse_v2_token",
    "parse_v3_token",
]

IdentityVersion = Literal["v3", "v2.0"]

# What Keystone itself calls the domain that exists on every installation.
DEFAULT_DOMAIN = "default"


class KeystoneCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who one is for an OpenStack identity service, and what the token is to be good for.

    One way in is needed: user and ``password``, user and ``api_key`` (Rackspace), an application
    credential, or a ``token``. Names need a domain; where none is given it is the domain whose id
    is ``default``, which every installation has.

    Attributes:
        auth_url: URL of the identity service, with or without its version
            (``https://cloud.example.com/identity/v3``); None when ``token`` is used as it is.
        username: Name of the user; or give ``user_id``.
        user_id: Id of the user.
        user_domain_id: Id of the domain that ``username`` is in.
        user_domain_name: Or its name.
        password: The user's password.
        api_key: The user's Rackspace API key.
        application_credential_id: Id of an application credential; or give its name with the user.
        application_credential_name: Its name.
        application_credential_secret: Its secret.
        token: A token that was got elsewhere. It is used as it is; with a scope, it is exchanged
            for one of that scope.
        project_id: Id of the project (tenant) to work in.
        project_name: Or its name.
        project_domain_id: Id of the domain that ``project_name`` is in.
        project_domain_name: Or its name.
        domain_id: Id of a domain to work on instead of a project.
        domain_name: Or its name.
        system_scope: ``"all"`` to work on the whole system instead of a project.
    """

    auth_url: str | None = None
    username: str | None = None
    user_id: str | None = None
    user_domain_id: str | None = None
    user_domain_name: str | None = None
    password: Secret | None = None
    api_key: Secret | None = None
    application_credential_id: str | None = None
    application_credential_name: str | None = None
    application_credential_secret: Secret | None = None
    token: Secret | None = None
    project_id: str | None = None
    project_name: str | None = None
    project_domain_id: str | None = None
    project_domain_name: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None
    system_scope: str | None = None

    @property
    def scoped(self) -> bool:
        """Whether a project, a domain or the system is asked for."""
        return any((self.project_id, self.project_name, self.domain_id, self.domain_name, self.system_scope))

    @property
    def application_credential(self) -> bool:
        """Whether an application credential is the way in."""
        return bool(self.application_credential_id or self.application_credential_name)


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token and what the identity service says of it.

    Attributes:
        secret: The token itself.
        lifetime: Seconds it was good for when it was given, by the identity service's own clock;
            None when that is not known.
        catalog: The services that it opens; empty for an unscoped token.
        user_id: Whose it is.
        user_name: His or her name.
        project_id: The project (tenant) that it is for, or None.
        project_name: Its name, or None.
        roles: Names of the roles that the user has in that scope.
        default_region: The user's own region (Rackspace), or None.
    """

    secret: Secret
    lifetime: float | None = None
    catalog: tuple[Service, ...] = ()
    user_id: str | None = None
    user_name: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    roles: tuple[str, ...] = ()
    default_region: str | None = None


class KeystoneIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Who one is for a cloud, as its identity service said with the token.

    What it did not say is None: of a token that is used with ``endpoint`` it is asked for nothing, and Swift's own way
    in knows a user's name alone.

    Attributes:
        user_id: The user's id.
        user_name: The user's name.
        project_id: The project (tenant) that one works in, or None.
        project_name: Its name, or None.
        roles: Names of the roles that the user has there.
    """

    user_id: str | None = None
    user_name: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    roles: tuple[str, ...] = ()


def home_region(token: Token, interface: str) -> str | None:
    """The region that a token is for where none was asked for: the user's own, else the only one of its catalog."""
    regions = {
        endpoint.region
        for service in token.catalog
        for endpoint in service.endpoints
        if endpoint.region is not None and endpoint.interface == interface
    }
    if token.default_region is not None and (token.default_region in regions or not regions):
        return token.default_region
    return next(iter(regions)) if len(regions) == 1 else None


# What is sent


def check_credentials(credentials: KeystoneCredentials) -> None:
    """Do nothing if these credentials can be sent.

    Raises:
        ConfigurationError: Something is missing, or two things contradict each other.
    """
    given = credentials
    ways = {
        "a password": given.password,
        "an api_key": given.api_key,
        "an application credential": given.application_credential_secret or given.application_credential,
        "a token": given.token,
    }
    several = [way for way, value in ways.items() if value]
    if len(several) > 1:
        raise ConfigurationError(f"{' and '.join(several)} are two ways to authenticate; give one of the two, not both")
    if given.auth_url is None:
        if given.token is None:
            raise ConfigurationError(
                "no identity service: give auth_url (OS_AUTH_URL), or cloud= with the name of an entry of clouds.yaml"
            )
        return
    split_endpoint(given.auth_url)
    user = given.username or given.user_id
    if given.application_credential:
        if given.application_credential_secret is None:
            raise ConfigurationError("the application credential lacks its application_credential_secret")
        if not given.application_credential_id and not user:
            raise ConfigurationError("an application credential given by name needs its user: give username or user_id")
        return
    if given.password is not None or given.api_key is not None:
        if not user:
            raise ConfigurationError("the user is missing: give username or user_id")
        if given.api_key is not None and not given.username:
            raise ConfigurationError("an api_key goes with the name of its user: give username")
    elif given.token is None:
        raise ConfigurationError(
            "no credentials: give username and password, an application credential, or a token "
            "(clouds.yaml, or OS_USERNAME and OS_PASSWORD)"
        )
    scopes = [
        name
        for name, value in (
            ("project", given.project_id or given.project_name),
            ("domain", given.domain_id or given.domain_name),
            ("system_scope", given.system_scope),
        )
        if value
    ]
    if len(scopes) > 1:
        raise ConfigurationError(f"a token has one scope, and {' and '.join(scopes)} are given; leave all but one out")


def auth_body(credentials: KeystoneCredentials, version: IdentityVersion) -> bytes:
    """The body of the request that asks for a token.

    Raises:
        ConfigurationError: This version of the protocol has no words for these credentials.
    """
    return msgspec.json.encode({"auth": _v3_auth(credentials) if version == "v3" else _v2_auth(credentials)})


def _named(name: str | None, identifier: str | None) -> dict[str, str]:
    return {"id": identifier} if identifier else {"name": name or ""}


def _domain(name: str | None, identifier: str | None) -> dict[str, str]:
    return _named(name, identifier or (None if name else DEFAULT_DOMAIN))


def _v3_user(given: KeystoneCredentials) -> dict[str, object]:
    if given.user_id:
        return {"id": given.user_id}
    return {"name": given.username, "domain": _domain(given.user_domain_name, given.user_domain_id)}


def _v3_auth(given: KeystoneCredentials) -> dict[str, object]:
    method: str
    proof: dict[str, object]
    if given.application_credential:
        method = "application_credential"
        assert given.application_credential_secret is not None  # noqa: S101 - check_credentials saw to it
        proof = {"secret": given.application_credential_secret.reveal()}
        if given.application_credential_id:
            proof["id"] = given.application_credential_id
        else:
            proof |= {"name": given.application_credential_name, "user": _v3_user(given)}
    elif given.password is not None:
        method = "password"
        proof = {"user": {**_v3_user(given), "password": given.password.reveal()}}
    elif given.token is not None:
        method = "token"
        proof = {"id": given.token.reveal()}
    else:
        raise ConfigurationError("an api_key works with identity v2.0 only: give an auth_url that ends in /v2.0")
    auth: dict[str, object] = {"identity": {"methods": [method], method: proof}}
    # An application credential has its project built in, and Keystone refuses a scope beside it.
    scope = {} if given.application_credential else _v3_scope(given)
    return {**auth, **({"scope": scope} if scope else {})}


def _v3_scope(given: KeystoneCredentials) -> dict[str, object]:
    if given.project_id:
        return {"project": {"id": given.project_id}}
    if given.project_name:
        domain_name, domain_id = given.project_domain_name, given.project_domain_id
        if not domain_name and not domain_id:
            domain_name, domain_id = given.user_domain_name, given.user_domain_id
        return {"project": {"name": given.project_name, "domain": _domain(domain_name, domain_id)}}
    if given.domain_id or given.domain_name:
        return {"domain": _named(given.domain_name, given.domain_id)}
    if given.system_scope:
        return {"system": {given.system_scope: True}}
    return {}


def _v2_auth(given: KeystoneCredentials) -> dict[str, object]:
    if given.application_credential or given.domain_id or given.domain_name or given.system_scope:
        raise ConfigurationError(
            "identity v2.0 knows neither domains nor application credentials; give an auth_url that ends in /v3"
        )
    auth: dict[str, object]
    if given.api_key is not None:
        auth = {"RAX-KSKEY:apiKeyCredentials": {"username": given.username, "apiKey": given.api_key.reveal()}}
    elif given.password is not None:
        user = {"username": given.username} if given.username else {"userId": given.user_id}
        auth = {"passwordCredentials": {**user, "password": given.password.reveal()}}
    else:
        assert given.token is not None  # noqa: S101 - check_credentials saw to it
        auth = {"token": {"id": given.token.reveal()}}
    if given.project_id:
        auth["tenantId"] = given.project_id
    elif given.project_name:
        auth["tenantName"] = given.project_name
    return auth


# What comes back


class _Named(msgspec.Struct):
    name: str = ""
    id: str = ""


class _V3Endpoint(msgspec.Struct):
    url: str | None = None
    # An address is not taken for one that it may not be.
    interface: Needed[str] = "public"
    region: Needed[str] | None = None
    region_id: Needed[str] | None = None


class _V3Service(msgspec.Struct):
    type: str = ""
    name: str = ""
    endpoints: list[_V3Endpoint] = []


class _V3Token(msgspec.Struct):
    expires_at: str | None = None
    issued_at: str | None = None
    user: _Named | None = None
    project: _Named | None = None
    roles: list[_Named] = []
    catalog: Needed[list[_V3Service]] = []


class _V3Answer(msgspec.Struct):
    token: _V3Token


class _V2Endpoint(msgspec.Struct):
    public_url: str | None = msgspec.field(default=None, name="publicURL")
    internal_url: str | None = msgspec.field(default=None, name="internalURL")
    admin_url: str | None = msgspec.field(default=None, name="adminURL")
    region: Needed[str] | None = None


class _V2Service(msgspec.Struct):
    type: str = ""
    name: str = ""
    endpoints: list[_V2Endpoint] = []


class _V2Token(msgspec.Struct):
    id: Identity
    expires: str | None = None
    issued_at: str | None = None
    tenant: _Named | None = None


class _V2User(msgspec.Struct):
    id: str = ""
    name: str = ""
    roles: list[_Named] = []
    default_region: str | None = msgspec.field(default=None, name="RAX-AUTH:defaultRegion")


class _V2Access(msgspec.Struct):
    token: _V2Token
    user: _V2User | None = None
    services: list[_V2Service] = msgspec.field(default_factory=list, name="serviceCatalog")


class _V2Answer(msgspec.Struct):
    access: _V2Access


def parse_v3_token(body: bytes, subject_token: str, *, now: Callable[[], float]) -> Token:
    """The token of an answer of ``/v3/auth/tokens``.

    Args:
        body: Its body.
        subject_token: Its ``X-Subject-Token`` header.
        now: Tells the identity service's time, or ours if it does not tell, in seconds since 1970; it is
            asked only for a token that does not say when it was given.

    Raises:
        msgspec.MsgspecError: This is no such answer.
    """
    token = decode_json(body, _V3Answer).token
    return Token(
        secret=Secret(subject_token),
        lifetime=_lifetime(token.expires_at, token.issued_at, now),
        catalog=tuple(
            Service(
                type=service.type,
                name=service.name,
                endpoints=tuple(
                    Endpoint(
                        interface=interface_name(endpoint.interface),
                        region=endpoint.region or endpoint.region_id,
                        url=endpoint.url.rstrip("/"),
                    )
                    for endpoint in service.endpoints
                    if endpoint.url
                ),
            )
            for service in token.catalog
        ),
        user_id=token.user.id if token.user else None,
        user_name=token.user.name if token.user else None,
        project_id=token.project.id if token.project else None,
        project_name=token.project.name if token.project else None,
        roles=tuple(role.name for role in token.roles),
    )


def parse_v2_token(body: bytes, *, now: Callable[[], float]) -> Token:
    """The token of an answer of ``/v2.0/tokens``.

    Raises:
        msgspec.MsgspecError: This is no such answer.
    """
    access = decode_json(body, _V2Answer).access
    user = access.user or _V2User()
    return Token(
        secret=Secret(access.token.id),
        lifetime=_lifetime(access.token.expires, access.token.issued_at, now),
        catalog=tuple(
            Service(
                type=service.type,
                name=service.name,
                endpoints=tuple(
                    Endpoint(interface=interface, region=endpoint.region or None, url=url.rstrip("/"))
                    for endpoint in service.endpoints
                    for interface, url in (
                        ("public", endpoint.public_url),
                        ("internal", endpoint.internal_url),
                        ("admin", endpoint.admin_url),
                    )
                    if url
                ),
            )
            for service in access.services
        ),
        user_id=user.id or None,
        user_name=user.name or None,
        project_id=access.token.tenant.id if access.token.tenant else None,
        project_name=access.token.tenant.name if access.token.tenant else None,
        roles=tuple(role.name for role in user.roles),
        default_region=user.default_region or None,
    )


def _lifetime(expires: str | None, issued: str | None, now: Callable[[], float]) -> float | None:
    """Seconds between two times of the same clock: a skew between the service's and ours drops out."""
    end = _timestamp(expires)
    if end is None:
        return None
    start = _timestamp(issued)
    return max(0.0, end - (now() if start is None else start))


def _timestamp(text: str | None) -> float | None:
    moment = moment_of(text)
    return None if moment is None else moment.timestamp()

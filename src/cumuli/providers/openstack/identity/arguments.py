"""What the clients of OpenStack make of their arguments: files and environment, or what was given."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cumuli.calls.options import ClientOptions, make_caller
from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings, load_cloud
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.providers.openstack.identity.session import KeystoneSession
from cumuli.runtime.protocol import Runtime
from cumuli.secret import Secret

__all__ = ["KEYSTONE", "as_secret", "make_session", "one_account", "openstack_settings", "with_cloud_options"]

USERS = tuple(
    frozenset({user, domain}) for user in ("username", "user_id") for domain in ("user_domain_id", "user_domain_name")
)
PROJECTS = tuple(
    frozenset({project, domain})
    for project in ("project_id", "project_name")
    for domain in ("project_domain_id", "project_domain_name")
)
# An entry of clouds.yaml says where the cloud is, too, so arguments may stand beside it, and go before it.
KEYSTONE = CredentialArguments(
    ways=(
        *(user | {"password", "cloud"} for user in USERS),
        frozenset({"application_credential_id", "application_credential_secret", "cloud"}),
        *(user | {"application_credential_name", "application_credential_secret", "cloud"} for user in USERS),
        frozenset({"token", "cloud"}),
        frozenset({"credentials"}),
    ),
    proofs=frozenset({"password", "application_credential_secret", "user_domain_id", "user_domain_name"}),
    whole=frozenset({"cloud", "credentials"}),
    belongings=frozenset({"auth_url", "domain_id", "domain_name", "system_scope"}).union(*PROJECTS),
    scopes=(*PROJECTS, frozenset({"domain_id"}), frozenset({"domain_name"}), frozenset({"system_scope"})),
)


def as_secret(text: str | Secret | None) -> Secret | None:
    """The text as a secret; None and empty text stay None."""
    secret = Secret(text) if isinstance(text, str) else text
    return secret or None


def one_account(
    single: KeystoneCredentials,
    credentials: KeystoneCredentials | None,
    *,
    cloud: str | None,
    provider: str,
    ways: CredentialArguments = KEYSTONE,
    key: object = None,
) -> KeystoneCredentials:
    """What a client was given, in one object or in single arguments.

    Args:
        single: The single arguments.
        credentials: All in one object.
        cloud: The entry of ``clouds.yaml``.
        provider: Registry name, for errors.
        ways: Of the client's class.
        key: The key of Swift's own way in.

    Raises:
        ConfigurationError: Two arguments say who one is.
    """
    given = {name: value for name, value in msgspec.structs.asdict(single).items() if value is not None}
    ways.check({**given, "cloud": cloud, "key": key, "credentials": credentials}, provider=provider)
    if credentials is None:
        return single
    if given:
        raise ConfigurationError(
            f"credentials and {', '.join(given)} are given; credentials holds all of them, so give them there",
            provider=provider,
        )
    return credentials


def openstack_settings(
    given: KeystoneCredentials,
    *,
    cloud: str | None,
    region: str | None,
    interface: str | None,
    endpoints: Mapping[str, str],
) -> CloudSettings:
    """The settings of a client: what it was given, over what the files and the environment say.

    They are read if a cloud is named, or if what was given does not lead anywhere by itself.

    Raises:
        ConfigurationError: See ``load_cloud``; or no identity service is named.
    """
    complete = given.auth_url is not None or (given.token is not None and bool(endpoints))
    if cloud is None and complete:
        return CloudSettings(
            name="", credentials=given, region=region, interface=interface or "public", endpoints=dict(endpoints)
        )
    found = load_cloud(cloud, region=region)
    explicit = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not None}
    credentials = _over(found.credentials, explicit)
    if credentials.auth_url is None and credentials.token is None:
        raise ConfigurationError(f"{found.title} has no auth_url; give it the address of the identity service")
    return msgspec.structs.replace(
        found,
        credentials=credentials,
        interface=interface or found.interface,
        endpoints={**found.endpoints, **endpoints},
    )


WAYS_IN = ("password", "api_key", "token", "application_credential_secret")
SCOPES = ("project_id", "project_name", "domain_id", "domain_name", "system_scope")

NAMED_TWICE = (
    ("username", "user_id"),
    ("user_domain_id", "user_domain_name"),
    ("project_domain_id", "project_domain_name"),
)


def _over(found: KeystoneCredentials, explicit: dict[str, object]) -> KeystoneCredentials:
    """What was given replaces what was found, whole: another way in, or another scope, drops the old one."""
    dropped: dict[str, object] = {}
    for group in (WAYS_IN, SCOPES, *NAMED_TWICE):
        if any(name in explicit for name in group):
            dropped |= dict.fromkeys(group)
    if "username" in explicit or "user_id" in explicit:
        # Somebody else's password, with this user's name, would only look like a wrong one.
        dropped |= dict.fromkeys(WAYS_IN)
    if "application_credential_secret" in dropped:
        dropped |= dict.fromkeys(("application_credential_id", "application_credential_name"))
    return msgspec.structs.replace(found, **{**dropped, **explicit})


def with_cloud_options(options: ClientOptions, settings: CloudSettings) -> ClientOptions:
    """The client's options, with what the cloud's entry says of TLS and time where they say nothing."""
    merged = ClientOptions(**options)
    if "verify" not in merged and settings.verify is not True:
        merged["verify"] = settings.verify
    if "cert" not in merged and settings.cert is not None:
        merged["cert"] = settings.cert
    if "timeout" not in merged and settings.timeout is not None:
        merged["timeout"] = settings.timeout
    return merged


def make_session(
    runtime: Runtime, options: ClientOptions, settings: CloudSettings, *, provider: str
) -> KeystoneSession:
    """The identity session of a client.

    Raises:
        ConfigurationError: The credentials are incomplete or contradictory.
    """
    try:
        return KeystoneSession(
            make_caller(runtime, options, provider=provider),
            settings.credentials,
            region=settings.region,
            interface=settings.interface,
            endpoints=settings.endpoints,
        )
    except ConfigurationError as error:
        if settings.title:
            error.message = f"{settings.title}: {error.message}"
        error.provider = error.provider or provider
        raise

"""What Swift's clients make of their arguments: the session that gets their tokens."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import msgspec

from cumuli.calls.options import ClientOptions, make_caller
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.arguments import (
    KEYSTONE,
    as_secret,
    make_session,
    openstack_settings,
    with_cloud_options,
)
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.providers.openstack.identity.session import KeystoneSession
from cumuli.providers.openstack.swift.auth_v1 import SwiftV1Session, is_v1
from cumuli.runtime.protocol import Runtime
from cumuli.secret import Secret

__all__ = [
    "CDN",
    "OBJECT_STORE",
    "SWIFT_WAYS",
    "V1Settings",
    "client_options",
    "only_v1",
    "session_of",
    "swift_settings",
    "v1_settings",
]

OBJECT_STORE = "object-store"
CDN = "rax:object-cdn"
SWIFT = "swift"
SWIFT_WAYS = msgspec.structs.replace(
    KEYSTONE, ways=(*KEYSTONE.ways, frozenset({"username", "key"})), proofs=KEYSTONE.proofs | {"key"}
)
# What Swift's own way in knows of; a password is a key by another name there.
V1_ARGUMENTS = frozenset({"auth_url", "username", "password"})
KEYSTONE_VARIABLES = ("OS_CLOUD", "OS_AUTH_URL")


class V1Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Who one is for Swift's own way to get a token.

    Attributes:
        auth_url: Where tokens are given.
        username: The user, often ``account:user``.
        key: The user's key.
        endpoints: Addresses that are used instead of those that come with the token, by service type.
    """

    auth_url: str
    username: str
    key: Secret
    endpoints: dict[str, str] = {}


def v1_settings(
    auth_url: str,
    username: str | None,
    key: str | Secret | None,
    endpoints: Mapping[str, str],
    *,
    provider: str = SWIFT,
) -> V1Settings:
    """The settings, complete.

    Raises:
        ConfigurationError: User or key are missing.
    """
    secret = as_secret(key)
    if not username or secret is None:
        raise ConfigurationError(
            "Swift's own way in (an auth_url that ends in /v1.0) needs a username and a key", provider=provider
        )
    return V1Settings(auth_url=auth_url, username=username, key=secret, endpoints=dict(endpoints))


def only_v1(others: Sequence[str], provider: str) -> None:
    """Refuse what Swift's own way in does not take.

    Raises:
        ConfigurationError: There are such arguments.
    """
    if others:
        raise ConfigurationError(
            f"Swift's own way in (an auth_url that ends in /v1.0) takes a username and a key, and not "
            f"{', '.join(others)}; leave that out, or give Keystone's auth_url",
            provider=provider,
        )


def swift_settings(
    given: KeystoneCredentials,
    *,
    key: str | Secret | None,
    cloud: str | None,
    region: str | None,
    interface: str | None,
    endpoints: Mapping[str, str],
    environ: Mapping[str, str] | None = None,
) -> V1Settings | CloudSettings:
    """The settings of a client of Swift: v1 if the ``auth_url`` is of that kind, else as for OpenStack.

    With nothing given, ``ST_AUTH``, ``ST_USER`` and ``ST_KEY`` stand in, as for the ``swift`` command,
    unless the variables of OpenStack are set and say another way in than Swift's own.

    Raises:
        ConfigurationError: Something is missing or contradictory.
    """
    env = os.environ if environ is None else environ
    if cloud is None and given.auth_url is not None and is_v1(given.auth_url):
        others = [name for name, value in msgspec.structs.asdict(given).items() if value is not None]
        only_v1([name for name in others if name not in V1_ARGUMENTS], SWIFT)
        return v1_settings(given.auth_url, given.username, key or given.password, endpoints)
    if key is not None:
        raise ConfigurationError(
            "a key is for an auth_url that ends in /v1.0; give a password, or an application credential, to Keystone",
            provider=SWIFT,
        )
    nothing = cloud is None and not any(msgspec.structs.asdict(given).values())
    # The openstack command's word for this very way in, which says nothing of a Keystone.
    own_way = not env.get("OS_CLOUD") and env.get("OS_AUTH_TYPE") == "v1password"
    if nothing and env.get("ST_AUTH") and (own_way or not any(env.get(name) for name in KEYSTONE_VARIABLES)):
        return v1_settings(env["ST_AUTH"], env.get("ST_USER"), env.get("ST_KEY"), endpoints)
    return openstack_settings(given, cloud=cloud, region=region, interface=interface, endpoints=endpoints)


def client_options(options: ClientOptions, settings: V1Settings | CloudSettings) -> ClientOptions:
    """The client's options, with what an entry of ``clouds.yaml`` says of TLS and time."""
    return with_cloud_options(options, settings) if isinstance(settings, CloudSettings) else options


def session_of(
    runtime: Runtime, options: ClientOptions, settings: V1Settings | CloudSettings, *, provider: str
) -> KeystoneSession | SwiftV1Session:
    """The session of a client.

    Raises:
        ConfigurationError: The credentials are incomplete or contradictory.
    """
    if isinstance(settings, CloudSettings):
        return make_session(runtime, options, settings, provider=provider)
    return SwiftV1Session(
        make_caller(runtime, options, provider=provider),
        auth_url=settings.auth_url,
        user=settings.username,
        key=settings.key,
        endpoint=settings.endpoints.get(OBJECT_STORE),
        cdn_endpoint=settings.endpoints.get(CDN),
    )

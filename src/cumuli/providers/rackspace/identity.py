"""Where Rackspace's credentials come from: arguments, or the variables of Rackspace's own ``rack`` tool."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.arguments import as_secret
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.secret import Secret

__all__ = ["IDENTITY", "RACKSPACE", "rackspace_settings"]

RACKSPACE = CredentialArguments(
    ways=(frozenset({"username", "api_key"}), frozenset({"username", "password"}), frozenset({"token"})),
    proofs=frozenset({"api_key", "password"}),
)

IDENTITY = "https://identity.api.rackspacecloud.com/v2.0"


def rackspace_settings(
    username: str | None,
    api_key: str | Secret | None,
    *,
    password: str | Secret | None,
    token: str | Secret | None,
    auth_url: str | None,
    project_id: str | None,
    region: str | None,
    interface: str,
    endpoints: Mapping[str, str],
    environ: Mapping[str, str] | None = None,
) -> CloudSettings:
    """The settings of a client of Rackspace's.

    ``RS_USERNAME``, ``RS_API_KEY``, ``RS_REGION_NAME`` and ``RS_AUTH_URL`` stand in for what is not
    given; the key only together with the user.

    Raises:
        ConfigurationError: User or key are missing.
    """
    RACKSPACE.check(
        {"username": username, "api_key": api_key, "password": password, "token": token}, provider="rackspace"
    )
    env = os.environ if environ is None else environ
    key, word, session = as_secret(api_key), as_secret(password), as_secret(token)
    if username is None and key is None and word is None and session is None:
        username, key = env.get("RS_USERNAME"), as_secret(env.get("RS_API_KEY"))
    if session is None and (not username or (key is None and word is None)):
        raise ConfigurationError(
            "Rackspace needs a user name and an API key: give them, or set RS_USERNAME and RS_API_KEY",
            provider="rackspace",
        )
    resumed = session is not None and bool(endpoints) and auth_url is None
    return CloudSettings(
        name="rackspace",
        credentials=KeystoneCredentials(
            auth_url=None if resumed else auth_url or env.get("RS_AUTH_URL") or IDENTITY,
            username=username,
            api_key=key,
            password=word,
            token=session,
            project_id=project_id,
        ),
        region=region or env.get("RS_REGION_NAME") or None,
        interface=interface,
        endpoints=dict(endpoints),
    )

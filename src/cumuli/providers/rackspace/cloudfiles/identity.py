"""What Cloud Files' clients make of their arguments."""

from __future__ import annotations

from collections.abc import Mapping

from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings
from cumuli.providers.openstack.swift.auth_v1 import is_v1
from cumuli.providers.openstack.swift.identity import V1Settings, only_v1, v1_settings
from cumuli.providers.rackspace.identity import RACKSPACE, rackspace_settings
from cumuli.secret import Secret

__all__ = ["cloudfiles_settings"]

PROVIDER = "cloudfiles"


def cloudfiles_settings(
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
) -> V1Settings | CloudSettings:
    """The settings of a client of Cloud Files: v1 if the ``auth_url`` is of that kind, else Rackspace's.

    Raises:
        ConfigurationError: User or key are missing.
    """
    RACKSPACE.check({"username": username, "api_key": api_key, "password": password, "token": token}, provider=PROVIDER)
    if auth_url is not None and is_v1(auth_url):
        others = {"token": token, "project_id": project_id}
        only_v1([name for name, value in others.items() if value is not None], PROVIDER)
        return v1_settings(auth_url, username, api_key or password, endpoints, provider=PROVIDER)
    try:
        return rackspace_settings(
            username,
            api_key,
            password=password,
            token=token,
            auth_url=auth_url,
            project_id=project_id,
            region=region,
            interface=interface,
            endpoints=endpoints,
        )
    except ConfigurationError as error:
        error.provider = PROVIDER
        raise

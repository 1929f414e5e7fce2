"""Telling those who named a cloud of the other kind, servers or objects, what they can do with it."""

from __future__ import annotations

from cumuli import config, registry
from cumuli.errors import ConfigurationError

__all__ = ["serves_only"]


def serves_only(service: registry.Service, name: str) -> bool:
    """Whether a provider or profile is of this service, and not of the other one."""
    try:
        profile = config.load_profiles().get(name)
    except ConfigurationError:
        profile = None
    kinds = {info.service for info in registry.provider_infos() if info.name == name}
    if profile is not None and not kinds:
        kinds = {info.service for info in registry.provider_infos() if info.name == profile.provider}
    return kinds == {service}

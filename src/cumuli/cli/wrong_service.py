"""Telling those who named a cloud that has not this service what they can do with it."""

from __future__ import annotations

from cumuli import config, registry
from cumuli.cli.commands import every_service
from cumuli.cli.failures import UsageError
from cumuli.errors import ConfigurationError
from cumuli.service_names import Service

__all__ = ["example", "without"]


def without(service: Service, name: str) -> UsageError | None:
    """The error for a provider or profile that has other services and not this one; None for any other name."""
    has = _services_of(name)
    if not has or service in has:
        return None
    titles = {entry.name: entry.title for entry, _ in every_service()}
    others = " and ".join(titles[other] for other in titles if other in has)
    return UsageError(f"{name!r} has {others} and no {titles[service]}; try: {example(name)}")


def example(name: str) -> str:
    """A harmless command for a provider or profile that there is: of its first service in the table."""
    has = _services_of(name)
    option = "--provider" if name in registry.providers() else "--profile"
    return next(commands.example for entry, commands in every_service() if entry.name in has).format(
        name=name, option=option
    )


def _services_of(name: str) -> set[str]:
    """The services of a provider or profile; a provider's name goes first, as everywhere."""
    infos = registry.provider_infos()
    has: set[str] = {info.service for info in infos if info.name == name}
    if has:
        return has
    try:
        profile = config.load_profiles().get(name)
    except ConfigurationError:
        return set()
    return {info.service for info in infos if profile is not None and info.name == profile.provider}

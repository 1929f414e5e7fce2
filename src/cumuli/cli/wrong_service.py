"""Telling those who named a cloud that has not this service what they can do with it."""

from __future__ import annotations

from cumuli import config, registry
from cumuli.cli.commands import every_service
from cumuli.cli.session import Cloud, options
from cumuli.cli.usage import UsageError
from cumuli.errors import ConfigurationError
from cumuli.service_names import Service

__all__ = ["example", "opened", "without"]


def opened(service: Service, meant: Cloud) -> object:
    """The client for a service that the global options ask for.

    Raises:
        UsageError: The cloud has not this service.
        ConfigurationError: There is no such one, or its settings are not complete.
    """
    settings = options().settings()
    try:
        return registry.open_client(service, provider=meant.provider, profile=meant.profile, settings=settings)
    except ConfigurationError as error:
        instead = without(service, meant.name)
        if instead is None:
            if meant.origin:
                error.message += f" ({meant.origin})"
            raise
        raise UsageError(f"{instead} ({meant.origin})" if meant.origin else str(instead)) from None


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

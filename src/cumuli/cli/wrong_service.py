"""Telling those who named a cloud that has not this service what they can do with it."""

from __future__ import annotations

from cumuli import config, registry
from cumuli.cli.commands import every_service
from cumuli.cli.session import Cloud, options
from cumuli.cli.usage import UsageError
from cumuli.compute.client import Compute
from cumuli.errors import ConfigurationError, NotSupported
from cumuli.service_names import Service
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.client import Storage

__all__ = ["check_dry_run", "example", "opened", "without"]

# Of compute no capability tells it.
SENDS_NOTHING = frozenset({"memory"})


def opened(service: Service, meant: Cloud, *, plan: bool = False) -> object:
    """The client for a service that the global options ask for.

    Args:
        service: Of which service.
        meant: Of which cloud.
        plan: See ``check_dry_run``.

    Raises:
        UsageError: The cloud has not this service.
        ConfigurationError: There is no such one, or its settings are not complete.
        NotSupported: It sends no requests, and they were to be shown.
    """
    settings = options().settings()
    try:
        client = registry.open_client(service, provider=meant.provider, profile=meant.profile, settings=settings)
    except ConfigurationError as error:
        instead = without(service, meant.name)
        if instead is None:
            if meant.origin:
                error.message += f" ({meant.origin})"
            raise
        raise UsageError(f"{instead} ({meant.origin})" if meant.origin else str(instead)) from None
    check_dry_run(client, plan=plan)
    return client


def check_dry_run(client: object, *, plan: bool) -> None:
    """Do nothing if --dry-run can keep a client from changing anything; else close it.

    Args:
        client: What was opened.
        plan: Whether --dry-run only looks, and tells of what would be done by itself.

    Raises:
        NotSupported: It sends no requests: it would really do what was only to be shown.
    """
    if plan or not options().dry_run or not isinstance(client, Compute | Storage):
        return
    if isinstance(client, Storage):
        sends = StorageCapability.HEADERS in client.capabilities
    else:
        sends = client.provider not in SENDS_NOTHING
    if not sends:
        client.close()
        raise NotSupported(f"{client.provider} sends no requests, so --dry-run has nothing to show")


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

"""What the package of a service's commands, ``cumuli.cli.<service>``, tells of them; it has this as ``COMMANDS``."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from cumuli.table import SERVICES, ServiceEntry

__all__ = ["CLOUD", "Command", "Commands", "commands_of", "every_service"]

CLOUD = "CLOUD is a provider (`cumuli providers` lists them) or a profile."


class Command(NamedTuple):
    """One command, or a group of them.

    Attributes:
        name: As it is typed.
        where: The module of the service's package, and the function or app in it: ``"nodes:app"``. It is imported
            when it is run, or when its help is asked for.
        help: The first line is what the list of commands shows; its own help shows the rest as well.
        usage: Instead of what would be made of its arguments.
    """

    name: str
    where: str
    help: str
    usage: str | None = None


class Commands(NamedTuple):
    """The commands of one service.

    Attributes:
        heading: What stands above them in the list of commands.
        example: A harmless command, to be told to those who named a cloud of this service to another's command:
            ``{name}`` is the cloud, and ``{option}`` the global option that names it.
        commands: In the order of the list.
    """

    heading: str
    example: str
    commands: tuple[Command, ...]


def commands_of(service: str) -> Commands:
    """The commands of a service.

    Raises:
        TypeError: Its package has none.
    """
    found: object = getattr(import_module(f"cumuli.cli.{service}"), "COMMANDS", None)
    if not isinstance(found, Commands):
        raise TypeError(f"cumuli.cli.{service} has no COMMANDS")
    return found


def every_service() -> list[tuple[ServiceEntry, Commands]]:
    """Every service of the table, with its commands."""
    return [(service, commands_of(service.name)) for service in SERVICES]

"""The commands for servers, their disks, images and keys."""

from __future__ import annotations

from cumuli.cli.commands import Command, Commands

__all__ = ["COMMANDS"]

COMMANDS = Commands(
    heading="Servers",
    example="cumuli {option} {name} nodes list",
    commands=(
        Command("nodes", "nodes:app", "Servers."),
        Command("sizes", "catalog:sizes", "Kinds of servers on offer."),
        Command("images", "catalog:images", "What servers are made from."),
        Command("locations", "catalog:locations", "Where servers can be."),
        Command("volumes", "volumes:app", "Disks."),
        Command("snapshots", "volumes:snapshots", "Copies of disks at one moment."),
        Command("keys", "keys:app", "SSH key pairs."),
    ),
)

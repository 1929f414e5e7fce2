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
        Command("networks", "networks:networks", "Networks and subnets."),
        Command("addresses", "networks:addresses", "Public addresses that nodes can be given."),
        Command("security-groups", "networks:security_groups", "What may reach nodes."),
        Command("quota", "networks:quota", "What the account may have at most.\n\nExample: cumuli quota"),
        Command("keys", "keys:app", "SSH key pairs."),
    ),
)

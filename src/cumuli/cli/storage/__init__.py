"""The commands for object storage."""

from __future__ import annotations

from cumuli.cli.commands import CLOUD, Command, Commands

__all__ = ["COMMANDS"]

COMMANDS = Commands(
    heading="Object storage, at addresses like PROVIDER-OR-PROFILE:CONTAINER/KEY",
    example="cumuli ls {name}:",
    commands=(
        Command("containers", "containers:app", "What objects are kept in."),
        Command(
            "ls",
            "objects:ls",
            f"""List objects, or containers.

What is in a folder (names that share a part up to a slash) is shown as that folder, unless --recursive is given.

An address of a cloud alone, such as `s3:`, lists containers. {CLOUD}

Example: cumuli ls work:photos/2024/""",
            "Usage: cumuli ls [OPTIONS] ADDRESS",
        ),
        Command(
            "stat",
            "objects:stat",
            f"What is known of one object, or of a container.\n\n{CLOUD}\n\nExample: cumuli stat work:photos/a.jpg",
        ),
        Command(
            "cat",
            "objects:cat",
            f"""Objects to standard output.

One after the other, verified as they pass. {CLOUD}

Example: cumuli cat work:backups/folder.tar | tar x""",
            "Usage: cumuli cat ADDRESS...",
        ),
        Command(
            "put",
            "put:put",
            f"""Files and folders to objects.

Where to is CLOUD:CONTAINER/KEY, or CLOUD:CONTAINER/FOLDER/ for objects that are called like the files.

An object of the same name is replaced. What arrives is verified. {CLOUD}

Examples: cumuli put a.jpg work:photos/ · cumuli put --recursive folder work:photos/2024""",
        ),
        Command(
            "get",
            "get:get",
            f"""Objects to files and folders.

A file is there whole and verified, or not at all. {CLOUD}

Examples: cumuli get work:photos/a.jpg · cumuli get --recursive work:photos/2024 folder""",
            "Usage: cumuli get [OPTIONS] ADDRESS [DESTINATION]",
        ),
        Command(
            "rm",
            "objects:rm",
            f"Delete objects.\n\nAsks before it does. {CLOUD}\n\nExample: cumuli rm --recursive work:photos/2024",
            "Usage: cumuli rm [OPTIONS] ADDRESS...",
        ),
        Command(
            "url",
            "objects:url",
            f"""A URL that opens an object for a while.

It needs no credentials, and works for anybody who has it. {CLOUD}

Example: cumuli url work:photos/a.jpg --expires-in 2h""",
        ),
        Command("leftovers", "leftovers:app", "What killed uploads and downloads have left."),
    ),
)

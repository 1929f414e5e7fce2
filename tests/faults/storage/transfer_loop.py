"""A process of the tests that moves an object again and again, to be killed in the middle of it.

Run with the verb (``put`` or ``get``) and a destination; the provider and its settings come as JSON by
standard input. It says ``ready`` when it begins.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import cumuli

PIECE = 65_536
PIECES = 64


def content(letter: str) -> Iterator[bytes]:
    for _ in range(PIECES):
        yield letter.encode() * PIECE


def main(verb: str, destination: str, provider: str, settings: dict[str, Any]) -> None:
    with cumuli.storage(provider, **settings) as storage:
        # Connected, and logged in where that is needed, before the moment of death is chosen.
        storage.get_container("box")
        print("ready", flush=True)
        for turn in range(1_000_000):
            if verb == "put":
                storage.upload_object_via_stream(content("ab"[turn % 2]), "box", "o")
            else:
                storage.download_object(("box", "o"), destination, overwrite_existing=True)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    main(sys.argv[1], sys.argv[2], given["provider"], given["settings"])

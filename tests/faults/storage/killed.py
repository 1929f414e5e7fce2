"""A process of the tests that moves an object again and again, to be killed in the middle of it.

Run with the verb (``put`` or ``get``), the folder of a ``LocalStorage`` and a destination.
It says ``ready`` when it begins.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from polycloud.providers.local.client import LocalStorage

PIECE = 65_536


def content(letter: str, pieces: int) -> Iterator[bytes]:
    for _ in range(pieces):
        yield letter.encode() * PIECE


def main(verb: str, root: str, destination: str) -> None:
    with LocalStorage(root) as storage:
        print("ready", flush=True)
        for turn in range(1_000_000):
            if verb == "put":
                storage.upload_object_via_stream(content("ab"[turn % 2], 64), "box", "o")
            else:
                storage.download_object(("box", "o"), destination, overwrite_existing=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

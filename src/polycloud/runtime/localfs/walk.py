"""The names of the objects below a folder, in the order of their UTF-8 bytes, lazily."""

from __future__ import annotations

import os
from collections.abc import Iterator

from polycloud.runtime.localfs.folders import FOLDER
from polycloud.runtime.localfs.names import decoded

__all__ = ["Walk", "holds_objects"]


class Walk:
    """A walk that can leap ahead.

    Attributes:
        start: Names before this one are passed over, and folders that hold only such names are not
            opened. Raise it at any time: the walk goes on from there.
    """

    def __init__(self, prefix: str, start: str) -> None:
        self._prefix = prefix
        self.start = start

    def names(self, within: int, stem: str = "", path: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every name with the pieces of its path.

        Args:
            within: The folder, open.
            stem: How the names of everything in it begin.
            path: The pieces of its path.
        """
        for key, file_name, is_folder in _entries(within):
            name = stem + key
            if is_folder:
                if not self._may_hold(name):
                    continue
                try:
                    inner = os.open(file_name, FOLDER, dir_fd=within)
                except OSError:  # gone in the meantime, or not ours to open
                    continue
                try:
                    yield from self.names(inner, name, (*path, file_name))
                finally:
                    os.close(inner)
            elif name >= self.start and name.startswith(self._prefix):
                yield name, (*path, file_name)

    def _may_hold(self, stem: str) -> bool:
        """Whether a folder whose names begin so can hold a name that is wanted."""
        if not (stem.startswith(self._prefix) or self._prefix.startswith(stem)):
            return False
        return stem >= self.start or self.start.startswith(stem)


def _entries(within: int) -> list[tuple[str, str, bool]]:
    """What a folder holds, sorted as the names it stands for: a folder's with the slash that follows."""
    found: list[tuple[str, str, bool]] = []
    with os.scandir(within) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            piece = decoded(entry.name, is_folder=is_folder)
            if piece is not None and (is_folder or entry.is_file(follow_symlinks=False)):
                found.append((f"{piece}/" if is_folder else piece, entry.name, is_folder))
    found.sort()
    return found


def holds_objects(within: int) -> bool:
    """Whether there is any object below a folder."""
    return next(Walk("", "").names(within), None) is not None

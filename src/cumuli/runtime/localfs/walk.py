"""The names of the objects below a folder, in the order of their UTF-8 bytes, lazily."""

from __future__ import annotations

import os
from collections.abc import Iterator

from cumuli.runtime.localfs.folders import NOT_THERE, Reached
from cumuli.runtime.localfs.names import decoded

__all__ = ["Walk", "holds_objects"]

_Entry = tuple[str, str, bool]
"""The piece of a name that a file or folder stands for, what it is called, and whether it is a folder."""
_Level = tuple[str, tuple[str, ...], Iterator[_Entry]]
"""How the names in a folder begin, its path, and what of it is still to be looked at."""


class Walk:
    """A walk that can leap ahead.

    Attributes:
        start: Names before this one are passed over, and folders that hold only such names are not
            opened. Raise it at any time: the walk goes on from there.
    """

    def __init__(self, prefix: str, start: str) -> None:
        self._prefix = prefix
        self.start = start

    def names(self, within: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every name with the pieces of its path.

        Args:
            within: The container's folder, open.

        Raises:
            OSError: A folder cannot be opened. One that is gone in the meantime is passed over.
        """
        reached = Reached(within)
        try:
            # A list and not recursion: other programs nest as deep as they like.
            under_way: list[_Level] = [("", (), iter(_entries(within)))]
            while under_way:
                stem, path, entries = under_way[-1]
                entry = next(entries, None)
                if entry is None:
                    under_way.pop()
                    continue
                key, file_name, is_folder = entry
                name, inner = stem + key, (*path, file_name)
                if is_folder:
                    if self._may_hold(name):
                        under_way.append((name, inner, iter(_inside(reached, inner))))
                elif name >= self.start and name.startswith(self._prefix):
                    yield name, inner
        finally:
            reached.close()

    def _may_hold(self, stem: str) -> bool:
        """Whether a folder whose names begin so can hold a name that is wanted."""
        if not (stem.startswith(self._prefix) or self._prefix.startswith(stem)):
            return False
        return stem >= self.start or self.start.startswith(stem)


def _inside(reached: Reached, path: tuple[str, ...]) -> list[_Entry]:
    """What a folder holds; nothing where it is gone."""
    try:
        return _entries(reached.go(path))
    except OSError as error:
        if error.errno in NOT_THERE:
            return []
        raise


def _entries(within: int) -> list[_Entry]:
    """What a folder holds, sorted as the names it stands for: a folder's with the slash that follows."""
    found: list[_Entry] = []
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

"""Folders and object names: which file becomes which object, and the other way round."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cumuli.cli.usage import UsageError
from cumuli.errors import InvalidRequest

__all__ = ["Found", "destination_of", "file_name_of", "files_below", "folders_of", "keys_of", "target_below"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found in a folder.

    Attributes:
        path: The file.
        name: How it is called below the folder, with slashes.
        left_out: Why it cannot be put, or None.
    """

    path: str
    name: str
    left_out: str | None = None


def files_below(folder: str) -> Iterator[Found]:
    """Every file below a folder, in the order of their names.

    Links to files are followed, links to folders are not: they may lead round in a circle, or anywhere.

    Raises:
        OSError: A folder cannot be read.
    """

    def fail(error: OSError) -> None:
        raise error

    for parent, folders, files in os.walk(folder, onerror=fail):
        folders.sort()
        # By the text alone: the working folder need not be there any more.
        within = parent.removeprefix(folder).strip("/")
        for name in sorted([*files, *(each for each in folders if Path(parent, each).is_symlink())]):
            path = Path(parent, name)
            yield Found(path=str(path), name=f"{within}/{name}" if within else name, left_out=_unfit(path))


def _unfit(path: Path) -> str | None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return error.strerror
    if stat.S_ISREG(mode):
        return None
    return "a link to a folder" if stat.S_ISDIR(mode) else "neither a file nor a folder"


def file_name_of(key: str) -> str:
    """What a file is called that an object is written to: the last part of its name.

    Raises:
        UsageError: No file can be called so.
    """
    name = key.rpartition("/")[2]
    if name in {"", ".", ".."} or "\0" in name:
        hint = ", or add --recursive to get what is below it" if key.endswith("/") else ""
        raise UsageError(f"the last part of {key!r} cannot be the name of a file; say which file to write{hint}")
    return name


def destination_of(key: str, destination: str | None) -> str:
    """The file that an object is written to.

    Args:
        key: The object's name.
        destination: A file, or a folder (one that is there, or a name with a slash at its end) for a file in it
            called like the object; None for the current folder.

    Raises:
        UsageError: It is a folder, and no file can be called like the object.
    """
    if destination is None:
        return file_name_of(key)
    if destination.endswith("/") or Path(destination).is_dir():
        return str(Path(destination, file_name_of(key)))
    return destination


def target_below(folder: str, name: str, known: Collection[Path] = ()) -> Path:
    """The file below a folder that an object becomes. Names come from others: none of them leads out of the folder.

    Args:
        folder: Where the files go.
        name: The object's name without what all the names have in common.
        known: Folders of which it was seen before that they are below this one.

    Raises:
        InvalidRequest: No file below the folder can be called so, or a link would lead out of it.
    """
    parts = name.split("/")
    if "\0" in name or any(part in {"", ".", ".."} for part in parts):
        raise InvalidRequest(
            f"{name!r} cannot be a file's name below {folder!r}; get this object alone, "
            "and say which file it is to become"
        )
    target = Path(folder, *parts)
    # A link in the place of the file is written through, as cp does.
    behind = target if target.is_symlink() else target.parent
    if behind in known:
        return target
    try:
        root, real = os.path.realpath(folder), os.path.realpath(behind)
    except OSError as error:
        raise InvalidRequest(f"{folder!r} cannot be found: {error.strerror}; is the working folder there?") from error
    if os.path.commonpath([root, real]) != root:
        raise InvalidRequest(
            f"{str(target)!r} is outside of {folder!r}: there is a link on the way; nothing was written"
        )
    return target


def folders_of(names: Iterable[str]) -> set[str]:
    """What the folders are called, without a slash at the end, in which objects of these names are."""
    folders: set[str] = set()
    for name in names:
        parent = name.rpartition("/")[0]
        while parent and parent not in folders:
            folders.add(parent)
            parent = parent.rpartition("/")[0]
    return folders


def keys_of(sources: Sequence[str], key: str, *, recursive: bool) -> Iterator[tuple[Found, str]]:
    """The files to put, and the name of the object that each becomes.

    Args:
        sources: Files and folders.
        key: From the address: the object's name, or the folder that they go to.
        recursive: Whether folders are meant as well.

    Raises:
        UsageError: It is not clear what is to become of them.
    """
    folder = key if not key or key.endswith("/") else f"{key}/"
    for source in sources:
        if Path(source).is_dir():
            if not recursive:
                raise UsageError(f"{source!r} is a folder; add --recursive to put what is in it")
            for found in files_below(source):
                yield found, folder + found.name
        elif len(sources) > 1 or not key or key.endswith("/"):
            name = Path(source).name
            if not name:
                raise UsageError(f"{source!r} has no name that an object could get; end the address with one")
            yield Found(path=source, name=name), folder + name
        else:
            yield Found(path=source, name=source), key

"""Object names as file names and back. Pure.

An object's name is split at its slashes into folders and a file. A piece that no file can be called
(nothing at all, ``.``, ``..``, anything with a NUL) or that looks like one of our own files gets
``.cumuli-`` (a folder) or ``.cumuli=`` (a file) in front, and ``%00`` for a NUL. Everything else is
written as it is, so that people find their files under their names. An object that is called like a
folder beside it (``a`` and ``a/b``) is written in the escaped form as well.
"""

from __future__ import annotations

import os

__all__ = ["PRIVATE", "aside", "decoded", "is_text", "pieces_of", "too_long", "usable"]

PRIVATE = ".cumuli"
"""The folder in a container that holds what is not an object: files being written, metadata."""
OWN = ".cumuli"
FOLDER_ESCAPE = ".cumuli-"
FILE_ESCAPE = ".cumuli="
LONGEST = 255


def usable(piece: str) -> bool:
    """Whether a file can be called so, and is not taken for one of our own."""
    return piece not in {"", ".", ".."} and "\0" not in piece and not piece.startswith(OWN)


def escaped(piece: str, escape: str) -> str:
    """A piece of an object's name as a file name that no other program gives a file."""
    return escape + piece.replace("%", "%25").replace("\0", "%00")


def aside(file_name: str) -> str:
    """What a file is called when there is a folder of its name."""
    return file_name if file_name.startswith(FILE_ESCAPE) else escaped(file_name, FILE_ESCAPE)


def decoded(file_name: str, *, is_folder: bool) -> str | None:
    """The piece of an object's name that a file name stands for; None for what is no object's.

    Other programs' files whose names are not UTF-8 are none either: no text names them.
    """
    if not is_text(file_name):
        return None
    if not file_name.startswith(OWN):
        return file_name
    escape = FOLDER_ESCAPE if is_folder else FILE_ESCAPE
    piece = file_name.removeprefix(escape).replace("%00", "\0").replace("%25", "%")
    # Only what we write ourselves: two spellings must not stand for the same object.
    return piece if escaped(piece, escape) == file_name else None


def is_text(file_name: str) -> bool:
    """Whether a file's name is UTF-8; one that is not has lone surrogates here."""
    try:
        file_name.encode()
    except UnicodeEncodeError:
        return False
    return True


def pieces_of(name: str) -> list[str]:
    """The folders and, at last, the file of an object."""
    *folders, file = name.split("/")
    return [
        *(folder if usable(folder) else escaped(folder, FOLDER_ESCAPE) for folder in folders),
        file if usable(file) else escaped(file, FILE_ESCAPE),
    ]


def too_long(file_name: str) -> bool:
    """Whether no common file system has files with such long names."""
    return len(os.fsencode(file_name)) > LONGEST

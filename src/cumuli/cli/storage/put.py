"""``cumuli put``: files become objects."""

from __future__ import annotations

import stat
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

from cyclopts import Parameter

from cumuli.cli.confirmation import FileOr, pairs
from cumuli.cli.output import clean
from cumuli.cli.session import output
from cumuli.cli.standard_streams import is_standard
from cumuli.cli.storage.addresses import Place
from cumuli.cli.storage.clients import about, failure_scope_of, place_at, stores
from cumuli.cli.storage.objects import Recursive
from cumuli.cli.storage.paths_and_keys import keys_of
from cumuli.cli.storage.transfers import Move, Moved, move_all, parts_at_once
from cumuli.cli.usage import UsageError
from cumuli.errors import PreconditionFailed
from cumuli.storage.client import Storage
from cumuli.storage.upload import Progress

__all__ = ["put"]

NoClobber = Annotated[bool, Parameter(name=["--no-clobber", "-n"], negative="", show_default=False)]


def put(
    files_and_address: Annotated[list[FileOr], Parameter(name="FILE... ADDRESS", negative="")],
    /,
    *,
    recursive: Recursive = False,
    content_type: str | None = None,
    meta: Annotated[list[str] | None, Parameter(negative="")] = None,
    no_clobber: NoClobber = False,
) -> None:
    """Store files as objects, in place of those of the same names.

    What arrives is verified where the provider can: "verified_by" in what --json prints says by which hash, or null.

    Args:
        files_and_address: Files (- is standard input), and at last where to.
        recursive: Store everything that is in these folders, below the address.
        content_type: MIME type; without it, it is guessed from the names.
        meta: KEY=VALUE, once for each piece of metadata.
        no_clobber: Replace no object: one that exists is an error. The provider itself makes sure of it where it is
            known to; elsewhere it is looked for before and after, and a warning says so.
    """
    *sources, address = map(str, files_and_address)
    place = place_at(address)
    if not sources:
        raise UsageError(f"say what to put: cumuli put FILE {address}")
    if not place.container:
        raise UsageError(f"{address!r} names no container; write {place.cloud}:CONTAINER/KEY")
    meta_data = pairs(meta or (), "--meta")
    planned = _planned(sources, place, recursive=recursive)

    plan = recursive or len(planned) > 1
    with stores(plan=plan) as store:
        client = store(place)

        concurrency = parts_at_once(len(planned))

        def move(source: str, key: str) -> Move:
            return _move(
                client,
                source,
                place.beside(key),
                content_type=content_type,
                meta_data=meta_data,
                no_clobber=no_clobber,
                concurrency=concurrency,
                several=len(planned) > 1,
            )

        moves = [move(source, key) for key, source in planned.items()]
        move_all(moves, "stored", failure_scope_of(client, place), plan=plan)


def _planned(sources: list[str], place: Place, *, recursive: bool) -> dict[str, str]:
    """Which object each file becomes, by the objects' names.

    Raises:
        UsageError: That is not clear, or two become the same one.
    """
    if any(map(is_standard, sources)):
        if len(sources) > 1:
            raise UsageError("standard input can only be put alone")
        if not place.key or place.key.endswith("/"):
            raise UsageError(f"standard input has no name; say how the object is to be called: {place.beside('KEY')}")
        return {place.key: "-"}
    if len(sources) > 1 and place.key and not place.key.endswith("/") and not recursive:
        raise UsageError(f"several files do not fit into one object; end the address with a slash: {place}/")
    planned: dict[str, str] = {}
    for found, key in keys_of(sources, place.key, recursive=recursive):
        if found.left_out is not None:
            output().note(f"left out {found.path}: {found.left_out}")
        elif key in planned:
            raise UsageError(f"{planned[key]!r} and {found.path!r} would both become {place.beside(key)}")
        else:
            planned[key] = found.path
    return planned


def _move(
    client: Storage,
    source: str,
    place: Place,
    *,
    content_type: str | None,
    meta_data: Mapping[str, str],
    no_clobber: bool,
    concurrency: int,
    several: bool,
) -> Move:
    content: Path | BinaryIO = sys.stdin.buffer if source == "-" else Path(source)

    def act(progress: Progress) -> Moved:
        with about(place, always=several), _absent(place):
            stored = client.upload_object(
                content,
                place.container,
                place.key,
                content_type=content_type,
                meta_data=meta_data or None,
                if_none_match="*" if no_clobber else None,
                concurrency=concurrency,
                progress=progress,
            )
        return Moved(where=str(place), size=stored.size, data=stored)

    return Move(name=str(place) if source == "-" else source, size=_size(source), act=act, becomes=str(place))


@contextmanager
def _absent(place: Place) -> Generator[None]:
    """Says what the one condition was that does not hold."""
    try:
        yield
    except PreconditionFailed as error:
        error.message = f"{clean(str(place))} exists; leave out --no-clobber to replace it"
        raise


def _size(source: str) -> int | None:
    if source == "-":
        return None
    try:
        found = Path(source).stat()
    except OSError:
        # Why it cannot be read is told when it is to be.
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else None

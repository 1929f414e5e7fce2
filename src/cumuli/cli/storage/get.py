"""``cumuli get``: objects become files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cumuli.cli.confirmation import FileOr, Switch
from cumuli.cli.looking import looking
from cumuli.cli.session import options, output
from cumuli.cli.standard_streams import is_standard
from cumuli.cli.storage.addresses import Place
from cumuli.cli.storage.clients import failure_scope_of, object_at, one_object, place_at, stores
from cumuli.cli.storage.objects import Recursive, write_out
from cumuli.cli.storage.paths_and_keys import destination_of, folders_of, target_below
from cumuli.cli.storage.transfers import Move, Moved, move_all, parts_at_once
from cumuli.cli.usage import UsageError
from cumuli.errors import FileExists, InvalidRequest, ObjectNotFound, QuotaExceeded
from cumuli.runtime.files import FULL
from cumuli.storage.client import Storage
from cumuli.storage.upload import Progress

__all__ = ["get"]

Destination = Annotated[FileOr | None, Parameter(show_default=False)]


def get(
    address: str, destination: Destination = None, /, *, recursive: Recursive = False, force: Switch = False
) -> None:
    """Write objects to files. A file is there whole, or not at all.

    It is verified where the provider tells a hash of the content: "verified_by" in what --json prints says by which, or
    null.

    Args:
        address: CLOUD:CONTAINER/KEY.
        destination: A file, a folder, or - for standard output; if not given, the current folder.
        recursive: Write all that is below the address to files below the destination.
        force: Replace files that are there.
    """
    target = None if destination is None else str(destination)
    if recursive:
        if target is not None and is_standard(target):
            raise UsageError("many objects do not fit into standard output; use cumuli cat")
        _get_below(place_at(address), target or ".", force=force)
        return
    place = object_at(address, otherwise=", or add --recursive to get all that is in it")
    with stores() as store:
        client = store(place)
        if target is not None and is_standard(target):
            write_out(client, place)
            return
        path = Path(destination_of(place.key, target))

        def file() -> Path:
            if target is not None and target.endswith("/") and not options().dry_run:
                _make_folder(path.parent)
            return path

        move_all(
            [_move(client, place, None, file, becomes=str(path), force=force, concurrency=parts_at_once(1))],
            "fetched",
            failure_scope_of(client, place),
            plan=False,
        )


def _get_below(place: Place, destination: str, *, force: bool) -> None:
    if not place.container:
        raise UsageError(f"{str(place)!r} names no container")
    if Path(destination).exists() and not Path(destination).is_dir():
        raise UsageError(f"{destination!r} is not a folder")
    below = place.beside(place.folder)
    with stores(plan=True) as store:
        client = store(place)
        with output().progress(f"listing {below}"), looking():
            found = client.list_container_objects(place.container, prefix=below.key or None)
        if not found:
            raise ObjectNotFound(f"there is nothing below {below}", provider=client.provider)

        folders = folders_of(obj.name for obj in found)
        made: set[Path] = set()

        def move(name: str, size: int) -> Move:
            def target() -> Path:
                if name in folders:
                    raise InvalidRequest(
                        f"{str(place.beside(name))!r} has content and is a folder of other objects as well, and a file "
                        "cannot be both; get it alone, to another name"
                    )
                path = target_below(destination, name.removeprefix(below.key), made)
                if path.parent not in made:
                    _make_folder(path.parent)
                    made.add(path.parent)
                return path

            becomes = str(Path(destination, name.removeprefix(below.key)))
            return _move(
                client, place.beside(name), size, target, becomes=becomes, force=force, concurrency=concurrency
            )

        # Without content, what has a slash at its end or others below it only says that there is a folder.
        files = [obj for obj in found if obj.size or not (obj.name.endswith("/") or obj.name in folders)]
        concurrency = parts_at_once(len(files))
        moves = [move(obj.name, obj.size) for obj in files]
        move_all(moves, "fetched", failure_scope_of(client, place), plan=True)


def _move(
    client: Storage,
    place: Place,
    size: int | None,
    target: Callable[[], Path],
    *,
    becomes: str,
    force: bool,
    concurrency: int,
) -> Move:
    def act(progress: Progress) -> Moved:
        path = target()
        try:
            with one_object(client, place, "add --recursive to get what is in it", always=size is not None):
                fetched = client.download_object(
                    (place.container, place.key),
                    path,
                    overwrite_existing=force,
                    concurrency=concurrency,
                    progress=progress,
                )
        except FileExists as error:
            raise FileExists(f"{str(path)!r} exists; add --force to replace it") from error
        return Moved(where=str(path), size=fetched.size, data={"path": str(path), "object": fetched})

    return Move(name=str(place), size=size, act=act, becomes=becomes)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        kind = QuotaExceeded if error.errno in FULL else InvalidRequest
        raise kind(f"the folder {str(path)!r} cannot be made: {error.strerror}") from error

"""``cumuli leftovers …``: what uploads and downloads have left whose program was killed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from cyclopts import App, Parameter

from cumuli.cli.confirmation import FileOr, Yes, confirm, each
from cumuli.cli.looking import looking
from cumuli.cli.output import Column, clean, moment
from cumuli.cli.quantities import counted, seconds_of, size_text
from cumuli.cli.session import options, output
from cumuli.cli.storage.addresses import Place
from cumuli.cli.storage.clients import about, container_at, stores
from cumuli.cli.storage.objects import Recursive
from cumuli.cli.usage import UsageError
from cumuli.errors import NotSupported
from cumuli.providers.aws.s3.client import S3Access
from cumuli.providers.aws.s3.models import S3Upload
from cumuli.providers.openstack.swift.client import SwiftStorage
from cumuli.providers.openstack.swift.models import SwiftDeadUpload
from cumuli.runtime.part_files import PartialDownload, list_partial_downloads, remove_partial_download
from cumuli.storage.client import Storage

__all__ = ["app"]

app = App(name="leftovers", help="What killed uploads and downloads have left: parts that cost, and `.part` files.")

Where = Annotated[FileOr, Parameter(name="ADDRESS-or-FOLDER")]

NONE = "nothing is left over"
FILES: list[Column[PartialDownload]] = [
    ("PATH", lambda left: left.path),
    ("SIZE", lambda left: size_text(left.size)),
    ("MODIFIED", lambda left: moment(left.last_modified)),
]
UPLOADS: list[Column[S3Upload]] = [
    ("NAME", lambda left: left.name),
    ("ID", lambda left: left.id),
    ("STARTED", lambda left: moment(left.started_at)),
]
SEGMENTS: list[Column[SwiftDeadUpload]] = [
    ("NAME", lambda left: left.name),
    ("ID", lambda left: left.id),
    ("SEGMENTS", lambda left: len(left.segments)),
    ("SIZE", lambda left: size_text(left.size)),
    ("MODIFIED", lambda left: moment(left.last_modified)),
]


@app.command(name="list")
def list_(where: Where, /, *, recursive: Recursive = False, older_than: str = "1d") -> None:
    """List what killed uploads into a container, or downloads into a folder, have left.

    Example: cumuli leftovers list work:photos

    Args:
        where: CLOUD:CONTAINER, or a folder of this machine.
        recursive: Of a folder: look into those below it as well.
        older_than: Only what has not been touched for so long: seconds, or with a unit: 15m, 2h, 7d.
    """
    age = seconds_of(older_than)
    place = _place_of(str(where))
    if place is None:
        output().items(_files_in(str(where), recursive=recursive, age=age), FILES, none=NONE)
        return
    with stores() as store, about(place):
        client = store(place)
        if isinstance(client, S3Access):
            output().items(_uploads(client, place, age), UPLOADS, none=NONE)
        else:
            found = _swift(client).ex_list_dead_segments(place.container, older_than=age)
            output().items(found, SEGMENTS, none=NONE)


@app.command
def remove(where: Where, /, *, recursive: Recursive = False, older_than: str = "1d", yes: Yes = False) -> None:
    """Remove what `leftovers list` shows. Asks before it does.

    Example: cumuli leftovers remove work:photos --older-than 7d

    Args:
        where: CLOUD:CONTAINER, or a folder of this machine.
        recursive: Of a folder: look into those below it as well.
        older_than: Only what has not been touched for so long. In a container, what is younger may be under way.
        yes: Do not ask.
    """
    age = seconds_of(older_than)
    place = _place_of(str(where))
    if place is None:
        files = [left.path for left in _files_in(str(where), recursive=recursive, age=age)]
        if options().dry_run:
            output().planned(files, {"removed": files}, f"would be removed: {counted(len(files), 'file')}")
        elif _sure(files, f"in {where}", yes=yes):
            each(files, remove_partial_download, "removed")
        return
    with stores() as store:
        client = store(place)
        with about(place):
            if not isinstance(client, S3Access):
                _remove_segments(_swift(client), place, age, yes=yes)
                return
            with looking():
                uploads = {_named(place, left): left for left in _uploads(client, place, age)}

        def abort(name: str) -> None:
            with about(place.beside(uploads[name].name), always=True):
                client.ex_abort_multipart_upload(uploads[name])

        if _sure(list(uploads), f"in {place}", yes=yes):
            each(list(uploads), abort, "removed", what="upload")


def _remove_segments(client: SwiftStorage, place: Place, age: float, *, yes: bool) -> None:
    with looking():
        found = client.ex_list_dead_segments(place.container, older_than=age)
    names = [_named(place, left) for left in found]
    if options().dry_run:
        output().planned(names, {"removed": names}, f"would be removed: {counted(len(names), 'upload')}")
        return
    if not _sure(names, f"in {place}", yes=yes):
        return
    gone = [_named(place, left) for left in client.ex_delete_dead_segments(place.container, older_than=age)]
    if output().for_programs:
        output().data({"removed": gone})
    else:
        for name in gone:
            output().done(f"removed {name}", None)


def _place_of(text: str) -> Place | None:
    """The container that is meant, or None for a folder: that has no colon in its name, or a slash before it."""
    if not text:
        # Else it would be the current folder, and what stands here may be a variable that is not set.
        raise UsageError("an empty text names no container and no folder; . is the current folder")
    head, colon, _ = text.partition(":")
    named = options().provider is not None or options().profile is not None
    return container_at(text) if named or (colon and "/" not in head) else None


def _files_in(folder: str, *, recursive: bool, age: float) -> list[PartialDownload]:
    return list_partial_downloads(folder, recursive=recursive, older_than=age)


def _uploads(client: S3Access, place: Place, age: float) -> list[S3Upload]:
    """Those that were begun so long ago, and those of which nobody knows when only if everything is wanted."""
    latest = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=age)
    found = client.ex_list_multipart_uploads(place.container)
    return [left for left in found if (not age if left.started_at is None else left.started_at <= latest)]


def _swift(client: Storage) -> SwiftStorage:
    if isinstance(client, SwiftStorage):
        return client
    raise NotSupported(f"{client.provider} has no leftovers of uploads; name a folder to see those of downloads")


def _named(place: Place, left: S3Upload | SwiftDeadUpload) -> str:
    return f"{place.beside(left.name)} (upload {left.id})"


def _sure(found: Sequence[str], where: str, *, yes: bool) -> bool:
    """Whether there is something to remove, which was confirmed."""
    if found:
        confirm(lambda: f"Remove {counted(len(found), 'leftover')} {clean(where)} for good?", yes=yes)
    elif output().for_programs:
        output().data({"removed": []})
    else:
        output().note(NONE)
    return bool(found)

"""``cumuli ls``, ``stat``, ``cat``, ``rm`` and ``url``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from cyclopts import Parameter

from cumuli.cli.confirmation import Several, Yes, confirm, each
from cumuli.cli.failures import AlreadyReported, report
from cumuli.cli.looking import looking
from cumuli.cli.output import Cell, Column, clean, listed, moment
from cumuli.cli.quantities import counted, seconds_of, size_text
from cumuli.cli.session import options, output
from cumuli.cli.storage.addresses import Place
from cumuli.cli.storage.clients import about, failure_scope_of, object_at, one_object, place_at, stores
from cumuli.cli.storage.containers import COLUMNS as CONTAINER_COLUMNS
from cumuli.cli.storage.containers import FIELDS as CONTAINER_FIELDS
from cumuli.cli.storage.containers import address_in
from cumuli.cli.usage import UsageError
from cumuli.errors import CloudError, ObjectNotFound
from cumuli.storage.client import Storage
from cumuli.storage.models import Object, Prefix

__all__ = ["Recursive", "cat", "ls", "rm", "stat", "url"]

Recursive = Annotated[bool, Parameter(name=["--recursive", "-r"], negative="", show_default=False)]
Optional = Annotated[str, Parameter(show_default=False)]

# As many as two requests of the largest kind; what has been deleted is told after each.
DELETED_AT_ONCE = 2_000

FIELDS: list[Column[Object]] = [
    ("Name", lambda obj: obj.name),
    ("Container", lambda obj: obj.container),
    ("Size", lambda obj: size_text(obj.size) if obj.size < 1024 else f"{size_text(obj.size)} ({obj.size:,} bytes)"),
    ("Type", lambda obj: obj.content_type),
    ("Encoding", lambda obj: obj.content_encoding),
    ("Modified", lambda obj: moment(obj.last_modified)),
    ("MD5", lambda obj: obj.hash),
    ("ETag", lambda obj: obj.etag if obj.etag != obj.hash else None),
    ("Metadata", lambda obj: listed(f"{key}={value}" for key, value in sorted(obj.meta_data.items()))),
]

# What a folder has in the place of an object's fields, where both are listed.
FOLDERS: list[Column[Object | Prefix]] = [(name, lambda _: None) for name in Object.__struct_fields__]


def ls(address: Optional = "", /, *, recursive: Recursive = False) -> None:
    """List objects, or an account's containers.

    Args:
        address: CLOUD:CONTAINER, or CLOUD:CONTAINER/PREFIX for names that begin so (`photos/`).
        recursive: List every object, whatever folder it is in.
    """
    place = place_at(address)
    with stores() as store, about(place):
        client = store(place)
        if not place.container:
            containers = client.list_containers()
            output().items(containers, CONTAINER_COLUMNS, none="no containers", address=address_in(place))
            return
        found = (
            client.iterate_container_objects(place.container, prefix=place.key or None)
            if recursive
            else client.iterate_container_objects(place.container, prefix=place.key or None, delimiter="/")
        )
        output().stream(found, _line, FOLDERS, none="no objects", address=lambda item: str(place.beside(item.name)))


def stat(address: str, /) -> None:
    """Show what is known of one object, or of a container.

    Args:
        address: CLOUD:CONTAINER/KEY, or CLOUD:CONTAINER.
    """
    place = place_at(address)
    if not place.container:
        raise UsageError(f"{address!r} names no object and no container")
    with stores() as store, about(place):
        if place.key:
            output().item(store(place).get_object(place.container, place.key), FIELDS)
        else:
            output().item(store(place).get_container(place.container), CONTAINER_FIELDS)


def cat(addresses: Several, /) -> None:
    """Write objects to standard output, one after the other, and verify them as they pass.

    Args:
        addresses: CLOUD:CONTAINER/KEY each.
    """
    places = [object_at(address) for address in addresses]
    with stores() as store:
        for place in places:
            write_out(store(place), place)


def write_out(client: Storage, place: Place) -> None:
    """Write an object's bytes to standard output.

    Raises:
        ChecksumMismatch: They are not what is stored; the last of them were held back.
        BrokenPipeError: Nobody reads any more.
    """
    out = output().standard_output()
    with (
        one_object(client, place, "name an object in it"),
        client.download_object_as_stream((place.container, place.key)) as stream,
    ):
        for piece in stream:
            out.write(piece)
            out.flush()


def rm(addresses: Several, /, *, recursive: Recursive = False, yes: Yes = False) -> None:
    """Delete objects. Asks before it does.

    Args:
        addresses: CLOUD:CONTAINER/KEY each.
        recursive: Delete everything that is in these folders or containers; the containers stay.
        yes: Do not ask.
    """
    if recursive:
        places = [place_at(address) for address in addresses]
        for place, address in zip(places, addresses, strict=True):
            if not place.container:
                raise UsageError(f"{address!r} names no container")
        with stores(plan=True) as store:
            for place in dict.fromkeys(places):
                with about(place):
                    _remove_below(store(place), place, yes=yes)
        return
    otherwise = ", or add --recursive to delete all that is in it"
    objects = {str(place): place for place in (object_at(address, otherwise=otherwise) for address in addresses)}
    with stores() as store:

        def delete(name: str) -> None:
            place = objects[name]
            client = store(place)
            with one_object(client, place, "add --recursive to delete what is in it"):
                client.delete_object((place.container, place.key))

        confirm(lambda: f"Delete {listed(objects)} for good?", yes=yes)
        each(list(objects), delete, "deleted", what="object")


def _remove_below(client: Storage, place: Place, *, yes: bool) -> None:
    below = Place(cloud=place.cloud, container=place.container, key=place.folder)
    with output().progress(f"listing {below}"), looking():
        found = client.list_container_objects(place.container, prefix=place.folder or None)
    if not found:
        raise ObjectNotFound(f"there is nothing below {below}", provider=client.provider)
    what = f"{counted(len(found), 'object')} ({size_text(sum(obj.size for obj in found))}) below {below}"
    if options().dry_run:
        names = [str(place.beside(obj.name)) for obj in found]
        output().planned(names, {"deleted": names}, f"would be deleted: {what}")
        return
    confirm(lambda: f"Delete {what} for good?", yes=yes)
    gone: list[str] = []
    failed: dict[str, tuple[CloudError, list[str]]] = {}
    scope = failure_scope_of(client, place)
    try:
        with output().progress(f"deleting {what}") as tell:
            for at in range(0, len(found), DELETED_AT_ONCE):
                kinds: dict[str, CloudError] = {}
                for result in client.delete_objects(found[at : at + DELETED_AT_ONCE]):
                    if result.error is None:
                        gone.append(result.name)
                    else:
                        kinds[result.error.message] = result.error
                        failed.setdefault(result.error.message, (result.error, []))[1].append(result.name)
                if any(map(scope.concerns_all, kinds.values())):
                    break
                tell(f"deleting {what}: {len(gone):,} are gone")
    finally:
        # What ends this early does not make undone what was done.
        if output().for_programs:
            output().data({"deleted": [str(place.beside(name)) for name in gone]})
        else:
            output().done(f"deleted {counted(len(gone), 'object')} below {below}", None)
    if left := len(found) - len(gone) - sum(len(names) for _, names in failed.values()):
        output().note(f"gave up; {counted(left, 'object')} below {below} were not tried")
    statuses = [_report_alike(error, names, place) for error, names in failed.values()]
    if statuses:
        raise AlreadyReported(statuses[0])


def _report_alike(error: CloudError, names: Sequence[str], place: Place) -> int:
    """Tell once of what kept these objects from being deleted, and name them all; gives the exit status."""
    places = [str(place.beside(name)) for name in names]
    others = f" and {counted(len(names) - 1, 'other')}" if len(names) > 1 else ""
    error.message = f"{clean(places[0])}{others}: {error.message}"
    return report(error, output(), debug=options().debug, about=places if others else ())


def url(
    address: str,
    /,
    *,
    expires_in: str = "1h",
    method: Literal["GET", "PUT"] = "GET",
    content_type: str | None = None,
) -> None:
    """Print a URL that opens an object without credentials, for a while and to anybody who has it.

    Args:
        address: CLOUD:CONTAINER/KEY.
        expires_in: For how long: seconds, or with a unit: 15m, 2h, 7d.
        method: What it allows: to read the object, or to store it.
        content_type: With --method PUT: the type that has to be sent with it.
    """
    place = object_at(address)
    seconds = seconds_of(expires_in)
    with stores() as store, about(place):
        made = store(place).get_object_url(
            (place.container, place.key), expires_in=seconds, method=method, content_type=content_type
        )
        if output().for_programs:
            output().data({"url": made, "method": method, "expires_in": seconds})
        else:
            output().result(made)


def _line(item: Object | Prefix) -> Sequence[Cell]:
    if isinstance(item, Prefix):
        return f"{'':10}", f"{'':25}", item.name
    return f"{size_text(item.size):>10}", f"{moment(item.last_modified) or '':25}", item.name

"""``cumuli containers …``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from cyclopts import App, Parameter

from cumuli.cli.confirmation import Several, Yes, confirm, each
from cumuli.cli.output import Column, clean, listed, moment
from cumuli.cli.quantities import size_text
from cumuli.cli.session import output
from cumuli.cli.storage.addresses import Place
from cumuli.cli.storage.clients import about, container_at, place_at, stores
from cumuli.cli.usage import UsageError
from cumuli.errors import NotEmpty
from cumuli.storage.models import Container

__all__ = ["COLUMNS", "FIELDS", "address_in", "app"]

app = App(name="containers", help="What objects are kept in (S3: buckets).")

COLUMNS: list[Column[Container]] = [
    ("NAME", lambda container: container.name),
    ("OBJECTS", lambda container: container.object_count),
    ("SIZE", lambda container: None if container.size is None else size_text(container.size)),
    ("CREATED", lambda container: moment(container.created_at)),
]
FIELDS: list[Column[Container]] = [
    ("Name", lambda container: container.name),
    ("Objects", lambda container: container.object_count),
    ("Size", lambda container: None if container.size is None else f"{size_text(container.size)}"),
    ("Created", lambda container: moment(container.created_at)),
    ("Metadata", lambda container: listed(f"{key}={value}" for key, value in sorted(container.meta_data.items()))),
]


def address_in(place: Place) -> Callable[[Container], str]:
    """Gives the address of a container of an account."""
    return lambda container: str(Place(cloud=place.cloud, container=container.name, key=""))


@app.command(name="list")
def list_(cloud: Annotated[str, Parameter(show_default=False)] = "", /) -> None:
    """List the containers of an account.

    Example: cumuli containers list work:

    Args:
        cloud: PROVIDER: or PROFILE:, with the colon; not needed with --provider or --profile.
    """
    place = place_at(cloud)
    if place.container:
        raise UsageError(f"{cloud!r} names a container; to see what is in it: cumuli ls {cloud}")
    with stores() as store:
        containers = store(place).list_containers()
        output().items(containers, COLUMNS, none="no containers", address=address_in(place))


@app.command
def create(container: str, /) -> None:
    """Create a container.

    Example: cumuli containers create work:photos

    Args:
        container: CLOUD:NAME.
    """
    place = container_at(container)
    with stores() as store:
        output().item(store(place).create_container(place.container), FIELDS)


@app.command
def delete(containers: Several, /, *, yes: Yes = False) -> None:
    """Delete empty containers. Asks before it does.

    Example: cumuli containers delete work:photos

    Args:
        containers: CLOUD:NAME each. Empty them by `cumuli rm --recursive CLOUD:NAME`.
        yes: Do not ask.
    """
    places: dict[str, Place] = {str(place): place for place in map(container_at, containers)}
    with stores() as store:

        def delete_one(name: str) -> None:
            place = places[name]
            with about(place):
                try:
                    store(place).delete_container(place.container)
                except NotEmpty as error:
                    error.message += f"; cumuli rm --recursive {clean(name)} deletes what is in it"
                    raise

        confirm(lambda: f"Delete {listed(places)}?", yes=yes)
        each(list(places), delete_one, "deleted")

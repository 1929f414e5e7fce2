"""``cumuli sizes list``, ``images list`` and ``locations list``: what nodes are made of, and where."""

from __future__ import annotations

from cyclopts import App

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.output import Column, age
from cumuli.cli.session import output
from cumuli.compute.models import NodeImage, NodeLocation, NodeSize

__all__ = ["images", "locations", "sizes"]

sizes = App(name="sizes", help="Kinds of servers on offer.")
images = App(name="images", help="What servers are made from.")
locations = App(name="locations", help="Where servers can be.")

SIZES: list[Column[NodeSize]] = [
    ("ID", lambda size: size.id),
    ("NAME", lambda size: size.name if size.name != size.id else ""),
    ("RAM MiB", lambda size: size.ram),
    ("CPUS", lambda size: size.cpus),
    ("DISK GiB", lambda size: size.disk),
    ("USD/HOUR", lambda size: None if size.price is None else size.price.usd_per_hour),
]
IMAGES: list[Column[NodeImage]] = [
    ("ID", lambda image: image.id),
    ("NAME", lambda image: image.name),
    ("STATE", lambda image: image.provider_state),
    ("OWNER", lambda image: image.owner),
    ("AGE", lambda image: age(image.created_at)),
]
LOCATIONS: list[Column[NodeLocation]] = [
    ("ID", lambda location: location.id),
    ("NAME", lambda location: location.name),
    ("REGION", lambda location: location.region),
    ("COUNTRY", lambda location: location.country),
]


@sizes.command(name="list")
def list_sizes(*, location: str | None = None) -> None:
    """List the sizes on offer.

    Args:
        location: Only what is on offer there, where the provider tells.
    """
    with compute_client() as client:
        output().items(client.list_sizes(location=location), SIZES, none="no sizes")


@images.command(name="list", usage="Usage: cumuli images list [OPTIONS] [ID...]")
def list_images(*ids: str, location: str | None = None, owner: str | None = None) -> None:
    """List images that nodes can be made from.

    Args:
        ids: Only these.
        location: Only images that are there, where the provider tells.
        owner: Only images of this account, in the provider's words (`self`, `amazon`).
    """
    with compute_client() as client:
        found = client.list_images(location=location, owner=owner, ids=ids or None)
        output().items(found, IMAGES, none="no images")


@locations.command(name="list")
def list_locations() -> None:
    """List the places where nodes can be created."""
    with compute_client() as client:
        output().items(client.list_locations(), LOCATIONS, none="no locations")

"""``cumuli sizes``, ``images`` and ``locations``: what nodes are made of, and where."""

from __future__ import annotations

import datetime as dt

from cyclopts import App

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.compute.names import called, image_named, node_named
from cumuli.cli.compute.waits import IMAGE_GONE, Wait, until, wait_seconds, waiting
from cumuli.cli.confirmation import Several, Yes, confirm, each
from cumuli.cli.output import Column, age, listed, moment
from cumuli.cli.session import output
from cumuli.compute.models import NodeImage, NodeLocation, NodeSize

__all__ = ["images", "locations", "sizes"]

OLDEST = dt.datetime.min.replace(tzinfo=dt.UTC)

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
IMAGE_FIELDS: list[Column[NodeImage]] = [
    ("Id", lambda image: image.id),
    ("Name", lambda image: image.name),
    ("State", lambda image: image.provider_state),
    ("Owner", lambda image: image.owner),
    ("Created", lambda image: moment(image.created_at)),
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

    Example: cumuli sizes list --sort ram --filter cpus=2

    Args:
        location: Only what is on offer there, where the provider tells.
    """
    with compute_client() as client:
        output().items(client.list_sizes(location=location), SIZES, none="no sizes")


@images.command(name="list", usage="Usage: cumuli images list [OPTIONS] [ID...]")
def list_images(*ids: str, location: str | None = None, owner: str | None = None) -> None:
    """List images that nodes can be made from.

    Example: cumuli images list --owner self

    Args:
        ids: Only these.
        location: Only images that are there, where the provider tells.
        owner: Only images of this account, in the provider's words (`self`, `amazon`).
    """
    with compute_client() as client:
        found = client.list_images(location=location, owner=owner, ids=ids or None)
        output().items(found, IMAGES, none="no images")


@images.command
def search(words: Several, /, *, owner: str | None = None) -> None:
    """List the images in whose names all of these words are, the newest first.

    Example: cumuli images search ubuntu 24.04 --owner amazon

    Args:
        words: Parts of the name, in whatever case.
        owner: Only images of this account, in the provider's words (`self`, `amazon`).
    """
    with compute_client() as client, output().progress("looking through the images"):
        found = [
            image
            for image in client.list_images(owner=owner)
            if all(word.lower() in image.name.lower() for word in words)
        ]
    found.sort(key=lambda image: image.created_at or OLDEST, reverse=True)
    output().items(found, IMAGES, none=f"no image is called like {listed(words)}")


@images.command
def show(image: str, /) -> None:
    """Show one image.

    Example: cumuli images show ami-12c6146b

    Args:
        image: Its id, or its name if that is the only one.
    """
    with compute_client() as client:
        output().item(client.get_image(image_named(client, image)), IMAGE_FIELDS)


@images.command
def create(node: str, name: str, /, *, description: str | None = None, wait: Wait = False) -> None:
    """Make an image of a node.

    Example: cumuli images create web-1 web-golden --wait

    Args:
        node: The node's id or name.
        name: What to call the image.
        description: What it is.
        wait: Return only when nodes can be made from it.
    """
    with compute_client() as client:
        image: NodeImage = client.create_image(node_named(client, node), name, description=description)
        if wait:
            output().note(f"created {image.id}")
            with waiting(f"the image {image.id}"):
                [image] = client.wait_until_image_available([image], timeout=wait_seconds())
        output().item(image, IMAGE_FIELDS)


@images.command
def delete(images: Several, /, *, yes: Yes = False, wait: Wait = False) -> None:
    """Delete images of one's own. Asks before it does.

    Example: cumuli images delete web-golden --yes

    Args:
        images: Their ids, or names that are the only ones.
        yes: Do not ask.
        wait: Return only when they are gone.
    """
    with compute_client() as client:
        ids = [image_named(client, image) for image in images]

        def delete_one(image: str) -> None:
            client.delete_image(image)
            if wait:
                with waiting(f"{image} to be gone"):
                    until(client, image, IMAGE_GONE, client.get_image)

        confirm(lambda: f"Delete {called(images, ids)} for good?", yes=yes)
        each(ids, delete_one, "deleted" if wait else "deleting", what="image")


@locations.command(name="list")
def list_locations() -> None:
    """List the places where nodes can be created.

    Example: cumuli locations list
    """
    with compute_client() as client:
        output().items(client.list_locations(), LOCATIONS, none="no locations")

"""``cumuli volumes …`` and ``cumuli volumes snapshots …``."""

from __future__ import annotations

from cyclopts import App

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.confirmation import Several, Yes, confirm, each
from cumuli.cli.output import Column, age, listed, moment
from cumuli.cli.session import output
from cumuli.compute.models import Volume, VolumeSnapshot

__all__ = ["app"]

app = App(name="volumes", help="Disks that live by themselves.")
snapshots = App(name="snapshots", help="Copies of volumes at one moment.")
app.command(snapshots)

COLUMNS: list[Column[Volume]] = [
    ("ID", lambda volume: volume.id),
    ("NAME", lambda volume: volume.name),
    ("GiB", lambda volume: volume.size),
    ("STATE", lambda volume: volume.state),
    ("LOCATION", lambda volume: volume.location),
    ("ATTACHED TO", lambda volume: listed(volume.attached_to)),
    ("AGE", lambda volume: age(volume.created_at)),
]
FIELDS: list[Column[Volume]] = [
    ("Id", lambda volume: volume.id),
    ("Name", lambda volume: volume.name),
    ("Size", lambda volume: f"{volume.size} GiB"),
    ("State", lambda volume: volume.state),
    ("Location", lambda volume: volume.location),
    ("Attached to", lambda volume: listed(volume.attached_to)),
    ("Snapshot", lambda volume: volume.snapshot),
    ("Created", lambda volume: moment(volume.created_at)),
    ("Tags", lambda volume: listed(f"{key}={value}" for key, value in sorted(volume.tags.items()))),
]
SNAPSHOT_COLUMNS: list[Column[VolumeSnapshot]] = [
    ("ID", lambda snapshot: snapshot.id),
    ("NAME", lambda snapshot: snapshot.name),
    ("VOLUME", lambda snapshot: snapshot.volume),
    ("GiB", lambda snapshot: snapshot.size),
    ("STATE", lambda snapshot: snapshot.state),
    ("AGE", lambda snapshot: age(snapshot.created_at)),
]
SNAPSHOT_FIELDS: list[Column[VolumeSnapshot]] = [
    ("Id", lambda snapshot: snapshot.id),
    ("Name", lambda snapshot: snapshot.name),
    ("Volume", lambda snapshot: snapshot.volume),
    ("Size", lambda snapshot: None if snapshot.size is None else f"{snapshot.size} GiB"),
    ("State", lambda snapshot: snapshot.state),
    ("Created", lambda snapshot: moment(snapshot.created_at)),
]


@app.command(name="list")
def list_() -> None:
    """List the volumes of the account in this region."""
    with compute_client() as client:
        output().items(client.list_volumes(), COLUMNS, none="no volumes")


@app.command
def show(volume: str, /) -> None:
    """Show one volume.

    Args:
        volume: Its id.
    """
    with compute_client() as client:
        output().item(client.get_volume(volume), FIELDS)


@app.command
def create(name: str, /, *, size: int, location: str | None = None, snapshot: str | None = None) -> None:
    """Create a volume.

    Args:
        name: Its display name.
        size: GiB.
        location: Id of its location; without it, the provider chooses.
        snapshot: Id of the snapshot to fill it with.
    """
    with compute_client() as client, output().progress(f"creating {name}"):
        volume = client.create_volume(size, name, location=location, snapshot=snapshot)
    output().item(volume, FIELDS)


@app.command
def attach(volume: str, node: str, /, *, device: str | None = None) -> None:
    """Attach a volume to a node.

    Args:
        volume: Its id.
        node: The node's id.
        device: Device name as the provider writes it (`/dev/sdf`); without it, the provider chooses.
    """
    with compute_client() as client:
        output().item(client.attach_volume(node, volume, device=device), FIELDS)


@app.command
def detach(volume: str, /, *, node: str | None = None) -> None:
    """Detach a volume from its node.

    Args:
        volume: Its id.
        node: From which node; to be said of a volume that several nodes have.
    """
    with compute_client() as client:
        output().item(client.detach_volume(volume, node=node), FIELDS)


@app.command
def destroy(volumes: Several, /, *, yes: Yes = False) -> None:
    """Destroy volumes and what is on them. Asks before it does.

    Args:
        volumes: Their ids.
        yes: Do not ask.
    """
    with compute_client() as client:
        confirm(lambda: f"Destroy {listed(volumes)} and what is on it for good?", yes=yes)
        each(volumes, client.destroy_volume, "destroyed")


@snapshots.command(name="list")
def list_snapshots(*, volume: str | None = None) -> None:
    """List the account's snapshots.

    Args:
        volume: Only those of this volume.
    """
    with compute_client() as client:
        output().items(client.list_volume_snapshots(volume), SNAPSHOT_COLUMNS, none="no snapshots")


@snapshots.command(name="create")
def create_snapshot(volume: str, /, *, name: str | None = None) -> None:
    """Start a snapshot of a volume.

    Args:
        volume: The volume's id.
        name: The snapshot's display name.
    """
    with compute_client() as client:
        output().item(client.create_volume_snapshot(volume, name=name), SNAPSHOT_FIELDS)


@snapshots.command(name="destroy")
def destroy_snapshots(snapshots: Several, /, *, yes: Yes = False) -> None:
    """Destroy snapshots. Asks before it does.

    Args:
        snapshots: Their ids.
        yes: Do not ask.
    """
    with compute_client() as client:
        confirm(lambda: f"Destroy {listed(snapshots)} for good?", yes=yes)
        each(snapshots, client.destroy_volume_snapshot, "destroyed")

"""``cumuli volumes …`` and ``cumuli snapshots …``, which is ``cumuli volumes snapshots …`` as well."""

from __future__ import annotations

from cyclopts import App

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.compute.names import (
    called,
    location_named,
    node_named,
    snapshot_named,
    snapshots_named,
    volume_named,
    volumes_named,
)
from cumuli.cli.compute.waits import SNAPSHOT_GONE, VOLUME_GONE, Wait, until, wait_seconds, waiting
from cumuli.cli.confirmation import Several, Yes, confirm, each
from cumuli.cli.output import Column, age, listed, moment
from cumuli.cli.session import output
from cumuli.compute.models import Volume, VolumeSnapshot
from cumuli.errors import SnapshotNotFound

__all__ = ["app", "snapshots"]

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
    """List the volumes of the account in this region.

    Example: cumuli volumes list --filter state=available
    """
    with compute_client() as client:
        output().items(client.list_volumes(), COLUMNS, none="no volumes")


@app.command
def show(volume: str, /) -> None:
    """Show one volume.

    Example: cumuli volumes show data

    Args:
        volume: Its id or name.
    """
    with compute_client() as client:
        output().item(client.get_volume(volume_named(client, volume)), FIELDS)


@app.command
def create(
    name: str, /, *, size: int, location: str | None = None, snapshot: str | None = None, wait: Wait = False
) -> None:
    """Create a volume.

    Example: cumuli volumes create data --size 20 --location eu-west-1a --wait

    Args:
        name: Its display name.
        size: GiB.
        location: Id or name of its location; without it, the provider chooses.
        snapshot: Id or name of the snapshot to fill it with.
        wait: Return only when it can be attached.
    """
    with compute_client() as client:
        where = None if location is None else location_named(client, location)
        source = None if snapshot is None else snapshot_named(client, snapshot)
        with output().progress(f"creating {name}"):
            volume: Volume = client.create_volume(size, name, location=where, snapshot=source)
        if wait:
            output().note(f"created {volume.id}")
            with waiting(f"the volume {volume.id}"):
                [volume] = client.wait_until_volume_available([volume], timeout=wait_seconds())
    output().item(volume, FIELDS)


@app.command
def attach(volume: str, node: str, /, *, device: str | None = None, wait: Wait = False) -> None:
    """Attach a volume to a node.

    Example: cumuli volumes attach data web-1 --wait

    Args:
        volume: Its id or name.
        node: The node's id or name.
        device: Device name as the provider writes it (`/dev/sdf`); without it, the provider chooses.
        wait: Return only when the node has it.
    """
    with compute_client() as client:
        volume, node = volume_named(client, volume), node_named(client, node)
        found: Volume = client.attach_volume(node, volume, device=device)
        if wait:
            with waiting(f"the volume {volume}"):
                [found] = client.wait_until_volume_attached([volume], node=node, timeout=wait_seconds())
        output().item(found, FIELDS)


@app.command
def detach(volume: str, /, *, node: str | None = None, wait: Wait = False) -> None:
    """Detach a volume from its node.

    Example: cumuli volumes detach data --wait

    Args:
        volume: Its id or name.
        node: From which node (id or name); to be said of a volume that several nodes have.
        wait: Return only when it can be attached again.
    """
    with compute_client() as client:
        volume = volume_named(client, volume)
        holder = None if node is None else node_named(client, node)
        found: Volume = client.detach_volume(volume, node=holder)
        if wait:
            with waiting(f"the volume {volume}"):
                [found] = client.wait_until_volume_detached([volume], node=holder, timeout=wait_seconds())
        output().item(found, FIELDS)


@app.command
def destroy(volumes: Several, /, *, yes: Yes = False, wait: Wait = False) -> None:
    """Destroy volumes and what is on them. Asks before it does.

    Example: cumuli volumes destroy data --yes

    Args:
        volumes: Their ids or names.
        yes: Do not ask.
        wait: Return only when they are gone.
    """
    with compute_client() as client:
        ids = volumes_named(client, volumes)

        def destroy_one(volume: str) -> None:
            client.destroy_volume(volume)
            if wait:
                with waiting(f"{volume} to be gone"):
                    until(client, volume, VOLUME_GONE, client.get_volume)

        confirm(lambda: f"Destroy {called(volumes, ids)} and what is on it for good?", yes=yes)
        each(ids, destroy_one, "destroyed" if wait else "destroying", what="volume")


@snapshots.command(name="list")
def list_snapshots(*, volume: str | None = None) -> None:
    """List the account's snapshots.

    Example: cumuli snapshots list --volume data

    Args:
        volume: Only those of this volume (id or name).
    """
    with compute_client() as client:
        of = None if volume is None else volume_named(client, volume)
        output().items(client.list_volume_snapshots(of), SNAPSHOT_COLUMNS, none="no snapshots")


@snapshots.command(name="create")
def create_snapshot(volume: str, /, *, name: str | None = None, wait: Wait = False) -> None:
    """Start a snapshot of a volume.

    Example: cumuli snapshots create data --name before-upgrade --wait

    Args:
        volume: The volume's id or name.
        name: The snapshot's display name.
        wait: Return only when it is made.
    """
    with compute_client() as client:
        snapshot: VolumeSnapshot = client.create_volume_snapshot(volume_named(client, volume), name=name)
        if wait:
            output().note(f"created {snapshot.id}")
            with waiting(f"the snapshot {snapshot.id}"):
                [snapshot] = client.wait_until_snapshot_available([snapshot], timeout=wait_seconds())
        output().item(snapshot, SNAPSHOT_FIELDS)


@snapshots.command(name="destroy")
def destroy_snapshots(snapshots: Several, /, *, yes: Yes = False, wait: Wait = False) -> None:
    """Destroy snapshots. Asks before it does.

    Example: cumuli snapshots destroy before-upgrade --yes

    Args:
        snapshots: Their ids or names.
        yes: Do not ask.
        wait: Return only when they are gone.
    """
    with compute_client() as client:
        ids = snapshots_named(client, snapshots)

        def listed_one(snapshot: str) -> VolumeSnapshot:
            for found in client.list_volume_snapshots():
                if found.id == snapshot:
                    return found
            raise SnapshotNotFound(f"there is no snapshot {snapshot}")

        def destroy_one(snapshot: str) -> None:
            client.destroy_volume_snapshot(snapshot)
            if wait:
                with waiting(f"{snapshot} to be gone"):
                    until(client, snapshot, SNAPSHOT_GONE, listed_one)

        confirm(lambda: f"Destroy {called(snapshots, ids)} for good?", yes=yes)
        each(ids, destroy_one, "destroyed" if wait else "destroying", what="snapshot")

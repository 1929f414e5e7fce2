"""``AsyncEC2Volumes``: the part of EC2's client that is about volumes and snapshots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, id_of, ids_of, optional_id_of
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.models import Node, NodeLocation, SnapshotState, Volume, VolumeSnapshot, VolumeState
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, tags_beside
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import EC2Image, EC2Node, EC2Snapshot, EC2Volume, VolumeModification

__all__ = ["AsyncEC2Volumes"]

BOTH_WAYS = "one call either allows (add_accounts, public=True) or forbids (remove_accounts, public=False); make two"

VolumeType = Literal["gp3", "gp2", "io2", "io1", "st1", "sc1", "standard"]


class AsyncEC2Volumes(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Volumes and snapshots."""

    _ec2: EC2Driver

    async def list_volumes(
        self,
        *,
        node: Node | str | None = None,
        name: str | None = None,
        state: VolumeState | str | Collection[VolumeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_filters: Filters | None = None,
    ) -> list[EC2Volume]:
        """Every volume of the account in this region, from every page, or those that match.

        EC2's operation: ``DescribeVolumes``.

        Args:
            node: Only volumes that are attached to this node. One that does not exist has none.
            name: Only volumes that are called exactly so: the tag ``Name``.
            state: Only volumes in this state, or in one of these.
            tags: Only volumes that have all of these tags; None as a value for any value.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"volume-type": "gp2", "tag:env": ["test", "dev"]}``); ``*`` and ``?`` are wildcards.

        Raises:
            InvalidRequest: The name, a state or a tag cannot be one, AWS knows no such filter, or one has no values.
        """
        attached_to = optional_id_of(node, Node, self.provider)
        wanted = self._wanted(
            ComputeCapability.LIST_VOLUMES_TAGS, VolumeState, name=name, state=state, tags=tags, attached_to=attached_to
        )
        matching = checked_filters(ex_filters)
        listing = self._listing(
            ComputeCapability.LIST_VOLUMES,
            lambda cursor: self._ec2.volumes.list_volumes(cursor=cursor, wanted=wanted, matching=matching),
            wanted=wanted,
        )
        return [volume async for volume in listing]

    async def create_volume(
        self,
        size: int,
        name: str,
        *,
        location: NodeLocation | str | None = None,
        snapshot: VolumeSnapshot | str | None = None,
        ex_volume_type: VolumeType | None = None,
        ex_iops: int | None = None,
        ex_throughput: int | None = None,
        ex_encrypted: bool | None = None,
        ex_kms_key_id: str | None = None,
        ex_multi_attach: bool | None = None,
        ex_tags: Mapping[str, str] | None = None,
    ) -> EC2Volume:
        """Create a volume.

        EC2's operation: ``CreateVolume``, with a ``ClientToken``, so that a retry cannot create a second one.

        Args:
            size: GiB, at least 1.
            name: Its display name: the tag ``Name``.
            location: The availability zone; None for one that is available.
            snapshot: What to fill it with; None for an empty one.
            ex_volume_type: Its type; None for AWS's default, which is ``"gp2"``.
            ex_iops: Operations per second, for ``"gp3"``, ``"io1"`` and ``"io2"``.
            ex_throughput: MiB per second, for ``"gp3"``.
            ex_encrypted: Whether to encrypt it; None for the account's default.
            ex_kms_key_id: Key to encrypt it with: its id, ARN or alias. AWS then wants ``ex_encrypted=True``.
            ex_multi_attach: Whether several nodes may have it at the same time, for ``"io1"`` and ``"io2"``.
            ex_tags: Tags to put on it.

        Raises:
            SnapshotNotFound: The snapshot does not exist.
            QuotaExceeded: The account may not have that much.
        """
        self._require(ComputeCapability.CREATE_VOLUME)
        if size < 1:
            raise InvalidRequest(f"a volume of {size} GiB cannot be; size is a whole number of GiB, at least 1")
        return await self._make(
            self._ec2.volumes.create_volume(
                size=size,
                name=checked_name(name, "a volume"),
                location=optional_id_of(location, NodeLocation, self.provider),
                snapshot=optional_id_of(snapshot, VolumeSnapshot, self.provider),
                parameters={
                    "VolumeType": ex_volume_type,
                    "Iops": ex_iops,
                    "Throughput": ex_throughput,
                    "Encrypted": ex_encrypted,
                    "KmsKeyId": ex_kms_key_id,
                    "MultiAttachEnabled": ex_multi_attach,
                },
                tags=tags_beside(name, ex_tags),
            )
        )

    async def ex_modify_volume(
        self,
        volume: Volume | str,
        *,
        size: int | None = None,
        volume_type: VolumeType | None = None,
        iops: int | None = None,
        throughput: int | None = None,
        multi_attach: bool | None = None,
    ) -> VolumeModification:
        """Make a volume larger, faster or another type while it is in use.

        EC2's operation: ``ModifyVolume``. AWS goes on for minutes or hours: ``ex_list_volume_modifications`` tells how
        far it is. What is on the volume has to be told of its new size from within the node.

        Args:
            volume: The volume.
            size: GiB, more than it has.
            volume_type: Its new type.
            iops: Operations per second.
            throughput: MiB per second, for ``"gp3"``.
            multi_attach: Whether several nodes may have it at the same time.

        Returns:
            The change, which has begun.

        Raises:
            VolumeNotFound: It does not exist.
            Conflict: Another change of it goes on, or the last one was a short time ago: AWS wants hours in between.
            InvalidRequest: No change is given, or AWS does not make it.
        """
        parameters: dict[str, object] = {
            "Size": size,
            "VolumeType": volume_type,
            "Iops": iops,
            "Throughput": throughput,
            "MultiAttachEnabled": multi_attach,
        }
        if all(value is None for value in parameters.values()):
            raise InvalidRequest("nothing is given that the volume is to have; give size=, volume_type=, iops= …")
        volume_id = id_of(volume, Volume, self.provider)
        return await self._do(self._ec2.volumes.modify_volume(volume_id, parameters))

    async def ex_list_volume_modifications(
        self, *, ids: Sequence[Volume | str] | None = None, filters: Filters | None = None
    ) -> list[VolumeModification]:
        """The last change of each volume that was changed, those that go on and those that have ended.

        EC2's operation: ``DescribeVolumesModifications``.

        Args:
            ids: Only those of these volumes. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"modification-state": ["modifying", "optimizing"]}``).

        Raises:
            VolumeNotFound: One of ``ids`` does not exist.
            NotFound: One of ``ids`` was never changed.
        """
        wanted = None if ids is None else ids_of(ids, Volume, self.provider)
        if wanted == []:
            return []
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.volumes.list_modifications(ids=wanted, matching=matching, cursor=cursor),
            key=lambda change: change.id,
        )
        return [change async for change in pages]

    async def detach_volume(
        self, volume: Volume | str, *, node: Node | str | None = None, ex_force: bool = False
    ) -> EC2Volume:
        """Detach a volume from the node it is attached to.

        EC2's operation: ``DetachVolume``.

        Args:
            volume: The volume.
            node: From which node. It has to be said for a volume that several nodes have.
            ex_force: Take it away from a node that does not let go of it. What the node has not yet written is
                lost, and its file system may be damaged.

        Returns:
            The volume as it is now, possibly still detaching.

        Raises:
            VolumeNotFound: It does not exist.
            Conflict: It is not attached, or to other nodes, or to several and ``node`` is not given.
        """
        self._require(ComputeCapability.DETACH_VOLUME)
        return await self._do(
            self._ec2.volumes.detach_volume(
                id_of(volume, Volume, self.provider),
                node_id=optional_id_of(node, Node, self.provider),
                force=ex_force,
            )
        )

    async def list_volume_snapshots(
        self,
        volume: Volume | str | None = None,
        *,
        name: str | None = None,
        state: SnapshotState | str | Collection[SnapshotState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_owner: str = "self",
        ex_filters: Filters | None = None,
    ) -> list[EC2Snapshot]:
        """Every snapshot of the account's own, or of one volume, or those that match.

        EC2's operation: ``DescribeSnapshots``.

        Args:
            volume: Only snapshots of this volume.
            name: Only snapshots that are called exactly so: the tag ``Name``.
            state: Only snapshots in this state, or in one of these.
            tags: Only snapshots that have all of these tags; None as a value for any value.
            ex_owner: Whose snapshots: ``"self"``, ``"amazon"``, or the id of an account that shares some.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"status": "pending", "description": "*nightly*"}``); ``*`` and ``?`` are wildcards.

        Raises:
            InvalidRequest: The name, a state or a tag cannot be one, AWS knows no such filter, or one has no values.
        """
        volume_id = optional_id_of(volume, Volume, self.provider)
        wanted = self._wanted(
            ComputeCapability.LIST_VOLUME_SNAPSHOTS_TAGS, SnapshotState, name=name, state=state, tags=tags
        )
        matching = checked_filters(ex_filters)
        owner = checked_name(ex_owner, "an owner")
        listing = self._listing(
            ComputeCapability.LIST_VOLUME_SNAPSHOTS,
            lambda cursor: self._ec2.volumes.list_volume_snapshots(
                volume_id=volume_id, cursor=cursor, owner=owner, wanted=wanted, matching=matching
            ),
            wanted=wanted,
        )
        return [snapshot async for snapshot in listing]

    async def create_volume_snapshot(
        self,
        volume: Volume | str,
        *,
        name: str | None = None,
        ex_description: str | None = None,
        ex_tags: Mapping[str, str] | None = None,
    ) -> EC2Snapshot:
        """Start a snapshot of a volume.

        EC2's operation: ``CreateSnapshot``.

        Args:
            volume: The volume.
            name: Its display name: the tag ``Name``.
            ex_description: Its description, up to 255 characters.
            ex_tags: Tags to put on it.

        Returns:
            The snapshot, possibly still being made.

        Raises:
            VolumeNotFound: The volume does not exist.
        """
        self._require(ComputeCapability.CREATE_VOLUME_SNAPSHOT)
        return await self._make(
            self._ec2.volumes.create_volume_snapshot(
                volume_id=id_of(volume, Volume, self.provider),
                name=name,
                description=ex_description,
                tags=tags_beside(name, ex_tags),
            )
        )

    async def ex_modify_snapshot_attribute(
        self,
        snapshot: VolumeSnapshot | str,
        *,
        add_accounts: Sequence[str] = (),
        remove_accounts: Sequence[str] = (),
        public: bool | None = None,
    ) -> None:
        """Say who may make volumes of a snapshot; AWS can either allow or forbid in one call.

        EC2's operation: ``ModifySnapshotAttribute`` (``createVolumePermission``).

        Args:
            snapshot: The snapshot.
            add_accounts: Ids of accounts that may from now on.
            remove_accounts: Ids of accounts that may no longer.
            public: True to allow everybody, False to allow only the accounts that are named.

        Raises:
            SnapshotNotFound: It does not exist.
            InvalidRequest: Nothing is asked for, or both to allow and to forbid.
        """
        for accounts in (add_accounts, remove_accounts):
            if isinstance(accounts, str):
                raise InvalidRequest(f"give a list of account ids, not the single text {accounts!r}")
        if bool(add_accounts or public) == bool(remove_accounts or public is False):
            raise InvalidRequest(BOTH_WAYS)
        await self._do(
            self._ec2.volumes.modify_snapshot_attribute(
                id_of(snapshot, VolumeSnapshot, self.provider),
                operation="add" if add_accounts or public else "remove",
                accounts=[*add_accounts, *remove_accounts],
                everybody=public is not None,
            )
        )

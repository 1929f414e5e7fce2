"""Segments of uploads that never ended: what a killed program leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from functools import partial

from cumuli.calls.paging import iterate_pages
from cumuli.errors import ContainerNotFound, NotSupported, ObjectNotFound
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.models import SwiftDeadUpload, SwiftObject, SwiftSegment
from cumuli.providers.openstack.swift.multipart import DELETE_BATCH
from cumuli.providers.openstack.swift.objects import Objects
from cumuli.providers.openstack.swift.segments import Segments, split_path
from cumuli.providers.openstack.swift.wire import manifest_etag, segment_of, segments_container, segments_prefix
from cumuli.storage.driver import Address, ListQuery, ReadSpec
from cumuli.storage.models import Prefix

__all__ = ["DeadSegments"]

LOOKS_AT_ONCE = 16

_Upload = tuple[str, str]
"""The prefix of its segments, and its id."""


class DeadSegments:
    """The calls on dead segments."""

    def __init__(self, calls: SwiftCalls, containers: Containers, segments: Segments, objects: Objects) -> None:
        self._calls = calls
        self._containers = containers
        self._segments = segments
        self._objects = objects

    async def dead_uploads(self, container: str, *, older_than: float) -> list[SwiftDeadUpload]:
        """The uploads whose segments no object of the container is made of.

        Raises:
            NotSupported: The container keeps versions, and nobody tells what old ones are made of.
        """
        await self._containers.get_container(container)
        if await self._containers.keeps_versions(container):
            raise NotSupported(
                f"{container} keeps versions, which are made of segments that no object shows; delete those by hand"
            )
        uploads = await self._uploads(segments_container(container))
        latest = dt.datetime.fromtimestamp(self._calls.runtime.now() - older_than, dt.UTC)
        # What has no date may be of this moment.
        old = {
            upload: segments
            for upload, segments in uploads.items()
            if all(each.last_modified is not None and each.last_modified <= latest for each in segments)
        }
        if not old:
            return []
        used, etags, dynamic = await self._in_use(container, {prefix for prefix, _ in old})
        return [
            SwiftDeadUpload(
                container=container,
                name=prefix.removesuffix("/slo/"),
                id=upload,
                segments=[
                    SwiftSegment(container=each.container, name=each.name, size=each.size, hash=each.hash)
                    for each in segments
                ],
                last_modified=max(each.last_modified for each in segments if each.last_modified is not None),
            )
            for (prefix, upload), segments in old.items()
            if not any((each.container, each.name) in used for each in segments)
            and not any(f"{each.container}/{each.name}".startswith(tuple(dynamic)) for each in segments)
            and manifest_etag(each.hash or "" for each in segments) not in etags
        ]

    async def delete_dead_uploads(self, container: str, *, older_than: float) -> list[SwiftDeadUpload]:
        """Delete them, and give what they were."""
        dead = await self.dead_uploads(container, older_than=older_than)
        paths = [(segment.container, segment.name) for upload in dead for segment in upload.segments]
        for start in range(0, len(paths), DELETE_BATCH):
            some = paths[start : start + DELETE_BATCH]
            for failure in (await self._objects.delete_paths(some, there=set(some))).values():
                raise failure
        return dead

    async def _uploads(self, container: str) -> dict[_Upload, list[SwiftObject]]:
        found: dict[_Upload, list[SwiftObject]] = {}
        try:
            async for entry in self._all(container):
                told = segment_of(entry.name)
                if told is not None and isinstance(entry, SwiftObject):
                    found.setdefault(told[:2], []).append(entry)
        except ContainerNotFound:
            return {}
        return found

    async def _in_use(self, container: str, prefixes: set[str]) -> tuple[set[tuple[str, str]], set[str], set[str]]:
        """What large objects are made of, the etags of those that do not show it, and prefixes of dynamic ones."""
        told = await self._calls.is_openstack()
        suspects = [
            entry.name
            async for entry in self._all(container)
            if isinstance(entry, SwiftObject)
            # Listings do not tell dynamic ones, which are empty there. Who begins as the segments do is looked at in
            # any case.
            and (entry.large or not told or not entry.size or segments_prefix(entry.name) in prefixes)
        ]
        used: set[tuple[str, str]] = set()
        etags: set[str] = set()
        dynamic: set[str] = set()

        async def look(name: str) -> None:
            address = Address(container=container, name=name)
            try:
                found = await self._objects.head(ReadSpec(address=address))
            except ObjectNotFound:
                return
            if found.manifest is not None:
                dynamic.add(found.manifest)
            if not found.large:
                return
            try:
                _, segments = await self._segments.manifest(address)
            except ObjectNotFound:
                # Not shown, or replaced in this moment.
                etags.add(found.etag or "")
                return
            used.update(split_path(segment.name) for segment in segments)

        await self._calls.runtime.gather([partial(look, name) for name in suspects], limit=LOOKS_AT_ONCE)
        return used, etags, dynamic

    def _all(self, container: str) -> AsyncIterator[SwiftObject | Prefix]:
        query = ListQuery(container=container)
        return iterate_pages(lambda cursor: self._containers.list_objects(query, cursor=cursor), key=_name, order=_name)


def _name(entry: SwiftObject | Prefix) -> str:
    return entry.name

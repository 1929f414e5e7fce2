"""Uploads in one request, and what every upload has to look at."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from cumuli.calls.lost_answers import creating
from cumuli.errors import CloudError, Conflict, NotFound, ObjectNotFound, PermissionDenied, PreconditionFailed
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.models import ArchiveFormat, ArchiveResult, SwiftObject
from cumuli.providers.openstack.swift.objects import Objects, check_bulk, raise_for
from cumuli.providers.openstack.swift.segments import Segments, split_path
from cumuli.providers.openstack.swift.wire import (
    MD5,
    OBJECT_META,
    decode_bulk,
    meta_headers,
    segments_container,
    segments_prefix,
    unquoted,
)
from cumuli.runtime.messages import Source
from cumuli.storage.driver import PERHAPS_STORED, PutSpec, ReadSpec, Stored
from cumuli.storage.headers import bare, conditional, merged
from cumuli.storage.verify import Digest

__all__ = ["PUT_OBJECT", "CopiedSpec", "Uploads"]

log = logging.getLogger("cumuli.swift")

PUT_OBJECT = "Create or replace object"


class CopiedSpec(PutSpec, frozen=True, kw_only=True):
    """An object that is put with the metadata of another one.

    Attributes:
        meta_headers: ``meta_data`` as it is on the wire there, which need not be how cumuli writes it.
    """

    meta_headers: list[tuple[str, str]]


class Uploads:
    """The calls that put objects.

    Args:
        calls: Sends the requests.
        containers: Tells which keep versions.
        segments: Tells what large objects are made of.
        objects: Looks at objects, and deletes segments.
        leave_segments: Whether segments stay when their large object is replaced.
    """

    def __init__(
        self, calls: SwiftCalls, containers: Containers, segments: Segments, objects: Objects, *, leave_segments: bool
    ) -> None:
        self._calls = calls
        self._containers = containers
        self._segments = segments
        self._objects = objects
        self._leave_segments = leave_segments

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[SwiftObject]:
        return await self._put(spec, body, digest, await self.own_segments(spec))

    async def _put(
        self, spec: PutSpec, body: bytes | Source, digest: Digest | None, replaced: Sequence[tuple[str, str]]
    ) -> Stored[SwiftObject]:
        looked = await self.look_before(spec)
        headers = [*self.put_headers(spec), *conditional(spec.conditions)]
        if digest is not None:
            headers.append(("ETag", digest.value))
        conditional_put = spec.conditions.if_none_match is not None
        sent = self._calls.send(
            PUT_OBJECT,
            "PUT",
            spec.address.container,
            spec.address.name,
            headers=merged(headers, spec.headers),
            body=body,
            repeatable=not conditional_put,
        )
        answer = await (creating(sent, operation=PUT_OBJECT, advice=PERHAPS_STORED) if conditional_put else sent)
        await self.forget(replaced)
        etag = bare(answer.headers.get("etag"))
        size = len(body) if isinstance(body, bytes) else body.length or 0
        if looked:
            await self.look_after(spec, etag)
        reported = Digest("md5", etag) if etag is not None and MD5.fullmatch(etag) else None
        return Stored(object=self.new_object(spec, size, etag, large=False), digest=reported)

    async def put_dynamic_manifest(self, spec: PutSpec) -> SwiftObject:
        """Store an object of nothing that stands for others; its header is among the caller's own.

        The segments of what it replaces stay: they, or large objects that are made of them, may be what it stands for.
        """
        await self._put(spec, b"", None, [])
        return await self._objects.head_object(ReadSpec(address=spec.address))

    def put_headers(self, spec: PutSpec) -> list[tuple[str, str]]:
        """What the object is to become, but for the caller's own headers."""
        headers = [("Content-Type", spec.content_type)]
        if spec.content_encoding is not None:
            headers.append(("Content-Encoding", spec.content_encoding))
        if isinstance(spec, CopiedSpec):
            return headers + spec.meta_headers
        return headers + meta_headers(OBJECT_META, spec.meta_data)

    def new_object(self, spec: PutSpec, size: int, etag: str | None, *, large: bool) -> SwiftObject:
        """What was put."""
        return SwiftObject(
            container=spec.address.container,
            name=spec.address.name,
            size=size,
            provider=self._calls.provider,
            hash=etag if etag and not large and MD5.fullmatch(etag) else None,
            etag=etag,
            content_type=spec.content_type,
            content_encoding=spec.content_encoding,
            meta_data=spec.meta_data,
            large=large,
        )

    async def look_before(self, spec: PutSpec) -> bool:
        """Make sure that there is no object where none is to be overwritten, unless the service is known to do that.

        Ceph's gateway ignores the condition. Whether it had to be looked here is given.

        Raises:
            PreconditionFailed: There is an object.
        """
        if spec.conditions.if_none_match is None or await self._calls.is_openstack():
            return False
        try:
            await self._objects.head(ReadSpec(address=spec.address))
        except ObjectNotFound:
            log.warning(
                "%s/%s: the service is not known to honour conditions of uploads (If-None-Match), so cumuli looks "
                "before and after; two writers at the same moment may both pass",
                spec.address.container,
                spec.address.name,
            )
            return True
        raise PreconditionFailed(f"there is an object {spec.address.name} already, and nothing was overwritten")

    async def look_after(self, spec: PutSpec, etag: str | None) -> None:
        """Make sure that what was put where nothing was is there.

        Raises:
            Conflict: Something else is.
        """
        try:
            now = await self._objects.head(ReadSpec(address=spec.address))
        except ObjectNotFound:
            found = "nothing"
        except PermissionDenied:
            return
        else:
            if now.etag == etag:
                return
            found = "something else"
        raise Conflict(
            f"{spec.address.name} was stored, and {found} is there now: somebody else wrote at the same moment, and "
            "the service ignores the condition. Look at it, and decide which of the two is to stay"
        )

    # The segments of what is replaced

    async def own_segments(self, spec: PutSpec) -> list[tuple[str, str]]:
        """The segments, made by cumuli, of the large object that an upload is to replace."""
        if self._leave_segments or spec.conditions.if_none_match is not None:
            return []
        address = spec.address
        try:
            found = await self._objects.head(ReadSpec(address=address))
            if not found.large or await self._containers.keeps_versions(address.container):
                return []
            segments = await self._segments.known_segments(found)
        except (NotFound, PermissionDenied):
            return []
        if not segments:
            log.warning(
                "the segments of %s/%s, which is being replaced, stay: the service does not tell which they are",
                address.container,
                address.name,
            )
        ours = f"/{segments_container(address.container)}/{segments_prefix(address.name)}"
        return [split_path(each.name) for each in segments if each.name.startswith(ours)]

    async def forget(self, segments: Sequence[tuple[str, str]]) -> None:
        """Delete segments that nothing is made of any more. What was put is there all the same."""
        if not segments:
            return
        try:
            failed = await self._objects.delete_paths(segments, there=set(segments))
        except CloudError as error:
            failed = dict.fromkeys(segments, error)
        for (container, name), reason in failed.items():
            log.warning("the segment %s/%s of a replaced object could not be deleted: %s", container, name, reason)

    # Archives

    async def extract(self, container: str, prefix: str, source: Source, kind: ArchiveFormat) -> ArchiveResult:
        """Have Swift store the files of an archive as objects."""
        answer = await self._calls.send(
            "Bulk upload",
            "PUT",
            container,
            prefix,
            query=f"extract-archive={kind}",
            headers=(("Accept", "application/json"),),
            body=source,
            check=check_bulk,
            kept_alive=True,
        )
        result = decode_bulk(answer.body)
        if not result.errors:
            raise_for(result, container)
        return ArchiveResult(
            created=result.created, errors={unquoted(path).lstrip("/"): words for path, words in result.errors}
        )

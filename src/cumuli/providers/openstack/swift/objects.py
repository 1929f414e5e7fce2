"""Objects: looking at them, describing them anew, deleting them with the segments that large ones are made of."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial

import msgspec

from cumuli.calls.lost_answers import deleting
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    MalformedResponse,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
    PreconditionFailed,
)
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.faults import error_of, error_of_status
from cumuli.providers.openstack.swift.models import SwiftAddress, SwiftObject
from cumuli.providers.openstack.swift.segments import GET_OBJECT, Segments
from cumuli.providers.openstack.swift.wire import (
    DESCRIBING,
    OBJECT_META,
    BulkAnswer,
    Segment,
    bulk_line,
    decode_bulk,
    decode_names,
    is_large,
    is_md5,
    meta_headers,
    moment_of,
    read_meta_data,
    sent_again,
    unquoted,
)
from cumuli.runtime.messages import Response
from cumuli.storage.driver import Address, ReadSpec
from cumuli.storage.headers import bare, check_conditions, conditional, http_date, merged, number
from cumuli.storage.models import DeleteResult

__all__ = ["Objects", "check_bulk", "known_large", "raise_for", "without_match"]

log = logging.getLogger("cumuli.swift")

# What a change of an object's metadata takes away unless it is said again.
KEPT = (*DESCRIBING, "content-encoding", "x-delete-at", "x-object-manifest", "content-type")
# What dynamic large objects and links are told by.
STANDING = ("x-object-manifest", "x-symlink-target")
BULK_HEADERS = (("Accept", "application/json"), ("Content-Type", "text/plain"))
LOOKS_AT_ONCE = 16
LOOK_YOURSELF = "see what ex_call gives for it with the query multipart-manifest=get"
LARGE_DELETES_AT_ONCE = 4


class Objects:
    """The calls that look at objects, describe them anew, and delete them."""

    def __init__(self, calls: SwiftCalls, containers: Containers, segments: Segments) -> None:
        self._calls = calls
        self._containers = containers
        self._segments = segments

    # Looking

    async def head_object(self, spec: ReadSpec) -> SwiftObject:
        try:
            found = await self.head(spec)
        except ObjectNotFound as error:
            raise await self._calls.missing(error, spec.address.container) from error.__cause__
        if found.manifest is not None and not found.size:
            segments = await self._segments.dynamic_segments(found.manifest)
            return msgspec.structs.replace(found, size=sum(each.bytes for each in segments))
        return found

    async def head(self, spec: ReadSpec) -> SwiftObject:
        """What Swift says of an object, which is not all of a dynamic one."""
        address = spec.address
        try:
            answer = await self._calls.send(
                "Show object metadata",
                "HEAD",
                address.container,
                address.name,
                headers=merged(conditional(spec.conditions), spec.headers),
            )
        except PreconditionFailed as error:
            return await self.matched(spec, error)
        known = dict(answer.headers.pairs())
        found = self.object_of(address, known, number(known.get("content-length")) or 0)
        check_conditions(spec.conditions, found)
        return found

    async def matched(self, spec: ReadSpec, error: PreconditionFailed) -> SwiftObject:
        """What is there, if the condition by which it was refused holds all the same.

        Of a large object Ceph's gateway (seen on 16.2.15) compares If-Match with another etag than it tells.

        Raises:
            PreconditionFailed: It does not: the error that was given.
        """
        wanted = spec.conditions.if_match
        if wanted in {None, "*"} or await self._calls.is_openstack():
            raise error
        found = await self.head(without_match(spec))
        if not found.large or found.etag != wanted:
            raise error
        return found

    def object_of(self, address: Address, known: Mapping[str, str], size: int) -> SwiftObject:
        """What an answer's headers tell of an object."""
        etag = bare(known.get("etag"))
        modified = known.get("last-modified")
        dynamic = known.get("x-object-manifest")
        return SwiftObject(
            container=address.container,
            name=address.name,
            size=size,
            provider=self._calls.provider,
            hash=etag if is_md5(etag, known) else None,
            etag=etag,
            content_type=known.get("content-type"),
            content_encoding=known.get("content-encoding"),
            last_modified=http_date(modified) if modified else None,
            meta_data=read_meta_data(OBJECT_META, known.items()),
            large=is_large(known),
            manifest=None if dynamic is None else unquoted(dynamic),
            delete_at=moment_of(known.get("x-delete-at")),
        )

    async def list_segments(self, address: Address) -> list[Segment]:
        """The segments of a static large object, in order: all of them, since another object is made of them.

        Raises:
            ObjectNotFound: It is none.
            NotSupported: The service does not tell; or there is content in the manifest itself.
            MalformedResponse: One of them cannot be read.
        """
        lost: list[MalformedResponse] = []
        try:
            _, segments = await self._segments.manifest(address, lost)
        except ObjectNotFound as error:
            return await self._segments_not_shown(address, error)
        if lost:
            raise MalformedResponse(
                f"the manifest of {address.name}: {lost[0].message}. Without that segment the others are another "
                f"content; {LOOK_YOURSELF}",
                operation=GET_OBJECT,
            )
        if any(each.data is not None for each in segments):
            raise NotSupported(
                f"the manifest of {address.name} has content in it that is no segment, so the segments alone are "
                f"another content; copy the object, or {LOOK_YOURSELF}"
            )
        return segments

    async def _segments_not_shown(self, address: Address, error: ObjectNotFound) -> list[Segment]:
        found = await self.head(ReadSpec(address=address))
        if not found.large:
            raise error
        segments = await self._segments.segments_by_name(found)
        if not segments:
            raise NotSupported(f"the service does not show of which segments {address.name} is made")
        return segments

    # Describing

    async def set_object_meta_data(self, address: Address, meta_data: Mapping[str, str]) -> None:
        """Give an object this metadata in place of what it had."""
        await self._describe(address, meta_data, [])

    async def update_object(
        self, address: Address, changes: Sequence[tuple[str, str | None]], meta_data: Mapping[str, str] | None
    ) -> SwiftObject:
        """Describe an object anew.

        Args:
            address: The object.
            changes: Headers in place of those that it has; None takes one away.
            meta_data: Its metadata from now on, or None: what it has.
        """
        await self._describe(address, meta_data, changes)
        return await self.head_object(ReadSpec(address=address))

    async def _describe(
        self, address: Address, meta_data: Mapping[str, str] | None, changes: Sequence[tuple[str, str | None]]
    ) -> None:
        try:
            answer = await self._calls.send("Show object metadata", "HEAD", address.container, address.name)
        except ObjectNotFound as error:
            raise await self._calls.missing(error, address.container) from error.__cause__
        known = answer.headers.get
        changed = {name.lower() for name, _ in changes}
        kept = [(name.title(), value) for name in KEPT if name not in changed and (value := known(name)) is not None]
        kept += [(name, value) for name, value in changes if value is not None]
        if meta_data is None:
            kept += sent_again(OBJECT_META, answer.headers.pairs())
        else:
            kept += meta_headers(OBJECT_META, meta_data)
        await self._calls.send(
            "Create or update object metadata",
            "POST",
            address.container,
            address.name,
            headers=kept,
        )

    async def stands_for_others(self, address: Address) -> bool:
        """Whether an object's content is that of other objects, so that it is lost with them: large ones and links."""
        answer = await self._calls.send(
            "Show object metadata", "HEAD", address.container, address.name, query="symlink=get"
        )
        known = dict(answer.headers.pairs())
        return is_large(known) or not known.keys().isdisjoint(STANDING)

    # Deleting

    async def delete_object(self, address: Address, *, leave_segments: bool | None = None) -> None:
        """Delete an object.

        Args:
            address: Of the object.
            leave_segments: Whether the segments of a large one stay; None: if they may be objects of their own.
        """
        if leave_segments:
            await deleting(self._calls.send("Delete object", "DELETE", address.container, address.name))
            return
        try:
            found = await self._large(address)
            along = (
                found is not None
                and not await self._containers.keeps_versions(address.container)
                and (leave_segments is False or await self._segments.may_go(found))
            )
        except ObjectNotFound as error:
            raise await self._calls.missing(error, address.container) from error.__cause__
        except PermissionDenied:
            # Who may write need not be allowed to read. Whether there are segments is not to be known then: the
            # deletion that takes them along reads the manifest as this user, and follows links to other objects'.
            await deleting(self._calls.send("Delete object", "DELETE", address.container, address.name))
            return
        await self._delete(address, along=along)

    async def _large(self, address: Address) -> SwiftObject | None:
        """An object that is large itself, and no link to one, whose segments are not its own; None for others."""
        answer = await self._calls.send(
            "Show object metadata", "HEAD", address.container, address.name, query="symlink=get"
        )
        known = dict(answer.headers.pairs())
        return self.object_of(address, known, number(known.get("content-length")) or 0) if is_large(known) else None

    async def _delete(self, address: Address, *, along: bool) -> None:
        """Delete what is known to be there, its segments along; that it is gone in the meantime is no error."""
        if along:
            answer = await self._calls.send(
                "Delete object",
                "DELETE",
                address.container,
                address.name,
                query="multipart-manifest=delete",
                headers=(("Accept", "application/json"),),
                check=check_bulk,
                kept_alive=True,
            )
            result = decode_bulk(answer.body)
            if not any("Not an SLO" in words for _, words in result.errors):
                raise_for(result, address.name)
                return
        with suppress(ObjectNotFound):
            await self._calls.send("Delete object", "DELETE", address.container, address.name)

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        # What is known to be large may be known by a link to it. That something is not is known by listings, and not
        # every service's listings tell.
        small = {address.name for address in addresses if known_large(address) is False}
        unknown = dict.fromkeys(address.name for address in addresses if address.name not in small)
        if small and not await self._calls.is_openstack():
            unknown = dict.fromkeys(address.name for address in addresses)
        there = {(container, address.name) for address in addresses if known_large(address) is not None}
        large: dict[str, SwiftObject] = {}
        failed: dict[str, CloudError] = {}

        async def look(name: str) -> None:
            try:
                found = await self._large(Address(container=container, name=name))
                if found is not None:
                    large[name] = found
                there.add((container, name))
            except ObjectNotFound:
                there.discard((container, name))
            except PermissionDenied:
                # Not to be read, and perhaps to be deleted: as ``delete_object``.
                pass
            except CloudError as error:
                failed[name] = error

        async def delete(name: str) -> None:
            try:
                await self._delete(Address(container=container, name=name), along=True)
            except CloudError as error:
                failed[name] = error

        gather = self._calls.runtime.gather
        await gather([partial(look, name) for name in unknown], limit=LOOKS_AT_ONCE)
        along = await self._with_segments(container, large, failed)
        plain = dict.fromkeys(
            (container, address.name)
            for address in addresses
            if address.name not in along and address.name not in failed
        )
        gone = await self.delete_paths(list(plain), there=there)
        failed.update({name: error for (_, name), error in gone.items()})
        await gather([partial(delete, name) for name in along], limit=LARGE_DELETES_AT_ONCE)
        return [
            DeleteResult(container=container, name=address.name, error=failed.get(address.name))
            for address in addresses
        ]

    async def _with_segments(
        self, container: str, large: Mapping[str, SwiftObject], failed: dict[str, CloudError]
    ) -> set[str]:
        """The names of those of a container's large objects with which their segments are to go.

        Args:
            container: It.
            large: They, by name.
            failed: Takes the error of each of which that cannot be found out.
        """
        if not large or await self._containers.keeps_versions(container):
            return set()
        along: set[str] = set()

        async def weigh(name: str, found: SwiftObject) -> None:
            try:
                if await self._segments.may_go(found):
                    along.add(name)
            except PermissionDenied:
                # As of one that may not be looked at.
                pass
            except CloudError as error:
                failed[name] = error

        await self._calls.runtime.gather([partial(weigh, *each) for each in large.items()], limit=LOOKS_AT_ONCE)
        return along

    async def delete_paths(
        self, paths: Sequence[tuple[str, str]], *, there: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], CloudError]:
        """Delete plain objects in one request, and give those that are still there. Swift's operation: Bulk delete.

        Args:
            paths: Containers and names.
            there: Those that were seen. When the service says that more were not found than the rest of them, it has
                not understood a name, and they are deleted one by one.
        """
        lines = {path: bulk_line(*path) for path in paths}
        together = [line for line in lines.values() if line is not None]
        singly = [path for path, line in lines.items() if line is None]
        failed: dict[tuple[str, str], CloudError] = {}
        if together:
            result = await self._delete_together(together)
            errors = decode_names(result.errors)
            for container, name in paths:
                status = errors.pop(f"/{container}/{name}", None)
                if status is not None:
                    failed[container, name] = error_of_status(status)
            # It gives up after too many failures, and says nothing of the rest.
            if errors or result.deleted + result.not_found + len(failed) < len(together):
                raise MalformedResponse(
                    f"{len(together)} objects were to be deleted, and the answer does not say what became of each; "
                    "list the container to see which are left"
                )
            seen = [path for path, line in lines.items() if line is not None and path in there]
            if result.not_found > len(together) - len(seen):
                singly += [path for path in seen if path not in failed]

        async def delete(path: tuple[str, str]) -> None:
            try:
                await self._delete(Address(container=path[0], name=path[1]), along=False)
            except CloudError as error:
                failed[path] = error

        await self._calls.runtime.gather([partial(delete, path) for path in singly], limit=LOOKS_AT_ONCE)
        return failed

    async def _delete_together(self, lines: Sequence[bytes]) -> BulkAnswer:
        answer = await self._calls.send(
            "Bulk delete",
            "POST",
            query="bulk-delete",
            headers=BULK_HEADERS,
            body=b"\n".join(lines),
            check=check_bulk,
            kept_alive=True,
        )
        result = decode_bulk(answer.body)
        if result.code >= 400 and not result.errors:
            raise error_of_status(f"{result.status} {result.body}")
        return result


def without_match(spec: ReadSpec) -> ReadSpec:
    """The same without its ``if_match``."""
    return msgspec.structs.replace(spec, conditions=msgspec.structs.replace(spec.conditions, if_match=None))


def known_large(address: Address) -> bool | None:
    """Whether an object is large, as far as the caller knows."""
    return address.large if isinstance(address, SwiftAddress) else None


def raise_for(result: BulkAnswer, what: str) -> None:
    """Raise the first error that an answer about many objects tells of, if there is one."""
    if result.errors:
        path, status = result.errors[0]
        error = error_of_status(status)
        error.message = f"{what}: {path}: {error.message}"
        raise error
    if result.code >= 400:
        raise error_of_status(f"{result.status} {result.body}")


def check_bulk(answer: Response) -> CloudError | None:
    """The error of a call about many objects, or None.

    Such an answer has the status 200 from its first byte on; that the token is not accepted comes later.
    """
    error = error_of(answer, method="POST", subject="account")
    if error is not None:
        return error
    result = decode_bulk(answer.body)
    if result.code == 401 or any(words.startswith("401") for _, words in result.errors):
        return AuthenticationError("the token is not accepted", status=401)
    return None

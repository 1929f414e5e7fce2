"""Deleting objects, many at a time, and the segments that large ones are made of."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial

from cumuli.calls.lost_answers import deleting
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    MalformedResponse,
    NotFound,
    ObjectNotFound,
    PermissionDenied,
)
from cumuli.providers.openstack.swift.faults import error_of, error_of_status
from cumuli.providers.openstack.swift.reading import Reading, known_large, split_path
from cumuli.providers.openstack.swift.wire import (
    BulkAnswer,
    bulk_line,
    decode_bulk,
    decode_names,
    is_large,
    segments_container,
    segments_prefix,
)
from cumuli.runtime.messages import Response
from cumuli.storage.driver import Address, PutSpec, ReadSpec
from cumuli.storage.models import DeleteResult

__all__ = ["Deleting", "check_bulk", "raise_for"]

log = logging.getLogger("cumuli.swift")

BULK_HEADERS = (("Accept", "application/json"), ("Content-Type", "text/plain"))
LOOKS_AT_ONCE = 16
LARGE_DELETES_AT_ONCE = 4


class Deleting(Reading):
    """The calls that delete objects."""

    async def delete_object(self, address: Address) -> None:
        try:
            large = await self._has_segments(address) and not await self.keeps_versions(address.container)
        except ObjectNotFound as error:
            raise await self.missing(error, address.container) from error.__cause__
        except PermissionDenied:
            # Who may write need not be allowed to read. Whether there are segments is not to be known then: the
            # deletion that takes them along reads the manifest as this user, and follows links to other objects'.
            await deleting(self.send("Delete object", "DELETE", address.container, address.name))
            return
        await self._delete(address, large=large)

    async def _has_segments(self, address: Address) -> bool:
        """Whether an object is large itself, and no link to one, whose segments are not its own."""
        answer = await self.send("Show object metadata", "HEAD", address.container, address.name, query="symlink=get")
        return is_large(dict(answer.headers.pairs()))

    async def _delete(self, address: Address, *, large: bool) -> None:
        """Delete what is known to be there; that it is gone in the meantime is no error."""
        if large:
            answer = await self.send(
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
            await self.send("Delete object", "DELETE", address.container, address.name)

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        # What is known to be large may be known by a link to it. That something is not is known by listings, and not
        # every service's listings tell.
        small = {address.name for address in addresses if known_large(address) is False}
        unknown = dict.fromkeys(address.name for address in addresses if address.name not in small)
        if small and not await self.is_openstack():
            unknown = dict.fromkeys(address.name for address in addresses)
        there = {(container, address.name) for address in addresses if known_large(address) is not None}
        large: dict[str, bool] = {}
        failed: dict[str, CloudError] = {}

        async def look(name: str) -> None:
            try:
                if await self._has_segments(Address(container=container, name=name)):
                    large[name] = True
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
                await self._delete(Address(container=container, name=name), large=True)
            except CloudError as error:
                failed[name] = error

        gather = self.caller.runtime.gather
        await gather([partial(look, name) for name in unknown], limit=LOOKS_AT_ONCE)
        if large and await self.keeps_versions(container):
            large.clear()
        plain = dict.fromkeys(
            (container, address.name)
            for address in addresses
            if address.name not in large and address.name not in failed
        )
        gone = await self.delete_paths(list(plain), there=there)
        failed.update({name: error for (_, name), error in gone.items()})
        await gather([partial(delete, name) for name in large], limit=LARGE_DELETES_AT_ONCE)
        return [
            DeleteResult(container=container, name=address.name, error=failed.get(address.name))
            for address in addresses
        ]

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
                    f"{len(together)} objects were to be deleted, and the answer does not tell of each of them; "
                    "list the container to see which are left"
                )
            seen = [path for path, line in lines.items() if line is not None and path in there]
            if result.not_found > len(together) - len(seen):
                singly += [path for path in seen if path not in failed]

        async def delete(path: tuple[str, str]) -> None:
            try:
                await self._delete(Address(container=path[0], name=path[1]), large=False)
            except CloudError as error:
                failed[path] = error

        await self.caller.runtime.gather([partial(delete, path) for path in singly], limit=LOOKS_AT_ONCE)
        return failed

    async def _delete_together(self, lines: Sequence[bytes]) -> BulkAnswer:
        answer = await self.send(
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

    async def own_segments(self, spec: PutSpec) -> list[tuple[str, str]]:
        """The segments, made by cumuli, of the large object that an upload is to replace."""
        if self.leave_segments or spec.conditions.if_none_match is not None:
            return []
        address = spec.address
        try:
            found = await self._head(ReadSpec(address=address))
            if not found.large or await self.keeps_versions(address.container):
                return []
            segments = await self.known_segments(found)
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
            failed = await self.delete_paths(segments, there=set(segments))
        except CloudError as error:
            failed = dict.fromkeys(segments, error)
        for (container, name), reason in failed.items():
            log.warning("the segment %s/%s of a replaced object could not be deleted: %s", container, name, reason)


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

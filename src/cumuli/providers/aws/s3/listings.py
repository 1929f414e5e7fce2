"""Listings of objects, versions and unfinished uploads."""

from __future__ import annotations

from collections.abc import Mapping

from cumuli.calls.paging import Page
from cumuli.errors import MalformedResponse
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.headers import bare, hexadecimal, looks_like_md5
from cumuli.providers.aws.s3.models import S3ListQuery, S3Object, S3ObjectVersion, S3Part, S3Upload
from cumuli.providers.aws.s3.names import decoded, in_query
from cumuli.storage.driver import Address, ListQuery
from cumuli.storage.listing import check_names
from cumuli.storage.models import Prefix
from cumuli.wire.timestamps import utc

__all__ = ["Listings"]

# Which version of the call a cursor is for: by a token, or by a name to go on behind.
SECOND = "t"
FIRST = "m"
INCOMPLETE = "the listing goes on, and S3 does not say where; what it gave is incomplete"


class Listings:
    """The calls that list, a page at a time."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[S3Object | Prefix]:
        how, _, place = (cursor or "").partition(" ")
        if how == FIRST:
            return await self._list_by_marker(query, place)
        parameters = ["list-type=2", *self._asked_for(query)]
        if isinstance(query, S3ListQuery) and query.fetch_owner:
            parameters.append("fetch-owner=true")
        if cursor is not None:
            parameters.append(f"continuation-token={in_query(place)}")
        elif query.start_after:
            parameters.append(f"start-after={in_query(query.start_after)}")
        answer = await self._calls.ask(
            wire.ListBucketResult, "ListObjectsV2", "GET", query.container, query="&".join(parameters), whole=False
        )
        # The answer of a service that knows the first version of the call only: it passed over start-after.
        first_version = answer.marker is not None and answer.key_count is None
        if first_version and cursor is None and query.start_after:
            return await self._list_by_marker(query, query.start_after)
        items = self._items(query, answer)
        token = answer.next_continuation_token
        if token and answer.is_truncated is not False:
            return Page(items, f"{SECOND} {token}")
        behind = None if token else self._behind(answer, items, query.start_after)
        return Page(items, behind)

    async def _list_by_marker(self, query: ListQuery, marker: str) -> Page[S3Object | Prefix]:
        """A page as the first version of the call gives it: behind a name, which need not be there."""
        parameters = [*self._asked_for(query), f"marker={in_query(marker)}"]
        answer = await self._calls.ask(
            wire.ListBucketResult, "ListObjects", "GET", query.container, query="&".join(parameters)
        )
        items = self._items(query, answer)
        return Page(items, self._behind(answer, items, marker))

    def _behind(self, answer: wire.ListBucketResult, items: list[S3Object | Prefix], before: str) -> str | None:
        """The cursor behind a page that gives no token, or None behind the last one.

        Raises:
            MalformedResponse: More is to come, and nobody knows from where.
        """
        # Without the element that tells, a full page is not taken for the last one.
        full = len(items) >= (answer.max_keys or self._calls.page_size)
        if not (full if answer.is_truncated is None else answer.is_truncated):
            return None
        marker = answer.next_marker
        if marker and answer.encoding_type == "url":
            marker = decoded(marker)
        # The order of a server may be another one than ours; the last name is where it goes on.
        marker = marker or max((item.name for item in items), default="")
        if not marker or marker == before:
            raise MalformedResponse(INCOMPLETE)
        return f"{FIRST} {marker}"

    def _asked_for(self, query: ListQuery) -> list[str]:
        parameters = [f"encoding-type=url&max-keys={self._calls.page_size}"]
        if query.prefix:
            parameters.append(f"prefix={in_query(query.prefix)}")
        if query.delimiter:
            parameters.append(f"delimiter={in_query(query.delimiter)}")
        return parameters

    def _items(self, query: ListQuery, answer: wire.ListBucketResult) -> list[S3Object | Prefix]:
        encoded = answer.encoding_type == "url"
        container, provider = query.container, self._calls.provider
        hashed = self._calls.dialect.md5_listings
        items: list[S3Object | Prefix] = [
            S3Object(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                size=item.size,
                provider=provider,
                hash=bare(item.etag) if hashed and looks_like_md5(bare(item.etag)) else None,
                etag=bare(item.etag),
                last_modified=utc(item.last_modified),
                storage_class=item.storage_class,
                owner=_owner(item.owner),
            )
            for item in answer.contents
        ]
        if answer.common_prefixes:
            items += [
                Prefix(container=container, name=decoded(each.prefix) if encoded else each.prefix, provider=provider)
                for each in answer.common_prefixes
            ]
            items.sort(key=_name)
        check_names(map(_name, items), query.prefix)
        return items

    async def list_versions(self, container: str, prefix: str, *, cursor: str | None) -> Page[S3ObjectVersion]:
        """One page of the versions of objects, the newest of each first."""
        parameters = [f"versions&encoding-type=url&max-keys={self._calls.page_size}"]
        if prefix:
            parameters.append(f"prefix={in_query(prefix)}")
        if cursor is not None:
            parameters.append(cursor)
        answer = await self._calls.ask(
            wire.ListVersionsResult, "ListObjectVersions", "GET", container, query="&".join(parameters), whole=False
        )
        encoded = answer.encoding_type == "url"
        found = [
            S3ObjectVersion(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                size=item.size,
                provider=self._calls.provider,
                etag=bare(item.etag),
                last_modified=utc(item.last_modified),
                storage_class=item.storage_class,
                owner=_owner(item.owner),
                version_id=item.version_id,
                is_latest=item.is_latest,
            )
            for item in answer.version
        ]
        found += [
            S3ObjectVersion(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                size=0,
                provider=self._calls.provider,
                last_modified=utc(item.last_modified),
                owner=_owner(item.owner),
                version_id=item.version_id,
                is_latest=item.is_latest,
                delete_marker=True,
            )
            for item in answer.delete_marker
        ]
        check_names((each.name for each in found), prefix)
        # S3 gives versions and markers of deletions mixed, each key's newest first.
        found.sort(key=_age)
        if not answer.is_truncated:
            return Page(found)
        if not answer.next_key_marker:
            raise MalformedResponse(INCOMPLETE)
        marker = decoded(answer.next_key_marker) if encoded else answer.next_key_marker
        token = f"key-marker={in_query(marker)}"
        if answer.next_version_id_marker:
            token += f"&version-id-marker={in_query(answer.next_version_id_marker)}"
        return Page(found, token)

    async def list_uploads(self, container: str, prefix: str, *, cursor: str | None) -> Page[S3Upload]:
        """One page of the unfinished uploads."""
        parameters = [f"uploads&encoding-type=url&max-uploads={self._calls.page_size}"]
        if prefix:
            parameters.append(f"prefix={in_query(prefix)}")
        if cursor is not None:
            parameters.append(cursor)
        answer = await self._calls.ask(
            wire.ListMultipartUploadsResult,
            "ListMultipartUploads",
            "GET",
            container,
            query="&".join(parameters),
            whole=False,
        )
        encoded = answer.encoding_type == "url"
        found = [
            S3Upload(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                id=item.upload_id,
                started_at=utc(item.initiated),
                storage_class=item.storage_class,
            )
            for item in answer.upload
        ]
        check_names((each.name for each in found), prefix)
        if not answer.is_truncated:
            return Page(found)
        if not answer.next_key_marker:
            raise MalformedResponse(INCOMPLETE)
        marker = decoded(answer.next_key_marker) if encoded else answer.next_key_marker
        token = f"key-marker={in_query(marker)}&upload-id-marker={in_query(answer.next_upload_id_marker or '')}"
        return Page(found, token)

    async def list_parts(
        self, address: Address, upload_id: str, headers: Mapping[str, str], *, cursor: str | None
    ) -> Page[S3Part]:
        """One page of the parts of an unfinished upload, in their order."""
        query = f"uploadId={in_query(upload_id)}&max-parts={self._calls.page_size}"
        if cursor is not None:
            query += f"&part-number-marker={cursor}"
        answer = await self._calls.ask(
            wire.ListPartsResult,
            "ListParts",
            "GET",
            address.container,
            address.name,
            query=query,
            headers=headers.items(),
            whole=False,
        )
        found = [
            S3Part(
                number=item.part_number,
                size=item.size,
                etag=bare(item.etag),
                last_modified=utc(item.last_modified),
                checksum=hexadecimal(item.checksum_crc32, 4),
            )
            for item in answer.part
        ]
        if not answer.is_truncated:
            return Page(found)
        if not answer.next_part_number_marker:
            raise MalformedResponse(INCOMPLETE)
        return Page(found, str(answer.next_part_number_marker))


def _name(item: S3Object | Prefix) -> str:
    return item.name


def _owner(told: wire.Owner | None) -> str | None:
    return told.id or None if told else None


def _age(version: S3ObjectVersion) -> tuple[str, bool, float]:
    stored = version.last_modified.timestamp() if version.last_modified else 0.0
    return version.name, not version.is_latest, -stored

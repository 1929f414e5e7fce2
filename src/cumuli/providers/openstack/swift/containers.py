"""The account and its containers."""

from __future__ import annotations

from cumuli.calls.paging import Page
from cumuli.errors import ContainerExists, ContainerNotFound, MalformedResponse, NotSupported, PermissionDenied
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.models import (
    SwiftAccount,
    SwiftContainer,
    SwiftContainerSpec,
    SwiftListQuery,
    SwiftObject,
)
from cumuli.providers.openstack.swift.wire import (
    ACCOUNT_META,
    CONTAINER_META,
    TEMP_URL_KEYS,
    ListedObject,
    decode_containers,
    decode_listing,
    in_query,
    moment_of,
    read_meta_data,
    unquoted,
)
from cumuli.storage.driver import ContainerSpec, ListQuery
from cumuli.storage.headers import bare, number
from cumuli.storage.listing import check_names
from cumuli.storage.models import Prefix
from cumuli.wire.timestamps import utc

__all__ = ["Containers"]

# By what a container tells that it keeps what is replaced or deleted: each of Swift's three ways.
KEEPING = ("x-versions-enabled", "x-versions-location", "x-history-location")


LIST_CONTAINERS = "Show account details and list containers"
LIST_OBJECTS = "Show container details and list objects"
OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"


class Containers:
    """The calls on the account and on containers, and the listings of both."""

    def __init__(self, calls: SwiftCalls) -> None:
        self._calls = calls

    # The account

    async def account(self) -> SwiftAccount:
        """What the account holds."""
        answer = await self._calls.send("Show account metadata", "HEAD")
        known = dict(answer.headers.pairs())
        meta_data, keys = _without_keys(read_meta_data(ACCOUNT_META, answer.headers.pairs()))
        return SwiftAccount(
            container_count=number(known.get("x-account-container-count")) or 0,
            object_count=number(known.get("x-account-object-count")) or 0,
            size=number(known.get("x-account-bytes-used")) or 0,
            meta_data=meta_data,
            quota=number(meta_data.pop("quota-bytes", None) or known.get("x-account-quota-bytes")),
            has_temp_url_key=keys,
        )

    async def update_account(self, headers: list[tuple[str, str]]) -> None:
        """Change the account's metadata."""
        await self._calls.send("Create, update, or delete account metadata", "POST", headers=headers)

    # Containers

    async def list_containers(self, *, cursor: str | None) -> Page[SwiftContainer]:
        query = f"format=json&limit={self._calls.page_size}"
        if cursor is not None:
            query += f"&marker={in_query(cursor)}"
        answer = await self._calls.send(LIST_CONTAINERS, "GET", query=query)
        if answer.status == 204:
            return Page([])
        lost: list[MalformedResponse] = []
        found = [
            SwiftContainer(
                name=entry.name,
                provider=self._calls.provider,
                object_count=entry.count,
                size=entry.bytes,
                storage_policy=entry.storage_policy,
            )
            for entry in decode_containers(answer.body, lost)
        ]
        return Page(found, self._calls.behind(found, lost, answer, LIST_CONTAINERS, first=cursor is None))

    async def get_container(self, name: str) -> SwiftContainer:
        answer = await self._calls.send("Show container metadata", "HEAD", name)
        known = dict(answer.headers.pairs())
        meta_data, _ = _without_keys(read_meta_data(CONTAINER_META, answer.headers.pairs()))
        return SwiftContainer(
            name=name,
            provider=self._calls.provider,
            object_count=number(known.get("x-container-object-count")),
            size=number(known.get("x-container-bytes-used")),
            created_at=moment_of(known.get("x-timestamp")),
            meta_data=meta_data,
            storage_policy=known.get("x-storage-policy"),
            read_acl=known.get("x-container-read"),
            write_acl=known.get("x-container-write"),
            keeps_versions=_flag(known.get("x-versions-enabled")),
            versions_location=_name_of(known.get("x-versions-location")),
            history_location=_name_of(known.get("x-history-location")),
            sync_to=known.get("x-container-sync-to"),
        )

    async def create_container(self, spec: ContainerSpec) -> SwiftContainer:
        headers = spec.headers if isinstance(spec, SwiftContainerSpec) else {}
        taken = ContainerExists(f"the container {spec.name} exists; choose another name, or use the container")
        # Whoever asks for a container that is there sets its metadata.
        if headers and await self._exists(spec.name):
            raise taken
        answer = await self._calls.send("Create container", "PUT", spec.name, headers=headers.items(), repeatable=False)
        if answer.status == 202:
            raise taken
        return SwiftContainer(name=spec.name, provider=self._calls.provider)

    async def _exists(self, name: str) -> bool:
        try:
            await self.get_container(name)
        except ContainerNotFound:
            return False
        return True

    async def keeps_versions(self, name: str) -> bool:
        """Whether a container keeps what is replaced or deleted in it: large objects among that need their segments."""
        try:
            answer = await self._calls.send("Show container metadata", "HEAD", name)
        except PermissionDenied:
            # Segments that are left cost something; segments that are missed cost the content.
            return True
        return any((answer.headers.get(header) or "").lower() not in {"", "false"} for header in KEEPING)

    async def update_container(self, name: str, headers: list[tuple[str, str]]) -> None:
        """Change a container's metadata and settings."""
        await self._calls.send("Create, update, or delete container metadata", "POST", name, headers=headers)

    async def set_versions(self, name: str, *, enabled: bool) -> None:
        """Have a container keep versions, or no more.

        Raises:
            NotSupported: It does not say afterwards that it does.
        """
        await self.update_container(name, [("X-Versions-Enabled", "true" if enabled else "false")])
        if bool((await self.get_container(name)).keeps_versions) != enabled:
            raise NotSupported(
                "the service keeps no versions of objects; give ex_set_container_versions_location a try"
            )

    async def delete_container(self, name: str) -> None:
        await self._calls.send("Delete container", "DELETE", name, repeatable=False)

    # Listings

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[SwiftObject | Prefix]:
        return await self.page_of_objects(query, cursor=cursor, whole=False)

    async def page_of_objects(self, query: ListQuery, *, cursor: str | None, whole: bool) -> Page[SwiftObject | Prefix]:
        """As ``list_objects``; with ``whole``, an entry that cannot be read is an error and not left out."""
        parameters = [f"format=json&limit={self._calls.page_size}"]
        if query.prefix:
            parameters.append(f"prefix={in_query(query.prefix)}")
        if query.delimiter:
            parameters.append(f"delimiter={in_query(query.delimiter)}")
        marker = cursor or query.start_after
        if marker:
            parameters.append(f"marker={in_query(marker)}")
        if isinstance(query, SwiftListQuery):
            parameters += await self._only_swifts(query, first=cursor is None)
        answer = await self._calls.send(LIST_OBJECTS, "GET", query.container, query="&".join(parameters))
        if answer.status == 204:
            return Page([])
        lost: list[MalformedResponse] = []
        found = [self._listed(query.container, entry) for entry in decode_listing(answer.body, lost)]
        check_names((entry.name for entry in found), query.prefix)
        if lost and whole:
            raise lost[0]
        return Page(found, self._calls.behind(found, lost, answer, LIST_OBJECTS, first=cursor is None))

    async def _only_swifts(self, query: SwiftListQuery, *, first: bool) -> list[str]:
        parameters = [f"end_marker={in_query(query.end_marker)}"] if query.end_marker else []
        if query.reverse:
            # Ceph's gateway would list from the first name on, and say nothing.
            if first and not await self._calls.is_openstack():
                raise NotSupported("the service is not known to list from the last name on; sort what it lists")
            parameters.append("reverse=true")
        return parameters

    def _listed(self, container: str, entry: ListedObject) -> SwiftObject | Prefix:
        if entry.name is None:
            return Prefix(container=container, name=entry.subdir or "", provider=self._calls.provider)
        # Ceph's gateway lists a manifest with its own length, and with the hash of nothing.
        hidden = entry.slo_etag is None and entry.hash == OF_NOTHING and entry.bytes > 0
        large = hidden or entry.slo_etag is not None
        return SwiftObject(
            container=container,
            name=entry.name,
            size=entry.bytes,
            provider=self._calls.provider,
            hash=None if large else entry.hash,
            etag=bare(entry.slo_etag) if large else entry.hash,
            content_type=entry.content_type,
            last_modified=utc(entry.last_modified),
            large=large,
        )


def _name_of(location: str | None) -> str | None:
    return None if location is None else unquoted(location)


def _flag(text: str | None) -> bool | None:
    return None if text is None else text.lower() == "true"


def _without_keys(meta_data: dict[str, str]) -> tuple[dict[str, str], bool]:
    """Metadata without the keys of temporary URLs, which are secrets, and whether there was one."""
    kept = {key: value for key, value in meta_data.items() if key not in TEMP_URL_KEYS}
    return kept, any(meta_data.get(key) for key in TEMP_URL_KEYS)

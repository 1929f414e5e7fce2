"""Settings of the account, of containers and of objects; archives; any other call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import msgspec

from cumuli.providers.openstack.swift.deleting import check_bulk, raise_for
from cumuli.providers.openstack.swift.faults import error_of
from cumuli.providers.openstack.swift.models import ArchiveFormat, ArchiveResult, JSONValue, SwiftAnswer
from cumuli.providers.openstack.swift.temp_urls import TempUrls
from cumuli.providers.openstack.swift.wire import (
    DESCRIBING,
    OBJECT_META,
    decode_bulk,
    decode_with,
    in_path,
    meta_headers,
    unquoted,
)
from cumuli.runtime.messages import Request, Source
from cumuli.storage.driver import Address

__all__ = ["Settings"]

# What a change of an object's metadata takes away unless it is said again.
KEPT = (*DESCRIBING, "content-encoding", "x-delete-at", "x-object-manifest", "content-type")

_anything = msgspec.json.Decoder(object)


class Settings(TempUrls):
    """The calls that change what is said of things."""

    async def set_object_meta_data(self, address: Address, meta_data: Mapping[str, str]) -> None:
        """Give an object this metadata in place of what it had."""
        answer = await self.send("Show object metadata", "HEAD", address.container, address.name)
        known = answer.headers.get
        kept = [(name.title(), value) for name in KEPT if (value := known(name)) is not None]
        await self.send(
            "Create or update object metadata",
            "POST",
            address.container,
            address.name,
            headers=[*kept, *meta_headers(OBJECT_META, meta_data)],
        )

    async def extract(self, container: str, prefix: str, source: Source, kind: ArchiveFormat) -> ArchiveResult:
        """Have Swift store the files of an archive as objects."""
        answer = await self.send(
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

    async def call(
        self, service: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> SwiftAnswer:
        """Any call."""
        place = await self.session.endpoint(service)
        target = place.path + (f"/{in_path(path)}" if path else "") or "/"
        request = Request(
            method=method,
            origin=place.origin,
            target=f"{target}?{query}" if query else target,
            headers=tuple(headers.items()),
            body=body,
            operation=f"{method} {path}".strip(),
        )
        answer = await self.caller.call(
            request,
            check=lambda seen: error_of(
                seen, method=method, subject="object" if "/" in path else "container" if path else "account"
            ),
            repeatable=method in {"GET", "HEAD", "PUT", "DELETE"},
        )
        data: JSONValue = None
        if "json" in (answer.headers.get("content-type") or "") and answer.body:
            data = cast("JSONValue", decode_with(_anything, answer.body))
        return SwiftAnswer(status=answer.status, headers=dict(answer.headers.pairs()), data=data, body=answer.body)

"""Locks of single objects: until when, or until somebody says otherwise."""

from __future__ import annotations

from typing import TypeVar

from cumuli.errors import NotFound
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.configurations_xml import legal_hold_document, retention_document, retention_of
from cumuli.providers.aws.s3.headers import BYPASS, about, xml_headers
from cumuli.providers.aws.s3.models import Retention
from cumuli.storage.driver import Address

__all__ = ["Locks"]

NO_LOCK = "NoSuchObjectLockConfiguration"

LockT = TypeVar("LockT", bound=wire.Setting)


class Locks:
    """The calls on locks of objects."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    async def get_retention(self, address: Address) -> Retention | None:
        answer = await self._lock(wire.Retention, "GetObjectRetention", "retention", address)
        return None if answer is None else retention_of(answer)

    async def put_retention(self, address: Address, retention: Retention | None, *, bypass_governance: bool) -> None:
        body = retention_document(retention)
        await self._calls.send(
            "PutObjectRetention",
            "PUT",
            address.container,
            address.name,
            query=about("retention", address),
            headers=[*xml_headers(body), *([BYPASS] if bypass_governance else [])],
            body=body,
        )

    async def get_legal_hold(self, address: Address) -> bool:
        answer = await self._lock(wire.LegalHold, "GetObjectLegalHold", "legal-hold", address)
        return answer is not None and answer.status == "ON"

    async def put_legal_hold(self, address: Address, *, enabled: bool) -> None:
        body = legal_hold_document(enabled=enabled)
        await self._calls.send(
            "PutObjectLegalHold",
            "PUT",
            address.container,
            address.name,
            query=about("legal-hold", address),
            headers=xml_headers(body),
            body=body,
        )

    async def _lock(self, kind: type[LockT], operation: str, word: str, address: Address) -> LockT | None:
        """What is said of a lock of this object; None where it has none."""
        try:
            return await self._calls.ask(
                kind, operation, "GET", address.container, address.name, query=about(word, address)
            )
        except NotFound as error:
            if error.code == NO_LOCK:
                return None
            raise

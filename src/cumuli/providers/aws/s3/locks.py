"""Locks of single objects: until when, or until somebody says otherwise."""

from __future__ import annotations

from cumuli.errors import NotFound
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.configurations_xml import legal_hold_document, retention_document, retention_of
from cumuli.providers.aws.s3.headers import BYPASS, about, xml_headers
from cumuli.providers.aws.s3.models import Retention
from cumuli.storage.driver import Address

__all__ = ["Locks"]

NO_LOCK = "NoSuchObjectLockConfiguration"


class Locks:
    """The calls on locks of objects."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    async def get_retention(self, address: Address) -> Retention | None:
        try:
            answer = await self._calls.ask(
                wire.Retention,
                "GetObjectRetention",
                "GET",
                address.container,
                address.name,
                query=about("retention", address),
            )
        except NotFound as error:
            if error.code == NO_LOCK:
                return None
            raise
        return retention_of(answer)

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
        try:
            answer = await self._calls.ask(
                wire.LegalHold,
                "GetObjectLegalHold",
                "GET",
                address.container,
                address.name,
                query=about("legal-hold", address),
            )
        except NotFound as error:
            if error.code == NO_LOCK:
                return False
            raise
        return answer.status == "ON"

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

"""What S3 tells of an object's content and parts without giving them."""

from __future__ import annotations

from collections.abc import Mapping

from cumuli.errors import MalformedResponse
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.headers import CHECKSUMS, about, bare, hexadecimal, http_date, made_version
from cumuli.providers.aws.s3.models import ObjectAttributes, ObjectPart
from cumuli.storage.driver import Address

__all__ = ["Attributes"]

OPERATION = "GetObjectAttributes"
ASKED_FOR = ("x-amz-object-attributes", "ETag,Checksum,ObjectParts,StorageClass,ObjectSize")


class Attributes:
    """The call that tells attributes of objects."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    async def get_attributes(self, address: Address, headers: Mapping[str, str]) -> ObjectAttributes:
        """All of them; parts come in pages."""
        parts: list[ObjectPart] = []
        behind: int | None = None
        while True:
            more = [] if behind is None else [("x-amz-part-number-marker", str(behind))]
            answer = await self._calls.send(
                OPERATION,
                "GET",
                address.container,
                address.name,
                query=about("attributes", address),
                headers=[ASKED_FOR, *headers.items(), *more],
            )
            found = self._calls.read(wire.GetObjectAttributesOutput, OPERATION, answer)
            told = found.object_parts or wire.ObjectParts()
            parts += [
                ObjectPart(number=part.part_number, size=part.size, checksums=_checksums(part)) for part in told.part
            ]
            if not told.is_truncated or not told.part:
                break
            # Markers that do not move would be followed for ever.
            before, behind = behind, told.next_part_number_marker or told.part[-1].part_number
            if before is not None and behind <= before:
                raise MalformedResponse(
                    f"{address.name}: the parts go on, and S3 does not say where", operation=OPERATION
                )
        known = dict(answer.headers.pairs())
        modified = known.get("last-modified")
        checksum = found.checksum or wire.WholeChecksums()
        return ObjectAttributes(
            size=found.object_size,
            etag=bare(found.etag),
            storage_class=found.storage_class,
            version_id=made_version(known),
            last_modified=http_date(modified) if modified else None,
            checksums=_checksums(checksum),
            whole=None if checksum.checksum_type is None else checksum.checksum_type == "FULL_OBJECT",
            part_count=told.parts_count,
            parts=tuple(parts),
        )


def _checksums(told: wire.Checksums) -> dict[str, str]:
    """Checksums in hexadecimal; behind those of parts' checksums stands the number of parts."""
    checksums: dict[str, str] = {}
    for algorithm, size in CHECKSUMS.items():
        value, dash, count = (getattr(told, algorithm) or "").partition("-")
        found = hexadecimal(value or None, size)
        if found is not None:
            checksums[algorithm] = f"{found}{dash}{count}"
    return checksums

"""Listings of services that know the first version of the call only, wholly or in part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from cumuli import errors
from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3

NAMES = [*sorted(f"{folder}/{number:02} ü+" for folder in "abc" for number in range(11)), "d", "e"]


class Old(StrictS3):
    """Answers as ListObjects of 2006, whatever is asked.

    Args:
        most: Names in one page.
        next_marker: Whether it gives NextMarker without a delimiter too; S3 itself does not.
        tells: Whether it says that there is more.
        encodes: Whether it encodes names as it is asked to.
    """

    def __init__(self, most: int, *, next_marker: bool = False, tells: bool = True, encodes: bool = True) -> None:
        super().__init__(self.listed)
        self.most = most
        self.next_marker = next_marker
        self.tells = tells
        self.encodes = encodes

    def listed(self, asked: Asked) -> bytes:
        query = asked.query
        assert asked.operation == "ListObjectsV2", asked.operation
        marker, prefix, delimiter = query.get("marker", ""), query.get("prefix", ""), query.get("delimiter", "")
        most = min(self.most, int(query["max-keys"]))
        found: list[tuple[str, bool]] = []
        for name in NAMES:
            end = name.find(delimiter, len(prefix)) if delimiter else -1
            item = (name, False) if end < 0 else (name[: end + 1], True)
            if name.startswith(prefix) and item[0] > marker and item not in found:
                found.append(item)
        page = found[:most]
        text = quote if self.encodes else str
        items = "".join(
            f"<CommonPrefixes><Prefix>{text(name)}</Prefix></CommonPrefixes>"
            if folder
            else f"<Contents><Key>{text(name)}</Key><Size>1</Size></Contents>"
            for name, folder in page
        )
        more = len(found) > most
        told = f"<IsTruncated>{str(more).lower()}</IsTruncated>" if self.tells else ""
        if more and (delimiter or self.next_marker):
            told += f"<NextMarker>{text(page[-1][0])}</NextMarker>"
        kind = "<EncodingType>url</EncodingType>" if self.encodes else ""
        head = f"<Marker>{text(marker)}</Marker><MaxKeys>{most}</MaxKeys>{kind}"
        return reply(200, f"<ListBucketResult>{head}{told}{items}</ListBucketResult>".encode())


@pytest.mark.parametrize("most", [1, 4, 7, 35, 1000])
@pytest.mark.parametrize("settings", [{}, {"next_marker": True}, {"tells": False}, {"encodes": False}], ids=str)
async def test_they_come_to_their_end(client: Callable[..., Any], most: int, settings: dict[str, bool]) -> None:
    with Old(most, **settings) as server:
        s3 = client(server.origin)
        assert [each.name for each in await s3.list_container_objects("bucket")] == NAMES
        assert [each.name for each in await s3.list_container_objects("bucket", prefix="b/")] == NAMES[11:22]
        assert [each.name for each in await s3.list_container_objects("bucket", start_after="b/05")] == NAMES[16:]
        folders = await s3.list_container_objects("bucket", delimiter="/")
        assert [each.name for each in folders] == ["a/", "b/", "c/", "d", "e"]


async def test_an_empty_page_is_not_the_end(client: Callable[..., Any]) -> None:
    def pages(asked: Asked) -> bytes:
        token = asked.query.get("continuation-token")
        following = {None: ("", "1"), "1": ("<Contents><Key>a</Key></Contents>", "2"), "2": ("", "3")}
        items, more = following.get(token, ("<Contents><Key>b</Key></Contents>", ""))
        told = f"<NextContinuationToken>{more}</NextContinuationToken>" if more else ""
        text = f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>{told}<KeyCount>0</KeyCount>{items}"
        return reply(200, f"<ListBucketResult>{text}</ListBucketResult>".encode())

    with StrictS3(pages) as server:
        assert [each.name for each in await client(server.origin).list_container_objects("bucket")] == ["a", "b"]


async def test_a_marker_that_leads_nowhere_is_told(client: Callable[..., Any]) -> None:
    answer = reply(
        200,
        b"<ListBucketResult><Marker/><IsTruncated>true</IsTruncated><Contents><Key>a</Key></Contents>"
        b"</ListBucketResult>",
    )
    with StrictS3(lambda _: answer) as server, pytest.raises(errors.MalformedResponse, match="incomplete"):
        await client(server.origin).list_container_objects("bucket")

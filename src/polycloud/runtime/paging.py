"""Page by page to the end, whatever the server does with its tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import msgspec

from polycloud.errors import MalformedResponse

__all__ = ["Page", "iterate_pages"]

T = TypeVar("T")

# A server that filters behind its paging may send many empty pages in good faith; EC2 does.
MAX_EMPTY_PAGES = 1_000
# The same token again may be a retry that crossed another one; again and again is a loop.
MAX_STALLED_PAGES = 3


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One answer of a listing.

    Attributes:
        items: What the page holds, possibly nothing.
        next: The cursor of the page after it, or None when this is the last one.
    """

    items: list[T]
    next: str | None = None


async def iterate_pages(
    fetch: Callable[[str | None], Awaitable[Page[T]]], *, key: Callable[[T], Hashable]
) -> AsyncIterator[T]:
    """Every item of every page, each page fetched when the one before it is used up.

    A page that was sent twice is given once (``key`` tells items apart), an empty page with a
    cursor is passed over, and a listing that makes no progress is an error rather than an endless
    loop or a short answer.

    Raises:
        MalformedResponse: The server repeats its cursors without giving anything new.
    """
    cursor: str | None = None
    cursors: set[str] = set()
    seen: set[Hashable] = set()
    empty = stalled = 0
    while True:
        page = await fetch(cursor)
        fresh = 0
        for item in page.items:
            identity = key(item)
            if identity not in seen:
                seen.add(identity)
                fresh += 1
                yield item
        cursor = page.next
        if cursor is None:
            return
        empty = 0 if fresh else empty + 1
        stalled = stalled + 1 if cursor in cursors and not fresh else 0
        if empty > MAX_EMPTY_PAGES or stalled > MAX_STALLED_PAGES:
            raise MalformedResponse(
                "the listing does not end: the provider keeps sending continuation tokens with nothing new; "
                "what was listed so far is incomplete"
            )
        cursors.add(cursor)

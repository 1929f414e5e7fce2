"""Page by page to the end, whatever the server does with its tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import msgspec

from cumuli.errors import MalformedResponse

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
    fetch: Callable[[str | None], Awaitable[Page[T]]],
    *,
    key: Callable[[T], Hashable],
    order: Callable[[T], str] | None = None,
) -> AsyncIterator[T]:
    """Every item of every page, each page fetched when the one before it is used up.

    A page that was sent twice is given once, an empty page with a cursor is passed over, and a
    listing that makes no progress is an error rather than an endless loop or a short answer.

    Args:
        fetch: Gets the page behind a cursor.
        key: Tells items apart.
        order: The text by which the provider sorts the listing (by its UTF-8 bytes), or None. With
            it two pages and the cursors are remembered instead of every item. A provider that does
            not keep its order loses nothing by it: from there on everything is remembered.

    Raises:
        MalformedResponse: The server repeats its cursors without giving anything new.
    """
    cursor: str | None = None
    cursors: set[str] = set()
    seen = _Everything(key) if order is None else _Recent(key, order)
    empty = stalled = 0
    again = False
    while True:
        page = await fetch(cursor)
        fresh = seen.new_of(page.items, again=again)
        for item in fresh:
            yield item
        cursor = page.next
        if cursor is None:
            return
        again = cursor in cursors
        empty = 0 if fresh else empty + 1
        stalled = stalled + 1 if again and not fresh else 0
        if empty > MAX_EMPTY_PAGES or stalled > MAX_STALLED_PAGES:
            raise MalformedResponse(
                "the listing does not end: the provider keeps sending continuation tokens with nothing new; "
                "what was listed so far is incomplete"
            )
        cursors.add(cursor)


class _Everything(Generic[T]):
    """Remembers all items of a listing."""

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self._key = key
        self._seen: set[Hashable] = set()

    def new_of(self, page: list[T], *, again: bool) -> list[T]:
        """Those items of another page that were not given yet; ``again`` tells that its cursor was used before."""
        key, seen = self._key, self._seen
        fresh: list[T] = []
        for item in page:
            identity = key(item)
            if identity not in seen:
                seen.add(identity)
                fresh.append(item)
        return fresh


class _Recent(Generic[T]):
    """Remembers the last two pages of a listing that is sorted, and everything from where it is not."""

    def __init__(self, key: Callable[[T], Hashable], order: Callable[[T], str]) -> None:
        self._key = key
        self._order = order
        self._before: set[Hashable] = set()
        self._page: set[Hashable] = set()
        self._last = ""
        self._sorted = True

    def new_of(self, page: list[T], *, again: bool) -> list[T]:
        """As that of ``_Everything``."""
        # A page that gave nothing new pushes nothing out: the one before it may come again.
        if self._sorted and self._page:
            self._before, self._page = self._page, set()
        return [item for item in page if self._is_new(item, again=again)]

    def _is_new(self, item: T, *, again: bool) -> bool:
        identity = self._key(item)
        if identity in self._page or identity in self._before:
            return False
        place = self._order(item)
        if self._sorted and place < self._last:
            # On a page that was asked for before, what lies behind us was given then.
            if again:
                return False
            self._sorted = False
        self._page.add(identity)
        self._last = place
        return True

"""Listing sorted names as object stores do: by prefix, delimiter, start and page; and what was listed by others. Pure.

The former is for providers that keep the names themselves. Python compares texts by code point, which is the
order of their UTF-8 bytes as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from cumuli.errors import MalformedResponse
from cumuli.storage.driver import ListQuery

__all__ = ["behind", "check_names", "common_prefix", "names_page"]

LAST_CHARACTER = "\U0010ffff"


def names_page(
    names: Sequence[str], query: ListQuery, *, cursor: str | None, limit: int | None
) -> tuple[list[str], str | None]:
    """One page of names and common prefixes, and the cursor of the page after it.

    Args:
        names: Every name of the container, sorted.
        query: What is asked for. A result that ends with the delimiter behind the prefix is a common prefix.
        cursor: What the page before gave, or None.
        limit: Most results; None for all.

    Returns:
        The results, in order, and the next cursor, or None after the last page.
    """
    at = max(bisect_left(names, query.prefix), bisect_right(names, query.start_after))
    if cursor is not None:
        at = max(at, _behind(names, cursor, query))
    found: list[str] = []
    while at < len(names) and names[at].startswith(query.prefix):
        if limit is not None and len(found) == limit:
            return found, found[-1]
        result = common_prefix(names[at], query) or names[at]
        at = _behind(names, result, query) if common_prefix(result, query) else at + 1
        found.append(result)
    return found, None


def common_prefix(name: str, query: ListQuery) -> str | None:
    """The common prefix that stands for a name in this listing, or None: the name itself does."""
    if not query.delimiter:
        return None
    end = name.find(query.delimiter, len(query.prefix))
    return None if end < 0 else name[: end + len(query.delimiter)]


def check_names(names: Iterable[str], prefix: str) -> None:
    """See that a provider listed what it was asked for: what is listed may be what is deleted next.

    Raises:
        MalformedResponse: A name does not begin with the prefix.
    """
    if not prefix:
        return
    for name in names:
        if not name.startswith(prefix):
            raise MalformedResponse(
                f"the listing of what begins with {prefix!r} has {name!r}; nothing of it was used; check the endpoint"
            )


def behind(prefix: str) -> str:
    """The first text, in the order of listings, behind every name that starts so."""
    stem = prefix.rstrip(LAST_CHARACTER)
    # No name of any provider is as long as the latter.
    return stem[:-1] + chr(ord(stem[-1]) + 1) if stem else LAST_CHARACTER * 10_000


def _behind(names: Sequence[str], result: str, query: ListQuery) -> int:
    """Where the names begin that come after a result, and after everything a common prefix stands for."""
    if common_prefix(result, query) is None:
        return bisect_right(names, result)
    return bisect_left(names, behind(result))

"""Etags: strong ones without their quotes, and weak ones (RFC 9110, 8.8.3) as they come: ``W/"…"``. Pure."""

from __future__ import annotations

__all__ = ["bare", "is_weak", "opaque", "quoted", "same_etag"]

WEAK = 'W/"'


def bare(etag: str | None) -> str | None:
    """An etag of an answer: without its quotes, or as it is if it is a weak one. None for none."""
    if not etag:
        return None
    # Lower case is no etag, and some proxies send it.
    if etag[:3].upper() == WEAK:
        return f'{WEAK}{opaque(etag)}"' if opaque(etag) else None
    return etag.strip('"') or None


def is_weak(etag: str) -> bool:
    """Whether an etag promises only that contents mean the same, and not that they have the same bytes."""
    return etag.startswith(WEAK)


def opaque(etag: str) -> str:
    """What an etag says, weak or not."""
    return etag[3:].removesuffix('"') if etag[:3].upper() == WEAK else etag


def same_etag(one: str | None, other: str | None) -> bool:
    """The weak comparison of RFC 9110: whether two etags say the same, weak or not."""
    return one is not None and other is not None and opaque(one) == opaque(other)


def quoted(etag: str) -> str:
    """An etag as a header has it."""
    return etag if etag == "*" or is_weak(etag) else f'"{etag}"'

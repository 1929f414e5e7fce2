"""``Spec``: what the child is told. It goes through a pipe, since it may hold secrets."""

from __future__ import annotations

import msgspec

from cumuli.certify.places import Place

__all__ = ["Spec"]


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        run: Its id.
        place: What is tried.
        flavours: In which flavours.
        allowed: Whether anything may be made.
        evidence: The file to write the evidence to.
        size: Id of a size to use, or None to choose one.
        image: Id of an image to use, or None to choose one.
        thorough: Whether to try also what makes thousands of objects.
        only: Names of behaviours, with wildcards; none for all.
        patience: Seconds that a change of state may take, or None for what is known of the provider.
        parent: Whether to end when standard input does.
    """

    run: str
    place: Place
    flavours: tuple[str, ...]
    allowed: bool
    evidence: str
    size: str | None = None
    image: str | None = None
    thorough: bool = False
    only: tuple[str, ...] = ()
    patience: float | None = None
    parent: bool = True

    def __repr__(self) -> str:
        return f"Spec({self.run!r}, {self.place!r})"

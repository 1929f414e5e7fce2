"""What a run makes, at most. It is shown before, and kept to: what would be more is refused (``Limits``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from cumuli.errors import CloudError

__all__ = ["LIMITS", "CostRefused", "Limit", "Limits", "MadeTooMuch", "NotOurs", "plan"]


class CostRefused(CloudError):
    """Something that may cost was to be made, and that was not allowed."""


class MadeTooMuch(CloudError):
    """More was to be made than was said before, or later."""


class NotOurs(CloudError):
    """Something was to be taken away, or touched, that was there before the run."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one kind.

    Attributes:
        what: In words: ``"servers"``.
        at_once: How many there are at one time, at most.
        in_all: How many are made in a run in one flavour, at most.
    """

    what: str
    at_once: int
    in_all: int


LIMITS: dict[str, dict[str, Limit]] = {
    "compute": {
        "node": Limit(what="servers", at_once=7, in_all=45),
        "volume": Limit(what="volumes of 1 or 2 GiB", at_once=3, in_all=18),
        "snapshot": Limit(what="snapshots", at_once=2, in_all=6),
        "image": Limit(what="images", at_once=2, in_all=4),
        "key_pair": Limit(what="key pairs", at_once=2, in_all=8),
    },
    "storage": {"container": Limit(what="containers", at_once=4, in_all=100)},
}
"""By service and kind. The suites' tests run one after the other, and each takes away what it made."""
WITHOUT_PAGES = 3


def plan(service: str, *, flavours: int, kinds: Iterable[str], small_pages: bool, part_size: int, size: str) -> str:
    """What a run makes, in a sentence.

    Args:
        service: The service's name.
        flavours: In how many flavours it is tried.
        kinds: What the provider can make.
        small_pages: Whether a listing is tried that needs many servers.
        part_size: Of storage, the bytes of a part.
        size: Of compute, the servers' size.
    """
    if service == "storage":
        limit = LIMITS["storage"]["container"]
        mib = max(5 * part_size // 1024**2, 1) + 8
        return (
            f"at most {limit.at_once} containers at a time ({limit.in_all * flavours} in all), with at most {mib} MiB "
            "in them"
        )
    parts: list[str] = []
    for kind, limit in LIMITS[service].items():
        if kind not in kinds:
            continue
        at_once = limit.at_once if kind != "node" or small_pages else WITHOUT_PAGES
        of_size = f" of the size {size}" if kind == "node" else ""
        parts.append(f"{at_once} {limit.what}{of_size} ({limit.in_all * flavours} in all)")
    return f"at most, at a time: {', '.join(parts)}" if parts else "nothing"


class Limits:
    """Counts what a run makes, and refuses what would be more than was said.

    Args:
        service: The service's name.
        flavours: In how many flavours it is tried.
        allowed: Whether anything may be made at all.
    """

    def __init__(self, service: str, *, flavours: int, allowed: bool) -> None:
        self._limits = LIMITS[service]
        self._flavours = flavours
        self._allowed = allowed
        self._now: dict[str, set[str]] = {}
        self.made: Counter[str] = Counter()
        self.at_once: Counter[str] = Counter()

    def check(self, kind: str) -> None:
        """Do nothing if one more of a kind may be made.

        Raises:
            CostRefused: Nothing may.
            MadeTooMuch: It would be more than was said.
        """
        if not self._allowed:
            raise CostRefused("certify makes nothing that may cost unless it is told to: --allow-cost")
        limit = self._limits[kind]
        if len(self._now.get(kind, ())) >= limit.at_once or self.made[kind] >= limit.in_all * self._flavours:
            raise MadeTooMuch(
                f"one more of the {limit.what} would be more than the {limit.at_once} at a time, or the "
                f"{limit.in_all * self._flavours} in all, that were said to be made"
            )

    def add(self, kind: str, key: str) -> None:
        """One was made."""
        self._now.setdefault(kind, set()).add(key)
        self.made[kind] += 1
        self.at_once[kind] = max(self.at_once[kind], len(self._now[kind]))

    def remove(self, kind: str, key: str) -> None:
        """One was taken away."""
        self._now.setdefault(kind, set()).discard(key)

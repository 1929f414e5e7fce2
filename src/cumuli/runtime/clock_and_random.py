"""Time and chance, as everything above the runtime may have them: the same in both runtimes."""

from __future__ import annotations

import random
import time

__all__ = ["ClockAndRandom"]


class ClockAndRandom:
    """The part of ``Runtime`` that waits for nothing."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def random(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret

    def token(self) -> str:
        import uuid  # slow to import, and only creations need one

        return str(uuid.uuid4())

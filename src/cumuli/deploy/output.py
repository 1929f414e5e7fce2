"""What is called with the output of a command, and what must not be in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from cumuli.secret import Secret

__all__ = ["OnOutput", "hidden"]

OnOutput = Callable[[Literal["stdout", "stderr"], str], object]

# A shorter text would be found where nobody meant it.
SHORTEST = 4


def hidden(text: str, secrets: Iterable[Secret]) -> str:
    """A text without the secrets that are in it."""
    # The longest first: one may be in another.
    for word in sorted({secret.reveal() for secret in secrets}, key=len, reverse=True):
        if len(word) >= SHORTEST:
            text = text.replace(word, "********")
    return text

"""A lone ``-``, which stands for standard input or output."""

from __future__ import annotations

__all__ = ["STANDARD", "is_standard"]

STANDARD = "\0-"
"""What a lone ``-`` is handed to a command as, which would otherwise be taken for an option. No argument has a NUL."""


def is_standard(text: str) -> bool:
    """Whether standard input or output is meant; after ``--`` it comes as it was typed."""
    return text in {"-", STANDARD}

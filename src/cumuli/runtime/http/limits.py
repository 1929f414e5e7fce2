"""Limits on what is sent and accepted, the same in both runtimes."""

from __future__ import annotations

from typing import Final

__all__ = [
    "EARLY_ANSWER_OVER",
    "GRACE",
    "LONGEST_WAIT",
    "MAX_CHUNK_LINE",
    "MAX_HEADERS",
    "MAX_HEADER_BYTES",
    "MAX_INTERIM_ANSWERS",
    "PIECE",
]

MAX_HEADERS: Final = 256
"""Most header fields of one answer."""

MAX_HEADER_BYTES: Final = 64 * 1024
"""Most bytes of an answer's status line and header fields together, and of one field."""

MAX_INTERIM_ANSWERS: Final = 32
"""Most 1xx answers before the final one."""

MAX_CHUNK_LINE: Final = 4 * 1024
"""Most bytes of the line that announces a chunk, its extensions included."""

PIECE: Final = 64 * 1024
"""Bytes of an upload that are sent at a time; more than these may take for ever as long as they move."""

EARLY_ANSWER_OVER: Final = 1024 * 1024
"""Uploads larger than this, or of unknown length, look for an early answer between pieces."""

GRACE: Final = 0.8
"""Seconds that cancelled jobs are waited for, so that the whole of a failure is over within one."""

LONGEST_WAIT: Final = 1e6
"""Seconds beyond any sensible time limit, and within what the system's clock functions take."""

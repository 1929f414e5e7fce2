"""A lock for state in memory that threads share, held for a moment and never across an await."""

from __future__ import annotations

import threading

__all__ = ["Mutex"]

Mutex = threading.Lock

"""Locks for state that threads share.

``Mutex`` is held for a moment and never across an await. ``ReentrantMutex`` may be taken again by the thread that
has it; only blocking code uses it.
"""

from __future__ import annotations

import threading

__all__ = ["Mutex", "ReentrantMutex"]

Mutex = threading.Lock
ReentrantMutex = threading.RLock

"""A faulty link before a real server: how people find out whether their program survives a bad day.

``words.py`` reads what is to go wrong, ``plan.py`` decides which request meets what, ``refusals.py`` has what
providers say, ``proxy.py`` is the link, which ``thread.py`` runs beside a program and ``server.py`` by itself.
"""

from __future__ import annotations

from cumuli.sandbox.faulty.proxy import Link, Met
from cumuli.sandbox.faulty.thread import faults

__all__ = ["Link", "Met", "faults"]

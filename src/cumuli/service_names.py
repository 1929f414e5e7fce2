"""The names of the services, for type checkers.

Generated from cumuli/table.py by tools/generate_names.py. Change that file and run: make format
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Service"]

Service = Literal["compute", "storage"]

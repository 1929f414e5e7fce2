"""The storage clients are tried in both flavours."""

from __future__ import annotations

from cumuli.testing.flavours import flavour

__all__ = ["flavour"]

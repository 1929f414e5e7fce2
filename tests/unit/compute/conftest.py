"""Tests of compute clients run in both flavours from one body."""

from cumuli.testing.flavours import flavour

__all__ = ["flavour"]

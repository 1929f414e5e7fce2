"""Tests of compute clients run in both flavours from one body."""

from tests.support.flavours import flavour

__all__ = ["flavour"]

"""Clients that get recorded-looking answers, in both flavours."""

from cumuli.testing.flavours import flavour

__all__ = ["flavour"]

"""Clients that get recorded-looking answers, in both flavours."""

from tests.support.flavours import flavour

__all__ = ["flavour"]

"""Conformance: the promises of the portable API, tried on every provider, in both flavours."""

from cumuli.testing.flavours import flavour

__all__ = ["flavour"]

"""Conformance: the promises of the portable API, tried on every provider, in both flavours."""

from tests.support.flavours import flavour

__all__ = ["flavour"]

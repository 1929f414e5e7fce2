"""What holds for the clients of all providers, in both flavours."""

from cumuli.testing.flavours import flavour

__all__ = ["flavour"]

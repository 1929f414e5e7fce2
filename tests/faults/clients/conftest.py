"""What holds for the clients of all providers, in both flavours."""

from tests.support.flavours import flavour

__all__ = ["flavour"]

"""What Acme Cloud adds to the portable models."""

from __future__ import annotations

from cumuli.storage.models import Container

__all__ = ["AcmeContainer"]


class AcmeContainer(Container, frozen=True, kw_only=True):
    """A container of Acme Cloud's.

    Attributes:
        vault: Name of the vault that it is in, or None.
    """

    vault: str | None = None

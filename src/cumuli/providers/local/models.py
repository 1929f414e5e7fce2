"""What only local objects have."""

from __future__ import annotations

from cumuli.storage.models import Object

__all__ = ["LocalObject"]


class LocalObject(Object, frozen=True, kw_only=True):
    """An object that is a file.

    Attributes:
        path: Where the file is. Read it as you like; what writes to it directly should know that
            readers may see it half written, and that ``hash`` is unknown from then on.
    """

    path: str

    __hash__ = Object.__hash__

"""``Secret``: text that does not show itself."""

from __future__ import annotations

from typing import NoReturn, Self

__all__ = ["Secret"]


class Secret:
    """A password, key or token that repr, str, format, pickle and serialisation hide.

    ``reveal()`` gives the text; calling it is the one deliberate act that a reader of the code can
    search for. Equality compares in constant time.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('********')"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac

        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        # It never changes, and a copy of a node is to have the node's password.
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Secret is not pickled; take it out of its model first (msgspec.structs.replace(node, password=None)), "
            "or pass reveal() on purpose if it must travel"
        )

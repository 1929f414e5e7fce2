"""The CRC32 of pieces together, from the CRC32 of each: nothing has to be read twice."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["JoinedCrc32", "combined"]

# The polynomial of zlib's CRC32, the highest power in the lowest bit; x to the power of 0 is the top bit.
POLYNOMIAL = 0xEDB88320
ONE = 1 << 31


class JoinedCrc32:
    """The CRC32 of a whole content, from those of its parts, which come in any order."""

    def __init__(self) -> None:
        self._parts: dict[int, tuple[int, int]] = {}

    def add(self, number: int, value: str, size: int) -> None:
        """A part.

        Args:
            number: Where it belongs.
            value: Its CRC32 in hexadecimal.
            size: Its bytes.
        """
        self._parts[number] = int(value, 16), size

    def hexdigest(self) -> str:
        """The CRC32 of the parts that were added, one behind the other."""
        value = 0
        for _, (crc, size) in sorted(self._parts.items()):
            value = combined(value, crc, size)
        return f"{value:08x}"


def combined(first: int, second: int, length: int) -> int:
    """The CRC32 of two pieces, of which the second has ``length`` bytes."""
    return _product(_shift(length), first) ^ second


@lru_cache(maxsize=16)
def _shift(length: int) -> int:
    """The power of x to the number of bits in ``length`` bytes, modulo the polynomial."""
    # x to the power of 8, squared for each binary digit of the length.
    power, result = ONE >> 8, ONE
    while length:
        if length & 1:
            result = _product(power, result)
        power = _product(power, power)
        length >>= 1
    return result


def _product(one: int, other: int) -> int:
    """The product of two polynomials, modulo the polynomial."""
    result = 0
    while one:
        if one & ONE:
            result ^= other
        one = (one << 1) & 0xFFFFFFFF
        other = (other >> 1) ^ (POLYNOMIAL if other & 1 else 0)
    return result

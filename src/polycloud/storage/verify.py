"""Hashes of content: computed while it streams, compared when it is whole."""

from __future__ import annotations

import hashlib
import zlib
from typing import Literal, Protocol

import msgspec

from polycloud.errors import ChecksumMismatch
from polycloud.runtime.protocol import Runtime

__all__ = ["Algorithm", "Digest", "Hasher", "compare", "digest_of", "new_hasher"]

Algorithm = Literal["md5", "sha1", "sha256", "crc32"]
"""A hash of content that polycloud can compute. ``crc32`` is zlib's, big endian in hexadecimal."""

# Below this, handing the bytes to another thread costs more than hashing them here.
OFFLOAD_FROM = 256 * 1024


class Digest(msgspec.Struct, frozen=True):
    """A hash of an object's content, or of a part's.

    Attributes:
        algorithm: Which hash.
        value: The hash in lower-case hexadecimal.
    """

    algorithm: Algorithm
    value: str


class Hasher(Protocol):
    """A hash in the making."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def hexdigest(self) -> str:
        return f"{self._value:08x}"


def new_hasher(algorithm: Algorithm) -> Hasher:
    """A hash of nothing yet."""
    if algorithm == "crc32":
        return _Crc32()
    return hashlib.new(algorithm, usedforsecurity=False)


async def digest_of(runtime: Runtime, algorithm: Algorithm, data: bytes) -> Digest:
    """The hash of bytes in memory; large ones are hashed beside other work."""

    def compute() -> str:
        hasher = new_hasher(algorithm)
        hasher.update(data)
        return hasher.hexdigest()

    value = compute() if len(data) < OFFLOAD_FROM else await runtime.offload(compute)
    return Digest(algorithm, value)


def compare(computed: Digest, reported: Digest, what: str) -> None:
    """Do nothing if two hashes of the same algorithm agree.

    Raises:
        ChecksumMismatch: They do not.
    """
    if computed.value != reported.value:
        raise ChecksumMismatch(
            f"{what}: the bytes that passed here have the {computed.algorithm} {computed.value}, and the provider "
            f"says {reported.value}; they were damaged on the way, and nothing was kept of them. Try again"
        )

"""Hashes of content: computed while it streams, compared when it is whole."""

from __future__ import annotations

import hashlib
import zlib
from typing import Literal, Protocol

import msgspec

from polycloud.errors import ChecksumMismatch
from polycloud.runtime.protocol import Runtime

__all__ = ["Algorithm", "Digest", "Hasher", "compare", "digest_of", "hasher_for", "new_hasher"]

Algorithm = Literal["md5", "sha1", "sha256", "crc32"]
"""A hash of content that polycloud can compute. ``crc32`` is zlib's, big endian in hexadecimal."""

# Below this, handing the bytes to another thread costs more than hashing them here.
OFFLOAD_FROM = 256 * 1024


class Digest(msgspec.Struct, frozen=True):
    """A hash of an object's content, or of a part's.

    Attributes:
        algorithm: Which hash.
        value: The hash in lower-case hexadecimal.
        part_size: Where it is the hash of the hashes of parts, followed by ``-`` and their number: bytes
            of each part but the last. None where it is of the content itself.
    """

    algorithm: Algorithm
    value: str
    part_size: int | None = None


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


class _InParts:
    """The hash of the hashes of parts, as S3 makes etags of what was uploaded in parts."""

    def __init__(self, algorithm: Algorithm, part_size: int) -> None:
        self._algorithm: Algorithm = algorithm
        self._part_size = part_size
        self._whole = hashlib.new(algorithm, usedforsecurity=False)
        self._begin()
        self._parts = 0

    def _begin(self) -> None:
        self._part = hashlib.new(self._algorithm, usedforsecurity=False)
        self._left = self._part_size

    def _end(self) -> None:
        self._whole.update(self._part.digest())
        self._parts += 1
        self._begin()

    def update(self, data: bytes, /) -> None:
        view = memoryview(data)
        while view:
            piece, view = view[: self._left], view[self._left :]
            self._part.update(piece)
            self._left -= len(piece)
            if not self._left:
                self._end()

    def hexdigest(self) -> str:
        if self._left < self._part_size:
            self._end()
        return f"{self._whole.hexdigest()}-{self._parts}"


def hasher_for(digest: Digest) -> Hasher:
    """A hash of nothing yet, to be compared with this one."""
    return new_hasher(digest.algorithm) if digest.part_size is None else _InParts(digest.algorithm, digest.part_size)


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

"""Hashes of content: computed while it streams, compared when it is whole."""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Literal, Protocol, cast

import msgspec

from cumuli.errors import ChecksumMismatch, NotVerified
from cumuli.extras import how_to_install
from cumuli.runtime.protocol import Runtime

__all__ = [
    "KEPT_NOTHING",
    "OFFLOAD_FROM",
    "Algorithm",
    "Digest",
    "Hasher",
    "Integrity",
    "agreed",
    "can_compute",
    "compare",
    "digest_of",
    "hasher_for",
    "new_hasher",
    "not_verified",
]

log = logging.getLogger("cumuli.storage")

Algorithm = Literal["md5", "sha1", "sha256", "crc32", "crc32c", "crc64nvme"]
"""A hash of content. Those called ``crc…`` are big endian in hexadecimal; ``crc32`` is zlib's. ``crc32c`` and
``crc64nvme`` need the extra ``cumuli[checksums]``.
"""

Integrity = Literal["required", "if possible", "off"]
"""How much is asked of the verification of contents.

``if possible``: content is compared with whatever tells of it for sure, and ``Object.verified_by`` says by what it
was verified, or that it could not be. ``required``: content that could not be verified is an error, ``NotVerified``.
``off``: nothing is hashed or compared but lengths.
"""

SIZES: dict[Algorithm, int] = {"crc32": 4, "crc32c": 4, "crc64nvme": 8}

# Below this, handing the bytes to another thread costs more than hashing them here.
OFFLOAD_FROM = 256 * 1024


class Digest(msgspec.Struct, frozen=True):
    """A hash of an object's content, or of a part's.

    Attributes:
        algorithm: Which hash.
        value: The hash in lower-case hexadecimal.
        part_size: Where it is the hash of the hashes of parts, followed by ``-`` and their number: bytes
            of each part but the last. None where it is of the content itself.
        sure: Whether content with another hash is certainly damaged. False where the provider never said that
            this is a hash of the content and it only looks like one, as an etag may: equal, it proves as much.
    """

    algorithm: Algorithm
    value: str
    part_size: int | None = None
    sure: bool = True


class Hasher(Protocol):
    """A hash in the making."""

    def update(self, data: bytes | memoryview, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...


class _Crc:
    def __init__(self, algorithm: Algorithm) -> None:
        self._function = zlib.crc32 if algorithm == "crc32" else _function(algorithm)
        self._size = SIZES[algorithm]
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")

    def hexdigest(self) -> str:
        return self.digest().hex()


class _InParts:
    """The hash of the hashes of parts, as S3 makes etags of what was uploaded in parts."""

    def __init__(self, algorithm: Algorithm, part_size: int) -> None:
        self._algorithm: Algorithm = algorithm
        self._part_size = part_size
        self._whole = new_hasher(algorithm)
        self._begin()
        self._parts = 0

    def _begin(self) -> None:
        self._part = new_hasher(self._algorithm)
        self._left = self._part_size

    def _end(self) -> None:
        self._whole.update(self._part.digest())
        self._parts += 1
        self._begin()

    def update(self, data: bytes | memoryview, /) -> None:
        view = memoryview(data)
        while view:
            piece, view = view[: self._left], view[self._left :]
            self._part.update(piece)
            self._left -= len(piece)
            if not self._left:
                self._end()

    def digest(self) -> bytes:
        if self._left < self._part_size:
            self._end()
        return self._whole.digest()

    def hexdigest(self) -> str:
        return f"{self.digest().hex()}-{self._parts}"


def hasher_for(digest: Digest) -> Hasher:
    """A hash of nothing yet, to be compared with this one."""
    return new_hasher(digest.algorithm) if digest.part_size is None else _InParts(digest.algorithm, digest.part_size)


def new_hasher(algorithm: Algorithm) -> Hasher:
    """A hash of nothing yet."""
    if algorithm in SIZES:
        return _Crc(algorithm)
    return hashlib.new(algorithm, usedforsecurity=False)


@lru_cache
def can_compute(algorithm: Algorithm) -> bool:
    """Whether a hash can be computed here. What needs an extra that is missing is told, once."""
    if algorithm == "crc32" or algorithm not in SIZES or find_spec("awscrt") is not None:
        return True
    log.warning("content with no other hash than %s is not verified; run: %s", algorithm, how_to_install("checksums"))
    return False


def _function(algorithm: Algorithm) -> Callable[[bytes | memoryview, int], int]:
    return cast("Callable[[bytes | memoryview, int], int]", getattr(import_module("awscrt.checksums"), algorithm))


async def digest_of(runtime: Runtime, algorithm: Algorithm, data: bytes) -> Digest:
    """The hash of bytes in memory; large ones are hashed beside other work."""

    def compute() -> str:
        hasher = new_hasher(algorithm)
        hasher.update(data)
        return hasher.hexdigest()

    value = compute() if len(data) < OFFLOAD_FROM else await runtime.offload(compute)
    return Digest(algorithm, value)


KEPT_NOTHING = "they were damaged on the way, and nothing was kept of them. Try again"


def compare(computed: Digest, reported: Digest, what: str, outcome: str = KEPT_NOTHING) -> None:
    """Do nothing if two hashes of the same algorithm agree.

    Raises:
        ChecksumMismatch: They do not.
    """
    if computed.value != reported.value:
        raise ChecksumMismatch(
            f"{what}: the bytes that passed here have the {computed.algorithm} {computed.value}, and the provider "
            f"says {reported.value}; {outcome}"
        )


def agreed(
    computed: Digest | None, reported: Digest | None, what: str, outcome: str = KEPT_NOTHING
) -> Algorithm | None:
    """The algorithm by which two hashes agree; None where they tell nothing.

    Raises:
        ChecksumMismatch: They differ, and the provider's is one of the content for sure.
    """
    if computed is None or reported is None or computed.algorithm != reported.algorithm:
        return None
    if computed.value == reported.value:
        return computed.algorithm
    if reported.sure:
        compare(computed, reported, what, outcome)
    log.warning(
        "%s: the bytes that passed here have the %s %s, and the provider has the tag %s for them, which need not be "
        "a hash of them; they could not be verified",
        what,
        computed.algorithm,
        computed.value,
        reported.value,
    )
    return None


def not_verified(what: str, outcome: str) -> NotVerified:
    """The error for content that was to be verified, and that nothing tells of."""
    return NotVerified(
        f"{what}: the provider tells no hash by which the content could be verified, and integrity is "
        f'"required"; {outcome}'
    )

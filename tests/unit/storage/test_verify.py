"""Hashes of content, and hashes of the hashes of its parts."""

from __future__ import annotations

import hashlib
import random

import pytest

from cumuli.errors import ChecksumMismatch
from cumuli.storage.verify import Digest, compare, hasher_for

CONTENT = random.Random(8).randbytes(10_000)


def of_parts(content: bytes, size: int) -> str:
    parts = [hashlib.md5(content[at : at + size]).digest() for at in range(0, len(content), size)]
    return f"{hashlib.md5(b''.join(parts)).hexdigest()}-{len(parts)}"


@pytest.mark.parametrize("size", [1, 999, 1000, 5000, 9_999, 10_000, 10_001])
@pytest.mark.parametrize("step", [1, 7, 1000, 1001, 20_000])
def test_the_hash_of_parts_hashes(size: int, step: int) -> None:
    digest = Digest("md5", of_parts(CONTENT, size), part_size=size)
    hasher = hasher_for(digest)
    for at in range(0, len(CONTENT), step):
        hasher.update(CONTENT[at : at + step])
    assert hasher.hexdigest() == digest.value


def test_a_flipped_bit_shows() -> None:
    digest = Digest("md5", of_parts(CONTENT, 4096), part_size=4096)
    hasher = hasher_for(digest)
    hasher.update(CONTENT[:5000] + bytes([CONTENT[5000] ^ 1]) + CONTENT[5001:])
    with pytest.raises(ChecksumMismatch):
        compare(Digest("md5", hasher.hexdigest()), digest, "o")

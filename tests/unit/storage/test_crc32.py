"""The CRC32 of a whole from those of its pieces is the one that zlib computes."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence

import pytest

from cumuli.calls.caller import Caller, Timeouts
from cumuli.calls.retry import RetryPolicy
from cumuli.capabilities import Capabilities
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.protocol import TransportSettings
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.crc32 import combined
from cumuli.storage.driver import (
    Address,
    MultipartUpload,
    Part,
    PutSpec,
    StorageDriver,
    Stored,
    TransferRules,
)
from cumuli.storage.models import Container, Object
from cumuli.storage.upload import MovePlan, upload
from cumuli.storage.verify import Digest


@pytest.mark.parametrize("seed", range(40))
def test_two_pieces_of_any_size(seed: int) -> None:
    chance = random.Random(seed)
    first, second = (chance.randbytes(chance.choice((0, 1, 2, 7, 255, 256, 4097, 70_001))) for _ in range(2))

    assert combined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


def test_many_pieces_of_which_the_last_is_shorter() -> None:
    content = random.Random(0).randbytes(1_000_003)
    value = 0
    for start in range(0, len(content), 65_536):
        piece = content[start : start + 65_536]
        value = combined(value, zlib.crc32(piece), len(piece))

    assert value == zlib.crc32(content)


def test_a_piece_of_more_than_4_gib() -> None:
    """Zeros, whose effect can be had in steps."""
    value = step = zlib.crc32(b"cumuli")
    zeros = zlib.crc32(bytes(1 << 20))
    for _ in range(5 * 1024):
        step = combined(step, zeros, 1 << 20)
    whole = 0
    for _ in range(5 * 1024):
        whole = combined(whole, zeros, 1 << 20)

    assert combined(value, whole, 5 << 30) == step


class Keeper(StorageDriver[Container, Object]):
    """Takes parts, and keeps the hash that is said to be the whole content's."""

    provider = "keeper"
    capabilities = Capabilities(supported=frozenset(StorageCapability))
    rules = TransferRules(part_hash="crc32", whole_hash="crc32", multipart_from=1000, part_size=1000)
    whole: Digest | None = None

    async def start_multipart(self, spec: PutSpec) -> MultipartUpload:
        return MultipartUpload(id="1")

    async def upload_part(
        self, spec: PutSpec, upload: MultipartUpload, number: int, body: bytes, *, digest: Digest | None
    ) -> Part:
        return Part(number=number, size=len(body), etag="", digest=digest)

    async def complete_multipart(
        self, spec: PutSpec, upload: MultipartUpload, parts: Sequence[Part], *, digest: Digest | None
    ) -> Stored[Object]:
        self.whole = digest
        size = sum(part.size for part in parts)
        return Stored(object=Object(container="box", name="thing", size=size, provider=self.provider))


def test_what_an_upload_in_parts_says_of_the_whole() -> None:
    content = random.Random(1).randbytes(12_345)
    runtime = BlockingRuntime(TransportSettings())
    keeper = Keeper(Caller(runtime, provider="keeper", retry=RetryPolicy(), timeouts=Timeouts()))
    spec = PutSpec(address=Address(container="box", name="thing"), content_type="text/plain")

    run(upload(keeper, spec, runtime.source(content), MovePlan()))

    assert keeper.whole == Digest("crc32", f"{zlib.crc32(content):08x}")

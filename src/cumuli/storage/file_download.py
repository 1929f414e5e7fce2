"""Downloads into files: what is large comes in ranges, several at a time, and is written in their order.

Several connections are faster than one wherever each has a bound of its own, which is the rule, and
receiving, hashing and writing overlap. Memory holds the ranges under way and the one being written. The farther
the provider and the larger the object, the larger they are: of a small one the wait for its answer would be most.
"""

from __future__ import annotations

from contextlib import aclosing
from functools import partial

import msgspec

from cumuli.runtime.messages import Sink
from cumuli.storage.crc32 import JoinedCrc32
from cumuli.storage.download import PIECE, Reader
from cumuli.storage.driver import ObjectT, StorageDriver
from cumuli.storage.models import Container
from cumuli.storage.upload import IN_MEMORY, MovePlan
from cumuli.storage.verify import Digest, Hasher, hasher_for, new_hasher

__all__ = ["download", "range_size"]

# Objects of fewer ranges come in one request: the first answer, which tells how long they are, is of use then.
FEWEST_RANGES = 8
# More requests than these for one object gain nothing any more, and are paid for.
MOST_RANGES = 1_000
# A range is to come for so many times as long as its answer is waited for, as far as there is room.
TIMES_THE_WAIT = 4
# Bytes of all ranges in memory, where their size is chosen here.
ROOM = 30 * 1024 * 1024
MIB = 1024 * 1024
# Seconds between two looks at whether ranges are so many times slower than one answer was at its beginning.
LOOK_EVERY = 1.0
MUCH_SLOWER = 3
# What begins faster than so many bytes in a second was waiting in a buffer, which says nothing about the rest.
BELIEVED = 50e6


class _Range(msgspec.Struct):
    """What came of one range, in the pieces in which it came.

    Attributes:
        pieces: The bytes, which the repr leaves out: some MiB would bury a traceback that shows them.
        size: Bytes of all of them.
        crc32: Their CRC32, where it is wanted.
    """

    pieces: list[bytes]
    size: int
    crc32: str | None

    def __repr__(self) -> str:
        return f"_Range(size={self.size}, crc32={self.crc32!r})"


async def download(
    driver: StorageDriver[Container, ObjectT], reader: Reader[ObjectT], sink: Sink, plan: MovePlan
) -> ObjectT:
    """Everything that the reader gives, into the sink: whole and verified, or not at all.

    Args:
        driver: The provider's.
        reader: Of what is wanted.
        sink: Where it goes.
        plan: How; its ``progress`` is what the reader tells of every piece.

    Raises:
        ChecksumMismatch: The content is not what is stored.
        Conflict: The object has changed in the middle.
    """
    monotonic = driver.caller.runtime.monotonic
    try:
        began = monotonic()
        await reader.open()
        waited = monotonic() - began
        smallest = driver.rules.read_part
        if smallest is not None and _are_worth_it(smallest, reader.left or 0, plan) and reader.divisible:
            alone = await reader.tried(PIECE)
            size = plan.part_size or range_size(
                smallest, reader.left or 0, concurrency=plan.concurrency, waited=waited, speed=alone
            )
            await reader.close()
            await _in_ranges(driver, reader, size, sink, plan, alone)
        else:
            while data := await reader.read(PIECE):
                await sink.write(data)
        await sink.commit()
    except BaseException:
        await sink.abort()
        raise
    finally:
        await reader.close()
    return reader.object


def range_size(smallest: int, left: int, *, concurrency: int, waited: float, speed: float) -> int:
    """Bytes of each range of a download.

    Args:
        smallest: What suits the provider where it is near.
        left: Bytes of them all.
        concurrency: Ranges under way at the same time.
        waited: Seconds for which the first answer was waited for.
        speed: Bytes in a second with which it then came.
    """
    wanted = max(TIMES_THE_WAIT * waited * min(speed, BELIEVED), left / MOST_RANGES)
    room = min(ROOM // (concurrency + 1), left // FEWEST_RANGES)
    return max(smallest, min(int(wanted), room) // MIB * MIB)


def _are_worth_it(smallest: int, left: int, plan: MovePlan) -> bool:
    """Whether ranges are faster than one request. One that follows the other never is."""
    least = FEWEST_RANGES * smallest if plan.part_size is None else plan.part_size + 1
    return plan.concurrency > 1 and left >= least


async def _in_ranges(
    driver: StorageDriver[Container, ObjectT],
    whole: Reader[ObjectT],
    size: int,
    sink: Sink,
    plan: MovePlan,
    alone: float,
) -> None:
    runtime, progress = driver.caller.runtime, plan.progress
    due, digest = whole.left, whole.digest
    # A CRC32 of the whole follows from those of the ranges; other hashes need all bytes in their order.
    joined = JoinedCrc32() if digest is not None and digest.algorithm == "crc32" else None
    hasher = hasher_for(digest) if digest is not None and joined is None else None
    count = 0

    async def take(came: _Range) -> None:
        nonlocal count
        end = count + came.size
        if joined is not None and came.crc32 is not None:
            joined.add(count, came.crc32, came.size)
        elif hasher is not None:
            await runtime.offload(partial(_update, hasher, came.pieces))
        # Before the last of it is written, and told to be there.
        computed = joined or hasher
        if digest is not None and computed is not None and end == due:
            whole.settle(Digest(digest.algorithm, computed.hexdigest()))
        for piece in came.pieces:
            await sink.write(piece)
            count += len(piece)
            if progress is not None:
                progress(count, due)

    fetch = partial(_fetch, hashed=joined is not None)
    began, before = runtime.monotonic(), 0
    limit = max(1, min(plan.concurrency, IN_MEMORY // size))
    async with aclosing(runtime.map_bounded(fetch, whole.divided(size), limit=limit)) as fetched:
        async for came in fetched:
            await take(came)
            seconds = runtime.monotonic() - began
            if seconds >= LOOK_EVERY:
                if (count - before) / seconds < min(alone, BELIEVED) / MUCH_SLOWER:
                    # Some servers read all that is before a range, or open the object anew for each.
                    break
                began, before = runtime.monotonic(), count
    if due is None or count < due:
        rest = whole.after(count)
        try:
            while piece := await rest.read(PIECE):
                await take(_range_of([piece], hashed=joined is not None))
        finally:
            await rest.close()


async def _fetch(reader: Reader[ObjectT], *, hashed: bool) -> _Range:
    pieces: list[bytes] = []
    try:
        while piece := await reader.read(PIECE):
            pieces.append(piece)
    finally:
        await reader.close()
    return _range_of(pieces, hashed=hashed)


def _range_of(pieces: list[bytes], *, hashed: bool) -> _Range:
    hasher = new_hasher("crc32") if hashed else None
    if hasher is not None:
        _update(hasher, pieces)
    return _Range(pieces, sum(map(len, pieces)), hasher.hexdigest() if hasher else None)


def _update(hasher: Hasher, pieces: list[bytes]) -> None:
    for piece in pieces:
        hasher.update(piece)

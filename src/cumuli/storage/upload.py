"""The upload engine: one request for what is small, parts in parallel for what is large, all of it verified.

At most ``concurrency`` parts and the one being read are in memory. Whatever goes wrong, Ctrl-C
included, an upload in parts is aborted. What is stored as an object is left, and told: that its hash is
another one may be a mistake of whoever tells it, and what it has replaced is gone already.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TypeVar

import msgspec

from cumuli.errors import ChecksumMismatch, CloudError, DeadlineExceeded, InvalidRequest, NotSupported
from cumuli.runtime.deadline import current_deadline, grace
from cumuli.runtime.messages import Source
from cumuli.runtime.protocol import Runtime
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.crc32 import JoinedCrc32
from cumuli.storage.driver import (
    UNCONDITIONAL,
    MultipartUpload,
    Part,
    PutSpec,
    StorageDriver,
    Stored,
    TransferRules,
)
from cumuli.storage.models import Container, Object
from cumuli.storage.verify import (
    Algorithm,
    Digest,
    Hasher,
    agreed,
    digest_of,
    new_hasher,
    not_verified,
)

__all__ = ["CONCURRENCY", "LEFT", "MovePlan", "Progress", "upload"]

ObjectT = TypeVar("ObjectT", bound=Object)

CONCURRENCY = 4
# Bytes of parts that may be in memory together where each of them is large; one part always may.
IN_MEMORY = 512 * 1024 * 1024
GROWTH_STEPS = 10
LARGEST_HELD = 64 * 1024 * 1024
CLEAN_UP_SECONDS = 30.0
IN_ONE = "this service is known to keep conditions only of uploads in one request"
LEFT = "what is stored was left there; look at it, and put it again"

Progress = Callable[[int, int | None], None]
"""Called now and then during a transfer with the bytes moved so far and, where it is known, their total."""


class MovePlan(msgspec.Struct, frozen=True, kw_only=True):
    """How the caller wants one upload done.

    Attributes:
        part_size: Bytes of a part, or None for the provider's own.
        concurrency: Parts under way at the same time.
        progress: Told of every piece, or None.
    """

    part_size: int | None = None
    concurrency: int = CONCURRENCY
    progress: Progress | None = None


async def upload(driver: StorageDriver[Container, ObjectT], spec: PutSpec, source: Source, plan: MovePlan) -> ObjectT:
    """Put what the source holds and give the new object; the source is closed.

    Raises:
        ChecksumMismatch: What arrived is not what was sent. It is left there.
        NotVerified: It is stored, was to be verified, and could not be.
        InvalidRequest: The source is not as long as it said, or longer than the provider takes.
        OSError: What the caller's own iterator raised.
    """
    counted = _Counted(source, driver.caller.runtime, plan.progress)
    try:
        stored, computed, size = await _put(driver, spec, counted, plan)
    except _SourceFailed as failed:
        raise failed.cause from None
    finally:
        await source.close()
    return _verified(stored, computed, size, spec)


async def _put(
    driver: StorageDriver[Container, ObjectT], spec: PutSpec, source: _Counted, plan: MovePlan
) -> tuple[Stored[ObjectT], Digest | None, int]:
    """What was stored, the hash of what was sent where there is one, and how many bytes that were."""
    rules = driver.rules
    length = source.length
    whole = not rules.conditional_parts and spec.conditions != UNCONDITIONAL
    in_parts = StorageCapability.MULTIPART in driver.capabilities and not whole
    part_size = plan.part_size or rules.part_size
    if length is not None and (not in_parts or length < rules.multipart_from):
        if length > rules.max_put:
            if whole:
                raise NotSupported(f"{spec.address.name}: {IN_ONE}, which takes {rules.max_put} bytes at most")
            raise InvalidRequest(f"{length} bytes are too much for one object here; the limit is {rules.max_put}")
        if length > part_size:
            return await _put_streamed(driver, spec, source)
        return await _put_bytes(driver, spec, await source.read_all(length))
    if not in_parts:
        if not rules.unknown_length and whole:
            first = await source.read(LARGEST_HELD + 1)
            if len(first) > LARGEST_HELD:
                raise NotSupported(
                    f"{spec.address.name}: {IN_ONE}, and beyond {LARGEST_HELD} bytes the length has to be known for "
                    "that; write the content to a file first"
                )
            return await _put_bytes(driver, spec, first)
        if not rules.unknown_length:
            raise NotSupported("content of unknown length cannot be stored here; write it to a file first")
        return await _put_streamed(driver, spec, source)
    sizes = PartSizes(rules, part_size, length)
    first = await source.read(sizes.of(1))
    if len(first) < sizes.of(1):
        source.check_length()
        return await _put_bytes(driver, spec, first)
    return await _put_parts(driver, spec, source, first, sizes, plan)


async def _put_bytes(
    driver: StorageDriver[Container, ObjectT], spec: PutSpec, data: bytes
) -> tuple[Stored[ObjectT], Digest | None, int]:
    algorithm = driver.rules.put_hash if spec.integrity != "off" else None
    digest = await digest_of(driver.caller.runtime, algorithm, data) if algorithm else None
    return await driver.put_object(spec, data, digest=digest), digest, len(data)


async def _put_streamed(
    driver: StorageDriver[Container, ObjectT], spec: PutSpec, source: _Counted
) -> tuple[Stored[ObjectT], Digest | None, int]:
    source.hash_with(driver.rules.put_hash if spec.integrity != "off" else None)
    stored = await driver.put_object(spec, source, digest=None)
    return stored, source.digest(), source.count


async def _put_parts(
    driver: StorageDriver[Container, ObjectT],
    spec: PutSpec,
    source: _Counted,
    first: bytes,
    sizes: PartSizes,
    plan: MovePlan,
) -> tuple[Stored[ObjectT], Digest | None, int]:
    rules = driver.rules
    runtime = driver.caller.runtime
    part_hash, whole_hash = (None, None) if spec.integrity == "off" else (rules.part_hash, rules.whole_hash)
    # A CRC32 of the whole follows from those of the parts.
    joined = JoinedCrc32() if whole_hash == part_hash == "crc32" else None
    whole = new_hasher(whole_hash) if whole_hash and joined is None else None
    started = await driver.start_multipart(spec)

    async def pieces(number: int, data: bytes) -> AsyncIterator[tuple[int, bytes]]:
        """Those of the same size."""
        size = sizes.of(number)
        while data:
            if number > rules.max_parts:
                raise InvalidRequest(f"the content does not fit into {rules.max_parts} parts; give a larger part_size")
            if whole is not None:
                await runtime.offload(partial(whole.update, data))
            yield number, data
            number += 1
            if sizes.of(number) != size:
                return
            data = await source.read(size)

    async def send(piece: tuple[int, bytes]) -> Part:
        number, data = piece
        digest = await digest_of(runtime, part_hash, data) if part_hash else None
        if joined is not None and digest is not None:
            joined.add(number, digest.value, len(data))
        part = await driver.upload_part(spec, started, number, data, digest=digest)
        checked = agreed(digest, part.digest, f"part {number} of {spec.address.name}") or part.checked
        return msgspec.structs.replace(part, checked=checked)

    try:
        parts: list[Part] = []
        data = first
        del first
        while data:
            number = len(parts) + 1
            pending, limit = pieces(number, data), sizes.at_once(number, plan.concurrency)
            del data
            parts += [part async for part in runtime.map_bounded(send, pending, limit=limit)]
            # Where the next ones are larger, these are out of memory by now.
            data = await source.read(sizes.of(len(parts) + 1))
        source.check_length()
        hasher = joined or whole
        digest = Digest(whole_hash, hasher.hexdigest()) if whole_hash and hasher else None
        stored = await driver.complete_multipart(spec, started, parts, digest=digest)
    except BaseException as error:
        await _abort(driver, spec, started, error)
        raise
    expected = None if spec.integrity == "off" else driver.composite_etag(parts)
    if expected is not None and stored.object.etag not in {None, expected}:
        raise ChecksumMismatch(
            f"{spec.address.name}: the parts make an object with the etag {expected}, and the provider says "
            f"{stored.object.etag}; {LEFT}"
        )
    # The whole of parts that were verified one by one.
    checked = {part.checked for part in parts}
    one = checked.pop() if len(checked) == 1 else None
    return msgspec.structs.replace(stored, checked=stored.checked or one), digest, source.count


def _verified(stored: Stored[ObjectT], computed: Digest | None, size: int, spec: PutSpec) -> ObjectT:
    """The new object, and by what its content was verified."""
    obj = stored.object
    if obj.size != size:
        raise ChecksumMismatch(f"{obj.name}: {size} bytes were sent and the provider stored {obj.size}; {LEFT}")
    if spec.integrity == "off":
        return obj
    by = agreed(computed, stored.digest, obj.name, LEFT) or stored.checked
    if by is None and spec.integrity == "required":
        raise not_verified(obj.name, "it is stored, and was left there")
    return msgspec.structs.replace(obj, verified_by=by)


async def _abort(
    driver: StorageDriver[Container, ObjectT], spec: PutSpec, started: MultipartUpload, error: BaseException
) -> None:
    """Remove what is up already; if that fails, the error says so."""
    try:
        with grace(CLEAN_UP_SECONDS):
            await driver.abort_multipart(spec, started)
    except CloudError as second:
        error.add_note(
            f"the unfinished upload {started.id} of {spec.address.container}/{spec.address.name} "
            f"could not be removed: {second}"
        )


class PartSizes:
    """How large each part is: a fixed size where it is known to suffice, else growing with their number.

    Content of unknown length begins in parts of the usual size, and reaches 5 TiB all the same, with 10,000 parts: each
    tenth of the parts has twice the size of the one before.

    Args:
        rules: The provider's.
        part_size: Bytes of the first part.
        length: Bytes of all, or None where nobody knows.
    """

    def __init__(self, rules: TransferRules, part_size: int, length: int | None) -> None:
        self._largest = rules.largest_part
        self._step = max(1, rules.max_parts // GROWTH_STEPS) if length is None and not rules.equal_parts else 0
        needed = 0 if length is None else -(-length // rules.max_parts)
        self._first = max(part_size, needed)

    def of(self, number: int) -> int:
        """Bytes of the part with this number."""
        if not self._step or self._first >= self._largest:
            return self._first
        return min(self._largest, self._first << ((number - 1) // self._step))

    def at_once(self, number: int, concurrency: int) -> int:
        """How many parts of the size of this one may be on their way together."""
        size = self.of(number)
        # Parts that have grown take no more memory together than the first ones did.
        room = IN_MEMORY if size == self._first else min(IN_MEMORY, self._first * concurrency)
        return max(1, min(concurrency, room // size))


class _SourceFailed(CloudError):
    """Carries an I/O error of the caller's iterator past the HTTP layer, which would take it for its own."""

    def __init__(self, cause: OSError) -> None:
        super().__init__("the source cannot be read", retryable=False)
        self.cause = cause


class _Counted:
    """A source that counts, hashes and reports what is read of it."""

    def __init__(self, source: Source, runtime: Runtime, progress: Progress | None) -> None:
        self._source = source
        self._runtime = runtime
        self._progress = progress
        self._algorithm: Algorithm | None = None
        self._hasher: Hasher | None = None
        self.count = 0

    @property
    def length(self) -> int | None:
        return self._source.length

    @property
    def rewindable(self) -> bool:
        return self._source.rewindable

    def hash_with(self, algorithm: Algorithm | None) -> None:
        """Hash what is read from now on."""
        self._algorithm = algorithm
        self._hasher = new_hasher(algorithm) if algorithm else None

    def digest(self) -> Digest | None:
        """The hash of all that was read."""
        return Digest(self._algorithm, self._hasher.hexdigest()) if self._algorithm and self._hasher else None

    async def read(self, size: int) -> bytes:
        if self._runtime.monotonic() >= current_deadline():
            raise DeadlineExceeded("the time for the upload is up", retryable=False)
        try:
            data = await self._source.read(size)
        except OSError as error:
            raise _SourceFailed(error) from error
        self.count += len(data)
        if self._hasher is not None:
            self._hasher.update(data)
        if self._progress is not None and data:
            self._progress(self.count, self.length)
        return data

    async def read_all(self, length: int) -> bytes:
        """All of a source that says how long it is; one byte more is asked for, to see that it ends there."""
        data = await self.read(length + 1)
        self.check_length()
        return data

    def check_length(self) -> None:
        """Raise ``InvalidRequest`` if the source, read to its end, was not as long as it said."""
        length = self.length
        if length is not None and self.count != length:
            if self.count < length:
                raise _too_short(length, self.count)
            raise InvalidRequest(f"the content is longer than the {length} bytes that it was said to have")

    async def rewind(self) -> None:
        await self._source.rewind()
        self.count = 0
        self.hash_with(self._algorithm)

    async def close(self) -> None:
        await self._source.close()


def _too_short(length: int, count: int) -> InvalidRequest:
    return InvalidRequest(f"the content ended after {count} of the {length} bytes that it was said to have")

"""The download engine: bytes that are verified while they stream, and fetched on where a connection broke."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Generic

import msgspec

from cumuli.calls.retry import retry_delay
from cumuli.errors import (
    ChecksumMismatch,
    CloudError,
    Conflict,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidRequest,
    MalformedResponse,
    PreconditionFailed,
    Timeout,
)
from cumuli.runtime.deadline import current_deadline
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import Body, Conditions, Download, ObjectT, ReadSpec, StorageDriver, VerifyingBody
from cumuli.storage.etags import is_weak, same_etag
from cumuli.storage.models import Container, Object
from cumuli.storage.upload import Progress
from cumuli.storage.verify import Algorithm, Digest, Hasher, agreed, hasher_for, not_verified

__all__ = ["PIECE", "Reader"]

log = logging.getLogger("cumuli.storage")

PIECE = 1024 * 1024
# So much has to arrive between two broken connections for the count of attempts to start again.
PROGRESS_MADE = 1024 * 1024


class Reader(Generic[ObjectT]):
    """The bytes of an object, or of a range of it, from the first to the last.

    A connection that breaks in the middle is followed by a request for the rest, under the
    condition that the object is still the same, as often as the client's retry policy tries.

    Args:
        driver: The provider's.
        spec: What to read.
        begin: ``driver.read_object`` with the context of errors around it.
        progress: Told of every piece, or None.
        etag: Of the object of which other parts are read elsewhere: it has to be the same one. None for any.
    """

    def __init__(
        self,
        driver: StorageDriver[Container, ObjectT],
        spec: ReadSpec,
        begin: Callable[[ReadSpec], Awaitable[Download[ObjectT]]],
        progress: Progress | None = None,
        etag: str | None = None,
    ) -> None:
        self._driver = driver
        self._spec = spec
        self._begin = begin
        self._progress = progress
        self._etag = etag
        self._object: ObjectT | None = None
        self._body: Body | None = None
        self._closed = False
        self._delimited = True
        self._expected: int | None = None
        self._count = 0
        self._hasher: Hasher | None = None
        self._digest: Digest | None = None
        self._breaks = 0
        self._resumed_at = 0

    @property
    def object(self) -> ObjectT:
        """What is being read.

        Raises:
            InvalidRequest: Nothing has been read yet.
        """
        if self._object is None:
            raise InvalidRequest("nothing is known of the object yet: first enter the stream (with …), or read from it")
        return self._object

    @property
    def finished(self) -> bool:
        """Whether every byte was given."""
        return self._closed

    @property
    def left(self) -> int | None:
        """Bytes still to come, or None where the provider did not tell."""
        return None if self._expected is None else self._expected - self._count

    @property
    def digest(self) -> Digest | None:
        """What the content is compared with, or None: the provider tells no hash, or less than all is read."""
        return self._digest

    async def open(self) -> None:
        """Ask for the object, if that was not done yet."""
        if self._body is not None or self._closed:
            return
        answer = await (self._begin_any() if self._etag is None else self._ask_same(self._spec, self._etag))
        self._body = answer.body
        try:
            if self._spec.start < 0:
                # Where that is, only the answer tells.
                self._spec = self._from_the_end(answer)
            self._check_start(answer, self._spec.start)
            self._check_size(answer, self._spec.known)
            self._object = answer.object
            self._delimited = answer.delimited
            size = self._size_of(answer)
            if size is None:
                whole = self._spec.whole
            else:
                end = size if self._spec.end is None else min(self._spec.end, size)
                self._expected = end - self._spec.start
                self._check_length(answer, self._expected)
                whole = self._spec.start == 0 and end == size
            if whole and answer.digest is not None and self._spec.integrity != "off":
                self._digest = answer.digest
                self._hasher = hasher_for(answer.digest)
            elif not isinstance(answer.body, VerifyingBody):
                # Now, and not when all of it has come.
                self.settle(None)
        except BaseException:
            await self.close()
            raise

    async def _begin_any(self) -> Download[ObjectT]:
        """The first answer."""
        try:
            return await self._begin(self._spec)
        except InvalidRequest as error:
            # For HTTP, nothing has no last bytes; here they are nothing. And some services (rclone) refuse to give more
            # last bytes than there are.
            if self._spec.start >= 0 or error.status != 416:
                raise
            answer = await self._begin(msgspec.structs.replace(self._spec, start=0))
            if answer.sized and answer.object.size <= -self._spec.start:
                return answer
            await answer.body.close()
            raise

    def _from_the_end(self, answer: Download[ObjectT]) -> ReadSpec:
        """What is read, where only its distance from the end was given."""
        if not answer.sized:
            raise MalformedResponse(
                f"{answer.object.name}: the last bytes were asked for, and the answer does not tell how many there are"
            )
        return msgspec.structs.replace(self._spec, start=self._spec.start_in(answer.object.size))

    def _size_of(self, answer: Download[ObjectT]) -> int | None:
        """The size of the object, by the answer or by what the caller has of the same one; None where nobody knows."""
        if answer.sized:
            return answer.object.size
        known = self._spec.known
        if known is None or known[0] != answer.object.etag or is_weak(known[0]):
            return None
        self._object = msgspec.structs.replace(answer.object, size=known[1])
        return known[1]

    async def read(self, size: int) -> bytes:
        """Between 1 and ``size`` bytes; ``b""`` at the end, once everything was verified.

        The piece that completes the content is given only after the whole was verified.

        Raises:
            ChecksumMismatch: The content is not what is stored.
            Conflict: The connection broke, and the object has changed since.
        """
        try:
            return await self._read(size)
        except CloudError as error:
            error.provider = error.provider or self._driver.provider
            raise

    async def _read(self, size: int) -> bytes:
        await self.open()
        body = self._body
        if body is None:
            return b""
        data: bytes | None = None
        while data is None:
            try:
                if self._driver.caller.runtime.monotonic() >= current_deadline():
                    raise self._out_of_time()  # noqa: TRY301 - one place handles what ends a read
                data = await body.read(size)
            except DeadlineExceeded:
                await self.close()
                raise
            except (ConnectionFailed, Timeout) as error:
                body = await self._resume(error)
            except BaseException:
                await self.close()
                raise
        self._count += len(data)
        if self._hasher is not None:
            self._hasher.update(data)
        try:
            if not data or self.left == 0:
                await self._finish(body, ended=not data)
            elif self.left is not None and self.left < 0:
                raise self._wrong_length("more")  # noqa: TRY301 - as above
        except BaseException:
            await self.close()
            raise
        if self._progress is not None and data:
            self._progress(self._count, self._expected)
        return data

    @property
    def divisible(self) -> bool:
        """Whether what this open one would read may be read in ranges.

        Not where the object cannot be told from another one, or its content is verified as it comes.
        """
        etag, ranges = self.object.etag, StorageCapability.DOWNLOAD_RANGE in self._driver.capabilities
        sure = etag is not None and not is_weak(etag)
        return sure and ranges and self.left is not None and not isinstance(self._body, VerifyingBody)

    def divided(self, size: int) -> Iterator[Reader[ObjectT]]:
        """Readers of what this one would read, ``size`` bytes each and the rest, one behind the other."""
        end = self._spec.start + (self.left or 0)
        for start in range(self._spec.start, end, size):
            spec = msgspec.structs.replace(self._spec, start=start, end=min(start + size, end))
            yield Reader(self._driver, spec, self._begin, etag=self.object.etag)

    def after(self, count: int) -> Reader[ObjectT]:
        """A reader of what this one would read, without its first ``count`` bytes, of the same object."""
        start = self._spec.start + count
        return Reader(
            self._driver, msgspec.structs.replace(self._spec, start=start), self._begin, etag=self.object.etag
        )

    async def tried(self, size: int) -> float:
        """Bytes in a second that come from the one open answer, by its first ones. They are not given."""
        body, monotonic = self._body, self._driver.caller.runtime.monotonic
        if body is None:
            return 0.0
        began, count = monotonic(), 0
        try:
            while count < size and (data := await body.read(size - count)):
                count += len(data)
        except (ConnectionFailed, Timeout):
            # What is asked for next will tell.
            return 0.0
        return count / max(monotonic() - began, 1e-6)

    async def close(self) -> None:
        """Let go of the connection. Idempotent."""
        self._closed = True
        body, self._body = self._body, None
        if body is not None:
            await body.close()

    async def _finish(self, body: Body, *, ended: bool) -> None:
        """Everything that was due is there: see that it ends here, and is right."""
        if self.left:
            raise self._wrong_length("fewer")
        # Reading on to the end is what gives the connection back to the pool.
        if not ended and await body.read(1):
            raise self._wrong_length("more")
        if self._expected is None:
            self._object = msgspec.structs.replace(self.object, size=self._count)
        if self._hasher is not None and self._digest is not None:
            self.settle(Digest(self._digest.algorithm, self._hasher.hexdigest()))
        elif isinstance(body, VerifyingBody):
            self._say(body.verified_by)
        if self._expected is None and not self._delimited and self.object.verified_by is None:
            await self._look_for_the_end()
        await self.close()

    async def _look_for_the_end(self) -> None:
        """See that a body was whole whose only end was that of the connection, which comes where it is cut as well."""
        try:
            found = await self._driver.head_object(msgspec.structs.replace(self._spec, known=None))
        except CloudError as error:
            log.warning(
                "%s: %d bytes came, and it is not known whether that is all: %s", self.object.name, self._count, error
            )
            return
        if same_etag(found.etag, self.object.etag) and found.size not in {0, self._count}:
            raise ChecksumMismatch(
                f"{self.object.name}: the connection ended after {self._count} of {found.size} bytes; none was kept"
            )

    def settle(self, computed: Digest | None) -> None:
        """Verify what came, all of it, by its hash; None where none can be compared.

        Raises:
            ChecksumMismatch: The content is not what is stored.
            NotVerified: It was to be verified, and could not be.
        """
        self._say(agreed(computed, self._digest, self.object.name))

    def _say(self, by: Algorithm | None) -> None:
        if by is None and self._spec.integrity == "required" and self._etag is None:
            raise not_verified(self.object.name, "nothing was kept of it")
        self._object = msgspec.structs.replace(self.object, verified_by=by)

    def _out_of_time(self) -> DeadlineExceeded:
        return DeadlineExceeded(f"{self._spec.address.name}: the time for the download is up", retryable=False)

    def _wrong_length(self, word: str) -> CloudError:
        return ChecksumMismatch(
            f"{self.object.name}: {word} than the expected {self._expected} bytes arrived; none was kept"
        )

    async def _resume(self, error: CloudError) -> Body:
        """The rest of the body, over a new connection; raises ``error`` where there cannot be one."""
        body, self._body = self._body, None
        if body is not None:
            await body.close()
        caller = self._driver.caller
        etag = self.object.etag
        while True:
            if self._count - self._resumed_at >= PROGRESS_MADE:
                self._breaks = 0
            self._breaks += 1
            self._resumed_at = self._count
            delay = retry_delay(
                caller.retry, attempt=self._breaks, error=error, repeatable=True, random=caller.runtime.random()
            )
            if delay is None or etag is None or not self._may_go_on(etag):
                self._closed = True
                raise error
            if caller.runtime.monotonic() + delay >= current_deadline():
                self._closed = True
                raise self._out_of_time() from error
            await caller.runtime.sleep(delay)
            try:
                return await self._rest(etag, body)
            except (ConnectionFailed, Timeout) as again:
                error = again
            except BaseException:
                self._closed = True
                raise

    def _may_go_on(self, etag: str) -> bool:
        """Whether the rest may come from another answer: of the same bytes, or of bytes whose hash will tell."""
        sure = not is_weak(etag) or (self._digest is not None and self._digest.sure)
        return sure and StorageCapability.DOWNLOAD_RANGE in self._driver.capabilities

    async def _rest(self, etag: str, before: Body | None) -> Body:
        spec = msgspec.structs.replace(self._spec, start=self._spec.start + self._count)
        answer = await self._ask_same(spec, etag)
        self._body = answer.body
        try:
            self._check_start(answer, spec.start)
            if self.left is not None:
                self._check_length(answer, self.left)
            if before is not None and isinstance(answer.body, VerifyingBody):
                answer.body.take_over(before)
        except BaseException:
            await self.close()
            raise
        return answer.body

    async def _ask_same(self, spec: ReadSpec, etag: str) -> Download[ObjectT]:
        """More of an object of which something was read before.

        Raises:
            Conflict: It is another one now.
        """
        conditional = StorageCapability.READ_IF_MATCH in self._driver.capabilities and not is_weak(etag)
        spec = msgspec.structs.replace(spec, conditions=Conditions(if_match=etag if conditional else None))
        name = spec.address.name
        changed = Conflict(f"{name} was changed while it was being downloaded, after {spec.start} bytes; start again")
        try:
            answer = await self._begin(spec)
        except PreconditionFailed as error:
            raise changed from error
        if not same_etag(answer.object.etag, etag):
            await answer.body.close()
            raise changed
        return answer

    @staticmethod
    def _check_start(answer: Download[Object], start: int) -> None:
        if answer.start != start:
            raise MalformedResponse(
                f"{answer.object.name}: the content was asked for from byte {start} and came from byte {answer.start}"
            )

    @staticmethod
    def _check_size(answer: Download[Object], known: tuple[str, int] | None) -> None:
        """Where the provider gives no hash of the content, a lie about its length shows nowhere else."""
        obj = answer.object
        same = known is not None and obj.etag == known[0] and not is_weak(known[0])
        if answer.sized and known is not None and same and obj.size != known[1]:
            raise MalformedResponse(
                f"{obj.name}: the answer is for {obj.size} bytes, and the object with this etag has {known[1]}"
            )

    @staticmethod
    def _check_length(answer: Download[Object], due: int) -> None:
        if answer.length is not None and answer.length != due:
            raise MalformedResponse(f"{answer.object.name}: {due} bytes were due and the answer has {answer.length}")

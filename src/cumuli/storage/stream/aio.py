"""``AsyncObjectStream``: what a download gives piece by piece. ``ObjectStream`` is generated from it."""

from __future__ import annotations

from types import TracebackType
from typing import Generic, Self

from cumuli.argument_types import check_arguments
from cumuli.errors import InvalidRequest
from cumuli.storage.download import PIECE, Reader
from cumuli.storage.driver import ObjectT

__all__ = ["AsyncObjectStream"]


@check_arguments
class AsyncObjectStream(Generic[ObjectT]):
    """An object's bytes, verified while they stream.

    Iterate over it, or ``read`` from it like from a file. Nothing is asked of the provider before
    it is entered (as a context manager) or first read. It closes itself at the end, at an error and
    at the end of the ``with`` block; leave a stream early by ``close`` or by the block's end. The
    last piece is given only after the whole content was verified; until then, take nothing that
    was read for good.

    Raises:
        ObjectNotFound: On entering, or at the first read: there is no such object.
        ChecksumMismatch: While reading: the content is not what is stored.
    """

    def __init__(self, reader: Reader[ObjectT], chunk_size: int | None) -> None:
        self._reader = reader
        self._chunk_size = chunk_size
        self._left_early = False

    @property
    def object(self) -> ObjectT:
        """What is being read; known once the stream was entered or read from.

        Raises:
            InvalidRequest: Neither has happened.
        """
        return self._reader.object

    async def read(self, size: int = -1) -> bytes:
        """As a file's ``read``.

        Args:
            size: Exactly so many bytes, fewer only at the end; all that are left if it is negative.

        Returns:
            The bytes; empty at the end.

        Raises:
            InvalidRequest: The stream was closed before its end.
        """
        parts: list[bytes] = []
        have = 0
        while size < 0 or have < size:
            data = await self._piece(PIECE if size < 0 else min(PIECE, size - have))
            if not data:
                break
            parts.append(data)
            have += len(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def aclose(self) -> None:
        """Close the connection, unless everything was read and it can be used again. Idempotent."""
        self._left_early = self._left_early or not self._reader.finished
        await self._reader.close()

    async def _piece(self, size: int) -> bytes:
        data = await self._reader.read(size)
        # Nothing more, and that is not the end: it must not look like it.
        if not data and (self._left_early or self._reader.left):
            raise InvalidRequest("the stream was closed before its end; begin the download again")
        return data

    async def __aenter__(self) -> Self:
        await self._reader.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._piece(PIECE) if self._chunk_size is None else await self.read(self._chunk_size)
        if not chunk:
            raise StopAsyncIteration
        return chunk

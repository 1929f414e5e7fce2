"""``ObjectStream``: what a download gives piece by piece.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from types import TracebackType
from typing import Generic, Self

from cumuli.runtime.blocking.drive import run
from cumuli.storage.driver import ObjectT
from cumuli.storage.stream.aio import AsyncObjectStream

__all__ = ["ObjectStream"]


class ObjectStream(Generic[ObjectT]):
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

    def __init__(self, client: AsyncObjectStream[ObjectT]) -> None:
        self._object_stream = client

    @property
    def object(self) -> ObjectT:
        """What is being read; known once the stream was entered or read from.

        Raises:
            InvalidRequest: Neither has happened.
        """
        return self._object_stream.object

    def read(self, size: int = -1) -> bytes:
        """As a file's ``read``.

        Args:
            size: Exactly so many bytes, fewer only at the end; all that are left if it is negative.

        Returns:
            The bytes; empty at the end.

        Raises:
            InvalidRequest: The stream was closed before its end.
        """
        return run(self._object_stream.read(size))

    def close(self) -> None:
        """Close the connection, unless everything was read and it can be used again. Idempotent."""
        run(self._object_stream.aclose())

    def __enter__(self) -> Self:
        run(self._object_stream.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run(self._object_stream.__aexit__(kind, error, trace))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            return run(self._object_stream.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

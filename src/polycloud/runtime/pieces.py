"""An upload's body as aiohttp takes it. Knows nothing of aiohttp."""

from __future__ import annotations

import asyncio
from typing import Protocol

from polycloud.errors import ConnectionFailed, InvalidRequest
from polycloud.runtime.limits import PIECE
from polycloud.runtime.messages import Source

__all__ = ["Pieces", "Upload"]


class Upload(Protocol):
    """What the pieces tell the attempt that sends them.

    Attributes:
        failure: Why reading the source failed.
    """

    failure: BaseException | None

    def progress(self) -> None:
        """Another piece is on its way."""


class Pieces:
    """The bytes of a source, piece by piece, and that they are as many as were declared.

    Attributes:
        ended: Whether the last piece has been taken.
    """

    def __init__(self, upload: Upload, source: Source) -> None:
        self._upload = upload
        self._source: Source | None = source
        self._left = source.length
        self._begun = False
        self.ended = False

    def let_go(self) -> None:
        """Forget the source: nothing more is sent of it, and what still knows these pieces is not to keep it alive."""
        self._source = None

    def __aiter__(self) -> Pieces:
        return self

    async def __anext__(self) -> bytes:
        if self._left == 0 and self._begun:
            # At once: the answer to a complete request may be there already, and finding the body
            # unfinished aiohttp would not keep the connection.
            self.ended = True
            raise StopAsyncIteration
        self._begun = True
        self._upload.progress()
        # Lets the loop look at the socket, so that an early answer is read before more is written.
        await asyncio.sleep(0)
        try:
            piece = await self._next()
        except BaseException as error:
            self._upload.failure = error
            raise
        if not piece:
            self.ended = True
            raise StopAsyncIteration
        return piece

    async def _next(self) -> bytes:
        source = self._source
        if source is None:
            # Not an end: the request would be complete without the rest.
            raise ConnectionFailed("the answer came before the upload was complete", sent=True)
        piece = await source.read(PIECE)
        if self._left is None:
            return piece
        self._left -= len(piece)
        # Looked for before the last piece leaves: the request must not complete with a wrong length.
        if self._left < 0 or (self._left == 0 and piece and await source.read(1)):
            raise InvalidRequest(f"the upload is longer than the {source.length} bytes it was declared to be")
        if self._left > 0 and not piece:
            raise InvalidRequest(f"the upload ended {self._left} bytes short of its declared {source.length} bytes")
        return piece

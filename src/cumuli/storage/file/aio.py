"""``AsyncObjectFile``: an object that is read here and there, as a file is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import SEEK_CUR, SEEK_END, SEEK_SET
from types import TracebackType
from typing import Generic, Self

import msgspec

from cumuli.argument_types import check_arguments
from cumuli.errors import Conflict, InvalidRequest, NotSupported
from cumuli.storage.download import PIECE, Reader
from cumuli.storage.driver import UNCONDITIONAL, ObjectT, ReadSpec
from cumuli.storage.etags import is_weak

__all__ = ["BUFFER", "AsyncObjectFile", "NoSuchPosition"]

# Bytes that are asked for at least: of an archive's end this is a directory of some thousand files.
BUFFER = 256 * 1024
# What is read one after another is asked for in pieces that double up to this.
LARGEST = 8 * 1024 * 1024
# Bytes of pieces that are kept, the oldest go first. One always is.
KEPT = 16 * 1024 * 1024


class NoSuchPosition(InvalidRequest, OSError):
    """A position before the beginning of a file. An OSError too: readers of archives look for the end of them so."""


class _Piece(msgspec.Struct):
    """Some of the content.

    Attributes:
        start: Where it begins.
        data: Its bytes.
    """

    start: int
    data: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.data)


@check_arguments
class AsyncObjectFile(Generic[ObjectT]):
    """An object as a file: ``read``, ``seek`` and ``tell``, each read being a range of the object.

    Nothing is asked of the provider before it is entered (as a context manager) or first used; then
    one request tells what the object is, and every read after that is of this very content: if it is
    replaced in the meantime, reading raises ``Conflict``, and never gives something of both. Ranges are
    verified by their length; what is read from the beginning to the end in one go, by its hash as well.

    Reading asks for ``buffer_size`` bytes at least, keeps up to 16 MiB of what came, and asks for more at a time
    (up to 8 MiB) where one read follows the other. After a read that failed or was cancelled it stands where it
    stood before. One task uses it at a time.
    """

    def __init__(
        self,
        spec: ReadSpec,
        look: Callable[[ReadSpec], Awaitable[ObjectT]],
        reader: Callable[[ReadSpec, str], Reader[ObjectT]],
        buffer_size: int,
    ) -> None:
        self._spec = spec
        self._look = look
        self._reader = reader
        self._least = buffer_size
        self._object: ObjectT | None = None
        self._position = 0
        self._closed = False
        self._pieces: list[_Piece] = []
        # Where the last piece that was asked for ended, and how long the next one is if it begins there.
        self._behind = -1
        self._next = buffer_size

    @property
    def object(self) -> ObjectT:
        """What is being read; known once the file was entered, or its size or content was needed.

        Raises:
            InvalidRequest: Neither has happened.
        """
        if self._object is None:
            raise InvalidRequest("what is being read is not known yet: enter the file, or read from it, first")
        return self._object

    @property
    def name(self) -> str:
        """The object's name."""
        return self._spec.address.name

    async def read(self, size: int = -1) -> bytes:
        """As a file's ``read``, from where it stands.

        Args:
            size: Exactly so many bytes, fewer only at the end; all that are left if it is negative.

        Returns:
            The bytes; empty at the end, and beyond it.

        Raises:
            Conflict: The object was replaced since the file was opened.
            ObjectNotFound: It does not exist, or not any more.
            InvalidRequest: The file was closed.
        """
        whole = (await self._opened()).size
        at = self._position
        left = max(0, whole - at)
        wanted = left if size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted:
            piece = self._piece_at(at)
            if piece is None and wanted >= LARGEST:
                # More than is worth keeping.
                data = await self._fetch(at, at + wanted, whole)
            else:
                piece = piece or await self._more(at, wanted, whole)
                data = piece.data[at - piece.start : at - piece.start + wanted]
            parts.append(data)
            wanted -= len(data)
            at += len(data)
        content = parts[0] if len(parts) == 1 else b"".join(parts)
        # Not before: who reads again after an error, or a cancellation, would miss what came before it.
        self._position = at
        return content

    async def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """As a file's ``seek``: the next read begins there. Only one from the end may ask the provider something.

        Args:
            offset: Bytes from there; beyond the end there is nothing to read.
            whence: ``io.SEEK_SET`` for the beginning, ``io.SEEK_CUR`` for where it stands, ``io.SEEK_END``.

        Returns:
            Where it stands now.

        Raises:
            InvalidRequest: The file was closed; or that is before its beginning (an ``OSError`` too, as everywhere).
        """
        self._check_open()
        if whence not in {SEEK_SET, SEEK_CUR, SEEK_END}:
            raise InvalidRequest(f"whence is {whence!r}; it is 0 for the beginning, 1 for the position, 2 for the end")
        start = {SEEK_SET: 0, SEEK_CUR: self._position}.get(whence)
        position = offset + ((await self._opened()).size if start is None else start)
        if position < 0:
            raise NoSuchPosition(f"{self.name}: there is no byte {position}; the first one is 0")
        self._position = position
        return position

    def tell(self) -> int:
        """Where the next read begins."""
        self._check_open()
        return self._position

    async def aclose(self) -> None:
        """Let go of what was read. Idempotent; the file cannot be used afterwards."""
        self._closed = True
        self._pieces.clear()

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # What is behind the above

    def _check_open(self) -> None:
        if self._closed:
            raise InvalidRequest(f"{self.name}: this file is closed; open the object again")

    async def _opened(self) -> ObjectT:
        """What is being read."""
        self._check_open()
        if self._object is None:
            found = await self._look(self._spec)
            if found.etag is None or is_weak(found.etag):
                raise NotSupported(
                    f"{self.name}: the provider gives no etag of it by which one content could be told from another, "
                    "so that reads might mix them; download the object",
                    provider=found.provider,
                )
            self._spec = msgspec.structs.replace(self._spec, conditions=UNCONDITIONAL, known=(found.etag, found.size))
            self._object = found
        return self._object

    def _piece_at(self, position: int) -> _Piece | None:
        for piece in reversed(self._pieces):
            if piece.start <= position < piece.end:
                return piece
        return None

    async def _more(self, position: int, wanted: int, whole: int) -> _Piece:
        """A piece that begins there, or before it near the end, where what is read next is mostly before it."""
        self._next = min(2 * self._next, LARGEST) if position == self._behind else self._least
        length = max(wanted, self._next)
        start = min(position, max(0, whole - length))
        # What is there of it already need not come again.
        start = max([start, *(piece.end for piece in self._pieces if piece.end <= position)])
        end = min(start + length, whole)
        piece = _Piece(start, await self._fetch(start, end, whole))
        self._behind = end
        self._pieces.append(piece)
        while len(self._pieces) > 1 and sum(len(each.data) for each in self._pieces) > KEPT:
            del self._pieces[0]
        return piece

    async def _fetch(self, start: int, end: int, whole: int) -> bytes:
        """The bytes from one position to another."""
        etag = self.object.etag or ""
        # All of it is verified by its hash.
        spec = msgspec.structs.replace(self._spec, start=start, end=None if (start, end) == (0, whole) else end)
        reader = self._reader(spec, etag)
        parts: list[bytes] = []
        try:
            while data := await reader.read(PIECE):
                parts.append(data)
        finally:
            await reader.close()
        content = parts[0] if len(parts) == 1 else b"".join(parts)
        if len(content) != end - start:
            raise Conflict(f"{self.name}: {len(content)} bytes came in the place of {end - start}; open it again")
        return content

"""The network of the in-memory object store: content travels over it, and can be damaged on the way."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from cumuli.errors import ConnectionFailed
from cumuli.providers.memory.runtime import Failures, MemoryRuntime
from cumuli.providers.memory.storage.account import MemoryStorageAccount
from cumuli.runtime.messages import Headers, Request, Response, ResponseStream
from cumuli.runtime.mutex import Mutex
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.timeouts import Patience

__all__ = ["SAME", "VERBS", "MemoryStorageRuntime"]

PIECE = 1024 * 1024
# The operations that have another name than the verb of the client that begins with them.
VERBS = {
    "container_cdn_url": "get_container_cdn_url",
    "head_object": "get_object",
    "list_objects": "list_container_objects",
    "object_url": "get_object_url",
    "put_object": "upload_object",
    "read_object": "download_object",
    "start_multipart": "upload_object",
}
# Verbs of the client that do what another does.
SAME = {
    "download_object_as_stream": "download_object",
    "download_object_range": "download_object",
    "download_object_range_as_stream": "download_object",
    "get_object_cdn_url": "get_container_cdn_url",
    "open_object": "download_object",
    "upload_object_via_stream": "upload_object",
}


class MemoryStorageRuntime(MemoryRuntime):
    """As ``MemoryRuntime``, for requests and answers with content.

    Args:
        runtime: Blocking or asynchronous.
        account: Who answers.
        latency: Seconds that every request takes.
        failures: Which requests fail.
        throttle: Of so many requests one is refused; None for none.
        consistency_delay: Seconds for which what is new is not listed.
        corrupt: Operations whose content has one byte changed on the way.
        cuts: After how many bytes the first read is cut, the second, and so on.
    """

    def __init__(
        self,
        runtime: Runtime,
        account: MemoryStorageAccount,
        *,
        latency: float,
        failures: Failures,
        throttle: int | None,
        consistency_delay: float,
        corrupt: Collection[str],
        cuts: Sequence[int],
    ) -> None:
        super().__init__(
            runtime,
            account,
            region="",
            latency=latency,
            failures=failures,
            throttle=throttle,
            consistency_delay=consistency_delay,
            verbs=VERBS,
        )
        self._corrupt = frozenset(corrupt)
        self._cuts = list(cuts)
        self._cut_lock = Mutex()

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        await self.travel(request, deadline, patience)
        content = await _content(request)
        if request.operation in self._corrupt:
            content = _damaged(content)
        return self.answer(msgspec.structs.replace(request, body=content))

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        await self.travel(request, deadline, patience)
        answer = self.answer(request)
        if answer.status != 200:
            return _Stream(answer, answer.body, None)
        with self._cut_lock:
            cut = self._cuts.pop(0) if self._cuts else None
        content = _damaged(answer.body) if request.operation in self._corrupt else answer.body
        return _Stream(answer, content, cut)


async def _content(request: Request) -> bytes:
    body = request.body
    if isinstance(body, bytes):
        return body
    pieces: list[bytes] = []
    while piece := await body.read(PIECE):
        pieces.append(piece)
    return b"".join(pieces)


def _damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(byte ^ 1 for byte in content[middle : middle + 1]) + content[middle + 1 :]


class _Stream:
    """An answer's body, piece by piece, cut after ``cut`` bytes."""

    def __init__(self, answer: Response, content: bytes, cut: int | None) -> None:
        self._answer = answer
        self._content = content
        self._cut = cut
        self._at = 0

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Headers:
        return self._answer.headers

    async def read(self, size: int) -> bytes:
        end = self._at + size
        if self._cut is not None and self._cut < len(self._content):
            if self._at >= self._cut:
                raise ConnectionFailed("the connection was cut in the middle of the answer, as ordered", sent=True)
            end = min(end, self._cut)
        piece = self._content[self._at : end]
        self._at += len(piece)
        return piece

    async def close(self) -> None:
        self._content = b""

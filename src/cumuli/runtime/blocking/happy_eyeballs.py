"""Connecting to the first of several addresses that answers, blocking and without threads (RFC 8305)."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import time
from collections import deque
from typing import Final

from cumuli.runtime import polling
from cumuli.runtime.http.address_order import ATTEMPT_DELAY, Address, Reachability
from cumuli.runtime.http.limits import LONGEST_WAIT

__all__ = ["Race"]

AT_ONCE: Final = frozenset({0})
UNDER_WAY: Final = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK})

_monotonic = time.monotonic


class Race:
    """Attempts to connect that are watched together; the first one that stands wins.

    One thread runs it; ``abort`` may be called by any.

    Args:
        known: What the client knows of addresses.
        deadline: Until when there has to be a winner.
    """

    def __init__(self, known: Reachability, deadline: float) -> None:
        self._known = known
        self._deadline = deadline
        self._aborted = False
        self._poll = polling.poll()
        # By descriptor, in the order of their beginning, which is told as well.
        self._attempts: dict[int, tuple[socket.socket, Address, float]] = {}

    def run(self, found: list[Address]) -> socket.socket:
        """The socket that won; ``close`` closes it as well.

        Args:
            found: As the resolver prefers them.

        Raises:
            OSError: Why the last attempt failed; ``TimeoutError`` past the deadline.
        """
        ahead = deque(self._known.order(found))
        failure = OSError("no address")
        next_at = 0.0
        while ahead or self._attempts:
            now = _monotonic()
            if now >= self._deadline:
                for descriptor in list(self._attempts):
                    self._give_up(descriptor)
                raise TimeoutError
            if ahead and now >= next_at:
                address = ahead.popleft()
                next_at = now + ATTEMPT_DELAY
                try:
                    self._begin(address, now)
                except OSError as error:
                    self._known.did_not_answer(address)
                    failure, next_at = error, 0.0
                    continue
            left = min(next_at, self._deadline) - now if ahead else self._deadline - now
            ready = {descriptor for descriptor, _ in self._poll.poll(min(left, LONGEST_WAIT) * 1000)}
            self._check()
            for descriptor in [one for one in self._attempts if one in ready]:
                code = self._attempts[descriptor][0].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not code:
                    return self._won(descriptor)
                self._known.did_not_answer(self._end(descriptor)[0])
                failure, next_at = OSError(code, os.strerror(code)), 0.0
        raise failure

    def abort(self) -> None:
        """Make ``run`` fail at once."""
        self._aborted = True
        for sock, _, _ in list(self._attempts.values()):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close every descriptor."""
        for sock, _, _ in list(self._attempts.values()):
            sock.close()

    def _check(self) -> None:
        if self._aborted:
            raise ConnectionAbortedError(errno.ECONNABORTED, os.strerror(errno.ECONNABORTED))

    def _begin(self, address: Address, now: float) -> None:
        family, where = address
        sock = socket.socket(family, socket.SOCK_STREAM)
        descriptor = sock.fileno()
        self._attempts[descriptor] = (sock, address, now)
        self._poll.register(descriptor, polling.WRITABLE)
        sock.settimeout(0)
        if isinstance(where, str):
            # A Unix socket is connected at once or not at all: EAGAIN is a server without room, and not "under way".
            code, fine = sock.connect_ex(where), AT_ONCE
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            code, fine = sock.connect_ex(where), UNDER_WAY
        if code not in fine:
            self._end(descriptor)
            raise OSError(code, os.strerror(code))
        # Whoever aborts before the socket began to connect has cut nothing.
        self._check()

    def _won(self, winner: int) -> socket.socket:
        for descriptor in [one for one in self._attempts if one != winner]:
            self._give_up(descriptor)
        sock, address, _ = self._attempts[winner]
        self._known.answered(address)
        return sock

    def _give_up(self, descriptor: int) -> None:
        self._known.given_up(*self._end(descriptor))

    def _end(self, descriptor: int) -> tuple[Address, float]:
        sock, address, began = self._attempts.pop(descriptor)
        self._poll.unregister(descriptor)
        sock.close()
        return address, began

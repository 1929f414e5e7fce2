"""Connecting to the first of several addresses that answers, in an event loop: the counterpart of the blocking one."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections import deque

from cumuli.runtime.http.address_order import ATTEMPT_DELAY, Address, Reachability

__all__ = ["first_connected"]

_Attempt = asyncio.Task[socket.socket]


async def first_connected(found: list[Address], known: Reachability) -> socket.socket:
    """The socket that was connected first. The caller bounds the time.

    Args:
        found: As the resolver prefers them.
        known: What the client knows of addresses.

    Raises:
        OSError: Why the last attempt failed.
    """
    if len(found) == 1:
        return await _connected(found[0])
    ahead = deque(known.order(found))
    failure = OSError("no address")
    # Each with its address and its beginning.
    attempts: dict[_Attempt, tuple[Address, float]] = {}
    try:
        while ahead or attempts:
            if ahead:
                address = ahead.popleft()
                attempts[asyncio.create_task(_connected(address))] = (address, time.monotonic())
            patience = ATTEMPT_DELAY if ahead else None
            done, _ = await asyncio.wait(attempts, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for task in [one for one in attempts if one in done]:
                address, _ = attempts[task]
                try:
                    sock = task.result()
                except OSError as error:
                    failure = error
                    known.did_not_answer(address)
                else:
                    known.answered(address)
                    del attempts[task]
                    return sock
                del attempts[task]
    finally:
        for task, (address, began) in attempts.items():
            known.given_up(address, began)
            task.add_done_callback(_close)
            task.cancel()
    raise failure


async def _connected(address: Address) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(0)
        if isinstance(where, str):
            # A Unix socket is connected at once or not at all; asyncio would wait for one whose server has no room.
            sock.connect(where)
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException as error:
        sock.close()
        if isinstance(error, ConnectionError) and error.errno is not None:
            # asyncio puts the address in the place of the reason.
            raise type(error)(error.errno, os.strerror(error.errno)) from None
        raise
    return sock


def _close(task: _Attempt) -> None:
    """What an attempt came to that nobody waits for any more."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()

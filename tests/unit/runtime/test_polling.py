"""What stands in for ``poll`` answers as ``poll`` does."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

import pytest

from cumuli.runtime.polling import GONE, READABLE, WRITABLE, Poll, SelectPoll


@pytest.mark.parametrize("make", [select.poll, SelectPoll])
def test_what_is_ready_is_told(make: Callable[[], Poll]) -> None:
    watching = make()
    one, other = socket.socketpair()
    with one, other:
        number = one.fileno()
        watching.register(number, READABLE)
        assert watching.poll(0) == []
        assert watching.poll(20) == []
        watching.modify(number, READABLE | WRITABLE)
        assert watching.poll(0) == [(number, WRITABLE)]
        other.send(b"x")
        assert watching.poll() == [(number, READABLE | WRITABLE)]
        watching.modify(number, READABLE)
        assert watching.poll(0) == [(number, READABLE)]
        watching.modify(number, GONE)
        assert watching.poll(0) == []
        watching.modify(number, READABLE)
        watching.unregister(number)
        assert watching.poll(0) == []


@pytest.mark.parametrize("make", [select.poll, SelectPoll])
def test_a_peer_that_closed_is_something_to_read(make: Callable[[], Poll]) -> None:
    watching = make()
    one, other = socket.socketpair()
    with one:
        watching.register(one.fileno(), READABLE)
        other.close()
        [(number, events)] = watching.poll(0)
        assert (number, events & READABLE) == (one.fileno(), READABLE)

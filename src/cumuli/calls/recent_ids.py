"""What this client made a moment ago, and the provider may not know everywhere yet.

A provider of many machines says that something does not exist for seconds after it gave its id away (EC2
says so of itself, under "eventual consistency"). Whoever believes that loses what he has just made:
``except NotFound: pass`` around a ``destroy_node`` leaves a node that costs money.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_plus

from cumuli.errors import NotFound
from cumuli.runtime.messages import Request
from cumuli.runtime.mutex import Mutex

__all__ = ["RecentIds"]

# How long what was made is new, how long one call waits for it, and how many are remembered.
NEW_SECONDS = 60.0
PATIENCE = 10.0
MOST = 1000
FIRST_WAIT = 0.25
LONGEST_WAIT = 2.0
# Providers' own words of operations after which it is true that something does not exist.
TAKES_AWAY = re.compile(r"delete|destroy|terminate|deregister|release", re.IGNORECASE)
# The values in a request: of forms and queries, in JSON, and what looks like an id in an address.
VALUE = re.compile(
    r'"(?:[^"\\]|\\.)*"\s*:|"((?:[^"\\]|\\.)*)"|=([^& ]+)|/([^/? ]*\d[^/? ]*)'  # the first is a name in JSON
)
# A shorter value is found in a message by chance.
SHORTEST_VALUE = 3


class RecentIds:
    """The ids that a client was given in the last minute, and those of what it took away; a thousand each at most."""

    def __init__(self) -> None:
        self._lock = Mutex()
        # By id: when it was given, how the provider says that it does not exist, and how requests write it.
        self._made: dict[str, tuple[float, type[NotFound], frozenset[str]]] = {}
        self._gone: dict[str, None] = {}

    def add(self, identity: str, kind: type[NotFound], *, now: float) -> None:
        """Remember what was made.

        Args:
            identity: Its id, or its name where that is what calls name.
            kind: The error that says that it does not exist.
            now: On the runtime's monotonic clock.
        """
        with self._lock:
            self._gone.pop(identity, None)
            self._made.pop(identity, None)
            self._made[identity] = now, kind, _words(identity)
            while len(self._made) > MOST or self._is_old(next(iter(self._made)), now):
                del self._made[next(iter(self._made))]

    def take_away(self, identity: str) -> None:
        """Remember that this client had something taken away: that it does not exist is believed at once."""
        with self._lock:
            self._made.pop(identity, None)
            self._gone[identity] = None
            while len(self._gone) > MOST:
                del self._gone[next(iter(self._gone))]

    def is_gone(self, identity: str) -> bool:
        """Whether this client had it taken away."""
        return identity in self._gone

    def wait(self, request: Request, error: NotFound, *, began: float, now: float) -> float | None:
        """Seconds after which to ask again for what was not found, or None if that is to be believed.

        Args:
            request: What was asked.
            error: The refusal.
            began: When the call began.
            now: Now, on the same clock.
        """
        new = [name for name in self._named(request) if self._is_new(name, type(error), now)]
        new = self._refused(new, request, error)
        if not new:
            return None
        if now - began < PATIENCE:
            return min(max(FIRST_WAIT, (now - began) / 2), LONGEST_WAIT)
        # Waited for in vain: no other call waits for it again.
        self._forget(new)
        return None

    def note(self, request: Request) -> None:
        """Take notice of a success: what was taken away is believed to be gone."""
        if self._made and (request.method == "DELETE" or TAKES_AWAY.search(request.operation)):
            self._forget(self._named(request))

    def _is_old(self, name: str, now: float) -> bool:
        return now - self._made[name][0] > NEW_SECONDS

    def _is_new(self, name: str, error: type[NotFound], now: float) -> bool:
        made = self._made.get(name)
        # An error of another kind is about something else that the request names.
        return made is not None and now - made[0] <= NEW_SECONDS and error in {NotFound, made[1]}

    def _refused(self, new: list[str], request: Request, error: NotFound) -> list[str]:
        """Those of the new ids in a request that a refusal is about."""
        told = [name for name in new if _has(error.message, name)]
        if told or not new or any(_has(error.message, value) for value in _values(request)):
            return told
        # It names nothing. It is about what the address leads to, or about something of the kind that it speaks of.
        return [
            name
            for name in new
            if type(error) is self._kind(name) or any(_has(request.target, word) for word in _words(name))
        ]

    def _kind(self, name: str) -> type[NotFound] | None:
        made = self._made.get(name)
        return made and made[1]

    def _named(self, request: Request) -> list[str]:
        if not self._made:
            return []
        text = _text(request)
        with self._lock:
            made = list(self._made.items())
        return [name for name, (_, _, words) in made if any(_has(text, word) for word in words)]

    def _forget(self, names: list[str]) -> None:
        with self._lock:
            for name in names:
                self._made.pop(name, None)


def _words(identity: str) -> frozenset[str]:
    """How requests write an id."""
    return frozenset({identity, quote(identity, safe="")})


def _text(request: Request) -> str:
    body = request.body if isinstance(request.body, bytes) else b""
    return f"{request.target} {body.decode('utf-8', 'replace')}"


def _values(request: Request) -> set[str]:
    found = {unquote_plus("".join(groups)) for groups in VALUE.findall(_text(request))}
    return {value for value in found if len(value) >= SHORTEST_VALUE}


def _has(text: str, word: str) -> bool:
    """Whether a text has this word, and not as a part of a longer one."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not _goes_on(text[max(start - 1, 0) : start]) and not _goes_on(text[end : end + 1]):
            return True
        start = text.find(word, start + 1)
    return False


def _goes_on(character: str) -> bool:
    return character.isalnum() or (character != "" and character in "-_")

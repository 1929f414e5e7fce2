"""What this client made a moment ago, and the provider may not know everywhere yet.

A provider of many machines says that something does not exist for seconds after it gave its id away (EC2
says so of itself, under "eventual consistency"). Whoever believes that loses what he has just made:
``except NotFound: pass`` around a ``destroy_node`` leaves a node that costs money.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from cumuli.errors import NotFound
from cumuli.runtime.messages import Request
from cumuli.runtime.mutex import Mutex

__all__ = ["Recent"]

# How long what was made is new, how long one call waits for it, and how many are remembered.
NEW_SECONDS = 60.0
PATIENCE = 10.0
MOST = 1000
FIRST_WAIT = 0.25
LONGEST_WAIT = 2.0
# Providers' own words of operations after which it is true that something does not exist.
TAKES_AWAY = re.compile(r"delete|destroy|terminate|deregister|release", re.IGNORECASE)


class Recent:
    """The ids that a client was given in the last minute, a thousand at most."""

    def __init__(self) -> None:
        self._lock = Mutex()
        # By id: when it was given, how the provider says that it does not exist, and how requests write it.
        self._made: dict[str, tuple[float, type[NotFound], frozenset[str]]] = {}

    def add(self, identity: str, kind: type[NotFound], *, now: float) -> None:
        """Remember what was made.

        Args:
            identity: Its id, or its name where that is what calls name.
            kind: The error that says that it does not exist.
            now: On the runtime's monotonic clock.
        """
        with self._lock:
            self._made.pop(identity, None)
            self._made[identity] = now, kind, frozenset({identity, quote(identity, safe="")})
            while len(self._made) > MOST or self._is_old(next(iter(self._made)), now):
                del self._made[next(iter(self._made))]

    def wait(self, request: Request, error: NotFound, *, began: float, now: float) -> float | None:
        """Seconds after which to ask again for what was not found, or None if that is to be believed.

        Args:
            request: What was asked.
            error: The refusal.
            began: When the call began.
            now: Now, on the same clock.
        """
        new = [name for name in self._named(request) if self._is_new(name, type(error), now)]
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

    def _named(self, request: Request) -> list[str]:
        if not self._made:
            return []
        body = request.body if isinstance(request.body, bytes) else b""
        text = f"{request.target} {body.decode('utf-8', 'replace')}"
        with self._lock:
            made = list(self._made.items())
        return [name for name, (_, _, words) in made if any(_has(text, word) for word in words)]

    def _forget(self, names: list[str]) -> None:
        with self._lock:
            for name in names:
                self._made.pop(name, None)


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

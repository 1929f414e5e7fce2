"""What Swift keeps in memcached, kept by the process itself: tokens, and what is known of accounts and containers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["Cache", "filter_factory"]

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Cache:
    """Memcached's commands, as far as Swift gives them here, with the names and arguments of Swift's own client."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, key: str, raise_on_error: bool = False) -> Any:  # noqa: ANN401 - whatever was set
        """What was set, or None."""
        text, until = self._kept.get(key, ("null", 0.0))
        if until and until <= time.time():
            del self._kept[key]
            return None
        return json.loads(text)

    def set(
        self,
        key: str,
        value: object,
        serialize: bool = True,
        time: float = 0,
        min_compress_len: int = 0,
        raise_on_error: bool = False,
    ) -> None:
        """Keep a value that JSON can write, for so many seconds, or without an end."""
        # As text, for memcached would give a copy too, with tuples as lists.
        self._kept[key] = (json.dumps(value), now() + time if time else 0.0)

    def incr(self, key: str, delta: int = 1, time: float = 0) -> int:
        """Count up, from nothing if there is nothing, and never below it."""
        value = max(0, int(self.get(key) or 0) + delta)
        self.set(key, value, time=time)
        return value

    def decr(self, key: str, delta: int = 1, time: float = 0) -> int:
        """Count down."""
        return self.incr(key, -delta, time)

    def delete(self, key: str, server_key: str | None = None) -> None:
        """Forget."""
        self._kept.pop(key, None)


def now() -> float:
    """The clock, where an argument has its name."""
    return time.time()


def filter_factory(
    global_conf: Mapping[str, str],  # noqa: ARG001 - PasteDeploy passes it
    **local_conf: str,  # noqa: ARG001 - as above
) -> Callable[[Application], Application]:
    """A filter for Swift's pipeline, in the form that PasteDeploy asks for."""
    cache = Cache()

    def with_cache(app: Application) -> Application:
        def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            environ["swift.cache"] = cache
            return app(environ, start_response)

        return call

    return with_cache

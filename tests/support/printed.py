"""What a command of ours printed, read as programs read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Cli", "Result"]


class Result(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """What it failed with, after the warnings: one document in each line."""
        *warnings, last = [json.loads(line) for line in self.err.splitlines()]
        assert all(list(warning) == ["warning"] for warning in warnings)
        return last["error"]


Cli = Callable[..., Result]

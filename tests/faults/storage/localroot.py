"""A folder of a ``LocalStorage`` with something outside of it that nobody may touch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cumuli.providers.local.aio import AsyncLocalStorage
from cumuli.providers.local.client import LocalStorage
from cumuli.testing.flavours import Flavour

SECRET = b"outside of the root"


class Root:
    """See the module.

    Attributes:
        path: The root folder, with the empty container ``box``.
        box: The container's folder.
        outside: A folder beside the root; it holds the file ``secret`` and an empty folder.
    """

    def __init__(self, folder: Path, flavour: Flavour) -> None:
        self.path = folder / "root"
        self.box = self.path / "box"
        self.box.mkdir(parents=True)
        self.outside = folder / "outside"
        (self.outside / "empty").mkdir(parents=True)
        (self.outside / "secret").write_bytes(SECRET)
        self._before = self._look_outside()
        self._flavour = flavour

    @contextmanager
    def client(self, **settings: Any) -> Iterator[AsyncLocalStorage]:
        make = AsyncLocalStorage if self._flavour.name == "async" else LocalStorage
        client: AsyncLocalStorage = self._flavour.shape(make(self.path, **settings))
        yield client

    def assert_nothing_left(self, *expected: str) -> None:
        """The container holds these files and folders, and nothing but records beside them."""
        found = sorted(str(path.relative_to(self.box)) for path in self.box.rglob("*"))
        assert [name for name in found if not name.startswith(".cumuli")] == sorted(expected)
        assert not list(self.box.glob(".cumuli/new-*"))

    def assert_inside(self, path: str, content: bytes) -> None:
        """A file of this content is in the container."""
        assert Path(path).resolve().is_relative_to(self.box.resolve())
        assert Path(path).read_bytes() == content

    def assert_outside_untouched(self) -> None:
        assert self._look_outside() == self._before

    def _look_outside(self) -> list[tuple[str, int, bytes]]:
        # Times are compared as well: what is written and removed again is seen by its folder's.
        return [
            (str(path), os.lstat(path).st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in sorted([self.outside, *self.outside.rglob("*")])
        ]

"""``LocalStore``: a folder whose sub-folders are containers and whose files are objects.

Every function blocks. What is not one call is safe against other threads and processes, and against
being killed at any point: content is written to a file of its own in the container's private folder
and renamed into its place when it is whole; what has to be looked at and changed in one go is done
under the container's lock. A file left over by a killed writer is removed by a later one.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from cumuli.errors import (
    ConfigurationError,
    ContainerExists,
    ContainerNotFound,
    NotEmpty,
    ObjectNotFound,
    PermissionDenied,
)
from cumuli.runtime.localfs.files import Check, Found, OpenFile, Writer, found_as, found_of, opened_object, sweep
from cumuli.runtime.localfs.folders import NOT_THERE, SUPPORTED, clear, errors_of, folder, locked, prune
from cumuli.runtime.localfs.metadata import Record, forget_record
from cumuli.runtime.localfs.names import PRIVATE, is_text, pieces_of, usable
from cumuli.runtime.localfs.walk import Walk, holds_objects

__all__ = ["LocalStore"]

# Seconds between two looks for what killed writers have left in a container.
SWEEP_EVERY = 60.0

Fold = Callable[[str], tuple[str, str] | None]
"""The common prefix that stands for a name, and the first text behind all names that it stands for;
or None: the name stands for itself."""


class LocalStore:
    """See the module.

    Args:
        root: The folder. It is made with the first container.
        fsync: Whether content is on the disk, and not only in the system's memory, when a write returns.

    Raises:
        ConfigurationError: The path is a relative one, and the working folder was removed; or the system has no way
            to open files relative to folders, or no locks.
    """

    def __init__(self, root: str, *, fsync: bool) -> None:
        if not SUPPORTED:
            raise ConfigurationError(
                "this system cannot open files relative to folders, or has no locks of files, which keeping objects in "
                "a folder needs; use it on Linux or macOS, or use MemoryStorage"
            )
        try:
            self.root = os.path.abspath(root)
        except OSError as error:
            raise ConfigurationError(
                f"root is {root!r}, and the working folder was removed; give an absolute path"
            ) from error
        self._fsync = fsync
        self._swept: dict[str, float] = {}

    # Containers

    def containers(self) -> list[tuple[str, int]]:
        """Name and time of modification (in nanoseconds) of every container, sorted."""
        with errors_of(f"cannot list {self.root!r}"):
            try:
                with os.scandir(self.root) as entries:
                    return sorted(
                        (entry.name, entry.stat(follow_symlinks=False).st_mtime_ns)
                        for entry in entries
                        if entry.is_dir(follow_symlinks=False) and is_text(entry.name) and usable(entry.name)
                    )
            except FileNotFoundError:
                return []

    def container(self, name: str) -> int:
        """A container's time of modification, in nanoseconds."""
        with self._container(name) as opened:
            return os.fstat(opened).st_mtime_ns

    def make_container(self, name: str) -> int:
        with errors_of(f"cannot make the folder {name!r} in {self.root!r}"):
            if not os.path.isdir(self.root):
                os.makedirs(self.root, exist_ok=True)
                if self._fsync:
                    self._sync_above()
            try:
                with folder([], self.root) as root:
                    os.mkdir(name, dir_fd=root)
                    if self._fsync:
                        os.fsync(root)
            except FileExistsError:
                raise ContainerExists(f"there is {name!r} in {self.root!r} already", code="EEXIST") from None
        return self.container(name)

    def remove_container(self, name: str) -> None:
        with self._container(name) as opened, locked(opened), errors_of(f"cannot remove the folder {name!r}"):
            if holds_objects(opened):
                raise NotEmpty(f"the container {name!r} still holds objects; delete them first", code="ENOTEMPTY")
            clear(opened, PRIVATE)
            with folder([], self.root) as root:
                try:
                    os.rmdir(name, dir_fd=root)
                except OSError as error:
                    raise NotEmpty(
                        f"the folder {name!r} holds files that are no objects, such as links; remove them first",
                        code="ENOTEMPTY",
                    ) from error

    # Objects

    def page(
        self, container: str, prefix: str, start: str, fold: Fold, limit: int
    ) -> tuple[list[tuple[str, Found | None]], str | None]:
        """One page of a listing.

        Args:
            container: The container's name.
            prefix: Only names that begin so.
            start: Only this name and those behind it.
            fold: Tells which names a common prefix stands for.
            limit: Most results.

        Returns:
            Names with the objects' files, common prefixes with None, in order; and where the next page starts, or None.
        """
        walk = Walk(prefix, start)
        results: list[tuple[str, Found | None]] = []
        with self._container(container) as opened, errors_of(f"cannot list the container {container!r}"):
            for name, path in walk.names(opened):
                if name < walk.start:
                    continue
                if len(results) == limit:
                    return results, name
                common = fold(name)
                if common is not None:
                    prefix_found, walk.start = common
                    results.append((prefix_found, None))
                    continue
                # What disappears between the walk and the look was deleted: it is not listed.
                with contextlib.suppress(ObjectNotFound):
                    results.append((name, self._seen(opened, container, name, path)))
        return results, None

    def open(self, container: str, name: str, check: Check) -> OpenFile:
        """An object's file, open for reading. Its content stays what it is, whatever is put or deleted."""
        with self._container(container) as opened:
            file = self._opened(opened, container, name, pieces_of(name))
            try:
                check(file.found)
            except BaseException:
                file.close()
                raise
            return file

    def writer(self, container: str) -> Writer:
        """A new file to write an object's content to."""
        with self._container(container) as opened, errors_of(f"cannot write to the container {container!r}"):
            now = time.monotonic()
            if now - self._swept.get(container, -SWEEP_EVERY) >= SWEEP_EVERY:
                self._swept[container] = now
                sweep(opened)
            return Writer(os.dup(opened), os.path.join(self.root, container), fsync=self._fsync)

    def remove(self, container: str, name: str, check: Check) -> None:
        """Delete an object that passes the check, and the folders that held nothing else."""
        path = pieces_of(name)
        with (
            self._container(container) as opened,
            locked(opened),
            self._opened(opened, container, name, path) as file,
            errors_of(f"cannot delete {container}/{name}"),
        ):
            check(file.found)
            with folder(path[:-1], opened) as parent:
                os.unlink(file.file_name, dir_fd=parent)
                if self._fsync:
                    os.fsync(parent)
            forget_record(opened, file.status)
            prune(path[:-1], opened)

    # What the above share

    def _sync_above(self) -> None:
        """Make the folders above the root survive a loss of power: any of them may be new."""
        path = self.root
        while (above := os.path.dirname(path)) != path:
            # Somebody else's folder may be closed to us; then it was there before.
            with contextlib.suppress(PermissionError), folder([], above) as opened:
                os.fsync(opened)
            path = above

    @contextmanager
    def _container(self, name: str) -> Generator[int]:
        with contextlib.ExitStack() as stack:
            with errors_of(f"cannot open the folder {name!r}"):
                try:
                    opened = stack.enter_context(folder([name], self.root))
                except OSError as error:
                    if error.errno not in NOT_THERE:
                        raise
                    raise ContainerNotFound(
                        f"there is no folder {name!r} in {self.root!r}; create the container first", code="ENOENT"
                    ) from None
            yield opened

    def _seen(self, opened: int, container: str, name: str, path: Sequence[str]) -> Found:
        """An object as a listing tells of it: also one that may not be read."""
        try:
            with self._opened(opened, container, name, path) as file:
                return file.found
        except PermissionDenied:
            with folder(path[:-1], opened) as parent:
                status = os.stat(path[-1], dir_fd=parent, follow_symlinks=False)
            return found_as(status, Record(), os.path.join(self.root, container, *path))

    def _opened(self, opened: int, container: str, name: str, path: Sequence[str]) -> OpenFile:
        with errors_of(f"cannot read {container}/{name}"):
            try:
                with folder(path[:-1], opened) as parent:
                    found = opened_object(path[-1], parent)
            except OSError as error:
                if error.errno not in NOT_THERE:
                    raise
                found = None
            if found is None:
                raise ObjectNotFound(f"there is no object {name!r} in {container!r}", code="ENOENT")
            file_name, file = found
            where = os.path.join(self.root, container, *path[:-1], file_name)
            return OpenFile(found_of(opened, file, where), file_name, file)

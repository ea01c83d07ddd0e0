"""The disk cache holds a bounded number of bytes of storage objects.

A cached object is a prefix of the stored one: as many bytes as some snapshot needed. What is in the
folder is never trusted: whoever uses it checks the bytes
(:mod:`services.packager.storage.object_fetcher`), so a torn file, another process or a bad disk
cost a second fetch and nothing else.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import structlog

from services.packager.storage.scratch import remove_abandoned, scratch_folder, tree_bytes
from shared.errors import UnavailableError
from shared.metrics import cache as metrics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = structlog.get_logger()

ABANDONED_S: Final = 3_600.0  # a half-written file this old belongs to a process that died
PARTIAL: Final = ".partial"
WORK: Final = "work"
RESCAN_SHARE: Final = 16  # look at the folder again after a sixteenth of its bound was added


class CacheFullError(UnavailableError):
    """The disk of the cache has no room left; another worker, or a later time, may have."""

    code = "cache-full"
    title = "The packager's disk is full"


class DiskCache:
    """Holds objects by key, at most ``max_bytes`` of them, the least recently used out first.

    Safe with several threads and several processes on one folder; each may overshoot the bound by
    a sixteenth of it.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._work = folder / WORK
        remove_abandoned(self._work)
        self._used_bytes = self._shrink(max_bytes)
        self._added_bytes = 0
        metrics.CACHE_BYTES.set(self._used_bytes)

    def find(self, key: str, size_bytes: int) -> Path | None:
        """Where the first ``size_bytes`` lie, now marked as just used; None if they do not."""
        path = self.path(key)
        try:
            if path.stat().st_size < size_bytes:
                return None
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    @contextmanager
    def writing(self, key: str, size_bytes: int) -> Iterator[int]:
        """A descriptor to write the object to; it takes its place when the block has succeeded.

        Raises:
            CacheFullError: The disk is full although the cache has made room.
        """
        self.make_room(size_bytes)
        path = self.path(key)
        with disk_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, partial = tempfile.mkstemp(suffix=PARTIAL, dir=path.parent)
        try:
            with disk_errors():
                yield descriptor
                os.replace(partial, path)  # noqa: PTH105 - mkstemp gives a string
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(partial)  # noqa: PTH108 - likewise
            raise
        finally:
            os.close(descriptor)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder on the same disk, so that what lies in the cache can be linked into it.

        Gone at the end, with all that was put there; those of processes that died go here too.
        """
        remove_abandoned(self._work)
        with scratch_folder(self._work) as folder:
            yield folder

    def drop(self, key: str) -> None:
        """Forget an object, because what lies here is not what it should be."""
        self.path(key).unlink(missing_ok=True)

    def occupied_bytes(self) -> int:
        """What lies in the folder, the builds at hand included; blocks."""
        return self._used_bytes + tree_bytes(self._work)

    def make_room(self, size_bytes: int) -> None:
        """Remove the least recently used until ``size_bytes`` more fit."""
        with self._lock:
            self._added_bytes += size_bytes
            self._used_bytes += size_bytes
            stale = self._added_bytes > self.max_bytes // RESCAN_SHARE
            if stale or self._used_bytes > self.max_bytes:
                self._used_bytes = self._shrink(max(self.max_bytes - size_bytes, 0)) + size_bytes
                self._added_bytes = 0
            metrics.CACHE_BYTES.set(self._used_bytes)

    def _shrink(self, max_bytes: int) -> int:
        entries = sorted(self._entries(), key=lambda entry: entry[0])
        used = sum(size for _, size, _ in entries)
        abandoned = time.time() - ABANDONED_S
        for modified, size, path in entries:
            partial = path.name.endswith(PARTIAL)
            if (used > max_bytes and not partial) or (partial and modified < abandoned):
                path.unlink(missing_ok=True)
                used -= size
        return used

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        for path in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):
                found = path.stat()
                yield found.st_mtime, found.st_size, path

    def path(self, key: str) -> Path:
        """Where the object lies, if it does."""
        name = hashlib.sha256(key.encode()).hexdigest()
        return self.folder / name[:2] / name


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raise a full disk as an error of its own, unlike other errors of the system."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CacheFullError(f"no room in the packager's cache: {error.strerror}") from error
        raise

"""How much room there is where a packager works: for its cache, and for the builds at hand."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from services.packager.processes.threads import in_thread
from shared.metrics import disks as metrics

if TYPE_CHECKING:
    from services.packager.storage.disk_cache import DiskCache

DISK: Final = "cache"
INTERVAL_S: Final = 15.0


class DiskSpace:
    """Measures the disk, or the part of it that a volume may take (``size_bytes``; 0: all)."""

    def __init__(self, cache: DiskCache, *, size_bytes: int) -> None:
        self._cache = cache
        self._size_bytes = size_bytes

    async def run(self, stop: asyncio.Event) -> None:
        """Measure every ``INTERVAL_S`` until told to stop."""
        while not stop.is_set():
            with suppress(OSError):  # of a disk that is away: no reason to stop working
                await in_thread(self.measure)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL_S)

    def measure(self) -> None:
        """Look once; blocks."""
        disk = shutil.disk_usage(self._cache.folder)
        size, free = disk.total, disk.free
        if self._size_bytes:
            size = min(size, self._size_bytes)
            free = max(min(free, size - self._cache.occupied_bytes()), 0)
        metrics.SIZE.labels(DISK).set(size)
        metrics.FREE.labels(DISK).set(free)

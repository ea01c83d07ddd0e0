"""The package fetcher brings the packages that one export asks for: bounded, checked, cached.

The export's build is not trusted. It names a package, a version and a hash; the bytes that it gets
are those of that hash, from the cache or the registry, or none.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING, Final

from services.packager.processes.threads import entered_in_thread, in_thread
from services.packager.registry.faults import FaultError
from services.packager.registry.integrity import Check, shortened
from services.packager.registry.npm_registry import patiently
from shared.metrics import cache as metrics

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.registry.npm_registry import NpmRegistry
    from services.packager.storage.disk_cache import DiskCache

MAX_REQUESTS: Final = 6_000  # of one export: two for each package, and those that were tried
MAX_BYTES: Final = 1 << 30  # that one export may have fetched; documents of the registry, mostly
AT_A_TIME: Final = 8  # of one export
BLOCK_BYTES: Final = 1 << 20


class PackageFetcher:
    """Answers what one export asks of the registry.

    Tarballs are cached by registry, name, version and integrity. Who asks for one has the hash from
    a lock file, or from the registry just now: nobody gets what the registry would not give.
    """

    def __init__(self, registry: NpmRegistry | None, cache: DiskCache) -> None:
        self._registry = registry
        self._cache = cache
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self._asked = 0
        self._fetched_bytes = 0

    async def metadata(self, name: str) -> bytes:
        """What the registry knows of a package.

        Raises:
            FaultError: Why there is nothing.
        """
        registry = self._opened()
        async with self._slots:
            document = await registry.metadata(name)
        self._count(len(document))
        return document

    async def tarball(self, name: str, version: str, integrity: str) -> int:
        """A descriptor of a package's checked bytes, for the caller to close.

        Raises:
            FaultError: Why there is none.
            CacheFullError: There is no room for it.
        """
        registry = self._opened()
        key = f"packages/{registry.key}/{name}@{version}/{integrity}"
        async with self._slots:
            found = await in_thread(partial(self._find, key, integrity))
            metrics.PACKAGES.labels("miss" if found is None else "hit").inc()
            if found is not None:
                return found
            return await patiently(lambda: self._fetch(registry, key, name, version, integrity))

    def _opened(self) -> NpmRegistry:
        if self._registry is None:
            raise FaultError("none")
        self._asked += 1
        if self._asked > MAX_REQUESTS:
            raise FaultError("too-many", f"{MAX_REQUESTS:,} questions to the registry")
        return self._registry

    def _count(self, size_bytes: int) -> None:
        self._fetched_bytes += size_bytes
        if self._fetched_bytes > MAX_BYTES:
            raise FaultError("too-many", f"{MAX_BYTES >> 20:,} MB from the registry")

    def _find(self, key: str, integrity: str) -> int | None:
        """The cached tarball, if it is there and whole; in a thread."""
        path = self._cache.find(key, 1)
        if path is None:
            return None
        try:
            descriptor = _opened(path)
        except FileNotFoundError:  # the cache has let it go this moment
            return None
        if _checked(descriptor, integrity).holds:
            return descriptor
        os.close(descriptor)
        self._cache.drop(key)
        return None

    async def _fetch(
        self, registry: NpmRegistry, key: str, name: str, version: str, integrity: str
    ) -> int:
        check = Check(integrity)
        async with (
            registry.tarball(name, version) as blocks,
            entered_in_thread(self._cache.writing(key, 0)) as descriptor,
        ):
            size = 0
            async for block in blocks:
                await in_thread(partial(_written, descriptor, block, check))
                self._count(len(block))
                size += len(block)
            if not check.holds:
                raise FaultError(
                    "altered", f"{shortened(integrity)} expected, {shortened(check.found)} came"
                )
            await in_thread(partial(self._cache.make_room, size))
            # Opened anew, to be read alone, while it cannot have been removed yet.
            return await in_thread(partial(os.open, f"/proc/self/fd/{descriptor}", _READ))


_READ: Final = os.O_RDONLY | os.O_CLOEXEC


def _opened(path: Path) -> int:
    return os.open(path, _READ)


def _checked(descriptor: int, integrity: str) -> Check:
    check, offset = Check(integrity), 0
    while block := os.pread(descriptor, BLOCK_BYTES, offset):
        check.update(block)
        offset += len(block)
    return check


def _written(descriptor: int, block: bytes, check: Check) -> None:
    check.update(block)
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]

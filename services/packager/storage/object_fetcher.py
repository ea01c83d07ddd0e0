"""The object fetcher brings the objects that one export needs: ahead, in parallel, checked.

An object is fetched up to the last byte that the snapshot uses of it, in ranges; every file cut out
of it is checked against its SHA-256 before anybody may open it. What was cached is checked in the
same way when it is opened, unless whoever opens it knows the CRC of what is read.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog

from services.packager.processes.threads import entered_in_thread, in_thread
from services.packager.storage.file_slice import damaged, write_blocks
from shared.errors import ExportError, StorageRefusedError
from shared.metrics import cache as metrics
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from services.packager.storage.disk_cache import DiskCache
    from services.packager.storage.object_index import ObjectIndex
    from shared.storage.bucket import Storage

log = structlog.get_logger()

RANGE_BYTES: Final = 16 << 20
FLUSH_BYTES: Final = 1 << 20  # held in memory per request in flight
REQUESTS: Final = 4  # in flight at a time, of one export
AHEAD_BYTES: Final = 512 << 20  # fetched but not yet packed: more would thrash a small cache
CHECKED_AHEAD: Final = 4  # cached objects at a time, behind one that is opened
CHECKED_AHEAD_BYTES: Final = 8 << 20  # of each: a pack of texts, no large file of media
HANDED_OVER: Final = 16  # cached objects at a time: a question of each would take longer


class ObjectLostError(ExportError):
    """The storage does not hold what the snapshot names: tried again, then for operators."""

    code = "object-lost"
    title = "A stored object is missing or damaged"
    retryable = True
    of_project = True


@contextmanager
def lost_where_missing(message: str) -> Iterator[None]:
    """Make an :class:`ObjectLostError` of what the storage says where there is no such object.

    AWS says so only to those who may list the bucket, which the packager may not: it is refused
    what is missing. One whose key may read nothing at all does not get ready.
    """
    try:
        yield
    except ObjectMissingError as error:
        raise ObjectLostError(message) from error
    except StorageRefusedError as error:
        if error.code != "AccessDenied":
            raise
        raise ObjectLostError(message) from error


class ObjectFetcher:
    """Fetches objects on the event loop; every access to the disk is made in a thread."""

    def __init__(
        self,
        storage: Storage,
        cache: DiskCache,
        index: ObjectIndex,
        *,
        on_fetched: Callable[[int], None],
    ) -> None:
        self._storage = storage
        self._cache = cache
        self._index = index
        self._on_fetched = on_fetched
        self._tasks: dict[str, asyncio.Task[Path]] = {}
        self._checked: dict[str, asyncio.Task[Path | None]] = {}  # ahead, not yet opened
        self._checking: set[asyncio.Task[Path | None]] = set()
        self._requests = asyncio.Semaphore(REQUESTS)
        self._packed_bytes = 0
        self._packed = asyncio.Event()
        self._order = list(index.files)
        self._places = {key: place for place, key in enumerate(self._order)}
        self._missing: frozenset[str] = frozenset()

    async def missing_bytes(self) -> int:
        """How much has to be fetched because the cache does not have it."""
        sizes = self._index.sizes
        self._missing = await in_thread(partial(_missing, self._cache, sizes))
        metrics.CACHE_READS.labels("hit").inc(len(sizes) - len(self._missing))
        metrics.CACHE_READS.labels("miss").inc(len(self._missing))
        return sum(sizes[key] for key in self._missing)

    async def prefetch(self) -> None:
        """Get every missing object in the order of the files, but never far ahead of the packing.

        What fails here fails again for whoever opens the file, if anybody does.
        """
        ahead_bytes = min(AHEAD_BYTES, self._cache.max_bytes // 4)
        slots = asyncio.Semaphore(REQUESTS)
        fetched_bytes = 0
        for key, files in self._index.files.items():
            if key not in self._missing:
                continue
            while fetched_bytes - self._packed_bytes > ahead_bytes:
                self._packed.clear()
                await self._packed.wait()
            await slots.acquire()
            self._start(key).add_done_callback(lambda _: slots.release())
            fetched_bytes = self._index.begun_bytes[files[0].path]

    def packed(self, path: str) -> None:
        """Packing, in the order of the files, has come to ``path``."""
        self._packed_bytes = max(self._packed_bytes, self._index.begun_bytes[path])
        self._packed.set()

    async def closed(self) -> None:
        """Stop, and wait until nothing of it is left."""
        left = [*self._tasks.values(), *self._checking]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def cached(self, key: str, *, most: int = HANDED_OVER) -> dict[str, int]:
        """Descriptors of the object and of the next ones, ``most`` in all, as the cache has them.

        Nobody has checked them: whoever reads them knows the CRC of what is there. None of them
        where the first one has to be fetched.
        """
        place = self._places[key]
        keys = self._order[place : place + most]
        opened: dict[str, int] = {}
        try:
            await in_thread(partial(_open, self._cache, keys, self._index, opened))
        except BaseException:
            for descriptor in opened.values():
                os.close(descriptor)
            raise
        return opened

    async def open(self, key: str) -> int:
        """A descriptor of the object, for the caller to close, as soon as it is there.

        Raises:
            ObjectLostError: The storage does not have it, or has something else.
        """
        path = await self._get(key)
        self._check_ahead(key)
        while True:
            try:
                return await in_thread(partial(os.open, path, os.O_RDONLY | os.O_CLOEXEC))
            except FileNotFoundError:  # the cache has let it go since
                path = await self._get_again(key)

    def _check_ahead(self, key: str) -> None:
        """Who opens one object will open the next ones: small ones are checked meanwhile.

        Nothing is fetched for that, and nobody waits for a thread behind it for long.
        """
        place = self._places[key] + 1
        for following in self._order[place : place + CHECKED_AHEAD]:
            known = following in self._missing or following in self._tasks
            if known or self._index.sizes[following] > CHECKED_AHEAD_BYTES:
                continue
            if following not in self._checked and len(self._checking) < CHECKED_AHEAD:
                check = asyncio.create_task(in_thread(partial(self._find, following)))
                self._checked[following] = check
                self._checking.add(check)
                check.add_done_callback(self._checking.discard)
                check.add_done_callback(_seen)

    async def _get(self, key: str) -> Path:
        return await asyncio.shield(self._start(key))

    async def _get_again(self, key: str) -> Path:
        task = self._tasks.get(key)
        if task is not None and task.done():
            del self._tasks[key]
        return await self._get(key)

    def _start(self, key: str) -> asyncio.Task[Path]:
        """One task per object, shared by all who wait for it."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(self._bring(key))
            task.add_done_callback(_seen)
        return task

    async def _bring(self, key: str) -> Path:
        check = self._checked.pop(key, None)
        find = in_thread(partial(self._find, key)) if check is None else asyncio.shield(check)
        return await find or await self._fetch(key)

    def _find(self, key: str) -> Path | None:
        """Where the cache has the object, unless what lies there is damaged; in a thread."""
        path = self._cache.find(key, self._index.sizes[key])
        if path is None:
            return None
        try:
            bad = damaged(path, self._index.files[key])
        except FileNotFoundError:  # another process has made room this moment
            return None
        if bad is None:
            return path
        log.warning("cache.damaged", object=key)
        self._cache.drop(key)
        return None

    async def _fetch(self, key: str) -> Path:
        size = self._index.sizes[key]
        async with entered_in_thread(self._cache.writing(key, size)) as descriptor:
            try:
                async with asyncio.TaskGroup() as group:
                    for start in range(0, size, RANGE_BYTES):
                        length = min(RANGE_BYTES, size - start)
                        group.create_task(self._fetch_range(key, descriptor, start, length))
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None
            bad = await in_thread(partial(damaged, descriptor, self._index.files[key]))
            if bad is not None:
                raise ObjectLostError(f"{bad.path} is damaged in the storage.")
        return self._cache.path(key)

    async def _fetch_range(self, key: str, descriptor: int, offset: int, size_bytes: int) -> None:
        blocks: list[bytes] = []
        body = self._storage.read(key, offset=offset, size_bytes=size_bytes)
        with lost_where_missing(f"{self._index.files[key][0].path} is not in the storage."):
            async with self._requests, aclosing(body):
                async for block in body:
                    blocks.append(block)
                    if sum(map(len, blocks)) >= FLUSH_BYTES:
                        offset += await self._flush(descriptor, blocks, offset)
                await self._flush(descriptor, blocks, offset)

    async def _flush(self, descriptor: int, blocks: list[bytes], offset: int) -> int:
        """Write off the event loop: a busy disk may block for long."""
        size = await in_thread(partial(write_blocks, descriptor, tuple(blocks), offset))
        blocks.clear()
        self._on_fetched(size)
        return size


def _seen(done: asyncio.Task[Any]) -> None:
    """Its error is told to those who wait for it, if anybody does."""
    if not done.cancelled():
        done.exception()


def _missing(cache: DiskCache, sizes: Mapping[str, int]) -> frozenset[str]:
    return frozenset(key for key, size in sizes.items() if not cache.find(key, size))


def _open(
    cache: DiskCache, keys: Sequence[str], index: ObjectIndex, opened: dict[str, int]
) -> None:
    """Open what the cache has, whatever it is; nothing where the first one is missing."""
    for key in keys:
        path = cache.find(key, index.sizes[key])
        with suppress(FileNotFoundError):  # another process has made room this moment
            if path:
                opened[key] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        if not opened:
            break

"""An artifact is uploaded while it is packed: parts are sent while more are made.

The multipart upload stays invisible until the uploader completes it; whatever goes wrong here
aborts it.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog
from msgspec import UNSET

from shared.domain.events import NAMED_PARTS, PendingUpload, StoredPart
from shared.errors import ExportError, StorageRefusedError, UnavailableError
from shared.storage.checksums import combined_crc32c, crc32c_of, encode_crc32c

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from shared.storage.bucket import Storage

log = structlog.get_logger()

MIN_PART_BYTES: Final = 8 << 20
MAX_PARTS: Final = 10_000  # S3's own limit
IN_FLIGHT_BYTES: Final = 64 << 20
MAX_IN_FLIGHT: Final = 3
MOST_EXPECTED_BYTES: Final = 1 << 40  # whose parts have 210 MiB, which memory must hold
CLEANUP_S: Final = 10.0  # less than a stopped attempt has


def part_bytes_for(expected_bytes: int) -> int:
    """The size of every part but the last, so that 10,000 are enough for twice what is expected.

    Above ``MOST_EXPECTED_BYTES`` no artifact is begun: a build says what to expect, and must not
    choose how much memory a part takes.
    """
    needed = -(-2 * expected_bytes // MAX_PARTS)
    return max(MIN_PART_BYTES, (needed + (1 << 20) - 1) >> 20 << 20)


def in_flight(part_bytes: int) -> int:
    """How many parts may be held in memory at a time."""
    return min(MAX_IN_FLIGHT, max(IN_FLIGHT_BYTES // part_bytes, 1))


class PartSender:
    """The parts of one upload, a few of them on their way at a time.

    Args:
        storage: Where they go.
        key: Of what becomes of them.
        starting: Begins the upload; the first part waits for it.
        part_bytes: Of every part but the last.
    """

    def __init__(
        self, storage: Storage, key: str, starting: asyncio.Task[str], *, part_bytes: int
    ) -> None:
        self.part_bytes = part_bytes
        self._storage = storage
        self._key = key
        self._starting = starting
        self._crc32c = 0
        self._turns = asyncio.Lock()
        self._slots = asyncio.Semaphore(in_flight(part_bytes))
        self._tasks: list[asyncio.Task[str]] = []
        self._sizes: list[int] = []

    @property
    def crc32c(self) -> str:
        """Of all parts that were taken, as S3 writes it."""
        return encode_crc32c(self._crc32c)

    async def send(self, read: Callable[[], Awaitable[bytes | memoryview]]) -> asyncio.Task[str]:
        """Send the next part, as soon as there is room for its bytes; callers take turns.

        Args:
            read: Gives the bytes; called when they may be held in memory. A view is of memory that
                stays as it is until the part has been stored.

        Returns:
            The part on its way, which ends when it has been stored.

        Raises:
            ExportError: What the storage said to the first part that failed.
        """
        async with self._turns:
            await self._slots.acquire()
            try:
                for task in self._tasks:
                    if task.done():
                        task.result()
                sending = self._sending(await read())
            except BaseException:
                self._slots.release()
                raise
            task = asyncio.create_task(sending)
            task.add_done_callback(lambda _: self._slots.release())
            self._tasks.append(task)
            return task

    def _sending(self, data: bytes | memoryview) -> Coroutine[Any, Any, str]:
        """The next part on its way; one sum serves its request and the whole object."""
        crc32c = crc32c_of(data)
        self._crc32c = combined_crc32c(self._crc32c, crc32c, len(data))
        self._sizes.append(len(data))
        return self._put(len(self._tasks) + 1, data, encode_crc32c(crc32c))

    async def _put(self, number: int, data: bytes | memoryview, crc32c: str) -> str:
        upload_id = await asyncio.shield(self._starting)
        return await self._storage.put_part(self._key, upload_id, number, data, crc32c=crc32c)

    async def finish(self) -> PendingUpload:
        """Wait for the parts on their way, all of which have been handed over.

        Raises:
            ExportError: What the storage said to the upload, or to the first part that failed.
        """
        upload_id = await asyncio.shield(self._starting)
        etags = await asyncio.gather(*self._tasks)
        named = len(etags) <= NAMED_PARTS
        lines = "".join(f"{etag}\n" for etag in etags)
        return PendingUpload(
            upload_id=upload_id,
            part_count=len(etags),
            part_bytes=self.part_bytes,
            parts_sha256=hashlib.sha256(lines.encode()).hexdigest(),
            parts=tuple(map(StoredPart, etags, self._sizes)) if named else UNSET,
        )

    async def abort(self) -> bool:
        """Throw the parts away, those on their way too.

        Returns:
            Whether nothing of them can be left.
        """
        try:
            upload_id = await self._starting
        except (ExportError, StorageRefusedError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
            return True
        return await self._storage.abort_upload(self._key, upload_id, sending=self._tasks)


@asynccontextmanager
async def open_upload(
    storage: Storage,
    key: str,
    *,
    content_type: str,
    expected_bytes: int,
    on_left: Callable[[], None] = lambda: None,
) -> AsyncIterator[PartSender]:
    """A multipart upload; nothing of it remains when the block fails or is cancelled.

    It begins while the block goes on: what the storage says against it, the first part is told.
    ``on_left`` is called where the storage cannot be told in time: then it is left to the sweeper.
    """

    async def in_time(cleanup: Coroutine[Any, Any, bool]) -> None:
        try:
            if await asyncio.wait_for(cleanup, CLEANUP_S):
                return
            error = "parts were still on their way"
        except (TimeoutError, UnavailableError, StorageRefusedError) as failure:
            error = repr(failure)
        log.warning("upload.not-aborted", key=key, error=error)
        on_left()

    starting = asyncio.create_task(storage.start_upload(key, content_type=content_type))
    sender = PartSender(storage, key, starting, part_bytes=part_bytes_for(expected_bytes))
    try:
        yield sender
    except BaseException:
        await _settle(in_time(sender.abort()))
        raise


async def _settle(cleanup: Coroutine[Any, Any, None]) -> None:
    """Finish a clean-up even if it is cancelled once more."""
    task = asyncio.create_task(cleanup)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise

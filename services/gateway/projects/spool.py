"""Bodies that must be whole before they can be read, on the disk of this process.

They never outgrow a fixed budget together, so that the disk (a pod's volume has a limit) is never
full: a body that finds no room is refused at once, and may come again. Nor does one user fill it:
nobody has more there than is left for the others (the rule of :mod:`.places`).
"""

from __future__ import annotations

import asyncio
import errno
import tempfile
from collections import Counter
from contextlib import asynccontextmanager
from typing import IO, TYPE_CHECKING, Final

from shared.errors import TooLargeError, UnavailableError
from shared.metrics import disks as metrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WRITE_BYTES: Final = 1 << 20
DISK: Final = "spool"


class SpoolFullError(UnavailableError):
    """Others fill the disk at the moment."""

    code = "spool-full"
    title = "Too many uploads are under way"
    retry_after_s = 30


class Spool:
    """All spooled bodies of one process, within ``max_bytes`` together."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._used_bytes = 0
        self._used_by: Counter[str] = Counter()
        metrics.SIZE.labels(DISK).set(max_bytes)
        metrics.FREE.labels(DISK).set_function(lambda: max_bytes - self._used_bytes)

    @property
    def used_bytes(self) -> int:
        """What lies there at the moment."""
        return self._used_bytes

    @asynccontextmanager
    async def receive(
        self, user_id: str, body: AsyncIterator[bytes], *, announced_bytes: int
    ) -> AsyncIterator[IO[bytes]]:
        """The body as a file, which is gone when the block ends.

        Args:
            user_id: Whose share it takes.
            body: Its chunks.
            announced_bytes: Its length, or 0 where the client does not say. One that has no room
                now is not sent in vain; but only what has come takes room, or whoever announces
                much and sends little would keep everybody else out.

        Raises:
            TooLargeError: It would not fit into an empty spool.
            SpoolFullError: There is no room at the moment.
        """
        self._check_room(user_id, announced_bytes, size_bytes=announced_bytes)
        size = 0
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        try:
            buffer = bytearray()
            async for chunk in body:
                self._check_room(user_id, len(chunk), size_bytes=size + len(chunk))
                size += len(chunk)
                self._used_bytes += len(chunk)
                self._used_by[user_id] += len(chunk)
                buffer += chunk
                if len(buffer) >= WRITE_BYTES:
                    await self._write(file, buffer)
                    buffer = bytearray()
            await self._write(file, buffer)
            yield file
        finally:
            file.close()
            self._used_bytes -= size
            self._used_by[user_id] -= size
            if not self._used_by[user_id]:
                del self._used_by[user_id]

    def _check_room(self, user_id: str, more_bytes: int, *, size_bytes: int) -> None:
        """Raise where a body of that size, which wants more bytes now, has no room."""
        if size_bytes > self._max_bytes // 2:
            most = self._max_bytes // 2
            raise TooLargeError(f"a ZIP may have {most} bytes here: push files instead")
        left = self._max_bytes - self._used_bytes - more_bytes
        if self._used_by[user_id] + more_bytes > left:
            raise SpoolFullError("other ZIPs are being imported: come again, or push files")

    async def _write(self, file: IO[bytes], data: bytearray) -> None:
        try:
            await asyncio.to_thread(file.write, data)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise SpoolFullError("the disk of the gateway is full: come again") from error

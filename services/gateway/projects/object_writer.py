"""Writing an object whose size nobody knows yet."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from shared.errors import StorageRefusedError
from shared.storage.bucket import Part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from shared.storage.bucket import Storage


@asynccontextmanager
async def open_writer(
    storage: Storage, key: str, *, on_sent: Callable[[], None]
) -> AsyncIterator[ObjectWriter]:
    """A writer of which nothing is left where the block fails."""
    writer = ObjectWriter(storage, key, on_sent)
    try:
        yield writer
    except BaseException:
        await writer.abort()
        raise


class ObjectWriter:
    """An object that is put whole while it is small, and in parts once it is not.

    One part is on its way at a time; ``on_sent`` is called for each that has arrived.
    """

    def __init__(self, storage: Storage, key: str, on_sent: Callable[[], None]) -> None:
        self._storage = storage
        self._key = key
        self._on_sent = on_sent
        self._upload_id: str | None = None
        self._done: list[Part] = []
        self._sending: asyncio.Task[Part] | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was sent yet."""
        return self._upload_id is None

    async def send(self, data: bytes) -> None:
        """Let one more part be on its way, once the one before it has arrived."""
        if self._upload_id is None:
            self._upload_id = await self._storage.start_upload(
                self._key, content_type="application/octet-stream"
            )
        await self._settle()
        number = len(self._done) + 1
        self._sending = asyncio.create_task(self._put(self._upload_id, number, data))

    async def finish(self, data: bytes) -> None:
        """Send the rest, and let the object exist."""
        if self._upload_id is None:
            await self._storage.put(self._key, data)
            if data:
                self._on_sent()
            return
        if data:
            await self.send(data)
        await self._settle()
        try:
            await self._storage.complete_upload(self._key, self._upload_id, self._done)
        except StorageRefusedError as error:
            if error.code != "PreconditionFailed":
                raise
            await self.abort()  # the same blob is there already

    async def abort(self) -> None:
        """Leave nothing behind."""
        if self._upload_id is not None:
            sending = [] if self._sending is None else [self._sending]
            await asyncio.shield(
                self._storage.abort_upload(self._key, self._upload_id, sending=sending)
            )

    async def _settle(self) -> None:
        if self._sending is not None:
            self._done.append(await self._sending)
            self._sending = None

    async def _put(self, upload_id: str, number: int, data: bytes) -> Part:
        etag = await self._storage.put_part(self._key, upload_id, number, data)
        self._on_sent()
        return Part(number=number, etag=etag, size_bytes=len(data))

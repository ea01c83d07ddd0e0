"""Bytes from clients on their way into the storage: hashed as they come, in no file of ours."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

import msgspec
from litestar.exceptions import InternalServerException

from shared import metrics
from shared.errors import ExportError, StorageRefusedError, TooLargeError
from shared.storage import keys
from shared.storage.bucket import Part, Storage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.domain.project import PackIndex

PART_BYTES: Final = 8 << 20
PACK_BYTES: Final = 8 << 20
PACK_BLOBS: Final = 20_000  # of a few bytes each: their index must not outgrow them
AT_A_TIME: Final = 8  # bodies in one process; each holds two parts at most
SILENCE_S: Final = 60.0  # that a body may keep us waiting for; it earns more with what comes
SLOWEST: Final = 4 << 10  # bytes a second


class WrongHashError(ExportError):
    """What came is not what its name says."""

    code = "wrong-hash"
    title = "The bytes do not match their SHA-256"
    status = 422


class BrokenBodyError(ExportError):
    """The client went away, or fell silent, in the middle of a body."""

    code = "body-incomplete"
    title = "The body did not arrive whole"
    status = 408
    retryable = True


class StoredBlob(msgspec.Struct, frozen=True):
    """What was stored."""

    sha256: str
    size: int


class BlobUploads:
    """Stores blobs and packs of one gateway process, within a fixed memory."""

    def __init__(self, storage: Storage, *, max_file_bytes: int) -> None:
        self._storage = storage
        self._max_file_bytes = max_file_bytes
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self._of_project: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def slot(self, project_id: str) -> AsyncIterator[None]:
        """A place for one more body in memory; no project has more than half of them."""
        mine = self._of_project.setdefault(project_id, asyncio.Semaphore(AT_A_TIME // 2))
        async with mine, self._slots:
            yield

    async def blob(
        self, project_id: str, epoch: int, sha256: str, body: AsyncIterator[bytes]
    ) -> StoredBlob:
        """Store one blob from a client under the hash that it has announced.

        Raises:
            WrongHashError: Nothing was stored.
            TooLargeError: Likewise.
        """
        async with self.slot(project_id):
            return await self.store_blob(project_id, epoch, sha256, within(SILENCE_S, body))

    async def store_blob(
        self, project_id: str, epoch: int, sha256: str, body: AsyncIterator[bytes]
    ) -> StoredBlob:
        """Store one blob under its hash; the caller holds a slot (raises like :meth:`blob`)."""
        key = keys.blob(project_id, epoch, sha256)
        async with self._writer(key) as writer:
            stored, rest = await self._send(writer, body)
            check_hash(stored.sha256, sha256)
            await writer.finish(rest)
        metrics.UPLOADED_BYTES.inc(stored.size)
        return stored

    async def file(self, project_id: str, epoch: int, body: AsyncIterator[bytes]) -> StoredBlob:
        """Store one file from a client whose hash nobody has announced.

        A small one becomes a blob. A large one is on its way into the storage before its hash is
        known, so that it becomes a pack of one, whose index has the hash.

        Raises:
            TooLargeError: Nothing was stored.
        """
        key = keys.pack(project_id, epoch, hashlib.sha256(uuid.uuid4().bytes).hexdigest())
        async with self.slot(project_id), self._writer(key) as writer:
            stored, rest = await self._send(writer, within(SILENCE_S, body))
            if writer.is_empty:
                await self._storage.put(keys.blob(project_id, epoch, stored.sha256), rest)
            else:
                await writer.finish(rest)
                await put_index(self._storage, key, {stored.sha256: (0, stored.size)})
        metrics.UPLOADED_BYTES.inc(stored.size)
        return stored

    async def _send(
        self, writer: _ObjectWriter, body: AsyncIterator[bytes]
    ) -> tuple[StoredBlob, bytes]:
        """All parts but the last, and the rest that is not sent yet."""
        digest, size, buffer = hashlib.sha256(), 0, bytearray()
        async for chunk in body:
            digest.update(chunk)
            size += len(chunk)
            self.check_size(size)
            buffer += chunk
            if len(buffer) >= PART_BYTES:
                await writer.send(bytes(buffer))
                buffer = bytearray()
        return StoredBlob(digest.hexdigest(), size), bytes(buffer)

    @asynccontextmanager
    async def _writer(self, key: str) -> AsyncIterator[_ObjectWriter]:
        writer = _ObjectWriter(self._storage, key)
        try:
            yield writer
        except BaseException:
            await writer.abort()
            raise

    def check_size(self, size_bytes: int) -> None:
        """Raise TooLargeError for a file beyond the limit."""
        if size_bytes > self._max_file_bytes:
            raise TooLargeError(f"a file may have {self._max_file_bytes} bytes, this one has more")

    def packs(self, project_id: str, epoch: int) -> PackWriter:
        """Where small blobs are collected."""
        return PackWriter(self._storage, project_id, epoch)


def check_hash(came: str, announced: str) -> None:
    """Raise WrongHashError unless the bytes are those that were announced."""
    if came != announced:
        raise WrongHashError(f"{announced} was announced, {came} came")


async def put_index(storage: Storage, pack_key: str, index: PackIndex) -> None:
    """Let a pack exist, once all of its bytes are there."""
    data = msgspec.json.encode(index)
    await storage.put(keys.pack_index(pack_key), data, content_type="application/json")


class PackWriter:
    """Collects small blobs into packs; :meth:`flush` at the end."""

    def __init__(self, storage: Storage, project_id: str, epoch: int) -> None:
        self._storage = storage
        self._project_id = project_id
        self._epoch = epoch
        self._blobs: list[bytes] = []
        self._size = 0
        self._index: PackIndex = {}

    async def add(self, sha256: str, data: bytes) -> None:
        """One blob whose hash has been checked."""
        if sha256 in self._index:
            return
        too_many = len(self._blobs) == PACK_BLOBS
        if self._blobs and (too_many or self._size + len(data) > PACK_BYTES):
            await self.flush()
        self._index[sha256] = (self._size, len(data))
        self._blobs.append(data)
        self._size += len(data)

    async def flush(self) -> None:
        """Store the pack, then its index: without one a pack does not exist.

        The index holds the hash of every blob in order, so its own hash names the pack's bytes.
        """
        if not self._index:
            return
        index = msgspec.json.encode(self._index)
        key = keys.pack(self._project_id, self._epoch, hashlib.sha256(index).hexdigest())
        await self._storage.put(key, b"".join(self._blobs))
        await put_index(self._storage, key, self._index)
        metrics.UPLOADED_BYTES.inc(self._size)
        self._blobs, self._size, self._index = [], 0, {}


class _ObjectWriter:
    """An object that is put whole while it is small, and in parts once it is not.

    One part is on its way at a time.
    """

    def __init__(self, storage: Storage, key: str) -> None:
        self._storage = storage
        self._key = key
        self._upload_id: str | None = None
        self._done: list[Part] = []
        self._sending: asyncio.Task[Part] | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was sent yet."""
        return self._upload_id is None

    async def send(self, data: bytes) -> None:
        if self._upload_id is None:
            self._upload_id = await self._storage.start_upload(
                self._key, content_type="application/octet-stream"
            )
        await self._settle()
        number = len(self._done) + 1
        self._sending = asyncio.create_task(self._put(self._upload_id, number, data))

    async def finish(self, data: bytes) -> None:
        if self._upload_id is None:
            await self._storage.put(self._key, data)
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
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        if self._upload_id is not None:
            await asyncio.shield(self._storage.abort_upload(self._key, self._upload_id))

    async def _settle(self) -> None:
        if self._sending is not None:
            self._done.append(await self._sending)
            self._sending = None

    async def _put(self, upload_id: str, number: int, data: bytes) -> Part:
        etag = await self._storage.put_part(self._key, upload_id, number, data)
        return Part(number=number, etag=etag, size_bytes=len(data))


async def within(silence_s: float, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks of a body, as long as they keep coming (raises BrokenBodyError).

    Nor may they trickle in: whoever does that for long keeps others from their turn. One limit that
    is set anew for each chunk: a task for each would cost more than the chunk.
    """
    clock = asyncio.get_running_loop().time
    left_s, waits_since = silence_s, clock()
    try:
        async with asyncio.timeout(left_s) as limit:
            async for chunk in body:
                limit.reschedule(None)  # what the reader does with it is not the client's silence
                left_s = min(left_s - (clock() - waits_since) + len(chunk) / SLOWEST, silence_s)
                yield chunk
                waits_since = clock()
                limit.reschedule(waits_since + left_s)
    except TimeoutError as error:
        raise BrokenBodyError("it came too slowly, or not at all: send it again") from error
    except InternalServerException as error:  # Litestar's word for it
        raise BrokenBodyError("the connection was closed in the middle of the body") from error

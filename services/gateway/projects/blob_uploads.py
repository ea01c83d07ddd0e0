"""Bytes from clients on their way into the storage: hashed as they come, in no file of ours."""

from __future__ import annotations

import hashlib
import io
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.projects.body_pace import paced
from services.gateway.projects.object_writer import open_writer
from services.gateway.projects.packs import PackWriter, put_index
from services.gateway.projects.places import Places
from services.gateway.projects.tar_stream import read_entries
from shared.errors import ExportError, TooLargeError
from shared.metrics import http as metrics
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from services.gateway.projects.object_writer import ObjectWriter
    from services.gateway.projects.places import Visit
    from shared.domain.project import Project
    from shared.storage.bucket import Storage

PART_BYTES: Final = 8 << 20
AT_A_TIME: Final = 8  # bodies with bytes in one process; each holds two parts at most


class WrongHashError(ExportError):
    """What came is not what its name says."""

    code = "wrong-hash"
    title = "The bytes do not match their SHA-256"
    status = 422


class StoredBlob(msgspec.Struct, frozen=True):
    """What was stored."""

    sha256: str
    size: int


class BlobUploads:
    """Stores blobs and packs of one gateway process, within a fixed memory.

    A body has a place from its first byte on, while bytes of it are in memory: one that sends
    nothing takes none.
    """

    def __init__(self, storage: Storage, *, max_file_bytes: int) -> None:
        self._storage = storage
        self._max_file_bytes = max_file_bytes
        self._places = Places(AT_A_TIME)

    @contextmanager
    def visit(self, user_id: str) -> Iterator[Visit]:
        """One user's turn among all who bring bytes."""
        with self._places.visit(user_id) as visit:
            yield visit

    async def blob(
        self, project: Project, user_id: str, sha256: str, body: AsyncIterator[bytes]
    ) -> StoredBlob:
        """Store one blob from a client under the hash that it has announced.

        Raises:
            WrongHashError: Nothing was stored.
            TooLargeError, BrokenBodyError, NoPlaceError: Likewise.
        """
        with self.visit(user_id) as visit:
            coming = paced(body, others_wait=lambda: visit.others_wait)
            return await self.store_blob(project, sha256, coming, visit)

    async def store_blob(
        self, project: Project, sha256: str, body: AsyncIterator[bytes], visit: Visit
    ) -> StoredBlob:
        """Store one blob under its hash (raises like :meth:`blob`)."""
        key = keys.blob(project.id, project.epoch, sha256)
        async with open_writer(self._storage, key, on_sent=visit.leave) as writer:
            stored, rest = await self._send(writer, body, visit)
            check_hash(stored.sha256, sha256)
            await writer.finish(rest)
        metrics.PROJECT_BYTES.inc(stored.size)
        return stored

    async def file(self, project: Project, user_id: str, body: AsyncIterator[bytes]) -> StoredBlob:
        """Store one file from a client whose hash nobody has announced.

        A small one becomes a blob. A large one is on its way into the storage before its hash is
        known, so that it becomes a pack of one, whose index has the hash.

        Raises:
            TooLargeError, BrokenBodyError, NoPlaceError: Nothing was stored.
        """
        name = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
        key = keys.pack(project.id, project.epoch, name)
        with self.visit(user_id) as visit:
            coming = paced(body, others_wait=lambda: visit.others_wait)
            async with open_writer(self._storage, key, on_sent=visit.leave) as writer:
                stored, rest = await self._send(writer, coming, visit)
                if writer.is_empty:
                    blob = keys.blob(project.id, project.epoch, stored.sha256)
                    await self._storage.put(blob, rest)
                else:
                    await writer.finish(rest)
                    await put_index(self._storage, key, {stored.sha256: (0, stored.size)})
        metrics.PROJECT_BYTES.inc(stored.size)
        return stored

    async def tar(self, project: Project, user_id: str, body: AsyncIterator[bytes]) -> int:
        """Store the blobs of a tar, its entries named by their hash.

        Returns:
            How many they were.

        Raises:
            WrongHashError: Names the first that is not what its name says.
            InvalidRequestError, TooLargeError, BrokenBodyError, NoPlaceError: See
                :func:`.tar_stream.read_entries`, :func:`.body_pace.paced` and :class:`.Places`.
        """
        packs, stored = self.packs(project), 0
        with self.visit(user_id) as visit:
            coming = paced(body, others_wait=lambda: visit.others_wait)
            async for sha256, data in read_entries(_entering(visit, coming)):
                check_hash(hashlib.sha256(data).hexdigest(), sha256)
                await packs.add(sha256, data)
                stored += 1
            await packs.flush()
        return stored

    async def _send(
        self, writer: ObjectWriter, body: AsyncIterator[bytes], visit: Visit
    ) -> tuple[StoredBlob, bytes]:
        """All parts but the last, and the rest that is not sent yet."""
        digest, size, part = hashlib.sha256(), 0, io.BytesIO()
        async for chunk in body:
            if chunk and not part.tell():
                await visit.enter()
            digest.update(chunk)
            size += len(chunk)
            self.check_size(size)
            part.write(chunk)
            if part.tell() >= PART_BYTES:
                await writer.send(part.getvalue())
                part = io.BytesIO()
        return StoredBlob(digest.hexdigest(), size), part.getvalue()

    def check_size(self, size_bytes: int) -> None:
        """Raise TooLargeError for a file beyond the limit."""
        if size_bytes > self._max_file_bytes:
            raise TooLargeError(f"a file may have {self._max_file_bytes} bytes, this one has more")

    def packs(self, project: Project) -> PackWriter:
        """Where small blobs are collected."""
        return PackWriter(self._storage, project.id, project.epoch)


async def _entering(visit: Visit, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks of a body of which something stays in memory to its end."""
    first = await anext(body, b"")
    await visit.enter()
    yield first
    async for chunk in body:
        yield chunk


def check_hash(came: str, announced: str) -> None:
    """Raise WrongHashError unless the bytes are those that were announced."""
    if came != announced:
        raise WrongHashError(f"{announced} was announced, {came} came")

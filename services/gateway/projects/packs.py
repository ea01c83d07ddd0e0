"""Packs: many small blobs in one object, and an index that says where each of them lies."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from shared.metrics import http as metrics
from shared.storage import keys

if TYPE_CHECKING:
    from shared.domain.project import PackIndex
    from shared.storage.bucket import Storage

PACK_BYTES: Final = 8 << 20
PACK_BLOBS: Final = 20_000  # of a few bytes each: their index must not outgrow them


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
        metrics.PROJECT_BYTES.inc(self._size)
        self._blobs, self._size, self._index = [], 0, {}

"""Where the blobs of a project lie: each by itself, or many in a pack."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.project import PackIndex
from shared.storage import keys
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from services.gateway.projects.proposal import Place
    from shared.domain.project import Project
    from shared.storage.bucket import Storage

INDEX_CACHE: Final = 256  # pack indexes; they never change
READ_AT_ONCE: Final = 16


class BlobPlaces:
    """Looks through the storage; what the sweeper is about to collect is not there."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._indexes: OrderedDict[str, PackIndex] = OrderedDict()

    async def of(self, project: Project) -> dict[str, Place]:
        """Every blob of a project, by its hash."""
        condemned = await self.condemned(project)
        places: dict[str, Place] = {}
        async for item in self._storage.objects(keys.blobs(project.id)):
            if item.key not in condemned:
                places[item.key.rpartition("/")[2]] = (item.key, 0, item.size_bytes)
        found = {item.key async for item in self._storage.objects(keys.packs(project.id))}
        usable = sorted(key for key in found - condemned if keys.pack_index(key) in found)
        for start in range(0, len(usable), READ_AT_ONCE):
            packs = usable[start : start + READ_AT_ONCE]
            for key, index in zip(packs, await self._read(packs), strict=True):
                places |= {sha: (key, offset, size) for sha, (offset, size) in index.items()}
        return places

    async def condemned(self, project: Project) -> frozenset[str]:
        """The objects that the sweeper deletes at this moment."""
        if project.condemned is None:
            return frozenset()
        try:
            names = await self._storage.get(project.condemned)
        except ObjectMissingError:  # they went meanwhile, and the list after them
            return frozenset()
        return frozenset(await asyncio.to_thread(msgspec.json.decode, names, type=list[str]))

    async def _read(self, packs: list[str]) -> list[PackIndex]:
        indexes = await asyncio.gather(*(self._index(pack) for pack in packs))
        while len(self._indexes) > INDEX_CACHE:
            self._indexes.popitem(last=False)
        return indexes

    async def _index(self, pack: str) -> PackIndex:
        if pack not in self._indexes:
            data = await self._storage.get(keys.pack_index(pack))
            self._indexes[pack] = await asyncio.to_thread(msgspec.json.decode, data, type=PackIndex)
        self._indexes.move_to_end(pack)
        return self._indexes[pack]

"""The blob collector deletes blobs, packs and snapshots that no snapshot in use names.

What is to go is written down as a list, and the list is entered into the project's record by
compare-and-set. From then on the gateway counts those objects as missing and writes new ones under
the next epoch, so a snapshot made meanwhile never names anything that is about to go. Then the
objects are deleted, then the list.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec

from shared.domain.events import now
from shared.domain.project import Project, Snapshot, decode_snapshot
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, Record
from shared.storage import keys
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from services.uploader.gc.retention import KeptExport
    from shared.storage.bucket import Storage


class BlobCollector:
    """Collects the garbage of one project at a time."""

    def __init__(
        self, storage: Storage, projects: KeyValueStore[Project], *, grace: timedelta
    ) -> None:
        self._storage = storage
        self._projects = projects
        self._grace = grace

    async def collect(self, key: str, found: Record[Project], exports: Iterable[KeptExport]) -> int:
        """Finish a collection that was begun, then condemn and delete what is unreferenced now.

        Returns:
            How many objects went.
        """
        begun: Record[Project] | None = found
        gone = 0
        if found.value.condemned is not None:
            gone = await self._finish(key, found)
            begun = await self._projects.get(key)
        if begun is None or begun.value.condemned is not None:  # somebody else is at it
            return gone
        return gone + await self._condemn(key, begun, exports)

    async def _condemn(
        self, key: str, found: Record[Project], exports: Iterable[KeptExport]
    ) -> int:
        project = found.value
        unreferenced = await self._unreferenced(project, exports)
        if not unreferenced:
            return 0
        names = f"{keys.condemned(project.id)}{uuid.uuid4().hex}.json"
        await self._storage.put(
            names, msgspec.json.encode(unreferenced), content_type="application/json"
        )
        keep_from = now() - self._grace
        condemned = msgspec.structs.replace(
            project,
            condemned=names,
            epoch=project.epoch + 1,
            retired=tuple(r for r in project.retired if r.at > keep_from),
        )
        try:
            revision = await self._projects.replace(key, condemned, revision=found.revision)
        except ConflictingWriteError:
            await self._storage.delete([names])
            return 0  # a snapshot, or another sweeper, came between: the next sweep looks again
        return await self._finish(key, Record(condemned, revision))

    async def _finish(self, key: str, found: Record[Project]) -> int:
        names = found.value.condemned or ""
        try:
            unreferenced = msgspec.json.decode(await self._storage.get(names), type=list[str])
        except ObjectMissingError:
            unreferenced = []
        await self._storage.delete(unreferenced)

        def clear(current: Project | None) -> Project | None:
            if current is None or current.condemned != names:
                return None
            return msgspec.structs.replace(current, condemned=None)

        await self._projects.change(key, clear)
        await self._storage.delete([names])
        return len(unreferenced)

    async def _unreferenced(self, project: Project, exports: Iterable[KeptExport]) -> list[str]:
        """The objects older than the grace period that no snapshot in use names.

        The lists of sweepers that died are among them.
        """
        grace = self._grace
        before = now() - grace
        roots = {r.snapshot for r in project.retired if r.at > before}
        roots |= {project.head} if project.head else set()
        roots |= {each.snapshot for each in exports if each.snapshot and each.is_retryable(grace)}
        snapshots = [await self._snapshot(project.id, root) for root in roots]
        live = {keys.snapshot(project.id, root) for root in roots}
        for snapshot in snapshots:
            live |= snapshot.objects if snapshot else set()
        live |= {keys.pack_index(name) for name in live if name.startswith(keys.packs(project.id))}
        return [
            item.key
            for prefix in (keys.blobs, keys.packs, keys.snapshots, keys.condemned)
            async for item in self._storage.objects(prefix(project.id))
            if item.key not in live and item.modified <= before
        ]

    async def _snapshot(self, project_id: str, snapshot_id: str) -> Snapshot | None:
        try:
            return decode_snapshot(await self._storage.get(keys.snapshot(project_id, snapshot_id)))
        except ObjectMissingError:
            return None

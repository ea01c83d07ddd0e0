"""Snapshots: what a project consists of, made only of bytes that the project has."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.entry_page import entry_files
from shared.domain.events import now
from shared.domain.project import (
    FileEntry,
    Manifest,
    PackIndex,
    Project,
    Retired,
    Snapshot,
    StoredFile,
    decode_snapshot,
    encode_snapshot,
)
from shared.errors import ConflictError, InvalidRequestError, TooLargeError
from shared.jetstream.headroom import CHANGES_SHARE, FOR_PROJECTS
from shared.jetstream.key_value import ConflictingWriteError
from shared.storage import keys
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.gateway.projects.membership import Projects
    from services.gateway.quotas.user_quotas import UserQuotas
    from services.gateway.settings import Limits
    from shared.jetstream.headroom import Headroom
    from shared.storage.bucket import Storage
    from shared.tokens import User

INDEX_CACHE: Final = 256  # pack indexes; they never change
ENTRY_CACHE: Final = 10_000  # snapshots; two names each at most, and they never change
READ_AT_ONCE: Final = 16
KEEP_RETIRED: Final = 100  # heads of a moment ago, for requests that had just read them

Files = dict[str, FileEntry]
Place = tuple[str, int, int]  # object, offset, size


class MissingBlobsError(ConflictError):
    """The project does not have all bytes yet: send these, then propose again."""

    code = "blobs-missing"
    title = "Some files are not there yet"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"{len(missing)} blobs are missing: send them, then propose again")
        self.members = {"missing": missing}


class Snapshots:
    """Proposes, commits and reads snapshots."""

    def __init__(
        self,
        storage: Storage,
        projects: Projects,
        limits: Limits,
        *,
        quotas: UserQuotas,
        headroom: Headroom,
    ) -> None:
        self._storage = storage
        self._projects = projects
        self._limits = limits
        self._quotas = quotas
        self._headroom = headroom
        self._indexes: OrderedDict[str, PackIndex] = OrderedDict()
        self._entries: OrderedDict[str, frozenset[str]] = OrderedDict()

    async def read(self, project: Project) -> Snapshot | None:
        """The head, or None of an empty project."""
        if project.head is None:
            return None
        return decode_snapshot(await self._storage.get(keys.snapshot(project.id, project.head)))

    async def entry_files(self, project_id: str, snapshot_id: str) -> frozenset[str]:
        """Those of a snapshot's files that may be opened; it is read once for all exports of it.

        Raises:
            ObjectMissingError: It is gone.
        """
        if snapshot_id not in self._entries:
            data = await self._storage.get(keys.snapshot(project_id, snapshot_id))
            snapshot = await asyncio.to_thread(decode_snapshot, data)
            self._remember(snapshot_id, (file.path for file in snapshot.files))
        self._entries.move_to_end(snapshot_id)
        return self._entries[snapshot_id]

    def _remember(self, snapshot_id: str, paths: Iterable[str]) -> None:
        self._entries[snapshot_id] = entry_files(paths)
        while len(self._entries) > ENTRY_CACHE:
            self._entries.popitem(last=False)

    async def commit(self, project_id: str, user: User, change: Callable[[Files], Files]) -> str:
        """Make ``change`` of the head's files the new head.

        Everything is looked at again where anybody (another push, or the sweeper) came between.

        Returns:
            The snapshot's name.

        Raises:
            MissingBlobsError: Nothing was changed.
            PathError, TooLargeError, InvalidRequestError: A manifest that cannot be.
            QuotaUsedUpError, StreamFullError: There is no room for it.
        """
        await self._headroom.check(FOR_PROJECTS, share=CHANGES_SHARE)
        while True:
            found = await self._projects.get_or_create(project_id, user)
            project = found.value
            head = await self._head(project)
            manifest = Manifest(files=change(head[0])).checked()
            self._check_limits(manifest)
            if manifest.snapshot_id == project.head:
                return manifest.snapshot_id
            places = await self._places(project, manifest, head[1])
            await self._quotas.hold(
                project.owner,
                project.id,
                files=len(manifest.files),
                size_bytes=manifest.size_bytes,
            )
            await self._store(project.id, manifest, places)
            try:
                await self._projects.replace(_with_head(project, manifest), revision=found.revision)
            except ConflictingWriteError:
                continue
            self._remember(manifest.snapshot_id, manifest.files)
            return manifest.snapshot_id

    async def has(self, project_id: str, snapshot_id: str) -> bool:
        """Whether a snapshot is stored."""
        return await self._storage.head(keys.snapshot(project_id, snapshot_id)) is not None

    async def keep(self, project_id: str, snapshot_id: str) -> bool:
        """Let the sweeper leave a snapshot alone for another grace period; False where it is gone.

        A sweep that is about to condemn it sees the changed record and looks again.
        """
        while found := await self._projects.find(project_id):
            project = found.value
            others = [r for r in project.retired[-KEEP_RETIRED:] if r.snapshot != snapshot_id]
            kept = (*others, Retired(snapshot_id, now()))
            changed = msgspec.structs.replace(project, retired=kept)
            with suppress(ConflictingWriteError):
                await self._projects.replace(changed, revision=found.revision)
                condemned = await self._condemned(project)
                name = keys.snapshot(project_id, snapshot_id)
                return name not in condemned and await self.has(project_id, snapshot_id)
        return False

    async def _head(self, project: Project) -> tuple[Files, dict[str, Place]]:
        snapshot = await self.read(project)
        stored = snapshot.files if snapshot else ()
        files = {file.path: FileEntry(file.sha256, file.size) for file in stored}
        return files, {file.sha256: (file.object, file.offset, file.size) for file in stored}

    def _check_limits(self, manifest: Manifest) -> None:
        limits, sizes = self._limits, [entry.size for entry in manifest.files.values()]
        if len(sizes) > limits.files:
            raise TooLargeError(f"a project may have {limits.files} files, this has {len(sizes)}")
        if sum(sizes) > limits.project_bytes:
            raise TooLargeError(
                f"a project may have {limits.project_bytes} bytes, this has {sum(sizes)}"
            )

    async def _places(
        self, project: Project, manifest: Manifest, known: dict[str, Place]
    ) -> dict[str, Place]:
        """Where each blob of the manifest lies.

        Raises:
            MissingBlobsError: Not all of them are in this project, or they are about to be
                collected.
            InvalidRequestError: A size that is not the blob's.
        """
        needed = {entry.sha256 for entry in manifest.files.values()}
        if not needed <= known.keys():
            known = {**await self._all_places(project), **known}
        if missing := sorted(needed - known.keys()):
            raise MissingBlobsError(missing)
        wrong = [
            (f"files.{path}.size", f"the blob has {known[entry.sha256][2]} bytes")
            for path, entry in manifest.files.items()
            if known[entry.sha256][2] != entry.size
        ]
        if wrong:
            raise InvalidRequestError("sizes differ from the blobs", wrong)
        return known

    async def _all_places(self, project: Project) -> dict[str, Place]:
        condemned = await self._condemned(project)
        places: dict[str, Place] = {}
        async for item in self._storage.objects(keys.blobs(project.id)):
            if item.key not in condemned:
                places[item.key.rpartition("/")[2]] = (item.key, 0, item.size_bytes)
        found = {item.key async for item in self._storage.objects(keys.packs(project.id))}
        usable = sorted(key for key in found - condemned if keys.pack_index(key) in found)
        for key, index in zip(usable, await self._read_indexes(usable), strict=True):
            places |= {sha: (key, offset, size) for sha, (offset, size) in index.items()}
        return places

    async def _condemned(self, project: Project) -> frozenset[str]:
        if project.condemned is None:
            return frozenset()
        try:
            names = await self._storage.get(project.condemned)
        except ObjectMissingError:  # they went meanwhile, and the list after them
            return frozenset()
        return frozenset(msgspec.json.decode(names, type=list[str]))

    async def _read_indexes(self, packs: list[str]) -> Iterable[PackIndex]:
        slots = asyncio.Semaphore(READ_AT_ONCE)

        async def read(pack: str) -> PackIndex:
            if pack not in self._indexes:
                async with slots:
                    data = await self._storage.get(keys.pack_index(pack))
                self._indexes[pack] = msgspec.json.decode(data, type=PackIndex)
            self._indexes.move_to_end(pack)
            return self._indexes[pack]

        indexes = await asyncio.gather(*(read(pack) for pack in packs))
        while len(self._indexes) > INDEX_CACHE:
            self._indexes.popitem(last=False)
        return indexes

    async def _store(self, project_id: str, manifest: Manifest, places: dict[str, Place]) -> None:
        files = tuple(
            StoredFile(path, entry.sha256, entry.size, *places[entry.sha256][:2])
            for path, entry in sorted(manifest.files.items())
        )
        snapshot = Snapshot(id=manifest.snapshot_id, project_id=project_id, files=files)
        await self._storage.put(
            keys.snapshot(project_id, snapshot.id),
            encode_snapshot(snapshot),
            content_type="application/json",
        )


def _with_head(project: Project, manifest: Manifest) -> Project:
    retired = project.retired
    if project.head is not None:
        retired = (*retired[-KEEP_RETIRED:], Retired(project.head, now()))
    return msgspec.structs.replace(
        project,
        head=manifest.snapshot_id,
        head_files=len(manifest.files),
        head_bytes=manifest.size_bytes,
        retired=retired,
        updated_at=now(),
    )

"""Snapshots: what a project consists of, made only of bytes that the project has."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakValueDictionary

import msgspec

from services.gateway.projects.blob_places import BlobPlaces
from services.gateway.projects.places import Places
from services.gateway.projects.proposal import check_limits, propose, snapshot_of
from shared.domain.entry_page import entry_files, kind_of
from shared.domain.events import now
from shared.domain.project import Project, Retired, StoredFile, decode_snapshot, find_file
from shared.jetstream.headroom import CHANGES_SHARE, FOR_PROJECTS
from shared.jetstream.key_value import ConflictingWriteError
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from services.gateway.projects.membership import Projects
    from services.gateway.projects.proposal import Files, Proposal
    from services.gateway.quotas.user_quotas import UserQuotas
    from services.gateway.settings import Limits
    from shared.domain.project import Snapshot
    from shared.jetstream.headroom import Headroom
    from shared.storage.bucket import Storage
    from shared.tokens import User

Shown = TypeVar("Shown")

ENTRY_CACHE: Final = 10_000  # snapshots; two names each at most, and they never change
KEEP_RETIRED: Final = 100  # heads of a moment ago, for requests that had just read them
SMALL_BYTES: Final = 1 << 20  # of a manifest or a snapshot: some thousand files
SMALL_AT_A_TIME: Final = 8
LARGE_AT_A_TIME: Final = 1  # each takes up to 300 MB for a moment


class Snapshots:
    """Proposes, commits and reads snapshots.

    Work that grows with their files is done in threads: on small ones a few at a time, on large
    ones one after the other, each user in turn.
    """

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
        self._blobs = BlobPlaces(storage)
        self._small, self._large = Places(SMALL_AT_A_TIME), Places(LARGE_AT_A_TIME)
        self._entries: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def file(self, project: Project, user: User, path: str) -> StoredFile | None:
        """One file of the head, or None where there is no such file."""
        if project.head is None:
            return None
        key = keys.snapshot(project.id, project.head)
        async with self._turn(user, key):
            return await asyncio.to_thread(find_file, await self._storage.get(key), path)

    async def read(
        self, project_id: str, snapshot_id: str, user: User, view: Callable[[Snapshot], Shown]
    ) -> Shown:
        """What ``view`` makes of a snapshot, in a thread (raises ObjectMissingError)."""
        key = keys.snapshot(project_id, snapshot_id)
        async with self._turn(user, key):
            data = await self._storage.get(key)
            return await asyncio.to_thread(lambda: view(decode_snapshot(data)))

    async def entry_files(self, project_id: str, snapshot_id: str, user: User) -> frozenset[str]:
        """Those of a snapshot's files that may be opened; it is read once for all exports of it.

        Raises:
            ObjectMissingError: It is gone.
        """
        async with self._reading.setdefault(snapshot_id, asyncio.Lock()):
            if snapshot_id not in self._entries:
                key = keys.snapshot(project_id, snapshot_id)
                async with self._turn(user, key):
                    entries = await asyncio.to_thread(_entries_of, await self._storage.get(key))
                self._remember(snapshot_id, entries)
        self._entries.move_to_end(snapshot_id)
        return self._entries[snapshot_id]

    def _remember(self, snapshot_id: str, entries: frozenset[str]) -> None:
        self._entries[snapshot_id] = entries
        while len(self._entries) > ENTRY_CACHE:
            self._entries.popitem(last=False)

    async def commit(
        self, project_id: str, user: User, change: Callable[[Files], Files], *, size_bytes: int = 0
    ) -> str:
        """Make ``change`` of the head's files the new head.

        Everything is looked at again where anybody (another push, or the sweeper) came between.

        Args:
            project_id: Which project's.
            user: Who does it.
            change: Called in a thread, perhaps several times.
            size_bytes: Of what it reads.

        Returns:
            The snapshot's name.

        Raises:
            MissingBlobsError: Nothing was changed.
            PathError, TooLargeError, InvalidRequestError: A manifest that cannot be.
            QuotaUsedUpError, StreamFullError: There is no room for it.
            NoPlaceError: Too many others are at it.
        """
        await self._headroom.check(FOR_PROJECTS, share=CHANGES_SHARE)
        while True:
            project = (await self._projects.get_or_create(project_id, user)).value
            key = keys.snapshot(project_id, project.head) if project.head else None
            async with self._turn(user, key, size_bytes=size_bytes):
                with suppress(ConflictingWriteError):
                    return await self._commit(project_id, user, change)

    @asynccontextmanager
    async def _turn(
        self, user: User, key: str | None, *, size_bytes: int = 0
    ) -> AsyncIterator[None]:
        """The user's turn to work on a snapshot, and on something else of a known size."""
        stored = await self._storage.head(key) if key else None
        is_large = max(size_bytes, stored.size_bytes if stored else 0) > SMALL_BYTES
        with (self._large if is_large else self._small).visit(user.user_id) as visit:
            await visit.enter()
            yield

    async def _commit(self, project_id: str, user: User, change: Callable[[Files], Files]) -> str:
        found = await self._projects.get_or_create(project_id, user)
        project, head = found.value, None
        if project.head is not None:
            head = await self._storage.get(keys.snapshot(project_id, project.head))
        proposal = await asyncio.to_thread(propose, head, change, self._limits)
        name = proposal.snapshot_id
        if name == project.head:
            return name
        more = {} if proposal.is_known else await self._blobs.of(project)
        data = await asyncio.to_thread(snapshot_of, project_id, proposal, more)
        await self._quotas.hold(
            project.owner, project_id, files=len(proposal.files), size_bytes=proposal.size_bytes
        )
        await self._storage.put(
            keys.snapshot(project_id, name), data, content_type="application/json"
        )
        await self._projects.replace(_with_head(project, proposal), revision=found.revision)
        self._remember(name, proposal.entries)
        return name

    def check_limits(self, files: int, size_bytes: int) -> None:
        """Raise TooLargeError for more than a project may have."""
        check_limits(files, size_bytes, self._limits)

    async def missing(self, project: Project, user: User, wanted: Iterable[str]) -> list[str]:
        """Those of some hashes whose bytes a project does not have (raises NoPlaceError)."""
        key = keys.snapshot(project.id, project.head) if project.head else None
        async with self._turn(user, key):
            places = await self._blobs.of(project)
        return sorted(set(wanted) - places.keys())

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
                condemned = await self._blobs.condemned(project)
                name = keys.snapshot(project_id, snapshot_id)
                return name not in condemned and await self.has(project_id, snapshot_id)
        return False


def _entries_of(data: bytes) -> frozenset[str]:
    return entry_files(file.path for file in decode_snapshot(data).files)


def _with_head(project: Project, proposal: Proposal) -> Project:
    retired = project.retired
    if project.head is not None:
        retired = (*retired[-KEEP_RETIRED:], Retired(project.head, now()))
    return msgspec.structs.replace(
        project,
        head=proposal.snapshot_id,
        head_files=len(proposal.files),
        head_bytes=proposal.size_bytes,
        head_kind=kind_of(proposal.entries),
        retired=retired,
        updated_at=now(),
    )

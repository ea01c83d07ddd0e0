"""An export is bound to a snapshot, and uses those files of it that the options leave."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.processes.threads import beside_loop
from services.packager.project.files import selected
from services.packager.storage.object_fetcher import ObjectLostError, lost_where_missing
from shared.domain.entry_page import Kind, entry_files, kind_of
from shared.domain.project import Snapshot, StoredFile, decode_snapshot
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.domain.events import ExportRequested
    from shared.domain.options import ExportOptions
    from shared.storage.bucket import Storage

MAX_BYTES: Final = 256 << 20  # a million files
KEPT_S: Final = 60.0  # less than any objects stay that no snapshot names any more
KEPT: Final = 32
KEPT_FILES: Final = 500  # of one snapshot that is kept


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The files that an export may use, in the order of its snapshot; sizes in bytes."""

    snapshot: Snapshot
    files: tuple[StoredFile, ...]
    size_bytes: int
    left_out_bytes: int
    kind: Kind | None = None  # of the whole project

    @classmethod
    def of(cls, snapshot: Snapshot, options: ExportOptions) -> Selection:
        """What the options leave; many files and many patterns take seconds."""
        files = tuple(selected(snapshot.files, options))
        size_bytes = sum(file.size for file in files)
        return cls(
            snapshot=snapshot,
            files=files,
            size_bytes=size_bytes,
            left_out_bytes=snapshot.size_bytes - size_bytes,
            kind=kind_of(entry_files(file.path for file in snapshot.files)),
        )


async def read_snapshot(storage: Storage, event: ExportRequested) -> Snapshot:
    """The stored snapshot, certainly the one of this project that the event names.

    Raises:
        ObjectLostError: It is not there, cannot be read, or is another one.
    """
    key = keys.snapshot(event.project_id, event.snapshot)
    message = f"the snapshot {event.snapshot} cannot be read"
    with lost_where_missing(message):
        data = await storage.get(key, max_bytes=MAX_BYTES)
    try:
        snapshot = await beside_loop(partial(decode_snapshot, data), size=len(data))
    except msgspec.MsgspecError as error:
        raise ObjectLostError(message) from error
    if (snapshot.id, snapshot.project_id) != (event.snapshot, event.project_id):
        raise ObjectLostError(f"{key} holds another snapshot: {snapshot.id}")
    return snapshot


class Snapshots:
    """Reads snapshots; a small one that was read a moment ago is not read again.

    One change is mostly exported for several platforms, or with other options. Whoever misses an
    object of a snapshot has it forgotten, so that the next attempt sees where it lies by now.
    """

    def __init__(self, storage: Storage, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._storage = storage
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, Snapshot]] = {}

    async def read(self, event: ExportRequested) -> Snapshot:
        """The snapshot that the event names, as :func:`read_snapshot` reads it."""
        clock, name = self._clock(), (event.project_id, event.snapshot)
        self._kept = {key: kept for key, kept in self._kept.items() if clock < kept[0]}
        if name in self._kept:
            return self._kept[name][1]
        snapshot = await read_snapshot(self._storage, event)
        if len(snapshot.files) <= KEPT_FILES:
            self._kept[name] = clock + KEPT_S, snapshot
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]  # the oldest
        return snapshot

    def forget(self, event: ExportRequested) -> None:
        """Read it the next time."""
        self._kept.pop((event.project_id, event.snapshot), None)

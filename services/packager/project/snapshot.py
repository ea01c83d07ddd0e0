"""An export is bound to a snapshot, and uses those files of it that the options leave."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.processes.threads import in_thread
from services.packager.project.files import selected
from services.packager.storage.object_fetcher import ObjectLostError, lost_where_missing
from shared.domain.entry_page import Kind, entry_files, kind_of
from shared.domain.project import Snapshot, StoredFile, decode_snapshot
from shared.storage import keys

if TYPE_CHECKING:
    from shared.domain.events import ExportRequested
    from shared.domain.options import ExportOptions
    from shared.storage.bucket import Storage

MAX_BYTES: Final = 256 << 20  # a million files


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
        snapshot = await in_thread(partial(decode_snapshot, data))
    except msgspec.MsgspecError as error:
        raise ObjectLostError(message) from error
    if (snapshot.id, snapshot.project_id) != (event.snapshot, event.project_id):
        raise ObjectLostError(f"{key} holds another snapshot: {snapshot.id}")
    return snapshot

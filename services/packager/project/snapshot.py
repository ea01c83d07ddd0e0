"""Reading the snapshot that an export is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.storage.object_fetcher import ObjectLostError
from shared.domain.project import decode_snapshot
from shared.storage import keys
from shared.storage.s3_client import ObjectMissingError

if TYPE_CHECKING:
    from shared.domain.events import ExportRequested
    from shared.domain.project import Snapshot
    from shared.storage.bucket import Storage

MAX_BYTES: Final = 256 << 20  # a million files


async def read_snapshot(storage: Storage, event: ExportRequested) -> Snapshot:
    """The stored snapshot, certainly the one of this project that the event names.

    Raises:
        ObjectLostError: It is not there, cannot be read, or is another one.
    """
    key = keys.snapshot(event.project_id, event.snapshot)
    try:
        snapshot = decode_snapshot(await storage.get(key, max_bytes=MAX_BYTES))
    except (ObjectMissingError, msgspec.MsgspecError) as error:
        raise ObjectLostError(f"the snapshot {event.snapshot} cannot be read") from error
    if (snapshot.id, snapshot.project_id) != (event.snapshot, event.project_id):
        raise ObjectLostError(f"{key} holds another snapshot: {snapshot.id}")
    return snapshot

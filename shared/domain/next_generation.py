"""The next generation of an export that has ended: retry and replay are one act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.events import ExportPackaged, ExportRequested, now

if TYPE_CHECKING:
    from shared.domain.export_document import Document


def failed_upload(document: Document) -> ExportPackaged | None:
    """What was packed, where only its upload had failed."""
    if document.state.failed_stage != "upload":
        return None
    packed = [event for event in document.events.values() if isinstance(event, ExportPackaged)]
    return packed[-1] if packed else None


def next_generation(
    document: Document,
    start: ExportRequested | ExportPackaged,
    *,
    user_id: str,
    replay_of: int | UnsetType = UNSET,
    trace_id: str | UnsetType = UNSET,
) -> ExportRequested | ExportPackaged:
    """The event that starts it: ``start`` again, of the export's next generation.

    Args:
        document: How the export stands.
        start: What is to be done again: ``requested`` builds, ``packaged`` only uploads.
        user_id: Who pays for it.
        replay_of: The dead letter's sequence, where an operator does this.
        trace_id: Of the request for it.
    """
    again = msgspec.structs.replace(
        start,
        user_id=user_id,
        generation=document.generation + 1,
        at=now(),
        replay_of=replay_of,
        trace_id=trace_id,
    )
    if isinstance(again, ExportPackaged):
        return msgspec.structs.replace(again, restart=True)
    return again

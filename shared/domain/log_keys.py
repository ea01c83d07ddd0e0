"""The keys by which log lines of all services come together: whose export, which of its tries.

``trace_id`` is bound by :func:`shared.tracing.context.within`, where something happens in a trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.domain.events import Event
    from shared.domain.export_document import Document

LogKeys = dict[str, str | int]


def keys_of(event: Event) -> LogKeys:
    """Of what happens in an export's own trace."""
    return {
        "export_id": event.export_id,
        "project_id": event.project_id,
        "generation": event.generation,
    }


def keys_of_document(document: Document) -> LogKeys:
    """Of what happens in a trace of its own, such as a download: the export's is named."""
    state = document.state
    keys: LogKeys = {
        "export_id": state.id,
        "project_id": state.project_id,
        "generation": document.generation,
    }
    return {**keys, "trace_id": state.trace_id} if state.trace_id else keys

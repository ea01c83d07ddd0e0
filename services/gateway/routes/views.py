"""What several routes show alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.export_document import Document
    from shared.jetstream.log_reader import StoredLine


def export_view(document: Document) -> dict[str, Any]:
    """An export after a retry or a cancel."""
    state = document.state
    return {
        "success": True,
        "export": {
            "id": state.id,
            "status": state.status,
            "generation": state.generation,
            "cancelReceipt": state.cancel_receipt,
        },
    }


def log_view(lines: Sequence[StoredLine]) -> list[dict[str, Any]]:
    """Lines of a log with their sequences."""
    return [
        {"seq": s.seq, "ts": s.line.at, "level": s.line.level, "message": s.line.message}
        for s in lines
    ]

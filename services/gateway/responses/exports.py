"""What is answered about exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from shared.domain.events import Timestamp
from shared.domain.export_document import CancelReceipt, State, Status
from shared.domain.options import Configuration, Platform
from shared.domain.progress import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.gateway.exports.exports import ExportLinks
    from shared.domain.export_document import Document
    from shared.jetstream.log_reader import StoredLine


class WatchTicket(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A link with a fresh ticket; it is good for one export and for about a minute."""

    websocket_url: str


class AcceptedExport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An export that was just asked for; ``position`` is null unless it queues."""

    id: str
    status: Status
    platform: Platform
    configuration: Configuration
    estimated_minutes: int
    position: int | None


class CreatedExport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer to a request for an export."""

    success: Literal[True] = True
    export: AcceptedExport
    status_url: str
    websocket_url: str


class ExportDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One export as it stands, with a fresh ticket to watch it."""

    export: State
    status_url: str
    websocket_url: str


class ExportOutcome(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An export after a retry or a cancel."""

    id: str
    status: Status
    generation: int
    cancel_receipt: CancelReceipt | None


class ChangedExport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer to a retry or a cancel."""

    success: Literal[True] = True
    export: ExportOutcome
    status_url: str
    websocket_url: str

    @classmethod
    def of(cls, document: Document, links: ExportLinks) -> ChangedExport:
        """As it stands afterwards."""
        state = document.state
        outcome = ExportOutcome(
            id=state.id,
            status=state.status,
            generation=state.generation,
            cancel_receipt=state.cancel_receipt,
        )
        return cls(export=outcome, status_url=links.status_url, websocket_url=links.websocket_url)


class LogLineView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of a log; sequences of one export rise, with holes."""

    seq: int
    ts: Timestamp
    level: Level
    message: str


class ExportLog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Lines of a log, oldest first."""

    logs: list[LogLineView]


def log_lines(lines: Sequence[StoredLine]) -> list[LogLineView]:
    """Stored lines as they are shown."""
    return [
        LogLineView(seq=s.seq, ts=s.line.at, level=s.line.level, message=s.line.message)
        for s in lines
    ]

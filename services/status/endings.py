"""The log line of an export's end: how it came out, and how long it took in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from services.status.measuring.readings import outcome_of
from shared.domain.events import (
    ExportCompleted,
    ExportFailed,
    ExportStarted,
    StartEvent,
    TerminalEvent,
)
from shared.domain.log_keys import keys_of

if TYPE_CHECKING:
    from services.status.documents import NewEvent

log = structlog.get_logger()


def log_end(news: NewEvent) -> None:
    """Say that a generation has ended, where the news is its first end."""
    end, before = news.event, list(news.before.values())
    if not isinstance(end, TerminalEvent) or any(isinstance(e, TerminalEvent) for e in before):
        return
    begun = [event.at for event in before if isinstance(event, StartEvent)]
    attempts = sum(isinstance(event, ExportStarted) and event.stage == "build" for event in before)
    more: dict[str, Any] = {}
    match end:
        case ExportCompleted(artifact=artifact):
            more = {"size_bytes": artifact.size_bytes}
        case ExportFailed(error=error):
            more = {"code": error.code, "stage": end.stage, "dead_letter": end.dead_letter}
    log.info(
        "export.ended",
        outcome=outcome_of(end),
        platform=end.platform,
        attempts=attempts,
        seconds=round(max((end.at - min(begun, default=end.at)).total_seconds(), 0.0), 3),
        **more,
        **keys_of(end),
    )

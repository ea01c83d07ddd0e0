"""The log line of an export's end: how it came out, and how long it took in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

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
from shared.tracing.context import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.status.documents import News
    from shared.domain.events import AnyEvent

log = structlog.get_logger()


def log_end(news: News) -> None:
    """Say that a generation has ended, where its first end is among the news."""
    if any(isinstance(event, TerminalEvent) for event in news.before.values()):
        return
    one = next((one for one in news.handed if isinstance(one.event, TerminalEvent)), None)
    if one is not None:
        events = list(news.events.values())
        with within(one.trace):
            _log_end(cast("TerminalEvent", one.event), events)


def _log_end(end: TerminalEvent, events: Sequence[AnyEvent]) -> None:
    begun = [event.at for event in events if isinstance(event, StartEvent)]
    attempts = sum(isinstance(event, ExportStarted) and event.stage == "build" for event in events)
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

"""The projector folds events into documents, counts them, charges minutes and notes durations.

All status pods share its one durable; no other service writes these buckets.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from services.status.build_durations import BuildDurations
from services.status.documents import Documents
from services.status.endings import log_end
from services.status.measuring.counting import count
from services.status.measuring.monthly_totals import MonthlyTotals
from shared.domain.events import ExportCompleted, TerminalEvent
from shared.jetstream.pull_loop import consume_events
from shared.jetstream.topology import EXPORTS, STATUS
from shared.stores.build_times import BuildTimes
from shared.stores.quota import Quota
from shared.tracing import spans

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent
    from shared.jetstream.pull_loop import Place
    from shared.tracing.spans import Attributes

SLOTS: Final = 4  # events handled at a time; the fold does not mind their order


class Projector:
    """Consumes every event of ``EXPORTS`` and keeps the bucket ``exports``."""

    def __init__(
        self,
        js: JetStreamContext,
        documents: Documents,
        *,
        quota: Quota,
        durations: BuildDurations,
        totals: MonthlyTotals,
    ) -> None:
        self._js = js
        self._documents = documents
        self._quota = quota
        self._durations = durations
        self._totals = totals

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Projector:
        """Bind to the buckets."""
        return cls(
            js,
            await Documents.bind(js),
            quota=await Quota.bind(js),
            durations=BuildDurations(await BuildTimes.bind(js)),
            totals=await MonthlyTotals.bind(js),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Fold until told to stop."""

        async def fold(event: AnyEvent, place: Place) -> None:
            await self._fold(event, place, stop)

        async with asyncio.TaskGroup() as group:
            group.create_task(self._totals.run(stop))
            group.create_task(self._durations.run(stop))
            await consume_events(self._js, STATUS, fold, stop, slots=SLOTS)
        await self._totals.flush()
        await self._durations.flush()

    async def _fold(self, event: AnyEvent, place: Place, stop: asyncio.Event) -> None:
        with spans.span(f"fold {event.name}", _attributes(event), kind="consumer"):
            news = await self._take_in(event, place, stop)
        if news and isinstance(event, TerminalEvent):
            ended = event.at.timestamp()
            spans.record(
                f"export {event.name}", began=ended, ended=ended, attributes=_attributes(event)
            )

    async def _take_in(self, event: AnyEvent, place: Place, stop: asyncio.Event) -> bool:
        """Whether it was news."""
        if news := await self._documents.take_in(event, place, stop):
            self._totals.note(news, count(news))
            log_end(news)
        if isinstance(event, TerminalEvent):
            await self._quota.settle(event)
        if isinstance(event, ExportCompleted) and not event.built_at:
            self._durations.note(event.platform, event.build_s)
        return news is not None


def _attributes(event: AnyEvent) -> Attributes:
    return {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.operation.name": "fold",
        "messaging.destination.name": EXPORTS,
        "messaging.consumer.group.name": STATUS,
        "aethel.export.id": event.export_id,
        "aethel.generation": event.generation,
    }

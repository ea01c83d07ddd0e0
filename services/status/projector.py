"""The projector folds events into documents, counts them, charges minutes and notes durations.

All status pods share its one durable; no other service writes these buckets.
"""

from __future__ import annotations

import asyncio
import time
from itertools import groupby
from typing import TYPE_CHECKING

import structlog

from services.status.build_durations import BuildDurations
from services.status.documents import Documents
from services.status.endings import log_end
from services.status.measuring.counting import count
from services.status.measuring.monthly_totals import MonthlyTotals
from shared.domain.events import ExportCompleted, TerminalEvent
from shared.jetstream.event_groups import consume_groups
from shared.jetstream.topology import EXPORTS, STATUS
from shared.stores.build_times import BuildTimes
from shared.stores.quota import Quota
from shared.tracing import spans
from shared.tracing.context import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.js import JetStreamContext

    from services.status.documents import News
    from shared.domain.events import AnyEvent
    from shared.jetstream.event_groups import Handed
    from shared.tracing.spans import Attributes


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

        async def fold(handed: Sequence[Handed]) -> None:
            for generation, of_one in groupby(handed, lambda one: one.event.generation):
                structlog.contextvars.bind_contextvars(generation=generation)
                await self._fold(list(of_one), stop)

        async with asyncio.TaskGroup() as group:
            group.create_task(self._totals.run(stop))
            group.create_task(self._durations.run(stop))
            await consume_groups(self._js, STATUS, fold, stop)
        await self._totals.flush()
        await self._durations.flush()

    async def _fold(self, handed: Sequence[Handed], stop: asyncio.Event) -> None:
        """Events of one generation; what is to happen once for each happens for those of news."""
        began = time.time()
        error_type = "canceled"
        try:
            news = await self._documents.take_in(handed, stop)
            for some in news:
                self._totals.note(some, count(some))
                log_end(some)
            for one in handed:
                await self._end(one.event)
            error_type = ""
        except Exception as error:
            error_type = str(getattr(error, "code", "")) or type(error).__name__
            raise
        finally:
            if spans.recording():
                _record(handed, began, error_type)
        if spans.recording():
            _record_ends(news)

    async def _end(self, event: AnyEvent) -> None:
        """Whatever may be done once more."""
        if isinstance(event, TerminalEvent):
            await self._quota.settle(event)
        if isinstance(event, ExportCompleted) and not event.built_at:
            self._durations.note(event.platform, event.build_s)


def _record(handed: Sequence[Handed], began: float, error_type: str) -> None:
    for one in handed:
        with within(one.trace):
            spans.record(
                f"fold {one.event.name}",
                began=began,
                attributes=_attributes(one.event),
                error_type=error_type,
                kind="consumer",
            )


def _record_ends(news: Sequence[News]) -> None:
    for one in (one for some in news for one in some.handed):
        if isinstance(one.event, TerminalEvent):
            ended = one.event.at.timestamp()
            with within(one.trace):
                spans.record(
                    f"export {one.event.name}",
                    began=ended,
                    ended=ended,
                    attributes=_attributes(one.event),
                )


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

"""Gathers what has ended, and adds it to the month's record every second."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import structlog

from shared.domain.events import TerminalEvent, now
from shared.errors import UnavailableError
from shared.metrics import exports as metrics
from shared.stores.export_totals import Ended, ExportTotals, Portion, month_of

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.status.documents import News
    from services.status.measuring.readings import Reading

log = structlog.get_logger()

FLUSH_S: Final = 1.0  # what a process takes along that is killed


class MonthlyTotals:
    """One process's part of the months' records."""

    def __init__(self, totals: ExportTotals) -> None:
        self._totals = totals
        self._writer = uuid4().hex
        self._gathered: dict[str, Ended] = {}
        self._portions: deque[Portion] = deque()
        self._number = 0

    @classmethod
    async def bind(cls, js: JetStreamContext) -> MonthlyTotals:
        """Bind to the bucket."""
        return cls(await ExportTotals.bind(js))

    def note(self, news: News, readings: dict[str, Reading]) -> None:
        """Gather what events have added, by the month in which their generation has ended."""
        end, duration = readings.get("end"), readings.get("duration")
        completed = duration is not None and duration.labels[-1] == "completed"
        ended = Ended(
            completed=end is not None and end.metric is metrics.COMPLETED,
            failed=end is not None and end.metric is metrics.FAILED,
            duration_ms=round(duration.amount * 1_000) if duration and completed else 0,
        )
        if ended != Ended():
            ends = (e for e in news.events.values() if isinstance(e, TerminalEvent))
            month = month_of(next(ends).at)
            self._gathered[month] = self._gathered.get(month, Ended()).plus(ended)

    async def run(self, stop: asyncio.Event) -> None:
        """Add what was gathered, every second until told to stop."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_S)
            await self.flush()

    async def flush(self) -> None:
        """Add it now; what cannot be added is kept, and added once when it can.

        Where a month's record cannot be read, its portion is given up: no figure stops the fold.
        """
        for month, ended in self._gathered.items():
            self._number += 1
            portion = Portion(
                writer=self._writer, number=self._number, month=month, ended=ended, at=now()
            )
            self._portions.append(portion)
        self._gathered.clear()
        while self._portions:
            try:
                await self._totals.add(self._portions[0])
            except UnavailableError as error:
                log.warning("totals.waiting", error=str(error))
                return
            except Exception:
                log.exception("totals.lost", month=self._portions[0].month)
            self._portions.popleft()

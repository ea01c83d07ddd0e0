"""Looks at all streams, their consumers and who works for them, every few seconds.

One look serves the metrics, and whoever tells of consumers that stall. Each status pod looks, and
all see the same. What could not be seen for a while is shown no more: a figure that is not there is
no lie, and when everything was seen last is always told.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import product
from typing import TYPE_CHECKING, Final

import structlog

from services.status.measuring.stalled_consumers import STALLED_LOOKS, StalledConsumers
from shared.domain.platforms import PLATFORMS
from shared.errors import UnavailableError
from shared.jetstream.headroom import WATCHED
from shared.jetstream.reports import (
    ALL_STREAMS,
    DURABLES,
    consumer_info,
    report_of,
    stream_report,
)
from shared.jetstream.topology import UPLOADER, packager_durable
from shared.metrics import streams as metrics
from shared.stores.worker_registry import Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext
    from prometheus_client import Gauge

log = structlog.get_logger()

STALE_LOOKS: Final = 3  # what was not seen for so many is shown no more
WORKED_FOR: Final = (*map(packager_durable, PLATFORMS), UPLOADER)
OF_CONSUMERS: Final = (
    metrics.PENDING,
    metrics.IN_FLIGHT,
    metrics.REDELIVERED,
    metrics.OLDEST_SECONDS,
    metrics.ACKNOWLEDGED,
)
OF_STREAMS: Final = (metrics.STREAM_BYTES, metrics.STREAM_MESSAGES)
SHOWN: Final = (
    *product(OF_CONSUMERS, DURABLES),
    *product([metrics.WORKERS], WORKED_FOR),
    *product(OF_STREAMS, ALL_STREAMS),
    *product([metrics.STREAM_FILL], WATCHED),
)


class StreamWatch:
    """Shows what it sees as metrics."""

    def __init__(
        self,
        js: JetStreamContext,
        workers: Workers,
        stalled: StalledConsumers,
        *,
        interval_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._js = js
        self._workers = workers
        self._stalled = stalled
        self._interval_s = interval_s
        self._clock = clock
        self._seen_at = dict.fromkeys(SHOWN, clock())
        for gauge, name in SHOWN:
            gauge.labels(name)
        metrics.LOOKED_AT.set_to_current_time()

    @classmethod
    async def bind(cls, js: JetStreamContext, *, interval_s: float) -> StreamWatch:
        """Bind to the bucket of workers."""
        stalled = StalledConsumers(stalled_s=STALLED_LOOKS * interval_s)
        return cls(js, await Workers.bind(js), stalled, interval_s=interval_s)

    async def run(self, stop: asyncio.Event) -> None:
        """Look every ``interval_s`` until told to stop."""
        while not stop.is_set():
            await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._interval_s)

    async def look(self) -> None:
        """Look at everything once, side by side.

        What does not answer, or cannot be read, keeps nothing back: no export waits for a figure.
        """
        answers = await asyncio.gather(
            *(self._consumer(durable) for durable in DURABLES),
            *(self._stream(name) for name in ALL_STREAMS),
            self._working(),
            return_exceptions=True,
        )
        unseen = [answer for answer in answers if answer is not None]
        for error in unseen:
            if not isinstance(error, UnavailableError):
                log.error("streams.unreadable", exc_info=error)
        if unseen:
            log.warning("streams.unseen", errors=[str(error) for error in unseen])
        else:
            metrics.LOOKED_AT.set_to_current_time()
        self._forget()

    async def _consumer(self, durable: str) -> None:
        info = await consumer_info(self._js, durable)
        self._stalled.judge(info)
        found = await report_of(self._js, info)
        shown = (
            found.pending,
            found.in_flight,
            found.redelivered,
            found.oldest_s,
            found.acknowledged,
        )
        for gauge, value in zip(OF_CONSUMERS, shown, strict=True):
            self._show(gauge, durable, value)

    async def _stream(self, name: str) -> None:
        found = await stream_report(self._js, name)
        for gauge, value in zip(OF_STREAMS, (found.size_bytes, found.messages), strict=True):
            self._show(gauge, name, value)
        if name in WATCHED:
            self._show(metrics.STREAM_FILL, name, found.fill)

    async def _working(self) -> None:
        living = await self._workers.living()
        for durable in WORKED_FOR:
            count = sum(durable in worker.consumers for worker in living)
            self._show(metrics.WORKERS, durable, count)

    def _show(self, gauge: Gauge, name: str, value: float) -> None:
        gauge.labels(name).set(value)
        self._seen_at[gauge, name] = self._clock()

    def _forget(self) -> None:
        """Show no more what was not seen for a while."""
        before = self._clock() - STALE_LOOKS * self._interval_s
        for (gauge, name), seen_at in list(self._seen_at.items()):
            if seen_at < before:
                gauge.remove(name)
                del self._seen_at[gauge, name]

"""Tells of consumers that give nothing although messages and workers wait."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from shared.jetstream.errors import AWAY
from shared.jetstream.stalled import could_deliver, delivered
from shared.jetstream.topology import CONSUMERS, EXPORTS
from shared.metrics import streams as metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext, api

log = structlog.get_logger()

STALLED_LOOKS: Final = 4  # without a delivery; one that works takes milliseconds


class StalledConsumers:
    """Looks at every consumer of events; each status pod does, and all come to the same.

    Nothing is mended here: whoever may change a consumer may lose its place. Operators may, with
    ``aethel-export streams wake``.
    """

    def __init__(
        self,
        js: JetStreamContext,
        *,
        stalled_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._js = js
        self._stalled_s = stalled_s
        self._clock = clock
        self._durables = [consumer.durable_name or "" for consumer in CONSUMERS]
        self._quiet: dict[str, tuple[int, float]] = {}  # deliveries so far, and since when
        self.stalled: set[str] = set()
        for durable in self._durables:
            metrics.STALLED.labels(durable).set(0)

    async def run(self, stop: asyncio.Event, *, interval_s: float) -> None:
        """Look every ``interval_s`` until told to stop."""
        while not stop.is_set():
            await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval_s)

    async def look(self) -> None:
        """Look once at each."""
        for durable in self._durables:
            try:
                info = await self._js.consumer_info(EXPORTS, durable)
            except AWAY as error:
                log.warning("consumer.unknown", consumer=durable, error=repr(error))
                continue
            self._judge(durable, info)

    def _judge(self, durable: str, info: api.ConsumerInfo) -> None:
        count, now = delivered(info), self._clock()
        before, since = self._quiet.get(durable, (count, now))
        if before != count or not info.num_pending:
            since = now
        self._quiet[durable] = count, since
        if now - since < self._stalled_s:
            self._tell(durable, info, stalled=False)
        elif could_deliver(info):  # else nobody pulls at this moment, and nobody can tell
            self._tell(durable, info, stalled=True)

    def _tell(self, durable: str, info: api.ConsumerInfo, *, stalled: bool) -> None:
        metrics.STALLED.labels(durable).set(stalled)
        if stalled and durable not in self.stalled:
            log.error(
                "consumer.stalled",
                consumer=durable,
                pending=info.num_pending,
                waiting_pulls=info.num_waiting,
                paused=bool(info.paused),
                remedy=f"aethel-export streams wake {durable}",
            )
            self.stalled.add(durable)
        elif not stalled and durable in self.stalled:
            log.info("consumer.delivers-again", consumer=durable)
            self.stalled.discard(durable)

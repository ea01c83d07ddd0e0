"""Tells of consumers that give nothing although messages and workers wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog

from shared.jetstream.stalled import could_deliver, delivered
from shared.jetstream.topology import CONSUMERS, FILM_CONSUMER
from shared.metrics import streams as metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import api

log = structlog.get_logger()

STALLED_LOOKS: Final = 4  # without a delivery; one that works takes milliseconds
JUDGED: Final = frozenset(consumer.durable_name or "" for consumer in (*CONSUMERS, FILM_CONSUMER))


class StalledConsumers:
    """Judges the consumers of events and slices by what they say of themselves at each look.

    Nothing is mended here: whoever may change a consumer may lose its place. Operators may, with
    ``aethel-export streams wake``.
    """

    def __init__(self, *, stalled_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._stalled_s = stalled_s
        self._clock = clock
        self._quiet: dict[str, tuple[int, float]] = {}  # deliveries so far, and since when
        self.stalled: set[str] = set()
        for durable in JUDGED:
            metrics.STALLED.labels(durable).set(0)

    def judge(self, info: api.ConsumerInfo) -> None:
        """Take in one look at one of them; others are passed over."""
        if info.name not in JUDGED:
            return
        count, now = delivered(info), self._clock()
        before, since = self._quiet.get(info.name, (count, now))
        if before != count or not info.num_pending:
            since = now
        self._quiet[info.name] = count, since
        if now - since < self._stalled_s:
            self._report(info, stalled=False)
        elif could_deliver(info):  # else nobody pulls at this moment, and nobody can tell
            self._report(info, stalled=True)

    def _report(self, info: api.ConsumerInfo, *, stalled: bool) -> None:
        durable = info.name
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

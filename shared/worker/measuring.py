"""What a worker's metrics are called: all of them are there before it takes anything."""

from __future__ import annotations

from shared.metrics import work as metrics
from shared.metrics.born import born
from shared.worker.dead_letter_writer import expect_dead_letters
from shared.worker.outcomes import Outcome


def expect(consumer: str) -> None:
    """Have everything that a worker of this consumer measures counted from 0 on."""
    born(metrics.HANDLED, consumer=(consumer,), outcome=Outcome)
    for metric in (metrics.HANDLE_SECONDS, metrics.IN_HAND, metrics.OUT_OF_TURN):
        born(metric, consumer=(consumer,))
    expect_dead_letters((consumer,))

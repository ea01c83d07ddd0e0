"""How a worker's delivery can end, as logs and the metric of handled messages say it."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one delivered message."""

    DONE = "done"  # the results are in the stream
    RETRY = "retry"  # handed back: another attempt follows
    FAILED = "failed"  # the project's fault: the export has ended
    DEAD_LETTERED = "dead-lettered"
    DEAD_LETTER_OWED = "dead-letter-owed"  # handed back: its dead letter cannot be written yet
    CANCELED = "canceled"
    SKIPPED = "skipped"  # nothing was left to do
    RETURNED = "returned"  # handed back, or left to come again by itself: not now

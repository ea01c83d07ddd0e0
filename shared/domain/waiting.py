"""Why an export waits: a reason for programs, and a sentence with the next action for its user."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

import msgspec

from shared.domain.events import Stage

WaitingReason = Literal["queue", "no-worker", "retry", "breaker", "draining"]
Obstacle = WaitingReason | Literal["outage"]  # told apart in the sentence only

_SENTENCES: Final[dict[Obstacle, str]] = {
    "queue": "Waiting for its turn: the next free {worker} takes the export.",
    "no-worker": (
        "No {worker} is running. The export goes on by itself as soon as one does; if that takes "
        "long, tell the operators."
    ),
    "draining": (
        "Every {worker} is being replaced. The export goes on by itself with the next one."
    ),
    "breaker": (
        "Every {worker} has stopped taking work but for single tries, because exports of several "
        "projects fail alike, by a fault on our side. The export goes on by itself once that is "
        "put right; if it takes long, tell the operators."
    ),
    "outage": (
        "Every {worker} has stopped taking work, because a server that it needs is away. "
        "The export goes on by itself once that is back; if it takes long, tell the operators."
    ),
    "retry": "{error} The next attempt comes by itself.",
}


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """An export's message lies in the stream, and no worker is at it."""

    stage: Stage
    platform: str
    retry_at: datetime | None = None  # not before then, where an attempt has failed
    error: str = ""  # of that attempt

    def obstacle(self, obstacle: Obstacle | None, at: datetime) -> Obstacle:
        """Why the export waits at a moment.

        Args:
            obstacle: Why none of the living workers takes it; None where one does, or nobody knows.
            at: The moment.
        """
        if self.retry_at is not None and self.retry_at > at:
            return "retry"
        return obstacle or "queue"

    def sentence(self, reason: Obstacle) -> str:
        """The reason as its user reads it, with the next action."""
        worker = f"worker for {self.platform}" if self.stage == "build" else "uploader"
        error = self.error if self.error.endswith((".", "!", "?")) else f"{self.error}."
        return _SENTENCES[reason].format(worker=worker, error=error)


def shown(obstacle: Obstacle) -> WaitingReason:
    """The reason as programs read it."""
    return "breaker" if obstacle == "outage" else obstacle

"""What has rung and was not read yet: a bell is a message, so it tells which one to look for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.jetstream.batch_get import Stored

GIVEN_UP_S: Final = 2.0  # what is not stored so long after its bell has been refused


class UnreadBells:
    """Messages that were heard on their way into a stream, by subject, in the order of their bells.

    Args:
        newest_only: Of each subject the stream keeps the newest alone: those that rang before it
            will never be read.
        clock: Seconds that only grow.
    """

    def __init__(self, *, newest_only: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._newest_only = newest_only
        self._clock = clock
        self._rung: dict[str, list[tuple[int, float]]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def ring(self, subject: str, payload: bytes) -> None:
        """One more is on its way."""
        self._rung.setdefault(subject, []).append((hash(payload), self._clock()))
        self._count += 1

    def read(self, message: Stored) -> None:
        """It was, and need not be looked for."""
        rung = self._rung.get(message.subject, [])
        wanted = hash(message.payload)
        at = next((at for at, (payload, _) in enumerate(rung) if payload == wanted), None)
        if at is not None:
            self._keep(
                message.subject, rung[at + 1 :] if self._newest_only else rung[:at] + rung[at + 1 :]
            )

    def clear(self) -> None:
        """Forget all of them."""
        self._rung.clear()
        self._count = 0

    def give_up(self) -> None:
        """Forget those that were refused, as far as anybody can tell."""
        before = self._clock() - GIVEN_UP_S
        for subject, rung in list(self._rung.items()):
            self._keep(subject, [bell for bell in rung if bell[1] > before])

    def _keep(self, subject: str, rung: list[tuple[int, float]]) -> None:
        self._count += len(rung) - len(self._rung[subject])
        if rung:
            self._rung[subject] = rung
        else:
            del self._rung[subject]

"""How the exports of a month went, all users together: one record a month, in ``durations``.

The status pods add to it, each what it has counted since it last did; whoever asks reads one key.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import BUILD_TIMES_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = BUILD_TIMES_BUCKET.name
WRITERS: Final = 100  # of a month that are remembered, the latest


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """Exports that have ended; ``duration_ms`` is of those that completed, from being accepted."""

    completed: int = 0
    failed: int = 0
    duration_ms: int = 0

    def plus(self, more: Ended) -> Ended:
        """Both together."""
        return Ended(
            completed=self.completed + more.completed,
            failed=self.failed + more.failed,
            duration_ms=self.duration_ms + more.duration_ms,
        )


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A month; ``taken`` is the newest portion of each writer that is in it.

    ``since``: when its first portion was added; None where an earlier version did that.
    """

    ended: Ended = Ended()
    since: datetime | None = None
    updated_at: datetime | None = None
    taken: dict[str, int] = {}

    def with_(self, portion: Portion) -> Totals | None:
        """The month with a portion; None where it has that one."""
        if self.taken.get(portion.writer, 0) >= portion.number:
            return None
        others = {writer: n for writer, n in self.taken.items() if writer != portion.writer}
        kept = dict(list(others.items())[1 - WRITERS :])
        return Totals(
            ended=self.ended.plus(portion.ended),
            since=self.since if self.taken else portion.at,
            updated_at=portion.at,
            taken={**kept, portion.writer: portion.number},
        )


class Portion(msgspec.Struct, frozen=True, kw_only=True):
    """What one writer adds to a month: numbered, so that it is in once however often it is sent."""

    writer: str
    number: int  # from 1
    month: str  # YYYY-MM
    ended: Ended
    at: datetime


class ExportTotals:
    """The records; the status service writes them."""

    def __init__(self, store: KeyValueStore[Totals]) -> None:
        self._store = store

    @classmethod
    async def bind(cls, js: JetStreamContext) -> ExportTotals:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, Totals))

    async def add(self, portion: Portion) -> None:
        """Add a portion, unless it is in already.

        Raises:
            NatsUnavailableError: It may be in all the same: add the same again.
        """
        await self._store.change(
            _key(portion.month), lambda month: (month or Totals()).with_(portion)
        )

    async def of(self, at: datetime) -> Totals:
        """The month of a moment.

        Raises:
            NatsUnavailableError: The bucket does not answer.
        """
        found = await self._store.get(_key(month_of(at)))
        return found.value if found else Totals()


def month_of(at: datetime) -> str:
    """``YYYY-MM``, UTC as all moments are."""
    return f"{at:%Y-%m}"


def _key(month: str) -> str:
    return f"month-{month}"

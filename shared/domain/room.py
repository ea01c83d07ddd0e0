"""The room of one process: what all its workers have in hand, and who waits for room."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from shared.domain.loads import Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.domain.loads import Load

UNLIMITED: Final = Shares(large_bytes=1 << 62, small_bytes=1 << 62)
FORGOTTEN_S: Final = 3.0  # a worker that waits for room looks again every second


class Wish(NamedTuple):
    """What would be taken next, were there room."""

    load: Load
    since: float
    until: float


class Room:
    """Shared by all workers of a process.

    Whoever waits for room, and has none yet, goes before all who come later: else an export that
    needs much would wait for ever while others take what it needs bit by bit. A worker waits, known
    by its consumer, and so does every export that it already holds, at a place of its own.

    Args:
        shares: How much fits.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, shares: Shares = UNLIMITED, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._shares = shares
        self._clock = clock
        self._in_hand: list[Load] = []
        self._wishes: dict[object, Wish] = {}  # by consumer or place

    @property
    def in_hand(self) -> tuple[Load, ...]:
        """The loads that were taken."""
        return tuple(self._in_hand)

    def has_room(self, waiter: object, load: Load) -> bool:
        """Whether an export may be taken now, by a worker or from its place."""
        if not self._shares.fit(load, self._in_hand):
            return False
        return load.is_small or not self._is_late(waiter)

    @contextmanager
    def holding(self, consumer: str, load: Load) -> Iterator[None]:
        """Have an export in hand until the block ends; its worker wished for it no longer."""
        self._fulfil(consumer, load)
        self._in_hand.append(load)
        try:
            yield
        finally:
            self._in_hand.remove(load)

    @contextmanager
    def waiting(self, consumer: str, load: Load) -> Iterator[object]:
        """Have a place for an export that a worker holds and has no room for.

        Where the worker has wished for it, it has waited since then. The place ends with the block.
        """
        place = object()
        self._wishes[place] = Wish(load, self._fulfil(consumer, load), math.inf)
        try:
            yield place
        finally:
            del self._wishes[place]

    def wish(self, consumer: str, load: Load | None) -> None:
        """Say what a worker would take next and has no room for; None: nothing any more."""
        since = self._since(consumer)
        self._wishes.pop(consumer, None)
        if load is not None:
            self._wishes[consumer] = Wish(load, since, self._clock() + FORGOTTEN_S)

    def wishes_for(self, consumer: str, load: Load) -> bool:
        """Whether this is what a worker has wished for."""
        known = self._wishes.get(consumer)
        return known is not None and known.load == load

    def _fulfil(self, consumer: str, load: Load) -> float:
        """End a worker's wish for an export; since when it was waited for."""
        if not self.wishes_for(consumer, load):
            return self._clock()
        since = self._since(consumer)
        del self._wishes[consumer]
        return since

    def _since(self, waiter: object) -> float:
        """Since when somebody waits; now, where it does not wait yet."""
        now = self._clock()
        known = self._wishes.get(waiter)
        return known.since if known and known.until > now else now

    def _is_late(self, waiter: object) -> bool:
        """Whether another waits for longer, for somebody who has nothing large in hand."""
        now = self._clock()
        since = self._since(waiter)
        served = {load.user_id for load in self._in_hand if not load.is_small}
        return any(
            wish.since < since and wish.until > now and wish.load.user_id not in served
            for wish in self._wishes.values()
            if not wish.load.is_small
        )

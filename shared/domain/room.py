"""The room of one process: what all its workers have in hand, and who waits for room."""

from __future__ import annotations

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
    """What a worker would take next, had it room."""

    load: Load
    since: float
    until: float


class Room:
    """Shared by all workers of a process; each is known by its consumer.

    Whoever waits for room, and has none yet, goes before all who come later: else an export that
    needs much would wait for ever while others take what it needs bit by bit.

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
        self._wishes: dict[str, Wish] = {}  # by consumer

    @property
    def in_hand(self) -> tuple[Load, ...]:
        """The loads that were taken."""
        return tuple(self._in_hand)

    def has_room(self, consumer: str, load: Load) -> bool:
        """Whether a worker may take an export now."""
        if not self._shares.fit(load, self._in_hand):
            return False
        return load.is_small or not self._is_late(consumer)

    @contextmanager
    def holding(self, load: Load) -> Iterator[None]:
        """Have an export in hand until the block ends."""
        self._in_hand.append(load)
        try:
            yield
        finally:
            self._in_hand.remove(load)

    def wish(self, consumer: str, load: Load | None) -> None:
        """Say what a worker would take next and has no room for; None: nothing any more."""
        known = self._wishes.pop(consumer, None)
        if load is not None:
            now = self._clock()
            since = known.since if known and known.until > now else now
            self._wishes[consumer] = Wish(load, since, now + FORGOTTEN_S)

    def _is_late(self, consumer: str) -> bool:
        """Whether another worker waits for longer, for somebody who has nothing large in hand."""
        now = self._clock()
        own = self._wishes.get(consumer)
        since = own.since if own and own.until > now else now
        served = {load.user_id for load in self._in_hand if not load.is_small}
        return any(
            wish.since < since and wish.until > now and wish.load.user_id not in served
            for other, wish in self._wishes.items()
            if other != consumer
        )

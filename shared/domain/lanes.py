"""What the slots of a worker take: the fairest export that there is room for.

A worker has so many slots, and two lanes beside them. One builds for others while one user or one
project holds all slots, the other builds small exports while large ones do.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from shared.domain.loads import are_of_others

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.fair_order import QueuedExport
    from shared.domain.loads import Load
    from shared.domain.room import Room


class Queue(Protocol):
    """What waits for the worker."""

    def firsts(self, *, small_only: bool = False) -> Sequence[QueuedExport]:
        """Of each tenant the first that could be built now, fairest first."""
        ...


class Otherwise(Enum):
    """What a slot does that takes nothing out of the queue."""

    NEXT_MESSAGE = auto()  # it takes what the stream delivers
    NOTHING = auto()  # until there is room


def for_slot(queue: Queue, room: Room, consumer: str) -> QueuedExport | Otherwise:
    """The fairest export; the fairest small one while there is no room for that.

    A wish for it stands until it is in hand: between the choice and that, others would pass it. So
    it does where it is in the queue no longer, as another slot may have got its message.
    """
    firsts = queue.firsts()
    if not firsts:
        return Otherwise.NEXT_MESSAGE
    fairest = firsts[0]
    if room.has_room(consumer, fairest.load):
        if not room.wishes_for(consumer, fairest.load):
            room.wish(consumer, None)
        return Otherwise.NEXT_MESSAGE if _comes_by_itself(firsts) else fairest
    room.wish(consumer, None if fairest.load.is_small else fairest.load)
    return _small(queue, room, consumer) or Otherwise.NOTHING


def for_others(
    queue: Queue, room: Room, consumer: str, in_slots: Sequence[Load]
) -> QueuedExport | None:
    """Another's export, while one user or one project has all slots; the slots are taken."""
    for export in queue.firsts():
        if are_of_others(in_slots, export.load) and room.has_room(consumer, export.load):
            return export
    return None


def for_small(
    queue: Queue, room: Room, consumer: str, in_slots: Sequence[Load]
) -> QueuedExport | None:
    """A small export, while large ones have all slots; the slots are taken."""
    if any(load.is_small for load in in_slots):
        return None
    return _small(queue, room, consumer)


def _small(queue: Queue, room: Room, consumer: str) -> QueuedExport | None:
    for export in queue.firsts(small_only=True):
        if room.has_room(consumer, export.load):
            return export
    return None


def _comes_by_itself(firsts: Sequence[QueuedExport]) -> bool:
    """Whether the stream's next message is that of the fairest, or as good."""
    fairest = firsts[0]
    if fairest.early:
        return False
    if len(firsts) == 1:
        return True
    return not fairest.attempts and fairest.seq == min(export.seq for export in firsts)

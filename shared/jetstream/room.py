"""How much room streams need for so many exports a day, and for how many theirs is enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.topology import (
    ARTIFACTS_BUCKET,
    EXPORTS,
    EXPORTS_BUCKET,
    IDEMPOTENCY_BUCKET,
    LOGS,
    PROGRESS,
)

if TYPE_CHECKING:
    from nats.js import api

USED: Final = 0.8  # of a stream: what is left is kept for the ends of what there is (headroom.py)
STEP: Final = 1 << 28  # bytes; room is given in steps
ENOUGH: Final = 1_000  # messages by which the size of one is known better than from here


class Footprint(msgspec.Struct, frozen=True, kw_only=True):
    """What one export leaves in a stream: that many messages of that many bytes together."""

    messages: int
    size_bytes: int
    days: int
    share: float = USED  # of the room that may be filled

    def per_day(self, room_bytes: float, size_bytes: float) -> int:
        """For how many exports of a size a day room is enough."""
        return int(self.share * room_bytes / size_bytes / self.days)

    def room_bytes(self, per_day: int) -> int:
        """The room that so many exports a day need."""
        needed = per_day * self.size_bytes * self.days / self.share
        return math.ceil(needed / STEP) * STEP


# Tiny exports, measured by `python -m tests.bench --only capacity`. Documents stay for the history
# of 90 days after the 7 of the artifact; from logs and progress the oldest go first.
FOOTPRINTS: Final = {
    EXPORTS: Footprint(messages=5, size_bytes=5_100, days=30),
    EXPORTS_BUCKET.stream: Footprint(messages=1, size_bytes=5_200, days=97),
    IDEMPOTENCY_BUCKET.stream: Footprint(messages=1, size_bytes=1_000, days=7),
    ARTIFACTS_BUCKET.stream: Footprint(messages=1, size_bytes=600, days=7),
    LOGS: Footprint(messages=4, size_bytes=1_450, days=7, share=1.0),
    PROGRESS: Footprint(messages=1, size_bytes=400, days=7, share=1.0),
}


def room_for(per_day: int) -> dict[str, int]:
    """The bytes that streams need for so many exports a day, by stream."""
    return {name: footprint.room_bytes(per_day) for name, footprint in FOOTPRINTS.items()}


def exports_per_day(info: api.StreamInfo) -> int | None:
    """For how many exports a day a stream is enough, by the size of what is in it.

    None where it does not depend on exports, or has no limit.
    """
    footprint, room = FOOTPRINTS.get(info.config.name or ""), info.config.max_bytes or 0
    if footprint is None or room <= 0:
        return None
    size = float(footprint.size_bytes)
    if info.state.messages >= ENOUGH:
        size = info.state.bytes / info.state.messages * footprint.messages
    return footprint.per_day(room, size)

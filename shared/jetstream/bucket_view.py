"""What a bucket holds, kept in memory between two looks: each look reads what has changed since."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from shared.jetstream.batch_get import read_from_leader
from shared.jetstream.key_value import KEEPS_UP_S
from shared.jetstream.stream_life import look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nats.aio.client import Client

    from shared.jetstream.stream_life import StreamLife
    from shared.jetstream.topology import Bucket

T = TypeVar("T")
READ_ANEW_S: Final = 86_400.0  # from time to time everything is, whatever has gone wrong unseen
AT_ONCE: Final = 1_000  # values that are read before they are taken over


class BucketView(Generic[T]):
    """Follows a bucket by the sequences of its leader; nobody else need be told anything.

    A server that was away may have lost its end, and give sequences again that were read before:
    then everything is read anew, as it is where the bucket was made anew or brought back, and where
    the last look is so long ago that markers of deleted keys may have gone unread.

    Args:
        nc: A connection.
        bucket: What is looked at.
        keep: What is remembered of a value, as it lies in the bucket.
    """

    def __init__(self, nc: Client, bucket: Bucket, keep: Callable[[bytes], T]) -> None:
        self._nc = nc
        self._bucket = bucket
        self._keep = keep
        self._kept: dict[str, T] = {}
        self._life: tuple[StreamLife, int] | None = None
        self._seq = 0
        self._anew_at = 0.0
        self._keeps_up_until = 0.0

    async def look(self) -> Mapping[str, T]:
        """What there is now, by key.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        begun, connections = time.monotonic(), self._nc.stats["reconnects"]
        life, last_seq = await look_at(self._nc, self._bucket.stream)
        is_same = self._life == (life, connections) and last_seq >= self._seq
        if not is_same or begun >= min(self._anew_at, self._keeps_up_until):
            self._kept, self._seq = {}, 0
            self._life, self._anew_at = (life, connections), begun + READ_ANEW_S
        while await self._read_on():
            pass
        self._keeps_up_until = begun + KEEPS_UP_S
        return self._kept

    async def _read_on(self) -> bool:
        """Read some of what has changed; whether there may be more."""
        found = await read_from_leader(
            self._nc,
            self._bucket.stream,
            self._bucket.subjects,
            after_seq=self._seq,
            limit=AT_ONCE,
        )
        for message in found:
            key = message.subject.removeprefix(self._bucket.prefix)
            if message.payload:
                self._kept[key] = self._keep(message.payload)
            else:  # deleted
                self._kept.pop(key, None)
            self._seq = message.seq
        return len(found) == AT_ONCE

"""What records were when this process wrote them last: a change may suppose that they still are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    from nats.aio.client import Client

T = TypeVar("T")
MOST: Final = 1_000  # records that are remembered
MOST_BYTES: Final = 8_192  # of the largest of them


class _Guess(msgspec.Struct, Generic[T], frozen=True):
    record: T
    until: float
    connections: int


class Guesses(Generic[T]):
    """Records by key; whoever uses one must find out by a conditional write whether it is right.

    A server that was away may have lost its end, and give revisions again: then none is remembered.

    Args:
        nc: The connection.
        lives_s: How long a record is remembered; 0: not at all.
    """

    def __init__(self, nc: Client, lives_s: float) -> None:
        self._nc = nc
        self._lives_s = lives_s
        self._guesses: dict[str, _Guess[T]] = {}  # the latest is last

    def get(self, key: str) -> T | None:
        """What it was, where that is worth a try."""
        found = self._guesses.get(key)
        if found is None or found.until < time.monotonic():
            return None
        return found.record if found.connections == self._nc.stats["reconnects"] else None

    def put(self, key: str, record: T, size_bytes: int) -> None:
        """It has been written."""
        self._guesses.pop(key, None)
        if not self._lives_s or size_bytes > MOST_BYTES:
            return
        until = time.monotonic() + self._lives_s
        self._guesses[key] = _Guess(record, until, self._nc.stats["reconnects"])
        if len(self._guesses) > MOST:
            del self._guesses[next(iter(self._guesses))]

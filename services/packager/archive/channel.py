"""A channel carries blocks from one thread to another, a few at a time."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class ClosedError(Exception):
    """Nobody takes from the channel any more."""


class Channel(Generic[T]):
    """Bounded; the taker may close it at any time, which ends a giver that waits."""

    def __init__(self, capacity: int) -> None:
        self._items: SimpleQueue[T | BaseException | None] = SimpleQueue()
        self._free = threading.Semaphore(capacity)
        self._closed = False

    def put(self, item: T) -> None:
        """Give one item; waits while the channel is full.

        Raises:
            ClosedError: Stop.
        """
        self._free.acquire()
        if self._closed:
            self._free.release()
            raise ClosedError
        self._items.put(item)

    def finish(self, error: BaseException | None = None) -> None:
        """Nothing follows; an error is raised where the items are taken."""
        self._items.put(error)

    def close(self) -> None:
        """Take no more."""
        self._closed = True
        self._free.release()

    def __iter__(self) -> Iterator[T]:
        while (item := self._items.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            self._free.release()
            yield item

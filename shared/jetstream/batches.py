"""Work on one key that would wait for its turn is done together instead: group commit.

Source:
    P. Helland et al., "Group Commit Timers and High Volume Transaction Systems" (1987), without the
    timer: whatever has come while one batch is under way is the next one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Item = TypeVar("Item")
Place = TypeVar("Place")
MOST: Final = 100  # items of a batch: what they come to is worked out without a pause


class Batches(Generic[Item, Place]):
    """Does the work on each key a batch at a time, in the order in which it has come.

    Args:
        work: Does a batch of a key; it must not raise. What it returns is given to the next batch,
            where that follows without a pause; the first is given None.
    """

    def __init__(
        self, work: Callable[[str, Sequence[Item], Place | None], Awaitable[Place | None]]
    ) -> None:
        self._work = work
        self._waiting: dict[str, deque[tuple[Item, asyncio.Future[None]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, key: str, item: Item) -> None:
        """Wait until the batch is done that the item is in.

        An item is left out whose caller has stopped waiting before its batch has begun.
        """
        done = asyncio.get_running_loop().create_future()
        if key in self._waiting:
            self._waiting[key].append((item, done))
        else:
            self._waiting[key] = deque([(item, done)])
            task = asyncio.create_task(self._run(key))
            self._tasks.add(task)  # or nobody would hold it
            task.add_done_callback(self._tasks.discard)
        await done

    async def _run(self, key: str) -> None:
        """A task of its own, because whoever came first may be gone before the others."""
        waiting, place = self._waiting[key], None
        batch: list[tuple[Item, asyncio.Future[None]]] = []
        try:
            while waiting:
                taken = [waiting.popleft() for _ in range(min(len(waiting), MOST))]
                batch = [(item, done) for item, done in taken if not done.done()]
                if batch:
                    place = await self._work(key, [item for item, _ in batch], place)
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)
        finally:
            del self._waiting[key]
            for _, done in (*batch, *waiting):  # those of a process that ends
                done.cancel()

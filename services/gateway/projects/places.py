"""Places: how many things may be in memory at once, shared out fairly among users."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from shared.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_S: Final = 60.0  # for a first place
WAITING: Final = 64  # of one user


class NoPlaceError(UnavailableError):
    """All places stayed taken for as long as one may wait."""

    code = "busy"
    title = "Too much is under way"
    retry_after_s = 10


class Places:
    """Gives out places; nobody has more of them than are left for the others.

    One user alone may have half of them, a second one half of the rest, and so on: whoever comes
    next finds one. Of those who wait, the user with the fewest places is next, then the one whose
    turn was longest ago; of one user, what has begun comes before what has not.

    Source:
        Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches",
        IEEE/ACM Transactions on Networking 6(2), 1998, with a factor of 1.
    """

    def __init__(self, at_a_time: int, *, wait_s: float = WAIT_S) -> None:
        self._free = at_a_time
        self._wait_s = wait_s
        self._held: Counter[str] = Counter()
        self._waiting: list[_Waiter] = []
        self._turns: dict[str, int] = {}  # the last one of each user who is still about
        self._turn = 0

    def held_by(self, user_id: str) -> int:
        """How many places a user has."""
        return self._held[user_id]

    def others_wait(self, user_id: str) -> bool:
        """Whether anybody but this user waits for a place."""
        return any(waiter.user_id != user_id for waiter in self._waiting)

    @contextmanager
    def visit(self, user_id: str) -> Iterator[Visit]:
        """What one request does with its place, which is free again at the end at the latest."""
        visit = Visit(self, user_id)
        try:
            yield visit
        finally:
            visit.end()

    async def take(self, user_id: str, *, begun: bool) -> None:
        """Have a place, after a while.

        Args:
            user_id: Whose it is.
            begun: Something that had a place before, and would be lost: it waits on.

        Raises:
            NoPlaceError: Too many of this user's wait already, or none became free in time.
        """
        if self._may_have(user_id):
            self._give(user_id)
            return
        if sum(waiter.user_id == user_id for waiter in self._waiting) >= WAITING:
            raise NoPlaceError(f"{WAITING} of your requests wait already: send fewer at a time")
        waiter = _Waiter(user_id, begun, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(None if begun else self._wait_s):
                await waiter.given
        except BaseException as error:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            else:  # it was given in this very moment
                self.give_back(user_id)
            if isinstance(error, TimeoutError):
                message = "others are being worked on: come again, or send fewer at a time"
                raise NoPlaceError(message) from error
            raise

    def give_back(self, user_id: str) -> None:
        """Leave a place to whoever waits for one."""
        self._free += 1
        self._held[user_id] -= 1
        while able := [
            w for w in self._waiting if not w.given.done() and self._may_have(w.user_id)
        ]:
            chosen = min(able, key=self._rank)
            self._waiting.remove(chosen)
            self._give(chosen.user_id)
            chosen.given.set_result(None)
        if not self._held[user_id]:
            del self._held[user_id]
            self._turns.pop(user_id, None)

    def _rank(self, waiter: _Waiter) -> tuple[int, int, bool]:
        user_id = waiter.user_id
        return self._held[user_id], self._turns.get(user_id, 0), not waiter.begun

    def _may_have(self, user_id: str) -> bool:
        return self._held[user_id] < self._free

    def _give(self, user_id: str) -> None:
        self._free -= 1
        self._held[user_id] += 1
        self._turn += 1
        self._turns[user_id] = self._turn


class Visit:
    """One request, which has a place while anything of it is in memory."""

    def __init__(self, places: Places, user_id: str) -> None:
        self._places = places
        self._user_id = user_id
        self._in_memory = 0
        self._begun = False

    @property
    def others_wait(self) -> bool:
        """Whether anybody else waits for a place."""
        return self._places.others_wait(self._user_id)

    async def enter(self) -> None:
        """One thing more is about to come into memory (raises NoPlaceError, at first only)."""
        if not self._in_memory:
            await self._places.take(self._user_id, begun=self._begun)
        self._in_memory += 1
        self._begun = True

    def leave(self) -> None:
        """One thing less is in memory."""
        self._in_memory -= 1
        if not self._in_memory:
            self._places.give_back(self._user_id)

    def end(self) -> None:
        """Nothing is in memory any more."""
        if self._in_memory:
            self._in_memory = 0
            self._places.give_back(self._user_id)


class _Waiter(msgspec.Struct, eq=False):
    user_id: str
    begun: bool
    given: asyncio.Future[None]

"""A clock that splits a build's time into fetching, planning and packing."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.domain.events import StageSeconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class StageClock:
    """Runs from the moment that it is made; each moment belongs to one stage.

    It is fetching while anybody waits for a file of the project, whatever else goes on; else it is
    planning, and from :meth:`planned` on packing.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._since = clock()
        self._fetch_s = self._plan_s = self._pack_s = self._idle_s = 0.0
        self._waiting = 0
        self._is_planned = self._is_idle = False

    @contextmanager
    def fetching(self) -> Iterator[None]:
        """Somebody waits for a file until the block ends; many may at a time."""
        self._note()
        self._waiting += 1
        try:
            yield
        finally:
            self._note()
            self._waiting -= 1

    def planned(self) -> None:
        """It is known from now on what is packed."""
        self._note()
        self._is_planned = True

    def idle(self, *, is_idle: bool) -> None:
        """Whether nothing is done for this build, as others are; that time is nobody's."""
        self._note()
        self._is_idle = is_idle

    def seconds(self) -> StageSeconds:
        """So far."""
        self._note()
        return StageSeconds(fetch_s=self._fetch_s, plan_s=self._plan_s, pack_s=self._pack_s)

    def idle_s(self) -> float:
        """Seconds that were nobody's, so far."""
        self._note()
        return self._idle_s

    def _note(self) -> None:
        """The time since the last note goes to the stage that it was."""
        now = self._clock()
        passed_s, self._since = now - self._since, now
        if self._is_idle:
            self._idle_s += passed_s
        elif self._waiting:
            self._fetch_s += passed_s
        elif self._is_planned:
            self._pack_s += passed_s
        else:
            self._plan_s += passed_s

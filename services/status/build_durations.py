"""Gathers how long builds took, and adds it to the record of their platform every second."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from shared.errors import UnavailableError
from shared.stores.build_times import KEPT

if TYPE_CHECKING:
    from shared.stores.build_times import BuildTimes

log = structlog.get_logger()

FLUSH_S: Final = 1.0  # what a process takes along that is killed: estimates miss nothing by that


class BuildDurations:
    """One process's part of the records."""

    def __init__(self, times: BuildTimes) -> None:
        self._times = times
        self._gathered: dict[str, list[float]] = {}

    def note(self, platform: str, build_s: float) -> None:
        """A build has completed."""
        self._gathered.setdefault(platform, []).append(build_s)

    async def run(self, stop: asyncio.Event) -> None:
        """Add what was gathered, every second until told to stop, and once more."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_S)
            await self.flush()

    async def flush(self) -> None:
        """Add it now; what cannot be added is kept, unless its record cannot be read."""
        gathered, self._gathered = self._gathered, {}
        for platform, builds_s in gathered.items():
            try:
                await self._times.note(platform, *builds_s)
            except UnavailableError as error:
                log.warning("durations.waiting", error=str(error))
                self._gathered.setdefault(platform, []).extend(builds_s[-KEPT:])
            except Exception:
                log.exception("durations.lost", platform=platform)

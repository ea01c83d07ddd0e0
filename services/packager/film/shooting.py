"""All slices of a film get shot: a few are asked for at a time, until the last one is stored."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from services.packager.film.film_verdict import failure_of
from services.packager.film.slice_queue import SliceQueue
from services.packager.film.slice_watch import SliceWatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.aio.client import Client

    from services.packager.build.progress import BuildProgress
    from services.packager.film.film_store import FilmStore
    from services.packager.film.records import FilmPlan, SliceRecord
    from shared.jetstream.progress_reporter import ProgressReporter

ASKED_AT_ONCE: Final = 16  # slices, so that a long film does not stand before all others
TICK_S: Final = 0.5
WAITING_S: Final = 1.0  # without anybody at work, before that is said


class Shooting:
    """Has the slices of one film shot, and says how far that is."""

    def __init__(
        self,
        nc: Client,
        store: FilmStore,
        plan: FilmPlan,
        progress: BuildProgress,
        reporter: ProgressReporter,
    ) -> None:
        self._nc = nc
        self._store = store
        self._plan = plan
        self._progress = progress
        self._reporter = reporter
        self._queue = SliceQueue(nc.jetstream())
        self._asked: set[tuple[int, int]] = set()  # number, and how often it was of no use
        self._told: dict[int, int] = {}  # failures of each slice that the maker knows
        self._working_at = asyncio.get_running_loop().time()

    async def all_shot(self) -> Sequence[SliceRecord]:
        """The records of all slices, each of which is stored.

        Raises:
            ExportError: One has failed for good; under its own code.
            UnavailableError: NATS does not answer.
        """
        async with SliceWatch(self._nc, self._store, self._plan).listening() as watch:
            try:
                while True:
                    records = watch.records
                    for number, record in enumerate(records):
                        self._tell_failures(number, record)
                        if record.state == "failed":
                            raise failure_of(number, record)
                    self._show(records)
                    if all(record.state == "done" for record in records):
                        return [*records]
                    await self._ask(records)
                    await watch.wait(TICK_S)
            finally:
                self._progress.stages.idle(is_idle=False)

    async def _ask(self, records: Sequence[SliceRecord]) -> None:
        """Ask for the next ones; the sound first, as nobody can help with that."""
        open_ = sum(
            (number, record.remade) in self._asked and not record.over
            for number, record in enumerate(records)
        )
        order = sorted(
            range(len(records)), key=lambda number: self._plan.slices[number].kind != "sound"
        )
        for number in order:
            record = records[number]
            if open_ >= ASKED_AT_ONCE:
                return
            if not record.over and (number, record.remade) not in self._asked:
                await self._queue.ask(self._plan.film, number, remade=record.remade)
                self._asked.add((number, record.remade))
                open_ += 1

    def _show(self, records: Sequence[SliceRecord]) -> None:
        pictures = [
            record
            for piece, record in zip(self._plan.slices, records, strict=True)
            if piece.kind == "pictures"
        ]
        frames = sum(record.frames for record in pictures if record.state in {"running", "done"})
        fps = sum(record.fps for record in pictures if record.state == "running")
        clock = asyncio.get_running_loop().time()
        working = any(record.state == "running" for record in records)
        if working or all(record.over for record in records):
            self._working_at = clock
        waiting_s = clock - self._working_at
        self._progress.stages.idle(is_idle=waiting_s > WAITING_S)
        self._progress.filmed(frames, self._plan.spec.frames, fps=fps)
        if waiting_s > WAITING_S:
            self._progress.waiting_for_browser(waiting_s)

    def _tell_failures(self, number: int, record: SliceRecord) -> None:
        """Each attempt that has failed, once."""
        told = self._told.setdefault(number, 0)
        for failure in record.failures[told:]:
            self._reporter.log(f"Part {number + 1} of the film: {failure.message}", "warning")
        self._told[number] = len(record.failures)

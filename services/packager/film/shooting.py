"""All slices of a film get shot: one is asked for as another is begun, until the last is stored."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Final

import structlog

from services.packager.film.film_verdict import failure_of
from services.packager.film.slice_news import BEAT_S
from services.packager.film.slice_queue import SliceQueue
from services.packager.film.slice_watch import SliceWatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.aio.client import Client

    from services.packager.build.progress import BuildProgress
    from services.packager.film.film_store import FilmStore
    from services.packager.film.records import FilmPlan, SliceRecord
    from shared.jetstream.progress_reporter import ProgressReporter

log = structlog.get_logger()

WAIT_IN_QUEUE: Final = 2  # slices that nobody has begun: behind them the other films' have a turn
TICK_S: Final = 0.5
WAITING_S: Final = 1.0  # without anybody at work, before that is said
SILENT_S: Final = 5 * BEAT_S  # without a sign of life: whoever was at work is so no longer
QUEUE_LOOK_S: Final = 30.0  # between two looks at whether what was asked for is in the queue


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
        self._clock = asyncio.get_running_loop().time
        self._nc = nc
        self._store = store
        self._plan = plan
        self._progress = progress
        self._reporter = reporter
        self._queue = SliceQueue(nc.jetstream())
        self._asked: set[tuple[int, int]] = set()  # number, and how often it was of no use
        self._told: dict[int, int] = {}  # failures of each slice that the maker knows
        self._beats: dict[int, tuple[int, float]] = {}  # of each slice, and since when so many
        self._working_at = self._clock()
        self._queue_look_at = self._clock() + QUEUE_LOOK_S

    async def all_shot(self) -> Sequence[SliceRecord]:
        """The records of all slices, each of which is stored.

        Raises:
            ExportError: One has failed for good; under its own code.
            FilmGoneError: Another director has handed the film on, or its plan was lost.
            UnavailableError: NATS does not answer.
        """
        async with SliceWatch(self._nc, self._store, self._plan).listening() as watch:
            try:
                while True:
                    records = watch.records
                    if _seems_over(records):
                        await watch.look()
                    for number, record in enumerate(records):
                        self._tell_failures(number, record)
                        if record.state == "failed":
                            raise failure_of(number, record)
                    self._show(records)
                    if all(record.state == "done" for record in records):
                        return [*records]
                    await self._ask(records)
                    await self._look_for_lost(records)
                    await watch.wait(TICK_S)
            finally:
                self._progress.stages.idle(is_idle=False)

    async def _ask(self, records: Sequence[SliceRecord]) -> None:
        """Ask for the next ones; the sound first, as nobody can help with that."""
        in_queue = sum(
            (number, record.remade) in self._asked and record.state == "waiting"
            for number, record in enumerate(records)
        )
        order = sorted(
            range(len(records)), key=lambda number: self._plan.slices[number].kind != "sound"
        )
        for number in order:
            record = records[number]
            if in_queue >= WAIT_IN_QUEUE:
                return
            if not record.over and (number, record.remade) not in self._asked:
                await self._queue.ask(self._plan, number, turn=str(record.remade))
                self._asked.add((number, record.remade))
                in_queue += record.state == "waiting"

    async def _look_for_lost(self, records: Sequence[SliceRecord]) -> None:
        """Ask again for what was asked for and is not in the queue, which was lost, or emptied."""
        if self._clock() < self._queue_look_at:
            return
        for number, record in enumerate(records):
            if record.over or (number, record.remade) not in self._asked:
                continue
            if await self._queue.has(self._plan.film, number):
                continue
            if not (await self._store.slice(self._plan.film, number)).over:
                log.warning("slice.lost", slice=number)
                await self._queue.ask(self._plan, number, turn=uuid.uuid4().hex)
        self._queue_look_at = self._clock() + QUEUE_LOOK_S

    def _show(self, records: Sequence[SliceRecord]) -> None:
        pictures = [
            record
            for piece, record in zip(self._plan.slices, records, strict=True)
            if piece.kind == "pictures"
        ]
        frames = sum(record.frames for record in pictures if record.state in {"running", "done"})
        fps = sum(record.fps for record in pictures if record.state == "running")
        at_work = [self._is_at_work(number, record) for number, record in enumerate(records)]
        if any(at_work):
            self._reporter.alive()  # the way to a slice's first frame may be long
        if any(at_work) or all(record.over for record in records):
            self._working_at = self._clock()
        waiting_s = self._clock() - self._working_at
        self._progress.stages.idle(is_idle=waiting_s > WAITING_S)
        self._progress.filmed(frames, self._plan.spec.frames, fps=fps)
        if waiting_s > WAITING_S:
            self._progress.waiting_for_browser(waiting_s)

    def _is_at_work(self, number: int, record: SliceRecord) -> bool:
        """Whether somebody shoots it, and has said so lately."""
        beats, since = self._beats.get(number, (-1, 0.0))
        if record.beats != beats:
            since = self._clock()
            self._beats[number] = record.beats, since
        return record.state == "running" and self._clock() - since < SILENT_S

    def _tell_failures(self, number: int, record: SliceRecord) -> None:
        """Each attempt that has failed, once."""
        told = self._told.setdefault(number, 0)
        for failure in record.failures[told:]:
            self._reporter.log(f"Part {number + 1} of the film: {failure.message}", "warning")
        self._told[number] = len(record.failures)


def _seems_over(records: Sequence[SliceRecord]) -> bool:
    return any(record.state == "failed" for record in records) or all(
        record.state == "done" for record in records
    )

"""Shoots one slice after the other: decides whether it is to be, has it shot, and stores it."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from services.packager.film.film_store import piece_key
from services.packager.film.film_time import in_time
from services.packager.film.records import StoredShot
from services.packager.film.slice_news import BEAT_S, SliceNews
from services.packager.film.slice_record import begun, done, doubted, failed, handed_back
from services.packager.film.studio.shot import Shot
from services.packager.processes.threads import entered_in_thread, in_thread
from shared.errors import ExportError, ProjectError, UnavailableError
from shared.metrics import films as metrics
from shared.tracing import spans
from shared.worker.retry import backoff_s

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nats.aio.client import Client

    from services.packager.film.film_ends import FilmEnds
    from services.packager.film.film_store import FilmStore
    from services.packager.film.film_time import FilmTimes
    from services.packager.film.interfaces import FilmStudio
    from services.packager.film.records import FilmId, FilmPlan, SliceOrder, SliceRecord
    from services.packager.film.sites import Sites
    from services.packager.film.studio.shot import Taken
    from services.packager.storage.disk_cache import DiskCache

log = structlog.get_logger()
T = TypeVar("T")

RETRY_S: Final = 2.0  # before the second attempt, and twice as long before the third
PATIENCE_S: Final = 90.0  # with servers that are away when a slice is to be stored
PAUSE_S: Final = 2.0
LISTEN_S: Final = 2 * BEAT_S  # to whoever may be at a slice still
ELSEWHERE_S: Final = 15.0  # until a slice is looked at again that another is at


class SliceShooter:
    """Makes the attempts at slices of one process.

    Args:
        nc: A connection.
        store: What is kept of films.
        studio: Shoots them.
        sites: What they are shot on.
        ends: Says when a film is over; it listens while this works.
        cache: Where slices lie until they are stored.
        times: What a slice may take.
        worker: The process's name, unique.
    """

    def __init__(
        self,
        nc: Client,
        store: FilmStore,
        studio: FilmStudio,
        *,
        sites: Sites,
        ends: FilmEnds,
        cache: DiskCache,
        times: FilmTimes,
        worker: str,
    ) -> None:
        self._nc = nc
        self._store = store
        self._studio = studio
        self._sites = sites
        self._ends = ends
        self._cache = cache
        self._times = times
        self._worker = worker
        self._in_hand: set[tuple[FilmId, int]] = set()
        self._untold: set[tuple[FilmId, int]] = set()  # handed back, and the bucket does not know

    async def take(
        self, order: SliceOrder, begins: Callable[[SliceOrder], object], *, out_of_turn: bool
    ) -> tuple[str, float]:
        """Make an attempt, where one is to be made.

        Args:
            order: Of the slice.
            begins: Called where an attempt is made, before it is.
            out_of_turn: Its message was not delivered, and comes later.

        Returns:
            The outcome, and when the slice should come again where that is ``retry`` or
            ``returned``.

        Raises:
            UnavailableError: NATS or S3 does not answer.
        """
        film, number = order.film, order.number
        plan = await self._store.plan(film)
        if plan is None or number >= len(plan.slices):
            return "over", 0
        if await self._ends.is_over(film):  # and its director did not live to see it
            await self._store.try_to_erase(film)
            return "over", 0
        if (film, number) in self._in_hand:
            return "returned", ELSEWHERE_S
        self._in_hand.add((film, number))
        try:
            return await self._take(plan, order, begins, out_of_turn=out_of_turn)
        finally:
            self._in_hand.discard((film, number))

    async def _take(
        self,
        plan: FilmPlan,
        order: SliceOrder,
        begins: Callable[[SliceOrder], object],
        *,
        out_of_turn: bool,
    ) -> tuple[str, float]:
        film, number = order.film, order.number
        if (film, number) in self._untold:
            await self._note_handed_back(film, number)
        seen = await self._store.slice(film, number)
        if seen.over:
            return "skipped", 0
        if await self._is_shot_elsewhere(film, number, seen):
            return "returned", ELSEWHERE_S
        begins(order)
        wanted = begun(seen, self._worker, out_of_turn=out_of_turn)
        record = await self._store.change(
            film, number, lambda found: wanted if found == seen else None
        )
        if record != wanted:
            return "returned", ELSEWHERE_S  # somebody was quicker
        if record.over:
            return "failed", 0
        with spans.leaf("film slice", {"aethel.slice": number, "aethel.attempt": record.attempts}):
            return await self._attempt(plan, number, record)

    async def hand_back(self, order: SliceOrder) -> None:
        """Note that an attempt has ended by no fault of its own.

        It may be another one whose message came twice, and of which nothing is known: one that goes
        on in this process is left as it is.

        Raises:
            UnavailableError: NATS does not answer; it is noted when the slice comes again.
        """
        if (order.film, order.number) in self._in_hand:
            return
        self._untold.add((order.film, order.number))
        await self._note_handed_back(order.film, order.number)

    async def _note_handed_back(self, film: FilmId, number: int) -> None:
        record = await self._store.slice(film, number)
        if record.state == "running" and record.worker == self._worker:
            await self._store.change(film, number, partial(handed_back, worker=self._worker))
            log.info("slice.handed-back", attempt=record.attempts)
        self._untold.discard((film, number))

    async def _is_shot_elsewhere(self, film: FilmId, number: int, before: SliceRecord) -> bool:
        """Whether an attempt shows signs of life: NATS delivers again when heartbeats are lost.

        One that began out of turn is at work when its message comes for the first time, mostly: no
        browser stands still to listen to it then, but where it has been silent since.
        """
        if before.state != "running":
            return False
        if before.doubted is not None and before.doubted != before.beats:
            await self._store.change(film, number, doubted)
            return True
        await asyncio.sleep(LISTEN_S)
        after = await self._store.slice(film, number)
        return after.state == "running" and after.beats != before.beats

    async def _attempt(self, plan: FilmPlan, number: int, record: SliceRecord) -> tuple[str, float]:
        began = time.perf_counter()
        log.info("slice.started", attempt=record.attempts, worker=self._worker)
        task = asyncio.create_task(self._shoot(plan, number))
        with self._ends.watching(plan.film, task) as watched:
            try:
                await _finished(task)
            except asyncio.CancelledError:
                if not watched.over or _is_cancelled():
                    raise
                await self._store.erase_slice(plan.film, number)
                log.info("slice.stopped", seconds=round(time.perf_counter() - began, 3))
                return "over", 0
            except UnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the attempt's result
                return await self._fail(plan, number, error, time.perf_counter() - began)
        if await self._ended(plan, number):  # in this very moment
            return "over", 0
        self._measure(plan, number, time.perf_counter() - began)
        return "done", 0

    async def _shoot(self, plan: FilmPlan, number: int) -> None:
        """Have the slice shot and keep it, with what is to be known of it."""
        piece = plan.slices[number]
        shot = Shot(spec=plan.spec, first=piece.first, count=piece.count, kind=piece.kind)
        news = SliceNews(
            self._nc, self._store, self._ends, plan=plan, number=number, worker=self._worker
        )
        frames = piece.count if piece.kind == "pictures" else 0
        async with news.passed_on():
            async with (
                self._sites.of(plan) as site,
                entered_in_thread(self._cache.scratch()) as folder,
            ):
                await in_thread(partial(folder.chmod, 0o755))  # who shoots is another user
                async with in_time(self._times, piece.count, lambda: news.done):
                    taken = await self._studio.shoot(site, shot, folder, news.told)
                stored = await _patiently(lambda: self._stored(plan, number, taken))
            kept = await _patiently(
                lambda: self._store.change(
                    plan.film, number, partial(done, shot=stored, frames=frames, fps=news.fps)
                )
            )
        if kept.shot != stored:  # somebody else was quicker
            await self._store.delete([stored.piece])

    async def _stored(self, plan: FilmPlan, number: int, taken: Taken) -> StoredShot:
        key = piece_key(plan.film, f"{number}{taken.path.suffix}")
        piece = await self._store.store(key, taken.path, "application/octet-stream")
        return StoredShot(
            piece=piece,
            name=taken.path.name,
            luma_max=taken.luma_max,
            difference_max=taken.difference_max,
            renderer=taken.renderer,
            notes=taken.notes,
        )

    async def _fail(
        self, plan: FilmPlan, number: int, error: Exception, seconds: float
    ) -> tuple[str, float]:
        """Another attempt follows, or the slice, and its film, has failed."""
        if await self._ended(plan, number):  # its site went under its feet
            return "over", 0
        decide = partial(failed, worker=self._worker, error=error)
        record = await self._store.change(plan.film, number, decide)
        code = error.code if isinstance(error, ExportError) else type(error).__name__
        spans.here().failed(code)
        log.warning(
            "slice.failed",
            code=code,
            error=str(error),
            seconds=round(seconds, 3),
            failures=len(record.failures),
            exc_info=None if isinstance(error, ProjectError) else error,
        )
        if record.over:
            return ("skipped" if record.state == "done" else "failed"), 0
        if record.state == "running":
            return "returned", ELSEWHERE_S  # another has begun it anew
        return "retry", backoff_s(max(len(record.failures) - 1, 0), base_s=RETRY_S)

    async def _ended(self, plan: FilmPlan, number: int) -> bool:
        """Whether its film has ended meanwhile; then nothing of the slice is kept."""
        if await self._store.plan(plan.film) is not None:
            return False
        await self._store.erase_slice(plan.film, number)
        return True

    def _measure(self, plan: FilmPlan, number: int, seconds: float) -> None:
        piece = plan.slices[number]
        if piece.kind == "pictures":
            metrics.FRAMES.inc(piece.count)
            metrics.FRAME_SECONDS.observe(seconds / piece.count)
        log.info("slice.stored", frames=piece.count, kind=piece.kind, seconds=round(seconds, 3))


async def _patiently(make: Callable[[], Awaitable[T]]) -> T:
    """What has been shot is not shot again because a server is away for a moment."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + PATIENCE_S
    while True:
        try:
            return await make()
        except UnavailableError as error:
            if clock() >= deadline:
                raise
            log.warning("slice.waiting", error=str(error))
        await asyncio.sleep(PAUSE_S)


def _is_cancelled() -> bool:
    """Whether this task itself is to end, and not the one that it waits for."""
    this = asyncio.current_task()
    return this is not None and this.cancelling() > 0


async def _finished(task: asyncio.Task[None]) -> None:
    """Wait for the end of a task; whoever is cancelled meanwhile cancels it, and waits, too."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise

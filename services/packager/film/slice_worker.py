"""A slice worker takes slices of anybody's films, and has a studio shoot them, one per browser.

A slice is shot by whoever is free, and stored beside its site. What has been stored is not made
again; a worker that dies costs the slice it had in hand, which comes again by itself.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from services.packager.film.film_store import piece_key
from services.packager.film.records import StoredShot
from services.packager.film.slice_news import SliceNews
from services.packager.film.slice_queue import SliceQueue, decode_order
from services.packager.film.slice_record import begun, done, failed, handed_back
from services.packager.film.studio.shot import Shot
from services.packager.processes.threads import entered_in_thread, in_thread
from shared.errors import ExportError, ProjectError, UnavailableError
from shared.jetstream.topology import ACK_WAIT_S, FILM_SLICES, FILMS
from shared.metrics import films as metrics
from shared.metrics import work
from shared.metrics.born import born
from shared.storage.s3_client import ObjectMissingError
from shared.tracing import spans
from shared.tracing.context import within
from shared.worker.message import DeliveredMessage
from shared.worker.retry import OUTAGE_DELAY_S, backoff_s

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.packager.film.film_ends import FilmEnds
    from services.packager.film.film_store import FilmStore
    from services.packager.film.interfaces import FilmStudio
    from services.packager.film.records import FilmPlan, SliceOrder, SliceRecord
    from services.packager.film.sites import Sites
    from services.packager.film.studio.shot import Taken
    from services.packager.storage.disk_cache import DiskCache

log = structlog.get_logger()

WAIT_S: Final = 1.0  # until NATS is asked again that did not answer
RETRY_S: Final = 2.0  # before the second attempt, and twice as long before the third
OUTCOMES: Final = ("done", "skipped", "over", "retry", "failed", "returned")

born(metrics.SLICES, outcome=OUTCOMES)


class SliceWorker:
    """Consumes the queue of slices with as many slots as it may have browsers.

    Args:
        nc: A connection.
        store: What is kept of films.
        studio: Shoots them.
        sites: What they are shot on.
        ends: Says when a film is over; it listens while this works.
        cache: Where slices lie until they are stored.
        worker: The process's name, unique.
        browsers: At a time.
        drain_timeout_s: How long slices in hand may go on after the stop.
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
        worker: str,
        browsers: int,
        drain_timeout_s: float,
    ) -> None:
        self._nc = nc
        self._store = store
        self._studio = studio
        self._sites = sites
        self._ends = ends
        self._cache = cache
        self._worker = worker
        self._browsers = browsers
        self._drain_timeout_s = drain_timeout_s
        self._queue = SliceQueue(nc.jetstream())
        self._ack_wait_s = ACK_WAIT_S

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then finish what is in hand in time, or hand it back."""
        await self._look_at_consumer()
        async with self._ends.listening():
            slots = [
                asyncio.create_task(self._queue.take(self._handle, stop))
                for _ in range(self._browsers)
            ]
            log.info("worker.started", consumer=FILM_SLICES, slots=len(slots))
            try:
                stopped = asyncio.create_task(stop.wait())
                ended, _ = await asyncio.wait(
                    {stopped, *slots}, return_when=asyncio.FIRST_COMPLETED
                )
                stopped.cancel()
                stop.set()  # a slot ends before the stop only by an error: the others drain
                await asyncio.wait(slots, timeout=self._drain_timeout_s)
                for slot in ended - {stopped}:
                    slot.result()
            finally:
                for slot in slots:
                    slot.cancel()
                await asyncio.gather(*slots, return_exceptions=True)
                await self._sites.close()
        log.info("worker.stopped", consumer=FILM_SLICES)

    async def _look_at_consumer(self) -> None:
        """How often the server wants a sign of life, by its own settings."""
        while True:
            try:
                info = await self._nc.jetstream().consumer_info(FILMS, FILM_SLICES)
            except nats.errors.Error as error:
                log.warning("worker.waiting", consumer=FILM_SLICES, error=repr(error))
                await asyncio.sleep(WAIT_S)
                continue
            self._ack_wait_s = info.config.ack_wait or ACK_WAIT_S
            return

    async def _handle(self, delivered: Msg) -> None:
        """One message, from its delivery to its end; nothing that goes wrong ends the slot."""
        message = DeliveredMessage(delivered, ack_wait_s=self._ack_wait_s)
        try:
            order = decode_order(message.data)
        except msgspec.MsgspecError as error:
            log.warning("slice.undecodable", subject=message.subject, error=str(error))
            await message.acknowledge()
            return
        began, outcome = time.perf_counter(), "returned"
        work.IN_HAND.labels(FILM_SLICES).inc()
        try:
            with (
                within(message.trace),
                structlog.contextvars.bound_contextvars(
                    consumer=FILM_SLICES,
                    export_id=order.export_id,
                    project_id=order.project_id,
                    generation=order.generation,
                    slice=order.number,
                ),
            ):
                outcome = await self._deliver(order, message)
        finally:
            work.IN_HAND.labels(FILM_SLICES).dec()
            work.HANDLED.labels(FILM_SLICES, outcome).inc()
            work.HANDLE_SECONDS.labels(FILM_SLICES).observe(time.perf_counter() - began)
            metrics.SLICES.labels(outcome).inc()

    async def _deliver(self, order: SliceOrder, message: DeliveredMessage) -> str:
        """What came of it; the message is acknowledged, or handed back."""
        try:
            async with message.kept_alive():
                outcome, delay_s = await self._take(order)
        except asyncio.CancelledError:
            await asyncio.shield(self._hand_back(order, message, 0))
            raise
        except (UnavailableError, nats.errors.Error) as error:
            log.warning("message.returned", error=str(error) or repr(error))
            await self._hand_back(order, message, OUTAGE_DELAY_S)
            return "returned"
        except Exception:
            log.exception("message.failed")  # our bug, outside of the attempt
            await self._hand_back(order, message, OUTAGE_DELAY_S)
            return "returned"
        if outcome == "retry":
            await message.hand_back(delay_s)
        else:
            await message.acknowledge()
        return outcome

    async def _hand_back(
        self, order: SliceOrder, message: DeliveredMessage, delay_s: float
    ) -> None:
        try:
            record = await self._store.slice(order.film, order.number)
            if record.state == "running" and record.worker == self._worker:
                await self._store.change(order.film, order.number, handed_back)
                log.info("slice.handed-back", attempt=record.attempts)
        except (UnavailableError, nats.errors.Error) as error:
            log.warning("message.returned", error=str(error) or repr(error))
        await message.hand_back(delay_s)

    async def _take(self, order: SliceOrder) -> tuple[str, float]:
        """The outcome, and when it should come again where that is ``retry``."""
        plan = await self._store.plan(order.film)
        if plan is None or order.number >= len(plan.slices):
            return "over", 0
        if await self._ends.is_over(order.film):  # and its director did not live to see it
            await self._store.try_to_erase(order.film)
            return "over", 0
        number = order.number
        record = await self._store.change(
            order.film, number, lambda found: begun(found, self._worker)
        )
        if record.over:
            return "skipped", 0
        with spans.leaf("film slice", {"aethel.slice": number, "aethel.attempt": record.attempts}):
            return await self._attempt(plan, number, record)

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
        if await self._store.plan(plan.film) is None:  # it ended in this very moment
            await self._store.erase_slice(plan.film, number)
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
        async with (
            news.passed_on(),
            self._sites.of(plan) as site,
            entered_in_thread(self._cache.scratch()) as folder,
        ):
            await in_thread(partial(folder.chmod, 0o755))  # who shoots is another user
            taken = await self._studio.shoot(site, shot, folder, news.told)
            stored = await self._stored(plan, number, taken)
        frames = piece.count if piece.kind == "pictures" else 0
        kept = await self._store.change(
            plan.film, number, lambda found: done(found, stored, frames=frames, fps=news.fps)
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
        if isinstance(error, ObjectMissingError) and await self._store.plan(plan.film) is None:
            return "over", 0
        record = await self._store.change(plan.film, number, lambda found: failed(found, error))
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
            return "failed", 0
        return "retry", backoff_s(len(record.failures) - 1, base_s=RETRY_S)

    def _measure(self, plan: FilmPlan, number: int, seconds: float) -> None:
        piece = plan.slices[number]
        if piece.kind == "pictures":
            metrics.FRAMES.inc(piece.count)
            metrics.FRAME_SECONDS.observe(seconds / piece.count)
        log.info("slice.stored", frames=piece.count, kind=piece.kind, seconds=round(seconds, 3))


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

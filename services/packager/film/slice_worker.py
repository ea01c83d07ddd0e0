"""A slice worker takes slices of anybody's films, and has each shot, in as many slots as browsers.

What has been stored is not made again; a worker that dies costs the slice it had in hand, which
comes again by itself.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from services.packager.film.slice_queue import SliceQueue, decode_order
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY
from shared.jetstream.topology import ACK_WAIT_S, FILM_SLICES, FILMS
from shared.metrics import films as metrics
from shared.metrics import work
from shared.metrics.born import born
from shared.tracing.context import within
from shared.worker.message import DeliveredMessage
from shared.worker.retry import OUTAGE_DELAY_S

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.packager.film.film_ends import FilmEnds
    from services.packager.film.records import SliceOrder
    from services.packager.film.sites import Sites
    from services.packager.film.slice_shooter import SliceShooter
    from services.packager.film.slice_turns import SliceTurns
    from shared.worker.message import TakenMessage

log = structlog.get_logger()

PAUSE_S: Final = 2.0  # of a slot whose slice out of turn came to nothing
WAIT_S: Final = 1.0  # until NATS is asked again that did not answer
OUTCOMES: Final = ("done", "skipped", "over", "retry", "failed", "returned")
COMES_AGAIN: Final = frozenset({"retry", "returned"})
NOTHING: Final = frozenset({"over", "skipped"})  # was filmed

born(metrics.SLICES, outcome=OUTCOMES)


class SliceWorker:
    """Consumes the queue of slices with as many slots as it may have browsers.

    Args:
        nc: A connection.
        shooter: Makes the attempts.
        turns: Says whose slice is next.
        sites: What it shoots them on.
        ends: Says when a film is over.
        browsers: At a time.
        drain_timeout_s: How long slices in hand may go on after the stop.
    """

    def __init__(
        self,
        nc: Client,
        shooter: SliceShooter,
        *,
        turns: SliceTurns,
        sites: Sites,
        ends: FilmEnds,
        browsers: int,
        drain_timeout_s: float,
    ) -> None:
        self._nc = nc
        self._shooter = shooter
        self._turns = turns
        self._sites = sites
        self._ends = ends
        self._browsers = browsers
        self._drain_timeout_s = drain_timeout_s
        self._queue = SliceQueue(nc.jetstream())
        self._ack_wait_s = ACK_WAIT_S

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then finish what is in hand in time, or hand it back."""
        await self._look_at_consumer(stop)
        async with self._ends.listening():
            slots = [
                asyncio.create_task(self._queue.take(self._delivered, stop, ahead=self._ahead))
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

    async def _look_at_consumer(self, stop: asyncio.Event) -> None:
        """How often the server wants a sign of life, by its own settings."""
        while not stop.is_set():
            try:
                info = await self._nc.jetstream().consumer_info(FILMS, FILM_SLICES)
            except nats.errors.Error as error:
                log.warning("worker.waiting", consumer=FILM_SLICES, error=repr(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), WAIT_S)
                continue
            self._ack_wait_s = info.config.ack_wait or ACK_WAIT_S
            return

    async def _ahead(self) -> bool:
        """Film what is to be filmed before the next message; whether there was something.

        Where it came to nothing, the next message comes, as the same might be chosen without end.
        """
        message = await self._turns.next()
        if message is None:
            return False
        work.OUT_OF_TURN.labels(FILM_SLICES).inc()
        return await self._handle(message) not in NOTHING

    async def _delivered(self, message: Msg) -> None:
        await self._handle(DeliveredMessage(message, ack_wait_s=self._ack_wait_s))

    async def _handle(self, message: TakenMessage) -> str:
        """One message, from first to last; nothing that goes wrong ends the slot. Its outcome."""
        try:
            order = decode_order(message.data)
        except msgspec.MsgspecError as error:
            log.warning("slice.undecodable", subject=message.subject, error=str(error))
            await _acknowledge(message)
            return "over"
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
        return outcome

    async def _deliver(self, order: SliceOrder, message: TakenMessage) -> str:
        """What came of it; the message is acknowledged, or handed back."""
        try:
            async with message.kept_alive():
                outcome, delay_s = await self._shooter.take(
                    order, self._turns.begins, out_of_turn=message.out_of_turn
                )
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
        if outcome in COMES_AGAIN:
            await _give_back(message, delay_s)
        else:
            await _acknowledge(message)
        return outcome

    async def _hand_back(self, order: SliceOrder, message: TakenMessage, delay_s: float) -> None:
        try:
            await self._shooter.hand_back(order)
        except (UnavailableError, nats.errors.Error) as error:
            log.warning("message.returned", error=str(error) or repr(error))
        await _give_back(message, delay_s)


async def _give_back(message: TakenMessage, delay_s: float) -> None:
    """Have it come again later; what was not delivered could be chosen again at once."""
    await message.hand_back(delay_s)
    if message.out_of_turn:
        await asyncio.sleep(min(delay_s, PAUSE_S))


async def _acknowledge(message: TakenMessage) -> None:
    """Where that is lost, the message comes again, and its record says that it is over."""
    with suppress(*AWAY):
        await message.acknowledge()

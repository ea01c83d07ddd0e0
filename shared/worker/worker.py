"""A worker: slots that pull messages, each given to a ``Delivery``, until told to stop.

Handlers take an event and return events; they know no subject, no NATS, no ack.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Generic

import nats.errors
import structlog

from shared.domain.lanes import Otherwise
from shared.domain.room import Room
from shared.jetstream.chatter import ChatterOutbox
from shared.jetstream.event_log import EventLog
from shared.jetstream.pull_loop import pull
from shared.jetstream.topology import ACK_WAIT_S, EXPORTS
from shared.worker.attempts_elsewhere import AttemptsElsewhere
from shared.worker.cancels import CancelListener
from shared.worker.contract import Consumer, EventT_contra, Handler, WorkerContext
from shared.worker.delivery import Delivery
from shared.worker.isolation import Isolation, Together
from shared.worker.job import RunningJobs
from shared.worker.measuring import expect
from shared.worker.message import DeliveredMessage
from shared.worker.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from shared.stores.export_queue import ExportQueue
    from shared.worker.circuit_breaker import CircuitBreaker
    from shared.worker.message import OutOfTurnMessage

log = structlog.get_logger()

FLUSH_S: Final = 5
LOOK_S: Final = 1.0  # between two looks at whether there is room, or a lane is needed
WAIT_S: Final = 1.0  # until NATS is asked again that did not answer


class Worker(Generic[EventT_contra]):
    """Consumes one durable with ``concurrency`` slots until told to stop.

    Args:
        nc: A connection.
        consumer: What it consumes.
        handler: What is done with it.
        breaker: Decides when work is taken; its ``ready`` belongs to ``/readyz``.
        isolation: Shared by all workers of a process.
        room: Shared by all workers of a process, likewise.
        queue: What waits for the consumer, where its users take turns.
        outbox: Shared by all workers of a process, likewise.
    """

    def __init__(
        self,
        nc: Client,
        consumer: Consumer,
        handler: Handler[EventT_contra],
        breaker: CircuitBreaker,
        isolation: Isolation | Together | None = None,
        *,
        room: Room | None = None,
        queue: ExportQueue | None = None,
        outbox: ChatterOutbox | None = None,
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._consumer = consumer
        self._handler = handler
        self._breaker = breaker
        self._isolation = isolation or Isolation()
        self._room = room or Room()
        self._running = RunningJobs()
        self._outbox = outbox or ChatterOutbox()
        self._elsewhere = AttemptsElsewhere(self._js)
        expect(consumer.durable)
        self._turns = (
            Turns(self._js, queue, consumer, self._running, self._elsewhere, room=self._room)
            if queue
            else None
        )

    @property
    def in_hand(self) -> tuple[str, ...]:
        """Ids of the exports that it works on."""
        return self._running.export_ids

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set.

        Then finish what is in hand within the drain time-out, or hand it back.

        Raises:
            StuckError: An attempt does not end; the process must.
        """
        async with CancelListener(self._nc, EventLog(self._js), self._running).listening():
            slots = [
                asyncio.create_task(self._slot(stop)) for _ in range(self._consumer.concurrency)
            ]
            log.info("worker.started", consumer=self._consumer.durable, slots=len(slots))
            if self._turns is not None:
                slots += [
                    asyncio.create_task(self._turns.listen(stop)),
                    asyncio.create_task(self._lane(self._turns, self._turns.for_others, stop)),
                    asyncio.create_task(self._lane(self._turns, self._turns.for_small, stop)),
                ]
            try:
                stopped = asyncio.create_task(stop.wait())
                done, _ = await asyncio.wait({stopped, *slots}, return_when=asyncio.FIRST_COMPLETED)
                stopped.cancel()
                stop.set()  # a slot ends before the stop only by an error: the others drain
                await asyncio.wait(slots, timeout=self._consumer.drain_timeout_s)
                for slot in done - {stopped}:
                    slot.result()
            finally:
                for slot in slots:
                    slot.cancel()
                await asyncio.gather(*slots, return_exceptions=True)
                await self._outbox.drain()
                with suppress(nats.errors.Error):
                    await self._nc.flush(FLUSH_S)  # what was handed back is back
        log.info("worker.stopped", consumer=self._consumer.durable)

    async def _slot(self, stop: asyncio.Event) -> None:
        context = await self._context()

        async def deliver(message: Msg) -> None:
            taken = DeliveredMessage(message, ack_wait_s=context.ack_wait_s)
            await Delivery(context, taken).run()

        async def ahead() -> bool:
            if self._turns is None:
                return False
            turn = await self._turns.next(trying=self._breaker.cause is not None)
            if turn is Otherwise.NOTHING:
                await self._turns.news(patience_s=LOOK_S)
            elif not isinstance(turn, Otherwise):
                await Delivery(context, turn).run()
            return turn is not Otherwise.NEXT_MESSAGE

        await pull(
            self._js,
            EXPORTS,
            self._consumer.durable,
            deliver,
            stop,
            admitted=partial(self._breaker.admitted, stop),
            ahead=ahead,
            diverted=self._diverted,
        )

    def _diverted(self) -> bool:
        """Whether a slot should do something else than wait for the stream's next message."""
        if self._breaker.stopped_by is not None:
            return True
        return self._turns is not None and self._turns.any_ahead

    async def _lane(
        self,
        turns: Turns,
        choose: Callable[[], Awaitable[OutOfTurnMessage | None]],
        stop: asyncio.Event,
    ) -> None:
        """One build beside the slots while those are held by what should not hold up others."""
        context = await self._context()
        while not stop.is_set():
            message = None if self._breaker.stopped_by else await choose()
            if message is None:
                await turns.news(patience_s=LOOK_S)
                continue
            with turns.beside(message):
                await Delivery(context, message).run()

    async def _context(self) -> WorkerContext:
        """The server's own settings of the consumer say how often it wants a heartbeat."""
        while True:
            try:
                info = await self._js.consumer_info(EXPORTS, self._consumer.durable)
            except nats.errors.Error as error:
                log.warning("worker.waiting", consumer=self._consumer.durable, error=repr(error))
                await asyncio.sleep(WAIT_S)
                continue
            return WorkerContext(
                js=self._js,
                consumer=self._consumer,
                handler=self._handler,
                breaker=self._breaker,
                isolation=self._isolation,
                room=self._room,
                running=self._running,
                elsewhere=self._elsewhere,
                outbox=self._outbox,
                ack_wait_s=info.config.ack_wait or ACK_WAIT_S,
            )

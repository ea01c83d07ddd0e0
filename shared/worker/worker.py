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

from shared.jetstream.chatter import ChatterOutbox
from shared.jetstream.event_log import EventLog
from shared.jetstream.pull_loop import pull
from shared.jetstream.topology import ACK_WAIT_S, EXPORTS
from shared.worker.attempts_elsewhere import AttemptsElsewhere
from shared.worker.cancels import CancelListener
from shared.worker.contract import Consumer, EventT_contra, Handler, WorkerContext
from shared.worker.delivery import Delivery
from shared.worker.isolation import Isolation
from shared.worker.job import RunningJobs
from shared.worker.measuring import expect
from shared.worker.message import DeliveredMessage
from shared.worker.turns import Turns

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from shared.stores.export_queue import ExportQueue
    from shared.worker.circuit_breaker import CircuitBreaker

log = structlog.get_logger()

FLUSH_S: Final = 5
SPARE_SLOTS: Final = 1  # of each worker, for others while one user holds the rest
SPARE_S: Final = 1.0  # between two looks at whether the spare slot is needed
WAIT_S: Final = 1.0  # until NATS is asked again that did not answer


class Worker(Generic[EventT_contra]):
    """Consumes one durable with ``concurrency`` slots until told to stop.

    Args:
        nc: A connection.
        consumer: What it consumes.
        handler: What is done with it.
        breaker: Decides when work is taken; its ``ready`` belongs to ``/readyz``.
        isolation: Shared by all workers of a process.
        queue: What waits for the consumer, where its users take turns.
        outbox: Shared by all workers of a process, likewise.
    """

    def __init__(
        self,
        nc: Client,
        consumer: Consumer,
        handler: Handler[EventT_contra],
        breaker: CircuitBreaker,
        isolation: Isolation | None = None,
        *,
        queue: ExportQueue | None = None,
        outbox: ChatterOutbox | None = None,
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._consumer = consumer
        self._handler = handler
        self._breaker = breaker
        self._isolation = isolation or Isolation()
        self._running = RunningJobs()
        self._outbox = outbox or ChatterOutbox()
        self._elsewhere = AttemptsElsewhere(self._js)
        expect(consumer.durable)
        self._turns = (
            Turns(self._js, queue, consumer, self._running, self._elsewhere) if queue else None
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
                    asyncio.create_task(self._spare_slot(self._turns, stop)),
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
            message = await self._turns.next(trying=self._breaker.cause is not None)
            if message is not None:
                await Delivery(context, message).run()
            return message is not None

        await pull(
            self._js,
            EXPORTS,
            self._consumer.durable,
            deliver,
            stop,
            admitted=partial(self._breaker.admitted, stop),
            ahead=ahead,
        )

    async def _spare_slot(self, turns: Turns, stop: asyncio.Event) -> None:
        """One more, for others, while one user's or one project's builds hold all slots."""
        context = await self._context()
        while not stop.is_set():
            message = None if self._breaker.stopped_by else await turns.for_others()
            if message is not None:
                await Delivery(context, message).run()
                continue
            await turns.news(patience_s=SPARE_S)

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
                running=self._running,
                elsewhere=self._elsewhere,
                outbox=self._outbox,
                ack_wait_s=info.config.ack_wait or ACK_WAIT_S,
            )

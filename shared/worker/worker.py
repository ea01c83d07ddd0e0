"""The one worker loop: fetch a message, hand it to a ``Delivery``, stop when told.

Handlers take an event and return events; they know no subject, no NATS, no ack.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic

import msgspec
import nats.errors
import structlog

from shared.domain.events import decode_event
from shared.jetstream.topology import ACK_WAIT_S, EXPORTS
from shared.worker.contract import Consumer, EventT_contra, Handler, WorkerContext
from shared.worker.delivery import Delivery
from shared.worker.isolation import Isolation

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.worker.attempt import UserCancel
    from shared.worker.circuit_breaker import CircuitBreaker

log = structlog.get_logger()

FLUSH_S: Final = 5
FETCH_S: Final = 1.0  # also the longest an idle worker takes to stop


class Worker(Generic[EventT_contra]):
    """Consumes one durable with ``concurrency`` slots until told to stop.

    Args:
        nc: A connection.
        consumer: What it consumes.
        handler: What is done with it.
        breaker: Decides when work is taken; its ``ready`` belongs to ``/readyz``.
        isolation: Shared by all workers of a process.
    """

    def __init__(
        self,
        nc: Client,
        consumer: Consumer,
        handler: Handler[EventT_contra],
        breaker: CircuitBreaker,
        isolation: Isolation | None = None,
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._consumer = consumer
        self._handler = handler
        self._breaker = breaker
        self._isolation = isolation or Isolation()
        self._running: dict[str, UserCancel] = {}

    @property
    def in_hand(self) -> tuple[str, ...]:
        """Ids of the exports that it works on."""
        return tuple(sorted(self._running))

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set.

        Then finish what is in hand within the drain time-out, or hand it back.

        Raises:
            StuckError: An attempt does not end; the process must.
        """
        cancels = await self._nc.subscribe("exports.canceled.*.*", cb=self._on_canceled)
        slots = [asyncio.create_task(self._slot(stop)) for _ in range(self._consumer.concurrency)]
        log.info("worker.started", consumer=self._consumer.durable, slots=len(slots))
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
            with suppress(nats.errors.Error):
                await cancels.unsubscribe()
                await self._nc.flush(FLUSH_S)  # what was handed back is back
        log.info("worker.stopped", consumer=self._consumer.durable)

    async def _slot(self, stop: asyncio.Event) -> None:
        workplace = await self._workplace()
        subscription = await self._js.pull_subscribe_bind(self._consumer.durable, stream=EXPORTS)
        while not stop.is_set():
            async with self._breaker.admitted(stop):
                for message in await self._fetch(subscription) if not stop.is_set() else ():
                    if stop.is_set():
                        await message.nak()
                    else:
                        await Delivery(workplace, message).run()
        await subscription.unsubscribe()

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        try:
            return await subscription.fetch(1, timeout=FETCH_S)
        except nats.errors.TimeoutError:
            return []
        except nats.errors.Error as error:
            log.warning("worker.fetch-failed", consumer=self._consumer.durable, error=repr(error))
            await asyncio.sleep(FETCH_S)
            return []

    async def _workplace(self) -> WorkerContext:
        """What all deliveries share; the consumer itself says how often it wants a heartbeat."""
        while True:
            try:
                info = await self._js.consumer_info(EXPORTS, self._consumer.durable)
            except nats.errors.Error as error:
                log.warning("worker.waiting", consumer=self._consumer.durable, error=repr(error))
                await asyncio.sleep(FETCH_S)
                continue
            return WorkerContext(
                js=self._js,
                consumer=self._consumer,
                handler=self._handler,
                breaker=self._breaker,
                isolation=self._isolation,
                running=self._running,
                ack_wait_s=info.config.ack_wait or ACK_WAIT_S,
            )

    async def _on_canceled(self, message: Msg) -> None:
        """A publish to a stream is also a plain message.

        Cancels arrive at once, the stream is only asked at the start.
        """
        with suppress(msgspec.MsgspecError):
            event = decode_event(message.data)
            running = self._running.get(event.export_id)
            if running is not None and event.generation == running.generation:
                running.cancel()

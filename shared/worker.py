"""The one worker loop: fetch a message, hand it to a ``Delivery``, stop when told.

Handlers take an event and return events; they know no subject, no NATS, no ack.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

import msgspec
import nats.errors
import structlog
from nats.js.errors import APIError

from shared import events
from shared.delivery import Delivery, UserCancel
from shared.events import Fact, Stage
from shared.settings import RetrySettings
from shared.streams import EXPORTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from shared.chatter import Chatter

log = structlog.get_logger()

EventT_contra = TypeVar("EventT_contra", bound=Fact, contravariant=True)
FETCH_S: Final = 1.0  # also the longest an idle worker takes to stop


class Handler(Protocol[EventT_contra]):
    """What a service does with one event.

    It may be cancelled at any await and then must leave nothing behind; it may be called again with
    the same event, by another process, at the same time. ``chatter`` tells the user how far it is.
    """

    async def __call__(self, event: EventT_contra, chatter: Chatter) -> Sequence[Fact]:
        """Do the work and return what happened."""
        ...

    async def discard(self, event: EventT_contra) -> None:
        """The export was canceled: remove what ``event`` refers to and nobody needs any more."""
        ...


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker consumes and how patiently."""

    durable: str
    event_type: type[Fact]
    stage: Stage
    retry: RetrySettings
    concurrency: int = 1
    drain_timeout_s: float = 25.0
    worker: str  # the process's name, unique


class Worker(Generic[EventT_contra]):
    """Consumes one durable with ``concurrency`` slots until told to stop."""

    def __init__(self, nc: Client, consumer: Consumer, handler: Handler[EventT_contra]) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._consumer = consumer
        self._handler = handler
        self._running: dict[str, UserCancel] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set.

        Then finish what is in hand within the drain time-out, or hand it back.
        """
        cancels = await self._nc.subscribe("exports.canceled.*.*", cb=self._on_canceled)
        slots = [asyncio.create_task(self._slot(stop)) for _ in range(self._consumer.concurrency)]
        log.info("worker.started", consumer=self._consumer.durable, slots=len(slots))
        try:
            stopped = asyncio.create_task(stop.wait())
            done, _ = await asyncio.wait({stopped, *slots}, return_when=asyncio.FIRST_COMPLETED)
            if stopped not in done:
                stopped.cancel()
                for slot in done:
                    slot.result()  # a slot ends before the stop only by a bug: raise it
            await asyncio.wait(slots, timeout=self._consumer.drain_timeout_s)
        finally:
            for slot in slots:
                slot.cancel()
            await asyncio.gather(*slots, return_exceptions=True)
            with suppress(nats.errors.Error):
                await cancels.unsubscribe()
        log.info("worker.stopped", consumer=self._consumer.durable)

    async def _slot(self, stop: asyncio.Event) -> None:
        subscription = await self._js.pull_subscribe_bind(self._consumer.durable, stream=EXPORTS)
        while not stop.is_set():
            try:
                messages = await subscription.fetch(1, timeout=FETCH_S)
            except nats.errors.TimeoutError:
                continue
            except (nats.errors.Error, APIError) as error:
                log.warning(
                    "worker.fetch-failed", consumer=self._consumer.durable, error=repr(error)
                )
                await asyncio.sleep(FETCH_S)
                continue
            for message in messages:
                if stop.is_set():
                    await message.nak()
                else:
                    await self._deliver(message)
        await subscription.unsubscribe()

    async def _deliver(self, message: Msg) -> None:
        delivery = Delivery(self._js, self._consumer, self._handler, message, self._running)
        await delivery.run()

    async def _on_canceled(self, message: Msg) -> None:
        """A publish to a stream is also a plain message.

        Cancels arrive at once, the stream is only asked at the start.
        """
        with suppress(msgspec.MsgspecError):
            fact = events.decode(message.data)
            running = self._running.get(fact.export_id)
            if running is not None and fact.generation == running.generation:
                running.cancel()

"""The max-deliveries handler dead-letters what JetStream has given up on.

Those are messages that were delivered as often as they may be and never finished. Our own cap on
failures is far below that, so what comes here never got as far as being counted. JetStream
publishes one advisory for each, and may lose it; the reaper finds what is lost.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from shared.domain.events import ExportFailed, decode_event
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY
from shared.jetstream.event_log import EventLog
from shared.jetstream.topology import ADVISORIES, EXPORTS, UNDERTAKER
from shared.worker.dead_letter import DeadMessage
from shared.worker.dead_letter_writer import GivenUpError, Grave, unreadable
from shared.worker.retry import history

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

log = structlog.get_logger()

FETCH_S: Final = 1.0
PAUSE_S: Final = 1.0
DEAD_LETTER_PAUSE_S: Final = 30.0  # until a dead letter that could not be written is tried again


class Advisory(msgspec.Struct, frozen=True):
    """What we need of ``io.nats.jetstream.advisory.v1.max_deliver``."""

    stream: str
    consumer: str
    stream_seq: int
    deliveries: int


class MaxDeliveriesHandler:
    """Reads the max-deliveries advisories; all status pods share the durable."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._events = EventLog(js)
        self._grave = Grave(js, self._events, worker=UNDERTAKER)

    async def run(self, stop: asyncio.Event) -> None:
        """Handle advisories until told to stop; nothing that fails here ends the service."""
        subscription = None
        while not stop.is_set():
            try:
                if subscription is None:
                    subscription = await self._js.pull_subscribe_bind(UNDERTAKER, stream=ADVISORIES)
                for message in await subscription.fetch(1, timeout=FETCH_S):
                    await self._handle(message)
            except nats.errors.TimeoutError:
                continue
            except (*AWAY, UnavailableError) as error:
                log.warning("max-deliveries.waiting", error=repr(error))
                await asyncio.sleep(PAUSE_S)
        if subscription is not None:
            await subscription.unsubscribe()

    async def dead_letter(self, dead: DeadMessage, reason: str, error: Exception) -> bool:
        """Dead-letter a message that no worker holds, unless its export has ended or moved on.

        Returns:
            Whether nothing is left to be done for it.

        Raises:
            UnavailableError: NATS is away.
        """
        try:
            event = decode_event(dead.payload)
        except msgspec.MsgspecError as malformed:
            refused = unreadable(dead.payload, malformed)
            return (await self._grave.bury(dead, None, refused.code, refused)).letter is not None
        events = [event for _, event in await self._events.of(event.export_id)]
        past = history(events, generation=event.generation, stage=dead.stage)
        if not past.over:
            return (await self._grave.bury(dead, event, reason, error, past)).letter is not None
        terminal_event = past.terminal_event
        if isinstance(terminal_event, ExportFailed) and terminal_event.letter_owed:
            await self._grave.write(
                dead,
                event,
                terminal_event.reason or reason,
                RuntimeError(terminal_event.error.message),
                past,
            )
        return True

    async def _handle(self, message: Msg) -> None:
        try:
            advisory = msgspec.json.decode(message.data, type=Advisory)
        except msgspec.MsgspecError as malformed:
            log.warning("advisory.undecodable", subject=message.subject, error=str(malformed))
            await message.term()
            return
        found = await self._events.message(advisory.stream_seq)
        if advisory.stream == EXPORTS and found is not None:
            deliveries = advisory.deliveries
            dead = DeadMessage.stored(found, advisory.consumer, deliveries=deliveries)
            error = GivenUpError(f"It was delivered {deliveries} times and never finished.")
            try:
                done = await self.dead_letter(dead, error.code, error)
            except UnavailableError:
                done = False
            if not done:
                await message.nak(delay=DEAD_LETTER_PAUSE_S)
                return
        await message.ack()

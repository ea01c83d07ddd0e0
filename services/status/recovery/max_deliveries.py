"""The max-deliveries handler dead-letters what JetStream has given up on.

Those are messages that were delivered as often as they may be and never finished. Our own cap on
failures is far below that, so what comes here never got as far as being counted. JetStream
publishes one advisory for each, and may lose it; the reaper finds what is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import ExportFailed, decode_event
from shared.jetstream.event_log import EventLog
from shared.jetstream.pull_loop import TryLaterError, consume
from shared.jetstream.topology import ADVISORIES, EXPORTS, MAX_DELIVERIES
from shared.tracing.context import TraceContext, within
from shared.worker.dead_letter import DeadMessage
from shared.worker.dead_letter_writer import (
    DeadLetterWriter,
    GivenUpError,
    expect_dead_letters,
    unreadable,
)
from shared.worker.retry import history

if TYPE_CHECKING:
    import asyncio

    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent
    from shared.jetstream.pull_loop import Place

DEAD_LETTER_DELAY_S: Final = 30.0  # until a dead letter that could not be written is tried again


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
        self._dead_letters = DeadLetterWriter(js, self._events, worker=MAX_DELIVERIES)
        expect_dead_letters()

    async def run(self, stop: asyncio.Event) -> None:
        """Handle advisories until told to stop; nothing that fails here ends the service."""
        decode = msgspec.json.Decoder(Advisory).decode
        await consume(self._js, ADVISORIES, MAX_DELIVERIES, self._handle, stop, decode=decode)

    async def dead_letter(self, dead: DeadMessage, reason: str, error: Exception) -> bool:
        """Dead-letter a message that no worker holds.

        Nothing is written where its export has ended or moved on, but for a dead letter that is
        still owed.

        Returns:
            Whether nothing is left to be done for it.

        Raises:
            UnavailableError: NATS is away.
        """
        with within(TraceContext.of_headers(dead.headers)):
            return await self._dead_letter(dead, reason, error)

    async def _dead_letter(self, dead: DeadMessage, reason: str, error: Exception) -> bool:
        event: AnyEvent | None
        try:
            event = decode_event(dead.payload)
        except msgspec.MsgspecError as malformed:
            event, error = None, unreadable(dead.payload, malformed)
            reason = error.code
        else:
            events = [event for _, event in await self._events.of(event.export_id)]
            past = history(events, generation=event.generation, stage=dead.stage)
            end = past.terminal_event
            if isinstance(end, ExportFailed) and end.dead_letter_owed:
                await self._dead_letters.write_owed(dead, end)
            if past.over:
                return True
        return (await self._dead_letters.write(dead, event, reason, error)).seq is not None

    async def _handle(self, advisory: Advisory, _place: Place) -> None:
        found = await self._events.message(advisory.stream_seq)
        if advisory.stream != EXPORTS or found is None:
            return
        deliveries = advisory.deliveries
        dead = DeadMessage.stored(found, advisory.consumer, deliveries=deliveries)
        error = GivenUpError(f"It was delivered {deliveries} times and never finished.")
        if not await self.dead_letter(dead, error.code, error):
            raise TryLaterError("a dead letter cannot be written yet", delay_s=DEAD_LETTER_DELAY_S)

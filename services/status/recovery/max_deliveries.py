"""Buries what JetStream has given up: messages delivered as often as they may be, and not finished.

Our own cap on failures is far below that, so what comes here never got as far as being counted.
JetStream tells of it once, and not surely; what it does not tell is the reaper's.
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

OWED_DELAY_S: Final = 30.0  # until a dead letter that could not be written is tried again


class Advisory(msgspec.Struct, frozen=True):
    """``io.nats.jetstream.advisory.v1.max_deliver``, what we need of it."""

    stream: str
    consumer: str
    stream_seq: int
    deliveries: int


class Undertaker:
    """Reads the advisories durably; all status pods share the durable."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._events = EventLog(js)
        self._grave = Grave(js, self._events, worker=UNDERTAKER)

    async def run(self, stop: asyncio.Event) -> None:
        """Write dead letters until told to stop; nothing that fails here ends the service."""
        decode = msgspec.json.Decoder(Advisory).decode
        await consume(self._js, ADVISORIES, UNDERTAKER, decode, self._handle, stop)

    async def bury(self, dead: DeadMessage, reason: str, error: Exception) -> bool:
        """Bury a message that nobody holds, unless its export has ended or moved on.

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

    async def _handle(self, advisory: Advisory, _seq: int) -> None:
        found = await self._events.message(advisory.stream_seq)
        if advisory.stream != EXPORTS or found is None:
            return
        deliveries = advisory.deliveries
        dead = DeadMessage.stored(found, advisory.consumer, deliveries=deliveries)
        error = GivenUpError(f"It was delivered {deliveries} times and never finished.")
        if not await self.bury(dead, error.code, error):
            raise TryLaterError("a dead letter cannot be written yet", delay_s=OWED_DELAY_S)

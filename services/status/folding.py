"""Folds facts into documents.

All status pods share the one durable, and nobody else writes these.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog
from nats.js.errors import APIError

from shared import events, metrics
from shared.errors import UnavailableError
from shared.state import Document, fold
from shared.streams import EXPORTS, STATUS

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.events import AnyFact
    from shared.records import Records

log = structlog.get_logger()

SLOTS: Final = 4  # facts in hand at a time; the fold does not mind their order
FETCH_S: Final = 1.0
PAUSE_S: Final = 1.0  # while NATS is away


class Folding:
    """Consumes every fact of ``EXPORTS`` and keeps the bucket ``exports``."""

    def __init__(self, js: JetStreamContext, exports: Records[Document]) -> None:
        self._js = js
        self._exports = exports

    async def run(self, stop: asyncio.Event) -> None:
        """Fold until told to stop."""
        async with asyncio.TaskGroup() as slots:
            for _ in range(SLOTS):
                slots.create_task(self._slot(stop))

    async def _slot(self, stop: asyncio.Event) -> None:
        subscription = await self._js.pull_subscribe_bind(STATUS, stream=EXPORTS)
        while not stop.is_set():
            try:
                for message in await subscription.fetch(1, timeout=FETCH_S):
                    await self._handle(message)
            except nats.errors.TimeoutError:
                continue
            except (nats.errors.Error, APIError, UnavailableError) as error:
                log.warning("fold.waiting", error=repr(error))
                await asyncio.sleep(PAUSE_S)
        await subscription.unsubscribe()

    async def _handle(self, message: Msg) -> None:
        """Acknowledged only once the document holds the fact; a fact nobody can read is given up.

        That one stays in the stream, and its worker has buried it.
        """
        try:
            fact = events.decode(message.data)
        except msgspec.MsgspecError as error:
            log.warning("fold.undecodable", subject=message.subject, error=str(error))
            await message.term()
            return
        await self._fold(fact, message.metadata.sequence.stream)
        await message.ack()
        metrics.FOLDED.labels(fact.name).inc()

    async def _fold(self, fact: AnyFact, seq: int) -> None:
        key = f"{fact.project_id}.{fact.export_id}"
        await self._exports.change(key, lambda document: fold(document, fact, seq))

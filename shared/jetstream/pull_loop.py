"""Reading events one after the other, for those who keep books on them.

Workers, whose messages take long and may fail, have their own loop (:mod:`shared.worker.worker`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from shared.domain.events import decode_event
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY
from shared.jetstream.topology import EXPORTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent

log = structlog.get_logger()

FETCH_S: Final = 1.0  # also the longest an idle reader takes to stop
PAUSE_S: Final = 1.0  # while a server is away
FAILED_PAUSE_S: Final = 30.0  # until an event is handed over again that could not be handled


async def consume_events(
    js: JetStreamContext,
    durable: str,
    handle: Callable[[AnyEvent, int], Awaitable[None]],
    stop: asyncio.Event,
    *,
    slots: int = 1,
) -> None:
    """Hand every event of a durable, with its sequence, to ``handle`` until told to stop.

    An event is acknowledged once ``handle`` has returned, so it may be handed over again. One that
    ``handle`` fails at comes again later, and the others go on. One that cannot be decoded is given
    up: it stays in the stream, and its worker has buried it.
    """

    async def read() -> None:
        subscription = await js.pull_subscribe_bind(durable, stream=EXPORTS)
        while not stop.is_set():
            try:
                for message in await subscription.fetch(1, timeout=FETCH_S):
                    await _hand_over(message, handle)
            except nats.errors.TimeoutError:
                continue
            except (*AWAY, UnavailableError) as error:
                log.warning("events.waiting", consumer=durable, error=repr(error))
                await asyncio.sleep(PAUSE_S)
        await subscription.unsubscribe()

    async with asyncio.TaskGroup() as group:
        for _ in range(slots):
            group.create_task(read())


async def _hand_over(message: Msg, handle: Callable[[AnyEvent, int], Awaitable[None]]) -> None:
    try:
        event = decode_event(message.data)
    except msgspec.MsgspecError as error:
        log.warning("event.undecodable", subject=message.subject, error=str(error))
        await message.term()
        return
    try:
        await handle(event, message.metadata.sequence.stream)
    except (*AWAY, UnavailableError):
        raise
    except Exception:
        log.exception("event.failed", subject=message.subject)
        await message.nak(delay=FAILED_PAUSE_S)
    else:
        await message.ack()

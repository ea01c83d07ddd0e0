"""The one pull loop: fetches the messages of a durable, one at a time, until told to stop.

Workers give it whole messages (:mod:`shared.worker.delivery`), because theirs take long and end in
many ways. Whoever keeps books on what happens uses :func:`consume`, which decodes, acknowledges and
hands back, or :mod:`shared.jetstream.event_groups`, where there is much of it.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import structlog

from shared.domain.events import decode_event
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY
from shared.jetstream.pull_inbox import PullInbox
from shared.jetstream.topology import EXPORTS
from shared.tracing.context import TraceContext, within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent

log = structlog.get_logger()
T = TypeVar("T")

OUTAGE_DELAY_S: Final = 1.0  # until a message comes again that a server's absence kept back
OLD_TOKENS: Final = 9  # of a reply subject; servers that name domain and account have more
FAILURE_DELAY_S: Final = 30.0  # until one comes again that failed by a bug of ours


class Place(msgspec.Struct, frozen=True):
    """A message's place in its stream, and whether it is handed over for the first time."""

    seq: int
    stored_at: datetime
    first_time: bool

    @classmethod
    def of(cls, message: Msg) -> Place:
        """As its reply subject says it; the client's own metadata take five times as long.

        Raises:
            nats.errors.NotJSMessageError: It comes from no consumer.
        """
        tokens = message.Metadata._get_metadata_fields(message.reply)  # noqa: SLF001 - see above
        delivered, seq, _, stored_ns, *_ = tokens[4 if len(tokens) == OLD_TOKENS else 6 :]
        stored_at = datetime.fromtimestamp(int(stored_ns) / 1e9, UTC)
        return cls(int(seq), stored_at, delivered == "1")


class TryLaterError(Exception):
    """A handler cannot do its part yet: the message comes again after ``delay_s``."""

    def __init__(self, message: str, *, delay_s: float) -> None:
        super().__init__(message)
        self.delay_s = delay_s


async def pull(
    js: JetStreamContext,
    stream: str,
    durable: str,
    handle: Callable[[Msg], Awaitable[None]],
    stop: asyncio.Event,
    *,
    admitted: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ahead: Callable[[], Awaitable[bool]] | None = None,
    diverted: Callable[[], bool] = bool,
) -> None:
    """Give ``handle`` one message after the other, until told to stop.

    Whatever ``handle`` raises ends the loop; a server that does not answer a fetch never does.

    Args:
        js: JetStream.
        stream: Where the durable is.
        durable: The consumer's name.
        handle: Acknowledges the message, or hands it back.
        stop: Ends the loop; a message that is fetched meanwhile is handed back.
        admitted: Entered before each fetch, left when its message is handled.
        ahead: Does what is to be done before the next message; true where there was something, and
            nothing is fetched then.
        diverted: Whether there is something ahead, or nothing is admitted, while a message is
            waited for.
    """
    inbox = PullInbox(
        js._nc,  # noqa: SLF001 - its context knows no inbox
        stream,
        durable,
        unwanted=diverted,
    )
    stopped = asyncio.create_task(stop.wait())
    stopped.add_done_callback(lambda _: inbox.stop())
    try:
        while not stop.is_set():
            async with admitted():
                if stop.is_set() or (ahead is not None and await ahead()):
                    continue
                message = await inbox.next()
                if message is not None and stop.is_set():
                    await hand_back(message)
                elif message is not None:
                    await handle(message)
    finally:
        stopped.cancel()
        await inbox.close()


async def consume(
    js: JetStreamContext,
    stream: str,
    durable: str,
    handle: Callable[[T, Place], Awaitable[None]],
    stop: asyncio.Event,
    *,
    decode: Callable[[bytes], T],
) -> None:
    """Hand every message of a durable, decoded and with its place, to ``handle``.

    A message is acknowledged once ``handle`` has returned, so it may be handed over again. One that
    ``handle`` fails at comes again soon, and the others go on. One that cannot be decoded is given
    up: it stays in its stream.
    """

    async def hand_over(message: Msg) -> None:
        try:
            value = decode(message.data)
        except msgspec.MsgspecError as error:
            log.warning("message.undecodable", subject=message.subject, error=str(error))
            with suppress(*AWAY):
                await message.term()
            return
        try:
            with within(TraceContext.of_headers(message.headers)):
                await handle(value, Place.of(message))
            await message.ack()
        except (*AWAY, UnavailableError) as error:
            log.warning("consumer.waiting", consumer=durable, error=repr(error))
            await hand_back(message, OUTAGE_DELAY_S)
            await asyncio.sleep(OUTAGE_DELAY_S)  # the next one would not fare better
        except TryLaterError as error:
            log.warning("message.waiting", subject=message.subject, error=str(error))
            await hand_back(message, error.delay_s)
        except Exception:
            log.exception("message.failed", subject=message.subject)
            await hand_back(message, FAILURE_DELAY_S)

    await pull(js, stream, durable, hand_over, stop)


async def consume_events(
    js: JetStreamContext,
    durable: str,
    handle: Callable[[AnyEvent, Place], Awaitable[None]],
    stop: asyncio.Event,
) -> None:
    """Hand every event of a durable to ``handle`` until told to stop.

    What :func:`consume` says holds for each of them; one that cannot be decoded goes to the dead
    letters by way of its worker.
    """
    await consume(js, EXPORTS, durable, handle, stop, decode=decode_event)


async def acknowledge(messages: Sequence[Msg]) -> None:
    """Acknowledge messages that one connection has brought, by one write.

    Raises:
        nats.errors.Error: What ``Msg.ack`` raises; none is acknowledged then.
    """
    first, *others = messages
    await first.ack()
    if others:
        client = first._client  # noqa: SLF001 - it has no way for many
        commands = "".join(f"PUB {message.reply}  0\r\n\r\n" for message in others)
        client.stats["out_msgs"] += len(others)
        await client._send_command(commands.encode())  # noqa: SLF001 - likewise


async def hand_back(message: Msg, delay_s: float | None = None) -> None:
    """Have it come again after ``delay_s``, or after the ack wait where nobody can be told."""
    with suppress(*AWAY):
        await message.nak(delay=delay_s)

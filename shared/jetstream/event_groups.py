"""The pull loop of whoever takes in several events of an export at once, exports side by side.

Each export is worked on as soon as something of it comes. What comes while it is worked on gathers
meanwhile and is handed over together: one at a time while little happens, many when much has waited
(group commit, as in :mod:`shared.jetstream.batches`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from shared.domain.events import AnyEvent, decode_event
from shared.domain.log_keys import keys_of
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY
from shared.jetstream.pull_inbox import PullInbox
from shared.jetstream.pull_loop import (
    FAILURE_DELAY_S,
    OUTAGE_DELAY_S,
    Place,
    acknowledge,
    hand_back,
)
from shared.jetstream.topology import EXPORTS
from shared.tracing.context import TraceContext, within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.jetstream.pull_inbox import Arrival

log = structlog.get_logger()

MOST: Final = 250  # events in hand, and as many again on their way: four pods hold no more back


class Handed(msgspec.Struct, frozen=True):
    """An event that is handed over, with its headers.

    ``since`` is when it came, of the loop's clock.
    """

    event: AnyEvent
    place: Place
    headers: Mapping[str, str] | None = None
    since: float = 0.0

    @property
    def trace(self) -> TraceContext | None:
        """Where in a trace it was published."""
        return TraceContext.of_headers(self.headers)


async def consume_groups(
    js: JetStreamContext,
    durable: str,
    handle: Callable[[Sequence[Handed]], Awaitable[None]],
    stop: asyncio.Event,
) -> None:
    """Hand all events of a durable to ``handle``, those of one export together, by sequence.

    They are acknowledged once ``handle`` has returned, so they may be handed over again. Those that
    it fails at come again soon, and other exports go on. One that cannot be decoded is given up: it
    goes to the dead letters by way of its worker.
    """
    inbox = PullInbox(
        js._nc,  # noqa: SLF001 - its context knows no inbox
        EXPORTS,
        durable,
        unwanted=bool,
        batch=MOST,
    )
    stopped = asyncio.create_task(stop.wait())
    stopped.add_done_callback(lambda _: inbox.stop())
    try:
        async with asyncio.TaskGroup() as tasks:
            groups = _Groups(handle, durable, tasks)
            while not stop.is_set():
                for arrival in await inbox.next_ones():
                    await (hand_back(arrival.message) if stop.is_set() else groups.put(arrival))
                await groups.room()
    finally:
        stopped.cancel()
        await inbox.close()


class _Groups:
    """What has come and is not acknowledged yet, by export."""

    def __init__(
        self,
        handle: Callable[[Sequence[Handed]], Awaitable[None]],
        durable: str,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._handle = handle
        self._durable = durable
        self._tasks = tasks
        self._waiting: dict[str, list[tuple[Handed, Msg]]] = {}
        self._in_hand = 0
        self._freed = asyncio.Event()
        self._told_until = 0.0  # that a server is away

    async def put(self, arrival: Arrival) -> None:
        """One more, behind those of its export."""
        message = arrival.message
        try:
            event = decode_event(message.data)
        except msgspec.MsgspecError as error:
            log.warning("message.undecodable", subject=message.subject, error=str(error))
            with suppress(*AWAY):
                await message.term()
            return
        handed = Handed(event, Place.of(message), message.headers, since=arrival.at)
        self._in_hand += 1
        if event.export_id in self._waiting:
            self._waiting[event.export_id].append((handed, message))
        else:
            self._waiting[event.export_id] = [(handed, message)]
            self._tasks.create_task(self._work(event.export_id))

    async def room(self) -> None:
        """Wait until more may come."""
        while self._in_hand >= MOST:
            self._freed.clear()
            await self._freed.wait()

    async def _work(self, export_id: str) -> None:
        while group := self._waiting[export_id]:
            self._waiting[export_id] = []
            group.sort(key=lambda one: one[0].place.seq)
            first = group[0][0]
            structlog.contextvars.bind_contextvars(**keys_of(first.event))  # the task is its own
            with within(first.trace):
                await self._hand_over(group)
            self._in_hand -= len(group)
            self._freed.set()
        del self._waiting[export_id]

    async def _hand_over(self, group: Sequence[tuple[Handed, Msg]]) -> None:
        messages = [message for _, message in group]
        try:
            await self._handle([handed for handed, _ in group])
            await acknowledge(messages)
        except (*AWAY, UnavailableError) as error:
            self._tell(error)
            await _hand_all_back(messages, OUTAGE_DELAY_S)
            await asyncio.sleep(OUTAGE_DELAY_S)  # the next ones would not fare better
        except Exception:
            log.exception("message.failed", subject=messages[0].subject)
            await _hand_all_back(messages, FAILURE_DELAY_S)

    def _tell(self, error: Exception) -> None:
        """Once, however many find out at about the same time."""
        clock = asyncio.get_running_loop().time()
        if clock >= self._told_until:
            log.warning("consumer.waiting", consumer=self._durable, error=repr(error))
        self._told_until = clock + 2 * OUTAGE_DELAY_S


async def _hand_all_back(messages: Sequence[Msg], delay_s: float) -> None:
    for message in messages:
        await hand_back(message, delay_s)

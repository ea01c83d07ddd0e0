"""Asks a durable for its messages, a few at a time, and takes a question back that is in the way.

An idle consumer is asked every few seconds: each question and its "nothing came" are messages, too.
A question goes lost with the connection, or with the node that leads the consumer.

Source:
    NATS documentation, "JetStream wire API": ``CONSUMER.MSG.NEXT`` and the statuses that end it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import structlog

from shared.jetstream.api_subjects import next_message
from shared.jetstream.errors import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

log = structlog.get_logger()

EXPIRES_S: Final = 5.0  # the server says that nothing came
LOST_S: Final = EXPIRES_S + 1.0  # it would have said so
LOOK_S: Final = 1.0  # between two looks at whether the question still stands
PAUSE_S: Final = 0.2  # before a server is asked again that cannot tell
TAKE_BACK_S: Final = 1.0
NOTHING_CAME: Final = {"404", "408"}


class Arrival(NamedTuple):
    """A message, and when it came, of the loop's clock: its ack wait runs since then."""

    message: Msg
    at: float


class PullInbox:
    """Where the messages of a durable come in; one question stands at a time, whoever waits.

    Args:
        nc: A connection.
        stream: Where the durable is.
        durable: The consumer's name.
        unwanted: Whether a question is to be taken back; asked every second.
        batch: How many messages one question may bring; those that nobody has taken yet are kept
            from others meanwhile.
    """

    def __init__(
        self,
        nc: Client,
        stream: str,
        durable: str,
        *,
        unwanted: Callable[[], bool],
        batch: int = 1,
    ) -> None:
        self._nc = nc
        self._durable = durable
        self._unwanted = unwanted
        self._subject = next_message(stream, durable)
        self._batch = batch
        self._question = msgspec.json.encode({"batch": batch, "expires": int(EXPIRES_S * 1e9)})
        self._left = 0  # of what the question may bring
        self._lost_at = 0.0
        self._connections = 0  # before this one
        self._reply = self._inbox = ""
        self._turn = asyncio.Lock()
        self._numbers = count()
        self._subscription: Subscription | None = None
        self._came: deque[Arrival] = deque()
        self._woken = asyncio.Event()
        self._stopped = False

    def stop(self) -> None:
        """Take the question back, and ask no more."""
        self._stopped = True
        self._woken.set()

    async def next(self) -> Msg | None:
        """The next message; None where none came, or the server does not answer."""
        arrival = await self._next_arrival()
        return arrival.message if arrival else None

    async def next_ones(self) -> list[Arrival]:
        """The next message and all that have come with it; none where none came."""
        found = []
        arrival = await self._next_arrival()
        while arrival is not None:
            found.append(arrival)
            has_more = self._came and not _status(self._came[0].message)
            arrival = self._came.popleft() if has_more else None
        self._left = max(self._left - max(len(found) - 1, 0), 0)
        return found

    async def close(self) -> None:
        """Take back what was asked; a message that comes meanwhile is handed back."""
        subscription, self._subscription, self._left = self._subscription, None, 0
        if subscription is None:
            return
        try:
            with suppress(*AWAY):
                async with asyncio.timeout(TAKE_BACK_S):
                    await subscription.drain()  # type: ignore[no-untyped-call]
        finally:  # or one whose drain was cut short would hear again on the next connection
            subscription._stop_processing()  # noqa: SLF001 - its own way is the drain
            self._nc._remove_sub(subscription._id)  # noqa: SLF001 - likewise
        while self._came:
            message = self._came.popleft().message
            if not _status(message):
                with suppress(*AWAY):
                    await message.nak()

    async def _next_arrival(self) -> Arrival | None:
        try:
            async with self._turn:
                return await self._next()
        except AWAY as error:
            log.warning("consumer.fetch-failed", consumer=self._durable, error=repr(error))
            await asyncio.sleep(LOOK_S)
            return None

    async def _next(self) -> Arrival | None:
        if not (self._left or self._came or self._stopped):
            await self._ask()
        answer = await self._answer()
        if answer is None:
            await self.close()
            return None
        if status := _status(answer.message):
            self._left = 0
            await asyncio.sleep(0 if status in NOTHING_CAME else PAUSE_S)
            return None
        self._left = max(self._left - 1, 0)
        return answer

    async def _ask(self) -> None:
        if self._subscription is None:
            self._inbox = self._nc.new_inbox()
            taken: Any = _Taken(self._on_message)
            self._subscription = await self._nc.subscribe(f"{self._inbox}.*", future=taken)
        self._reply = f"{self._inbox}.{next(self._numbers)}"
        await self._nc.publish(self._subject, self._question, reply=self._reply)
        self._left, self._connections = self._batch, self._nc.stats["reconnects"]
        self._lost_at = asyncio.get_running_loop().time() + LOST_S

    async def _answer(self) -> Arrival | None:
        """A message, or the status that ends the question; None where it is lost or unwanted."""
        while not self._stopped:
            while self._came:
                arrival = self._came.popleft()
                if not _status(arrival.message) or arrival.message.subject == self._reply:
                    return arrival
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()
            self._woken.clear()
            if not self._came and (self._is_lost or self._unwanted()):
                break
        return None

    @property
    def _is_lost(self) -> bool:
        is_late = asyncio.get_running_loop().time() > self._lost_at
        return is_late or self._connections != self._nc.stats["reconnects"]

    def _on_message(self, message: Msg) -> None:
        self._came.append(Arrival(message, asyncio.get_running_loop().time()))
        self._woken.set()


class _Taken:
    """What nats-py takes for a future, and so gives each message at once: no queue, no task.

    ``take`` must not raise: the connection would hear nothing any more.
    """

    def __init__(self, take: Callable[[Msg], None]) -> None:
        self.set_result = take

    def cancelled(self) -> bool:
        """Whoever has given up has no subscription any more."""
        return False


def _status(message: Msg) -> str | None:
    return (message.headers or {}).get("Status") if not message.data else None

"""What one client has not been sent yet: bounded, whatever the client does."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import msgspec
from litestar.types import WebSocketSendEvent

from shared.domain.websocket_messages import Gap, Message, encode
from shared.jetstream.log_reader import MAX_LINES
from shared.metrics import sockets as metrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


class Outgoing(msgspec.Struct, frozen=True):
    """A message as the server takes it (ASGI), made once for all readers of an export."""

    event: WebSocketSendEvent
    seq: int = 0  # of a log line
    terminal: bool = False  # a terminal state
    last: bool = False  # nothing follows
    stored_at: float = 0.0  # when its event or progress was, in its stream, Unix time; 0: no news


def outgoing(
    message: Message,
    *,
    seq: int = 0,
    terminal: bool = False,
    last: bool = False,
    stored_at: float = 0.0,
) -> Outgoing:
    """Encode a message."""
    event: WebSocketSendEvent = {
        "type": "websocket.send",
        "text": encode(message).decode(),
        "bytes": None,
    }
    return Outgoing(event, seq, terminal, last, stored_at)


class SendBuffer:
    """One slot for the newest state, and a short queue of log lines.

    A newer state replaces an older one, but a terminal one is followed by terminal ones alone: who
    is to see the next generation comes with a new ticket. When the queue is full the oldest lines
    give way to a ``gap``.
    """

    def __init__(self, export_id: str) -> None:
        self._export_id = export_id
        self._state: Outgoing | None = None
        self._ended = False
        self._lines: deque[Outgoing] = deque()
        self._lost: tuple[int, int] | None = None
        self._filled = asyncio.Event()
        self._sending = False
        self.sent = 0

    def put_state(self, state: Outgoing) -> None:
        """Replace the state that waits, if one does, by a newer one."""
        if self._ended and not state.terminal:
            return
        self._ended = state.terminal
        if self._state is not None:
            metrics.CONFLATED.inc()
        self._state = state
        self._filled.set()

    def put_lines(self, lines: Sequence[Outgoing]) -> None:
        """Add log lines, in order."""
        self._lines.extend(lines)
        while len(self._lines) > MAX_LINES:
            dropped = self._lines.popleft().seq
            self._lost = (self._lost[0] if self._lost else dropped, dropped)
            metrics.DROPPED.inc()
        if lines:
            self._filled.set()

    def lose(self, first: int, last: int) -> None:
        """Tell of lines that are not there to be sent."""
        self._lost = (first, last)
        self._filled.set()

    async def send_all(self, send: Callable[[Outgoing], Awaitable[None]]) -> None:
        """Send what comes, in order, until the last message there is to send."""
        while True:
            messages = await self.take()
            self._sending = True
            for message in messages:
                await send(message)
                self.sent += 1
                if message.last:
                    return
            self._sending = False

    async def until_stuck(self, slow_s: float) -> None:
        """Wait until the client has taken nothing of what is being sent for ``slow_s``.

        One look now and then: a time-out around every message would cost more than the message.
        """
        sent = -1
        while not (self._sending and self.sent == sent):
            sent = self.sent
            await asyncio.sleep(slow_s)

    async def take(self) -> list[Outgoing]:
        """Everything that waits, lines before the state; waits until there is something."""
        await self._filled.wait()
        self._filled.clear()
        taken: list[Outgoing] = []
        if self._lost is not None:
            gap = Gap(export_id=self._export_id, from_=self._lost[0], to=self._lost[1])
            taken.append(outgoing(gap))
        taken += self._lines
        if self._state is not None:
            taken.append(self._state)
        self._lost, self._state = None, None
        self._lines.clear()
        return taken

"""What one client has not been sent yet: bounded, whatever the client does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from litestar.types import WebSocketSendEvent

from shared.domain.websocket_messages import Gap, Message, encode
from shared.jetstream.log_reader import MAX_LINES
from shared.metrics import sockets as metrics
from shared.service.websocket_protocol import text_message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from services.status.websocket.close_codes import CloseCode


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
    return Outgoing(text_message(encode(message)), seq, terminal, last, stored_at)


class SendBuffer:
    """One slot for the newest state, one for the newest preview, and a short queue of log lines.

    A newer state replaces an older one, but a terminal one is followed by terminal ones alone: who
    is to see the next generation comes with a new ticket. When the queue is full the oldest lines
    give way to a ``gap``. A preview goes out when nothing else waits, and none after the end.

    There are very many: it holds nothing that is not needed while nothing happens.
    """

    __slots__ = (
        "_ended",
        "_export_id",
        "_filled",
        "_lines",
        "_lost",
        "_preview",
        "_sending_since",
        "_state",
        "closing",
        "sent",
    )

    def __init__(self, export_id: str) -> None:
        self._export_id = export_id
        self._state: Outgoing | None = None
        self._preview: Outgoing | None = None
        self._ended = False
        self._lines: list[Outgoing] = []
        self._lost: tuple[int, int] | None = None
        self._filled: asyncio.Future[None] | None = None  # while nothing waits
        self._sending_since = 0.0  # of the loop's clock; 0: nothing is being sent
        self.closing: asyncio.Future[CloseCode] = asyncio.get_running_loop().create_future()
        self.sent = 0

    def put_state(self, state: Outgoing) -> None:
        """Replace the state that waits, if one does, by a newer one."""
        if self._ended and not state.terminal:
            return
        self._ended = state.terminal
        if self._ended:
            self._preview = None
        if self._state is not None:
            metrics.CONFLATED.inc()
        self._state = state
        self._fill()

    def put_preview(self, preview: Outgoing) -> None:
        """Replace the preview that waits, if one does, by a newer one."""
        if self._ended:
            return
        if self._preview is not None:
            metrics.CONFLATED.inc()
        self._preview = preview
        self._fill()

    def put_lines(self, lines: Sequence[Outgoing]) -> None:
        """Add log lines, in order."""
        self._lines += lines
        if surplus := self._lines[:-MAX_LINES]:
            del self._lines[: len(surplus)]
            first = self._lost[0] if self._lost else surplus[0].seq
            self._lost = (first, surplus[-1].seq)
            metrics.DROPPED.inc(len(surplus))
        if lines:
            self._fill()

    def lose(self, first: int, last: int) -> None:
        """Tell of lines that are not there to be sent."""
        self._lost = (first, last)
        self._fill()

    def close(self, code: CloseCode) -> None:
        """Have the socket closed with ``code``, whatever waits; the first one counts."""
        if not self.closing.done():
            self.closing.set_result(code)

    def is_stuck(self, at: float, slow_s: float) -> bool:
        """Whether the client has taken nothing of what is being sent for ``slow_s``.

        ``at`` is now, of the loop's clock. One look now and then: a time-out around every message
        would cost more than the message.
        """
        return bool(self._sending_since) and at - self._sending_since >= slow_s

    async def send_all(self, send: Callable[[Outgoing], Awaitable[None]]) -> None:
        """Send what comes, in order, until the last message there is to send."""
        clock = asyncio.get_running_loop().time
        while True:
            for message in await self.take():
                self._sending_since = clock()
                await send(message)
                self.sent += 1
                if message.last:
                    return
            self._sending_since = 0.0

    async def take(self) -> list[Outgoing]:
        """Everything that waits, lines before the state; waits until there is something.

        The preview alone, where nothing else does.
        """
        while not (self._lines or self._state or self._lost or self._preview):
            self._filled = asyncio.get_running_loop().create_future()
            await self._filled
        taken: list[Outgoing] = []
        if self._lost is not None:
            gap = Gap(export_id=self._export_id, from_=self._lost[0], to=self._lost[1])
            taken.append(outgoing(gap))
        taken += self._lines
        if self._state is not None:
            taken.append(self._state)
        self._lost, self._state, self._lines = None, None, []
        if not taken and self._preview is not None:
            taken.append(self._preview)
            self._preview = None
        return taken

    def _fill(self) -> None:
        if self._filled is not None and not self._filled.done():
            self._filled.set_result(None)

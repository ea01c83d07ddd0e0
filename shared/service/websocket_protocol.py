"""WebSockets by the thousand: uvicorn's protocol, with as little as can be for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN

if TYPE_CHECKING:
    import asyncio

    from litestar.types import WebSocketSendEvent

GOODBYE_S: Final = 15.0  # until a finished one is cut off, uvicorn's own ten seconds included
FRAME: Final = "aethel.frame"  # in a message to be sent: all its bytes, made once for all readers


def text_message(text: bytes) -> WebSocketSendEvent:
    """A text (UTF-8) as an ASGI server sends it; ours takes the frame as it is (RFC 6455, 5.2)."""
    frame = Frame(Opcode.TEXT, text).serialize(mask=False)
    message: Any = {"type": "websocket.send", "text": text.decode(), "bytes": None, FRAME: frame}
    sent: WebSocketSendEvent = message
    return sent


class LeanWebSocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that ends when it is over, even where its client takes nothing any more.

    No extension may be in use, such as compression: a frame is the same for all.
    """

    def start_keepalive(self) -> None:
        """What uvicorn calls once the client is let in: the handshake is needed no more."""
        super().start_keepalive()
        del self.request, self.response

    async def send(self, message: Any) -> None:
        """Send a frame that is ready; anything else takes uvicorn's way."""
        frame = message.get(FRAME)
        if frame is None:
            if message["type"] == "websocket.close" and not self.writable.is_set():
                self._abort_soon()  # its last word may never go
            await super().send(message)
            return
        await self.writable.wait()
        if self.disconnected or self.conn.state is not OPEN:
            raise ClientDisconnected
        self.transport.write(frame)

    def keepalive_timeout(self) -> None:
        """The client answers no ping."""
        super().keepalive_timeout()
        self._abort_soon()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """All has been said."""
        super().on_task_complete(task)
        self._abort_soon()

    def _abort_soon(self) -> None:
        """Uvicorn would wait for ever for the last bytes to go."""
        self.loop.call_later(GOODBYE_S, self.transport.abort)

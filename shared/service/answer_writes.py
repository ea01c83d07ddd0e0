"""The head of an answer leaves with the first of its body, in one write.

Uvicorn writes the head as soon as it is known, which ASGI does not want, and the body after it: two
system calls and two packets, and the client wakes up twice.

A body that comes late keeps its head back: no application here tells a head before it has the first
of its body. One that wants to sends an empty part.

Source:
    ASGI specification, HTTP & WebSocket, "Response Start": nothing is sent before the first event
    of the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

CONTINUE: Final = b"HTTP/1.1 100 "  # an answer before the answer


class AnswerTransport:
    """What one answer is written to: its connection, which has the head before anything else.

    Not for answers to ``HEAD``, which have no body: nothing would come after their head.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head: bytes | None = None
        self._is_sent = False

    def write(self, data: bytes) -> None:
        """Write the next bytes; the head waits for those that follow it."""
        if self._is_sent or data.startswith(CONTINUE):
            self._transport.write(data)
        elif self._head is None:
            self._head = data
        else:
            self._is_sent = True
            self._transport.writelines((self._head, data))

    def close(self) -> None:
        """Close the connection, once all is written."""
        if self._head is not None and not self._is_sent:  # whose body has failed
            self._transport.write(self._head)
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self._transport.is_closing()

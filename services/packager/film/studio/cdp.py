"""The Chrome DevTools Protocol over a pair of pipes: calls are answered, events are handed on.

A browser that shows a stranger's page may say anything: what is too long is passed over, what is no
message ends the connection.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

MOST_OF_EVENT: Final = 1 << 20  # bytes; a page may log a string of any length
MOST_OF_ANSWER: Final = 256 << 20  # a picture of a large page, as base64
MOST_WAITING: Final = 64 << 20  # bytes that the browser has yet to read
READ_BYTES: Final = 1 << 20
CALL_S: Final = 60.0
ANSWER: Final = b'{"id":'

Params = dict[str, Any]
OnEvent = Callable[[str, Params, str], object]  # method, parameters, session ("": none)


class CdpError(Exception):
    """The browser has refused a call, or says what is no message."""


class CdpClosedError(Exception):
    """The browser is gone."""


class CdpConnection:
    """One browser's pipes, of which this closes its own ends.

    Args:
        reading: What the browser writes to; a message ends with a zero byte.
        writing: What it reads.
        on_event: Called for each event, in order, on the event loop.
        on_dropped: Called for each event that is too long.
    """

    def __init__(
        self, reading: int, writing: int, on_event: OnEvent, on_dropped: Callable[[], object]
    ) -> None:
        self.closed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._reading, self._writing = reading, writing
        self._on_event, self._on_dropped = on_event, on_dropped
        self._calls: dict[int, asyncio.Future[Params]] = {}
        self._number = 0
        self._read = bytearray()
        self._seen = 0  # bytes of the message to come that hold no end
        self._dropping = False
        self._unsent = bytearray()
        for descriptor in (reading, writing):
            os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(reading, self._readable)

    def close(self) -> None:
        """Close the pipes; the browser ends by that."""
        self._end(CdpClosedError("the connection was closed"))

    async def call(
        self,
        method: str,
        session: str = "",
        *,
        timeout_s: float | None = CALL_S,
        **params: Any,
    ) -> Params:
        """What the browser answers.

        Raises:
            CdpError: It refuses.
            CdpClosedError: It is gone.
            TimeoutError: It does not answer.
        """
        number = self._send(method, session, params)
        answer: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        self._calls[number] = answer
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        finally:
            self._calls.pop(number, None)

    def tell(self, method: str, session: str = "", **params: Any) -> None:
        """Call it, whatever is answered; nothing happens where the browser is gone."""
        with suppress(CdpClosedError):
            self._send(method, session, params)

    def _send(self, method: str, session: str, params: Params) -> int:
        if self.closed.done():
            raise CdpClosedError(str(self.closed.result()))
        self._number += 1
        message: Params = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self._unsent += json.dumps(message).encode() + b"\0"
        if len(self._unsent) > MOST_WAITING:
            self._end(CdpError("the browser does not listen"))
        self._writable()
        return self._number

    def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._unsent:
                with memoryview(self._unsent) as view:
                    written = os.write(self._writing, view)
                del self._unsent[:written]
        except BlockingIOError:
            loop.add_writer(self._writing, self._writable)
            return
        except OSError:
            self._end(CdpClosedError("the browser has closed its pipe"))
            return
        loop.remove_writer(self._writing)

    def _readable(self) -> None:
        try:
            data = os.read(self._reading, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end(CdpClosedError("the browser has ended"))
            return
        self._read += data
        try:
            while not self.closed.done() and (message := self._next()) is not None:
                self._take(message)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            self._end(CdpError(f"no message of a browser: {error!r}"[:500]))

    def _next(self) -> bytes | None:
        """The next whole message; one that is too long is passed over."""
        while True:
            end = self._read.find(0, self._seen)
            if end < 0:
                most = MOST_OF_ANSWER if self._read.startswith(ANSWER) else MOST_OF_EVENT
                if self._dropping or len(self._read) > most:
                    self._dropping = True
                    self._read.clear()
                self._seen = len(self._read)
                return None
            message = bytes(self._read[:end])
            del self._read[: end + 1]
            self._seen = 0
            is_answer = message.startswith(ANSWER)
            if not self._dropping and (is_answer or len(message) <= MOST_OF_EVENT):
                return message
            self._dropping = False
            self._on_dropped()

    def _take(self, data: bytes) -> None:
        message = json.loads(data)
        if "id" not in message:
            self._on_event(
                message["method"], message.get("params", {}), message.get("sessionId", "")
            )
            return
        answer = self._calls.pop(message["id"], None)
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(CdpError(str(message["error"].get("message"))[:1_000]))
        else:
            answer.set_result(message["result"])

    def _end(self, error: Exception) -> None:
        if self.closed.done():
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._reading)
        loop.remove_writer(self._writing)
        os.close(self._reading)
        os.close(self._writing)
        self.closed.set_result(error)
        for answer in self._calls.values():
            if not answer.done():
                answer.set_exception(CdpClosedError(str(error)))

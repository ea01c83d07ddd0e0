"""The packager, as a build sees it: questions that are answered, and news that are not.

Several threads of a build ask at the same time; one thread takes all answers.
"""

from __future__ import annotations

import os
import threading
from itertools import count
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.sandbox import channel
from services.packager.sandbox.messages import Answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

_decoder: Final = msgspec.msgpack.Decoder(Answer)
Answered = tuple[Answer, list[int]]


class PackagerLink:
    """The build's end of the channel; safe with several threads."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._numbers = count()
        self._waiting: dict[int, SimpleQueue[Answered]] = {}
        threading.Thread(target=self._take_answers, name="answers", daemon=True).start()

    def send(self, message: object) -> None:
        """Send what needs no answer."""
        channel.send(self._end, message)

    def ask(self, question: Callable[[int], object], files: Sequence[int] = ()) -> Answered:
        """Send a question, made with its number, and block until it is answered.

        Returns:
            The answer, and the files beside it, which belong to the caller.
        """
        return self.begin(question, files)()

    def begin(
        self, question: Callable[[int], object], files: Sequence[int] = ()
    ) -> Callable[[], Answered]:
        """Send a question; what is returned blocks until it is answered."""
        number = next(self._numbers)
        queue = self._waiting[number] = SimpleQueue()
        channel.send(self._end, question(number), files)
        return queue.get

    def _take_answers(self) -> None:
        """Without the packager there is nothing left to do, for any thread."""
        try:
            while True:
                data, files = channel.receive(self._end)
                answer = _decoder.decode(data)
                self._waiting.pop(answer.number).put((answer, files))
        finally:
            os._exit(1)

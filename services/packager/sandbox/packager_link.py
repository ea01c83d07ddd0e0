"""The packager, as a build sees it: questions that are answered, and news that are not.

Several threads of a build ask at the same time; one of those that wait takes the answers of all.
"""

from __future__ import annotations

import threading
from itertools import count
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
    """The build's end of the channel; safe with several threads.

    Without its packager a build is killed, as is one that waits for no answer.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._numbers = count()
        self._changed = threading.Condition()
        self._taking = False  # one thread takes answers
        self._answers: dict[int, Answered] = {}  # that it has taken for others

    def send(self, message: object) -> None:
        """Send what needs no answer."""
        channel.send(self._end, message)

    def ask(self, question: Callable[[int], object], files: Sequence[int] = ()) -> Answered:
        """Send a question, made with its number, and block until it is answered.

        Returns:
            The answer, and the files beside it, which belong to the caller.

        Raises:
            channel.ClosedError: Nobody wants the build any more.
        """
        return self.begin(question, files)()

    def begin(
        self, question: Callable[[int], object], files: Sequence[int] = ()
    ) -> Callable[[], Answered]:
        """Send a question; what is returned blocks until it is answered."""
        number = next(self._numbers)
        channel.send(self._end, question(number), files)
        return lambda: self._answer(number)

    def _answer(self, number: int) -> Answered:
        """The answer of that number, taken here or by another thread that waits."""
        with self._changed:
            while number not in self._answers and self._taking:
                self._changed.wait()
            if number in self._answers:
                return self._answers.pop(number)
            self._taking = True
        try:
            while True:
                data, files = channel.receive(self._end)
                answer = _decoder.decode(data)
                if answer.number == number:
                    return answer, files
                with self._changed:
                    self._answers[answer.number] = answer, files
                    self._changed.notify_all()
        finally:
            with self._changed:
                self._taking = False
                self._changed.notify_all()

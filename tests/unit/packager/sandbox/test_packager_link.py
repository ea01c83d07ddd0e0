from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.sandbox import channel
from services.packager.sandbox.messages import Answer, Open
from services.packager.sandbox.packager_link import PackagerLink

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

PATIENCE_S = 60


def _open(path: str) -> Callable[[int], Open]:
    return lambda number: Open(number, path)


def _asked(end: socket.socket) -> Open:
    data, files = channel.receive(end)
    assert not files
    return msgspec.msgpack.decode(data, type=Open)


@settings(deadline=None)
@given(order=st.permutations(range(6)))
def test_each_thread_gets_its_own_answer_in_whatever_order_they_come(order: list[int]) -> None:
    """One of those that wait takes the answers of all."""
    ours, theirs = channel.pair()
    with ours, theirs, ThreadPoolExecutor(len(order)) as threads:
        link = PackagerLink(theirs)
        asking = [threads.submit(link.ask, _open(f"{n}")) for n in order]
        questions = {int(question.path): question for question in (_asked(ours) for _ in order)}
        for n in order:
            channel.send(ours, Answer(number=questions[n].number, part_bytes=n))
        answered = [future.result(PATIENCE_S)[0].part_bytes for future in asking]
        assert answered == list(order)


def test_who_waits_for_another_s_answer_takes_over() -> None:
    """The thread that takes answers leaves with its own one; the next one goes on."""
    ours, theirs = channel.pair()
    with ours, theirs, ThreadPoolExecutor(1) as threads:
        link = PackagerLink(theirs)
        first = link.begin(_open("first"))
        second = link.begin(_open("second"))
        numbers = [_asked(ours).number for _ in range(2)]
        waiting = threads.submit(second)
        channel.send(ours, Answer(number=numbers[1]))
        assert waiting.result(PATIENCE_S)[0].number == numbers[1]
        file = os.memfd_create("answer")
        channel.send(ours, Answer(number=numbers[0]), [file])
        answer, files = first()
        assert answer.number == numbers[0]
        channel.close([file, *files])


def test_without_its_packager_all_that_wait_are_told() -> None:
    """Nobody waits for ever."""
    ours, theirs = channel.pair()
    told = threading.Barrier(4)
    with theirs, ThreadPoolExecutor(3) as threads:
        link = PackagerLink(theirs)

        def ask(path: str) -> None:
            with pytest.raises(channel.ClosedError):
                link.ask(_open(path))
            told.wait(PATIENCE_S)

        asking = [threads.submit(ask, f"{n}") for n in range(3)]
        for _ in asking:
            _asked(ours)
        ours.close()
        told.wait(PATIENCE_S)
        for future in asking:
            future.result(PATIENCE_S)

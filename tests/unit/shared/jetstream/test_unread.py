"""What has rung is looked for until it is read, superseded, or refused."""

from __future__ import annotations

import random

import pytest

from shared.domain.events import now
from shared.jetstream.batch_get import Stored
from shared.jetstream.unread import GIVEN_UP_S, UnreadBells


class Clock:
    """Seconds that are set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def stored(subject: str, payload: bytes) -> Stored:
    """A message as it is read."""
    return Stored(seq=1, subject=subject, at=now(), headers={}, payload=payload)


@pytest.mark.parametrize("seed", range(20))
def test_each_bell_is_answered_by_its_own_message(seed: int) -> None:
    """In whatever order, also where two messages are alike; others answer nothing."""
    chance, bells = random.Random(seed), UnreadBells(newest_only=False)
    rung = [(chance.choice("ab"), bytes([chance.randrange(3)])) for _ in range(30)]
    for subject, payload in rung:
        bells.ring(subject, payload)
    chance.shuffle(rung)
    for left, (subject, payload) in enumerate(rung):
        bells.read(stored("c", payload))
        assert len(bells) == len(rung) - left
        bells.read(stored(subject, payload))
    assert not bells
    bells.read(stored("a", b"that was heard of before"))
    assert not bells


def test_of_a_subject_that_keeps_its_newest_the_earlier_ones_are_not_looked_for() -> None:
    """Later ones are."""
    bells = UnreadBells(newest_only=True)
    for payload in (b"1", b"2", b"3"):
        bells.ring("a", payload)
    bells.ring("b", b"1")
    bells.read(stored("a", b"2"))
    assert len(bells) == 2
    bells.read(stored("a", b"3"))
    bells.read(stored("b", b"1"))
    assert not bells


def test_what_is_refused_is_given_up() -> None:
    """And nothing else: however long a stream does not answer, this does not grow."""
    clock = Clock()
    bells = UnreadBells(newest_only=False, clock=clock)
    bells.ring("a", b"refused")
    clock.now = GIVEN_UP_S
    bells.ring("a", b"on its way")
    bells.give_up()
    assert len(bells) == 1
    bells.read(stored("a", b"on its way"))
    assert not bells

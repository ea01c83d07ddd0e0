from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.status.recovery.reaper_policy import (
    MAX_REQUEUES,
    NO_WORKER_AFTER,
    ConsumerState,
    FailNoWorker,
    GiveUp,
    KeepWaiting,
    RecoveryAction,
    Requeue,
    SequenceInfo,
    decide,
    pending_message,
)
from tests.unit.sample_events import START, generation, requested

EVENTS = list(enumerate(generation(), start=1))
GONE = ConsumerState(
    delivered=SequenceInfo(9), ack_floor=SequenceInfo(9), num_ack_pending=0, num_waiting=1, ts=START
)


def action(
    consumer: ConsumerState = GONE, *, events: Any = None, quiet_s: float = 1_000, times: int = 1
) -> RecoveryAction:
    """What is said of a request that nobody has heard of for long."""
    pending = pending_message(events or EVENTS[:2])
    assert pending is not None
    return decide(
        msgspec.structs.replace(pending, times_queued=times),
        (events or EVENTS[:2])[-1][1],
        consumer,
        quiet_s=quiet_s,
        patience_s=120,
        attempt_s=900,
        last_moved=START,
    )


def changed(**changes: Any) -> ConsumerState:
    """The consumer in another state."""
    return msgspec.structs.replace(GONE, **changes)


def test_a_message_that_is_gone_is_queued_again_and_then_given_up() -> None:
    """Three times; whoever loses it four times, loses it always."""
    assert [action(times=n) for n in range(1, MAX_REQUEUES + 2)] == [
        *[Requeue()] * MAX_REQUEUES,
        GiveUp(),
    ]


def test_one_that_was_heard_of_lately_is_left_alone() -> None:
    """Patience, longer where its next attempt is due later."""
    assert action(quiet_s=119) == KeepWaiting()
    start, waiting = EVENTS[0], EVENTS[2]
    later = msgspec.structs.replace(waiting[1], retry_at=waiting[1].at + timedelta(seconds=300))
    events = [start, EVENTS[1], (3, later)]
    assert action(events=events, quiet_s=419) == KeepWaiting()
    assert action(events=events, quiet_s=421) == Requeue()


@given(st.integers(0, 100), st.integers(0, 100), st.floats(0, 1e9))
def test_what_waits_in_the_queue_is_never_queued_twice(
    waiting: int, pending: int, quiet_s: float
) -> None:
    """However long: workers may be busy, or away."""
    consumer = changed(
        delivered=SequenceInfo(0),
        ack_floor=SequenceInfo(0),
        num_waiting=waiting,
        num_ack_pending=pending,
    )
    assert action(consumer, quiet_s=quiet_s) == KeepWaiting()


def test_what_may_be_in_flight_is_left_until_idle_workers_should_have_told() -> None:
    """Not while all are busy or away; after an attempt, the longest delay and patience it is."""
    consumer = changed(ack_floor=SequenceInfo(0), num_ack_pending=1)
    assert action(consumer, quiet_s=1_319) == KeepWaiting()
    assert action(consumer, quiet_s=1_321) == Requeue()
    assert action(msgspec.structs.replace(consumer, num_waiting=0), quiet_s=1e6) == KeepWaiting()


def test_after_a_week_it_ends_wherever_it_is() -> None:
    """By the server's clock."""
    week = START + NO_WORKER_AFTER + timedelta(seconds=1)
    assert action(changed(ts=week, delivered=SequenceInfo(0)), quiet_s=0) == FailNoWorker()


@pytest.mark.parametrize("until", [7, 8, 9, 10])
def test_what_has_ended_waits_for_nothing(until: int) -> None:
    """Whatever came after."""
    assert pending_message(EVENTS[:until]) is None


def test_the_newest_generation_is_what_counts() -> None:
    """A retry after a failure waits for its own message; a packaged one for the uploader."""
    again = pending_message([*EVENTS, (20, requested(2)), (21, requested(2))])
    assert again is not None
    assert (again.seq, again.durable, again.times_queued) == (21, "packager-web", 2)
    packed = pending_message(EVENTS[:6])
    assert packed is not None
    assert (packed.seq, packed.durable) == (5, "uploader")

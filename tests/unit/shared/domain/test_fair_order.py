from __future__ import annotations

import tracemalloc
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.events import AttemptFailed, ExportStarted, Failure, now
from shared.domain.fair_order import PlatformQueue
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    import random

    from shared.domain.events import AnyEvent

TENANTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40)


def request(number: int, user: int, project: int) -> AnyEvent:
    """An export of its own."""
    return msgspec.structs.replace(
        requested(),
        export_id=f"01900000-0000-7000-8000-{number:012}",
        user_id=f"u{user}",
        project_id=f"p{project}",
    )


def started(event: AnyEvent, attempt: int = 1) -> ExportStarted:
    """A worker takes it."""
    return ExportStarted(**event.identity, stage="build", attempt=attempt, worker="w")


@given(TENANTS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_nobody_waits_for_more_than_one_build_of_another_per_slot(
    tenants: list[tuple[int, int]], slots: int, rng: random.Random
) -> None:
    """While a user waits without any build, no other begins more than one per slot."""
    queue, events = PlatformQueue(), {}
    for number, (user, project) in enumerate(tenants):
        event = request(number, user, project)
        events[event.export_id] = event
        queue.apply(event, number + 1)
    running: list[AnyEvent] = []
    passed = Counter[tuple[str, str]]()  # (who waits, who began)
    seq = len(tenants)
    while order := queue.order(now()):
        first = events[order[0].export_id]
        at_work = {event.user_id for event in running}
        for who in {export.load.user_id for export in order} - at_work - {first.user_id}:
            passed[who, first.user_id] += 1
            assert passed[who, first.user_id] <= slots
        for other in {event.user_id for event in events.values()}:
            passed[first.user_id, other] = 0
        seq += 1
        queue.apply(started(first), seq)
        running.append(first)
        if len(running) == slots:
            queue.forget(running.pop(rng.randrange(slots)).export_id)


@given(TENANTS)
def test_the_order_is_what_really_happens_one_after_the_other(
    tenants: list[tuple[int, int]],
) -> None:
    """Positions told at the beginning are true where one slot builds and nothing new comes."""
    queue, events = PlatformQueue(), {}
    for number, (user, project) in enumerate(tenants):
        event = request(number, user, project)
        events[event.export_id] = event
        queue.apply(event, number + 1)
    told = [export.export_id for export in queue.order(now())]
    happened = []
    for seq in range(len(tenants)):
        first = queue.order(now())[0].export_id
        happened.append(first)
        queue.apply(started(events[first]), len(tenants) + 1 + seq)
        queue.forget(first)
    assert told == happened
    assert sorted(told) == sorted(events)


@given(st.integers(1, 500), st.integers(0, 2))
def test_one_tenant_alone_is_served_in_order(count: int, project: int) -> None:
    """As if there were no shares."""
    queue = PlatformQueue()
    for number in range(count):
        queue.apply(request(number, 0, project), number + 1)
    seqs = [export.seq for export in queue.order(now())]
    assert seqs == sorted(seqs)


def test_events_again_or_of_earlier_generations_change_nothing() -> None:
    """A requeued request is the same export; an old start is not the new generation's."""
    queue = PlatformQueue()
    first = request(1, 1, 1)
    again = msgspec.structs.replace(first, generation=2)
    for seq, event in enumerate((first, first, started(first), again, again, started(first))):
        queue.apply(event, seq + 1)
    (export,) = queue.order(now())
    assert (export.generation, export.seq, export.running) == (2, 4, None)
    queue.apply(started(again), 9)
    assert queue.order(now()) == []


def test_what_is_tried_again_later_is_not_next_before() -> None:
    """Once it is due it is in line like any other."""
    queue, event = PlatformQueue(), request(1, 1, 1)
    due = now() + timedelta(hours=1)
    failed = AttemptFailed(
        **event.identity,
        stage="build",
        attempt=1,
        failures=1,
        error=Failure(code="x", message="y"),
        retry_at=due,
    )
    for seq, happened in enumerate((event, started(event), failed)):
        queue.apply(happened, seq + 1)
    assert queue.order(now()) == []
    assert [export.attempts for export in queue.order(due)] == [1]


@pytest.mark.parametrize("asks", [True, False])
def test_who_has_nothing_any_more_is_forgotten(asks: bool) -> None:
    """Whether or not anybody has asked for a place: users come and go for months."""
    queue = PlatformQueue()
    tracemalloc.start()
    try:
        for number in range(1_000):
            event = request(number, number, 1)
            queue.apply(event, number + 1)
            if asks:
                assert queue.place(event.export_id, now()) == 1
            queue.forget(event.export_id)
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()


FATES = st.sampled_from(["waits", "runs", "is retried", "is retried later", "is built"])


def fate_of(event: AnyEvent, fate: str) -> list[AnyEvent]:
    """What happens to it once it is asked for."""
    due = now() + timedelta(hours=1 if fate == "is retried later" else -1)
    failed = AttemptFailed(
        **event.identity,
        stage="build",
        attempt=1,
        failures=1,
        error=Failure(code="x", message="y"),
        retry_at=due,
    )
    happened: dict[str, list[AnyEvent]] = {"waits": [], "runs": [started(event)]}
    return happened.get(fate, [started(event), failed])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), FATES), max_size=40),
    st.randoms(use_true_random=False),
)
def test_a_place_is_where_the_order_has_it(
    exports: list[tuple[int, int, str]], rng: random.Random
) -> None:
    """Whatever runs, has run, or waits to be tried again: that counts turns, this takes them."""
    queue = PlatformQueue()
    asked = [request(n, user, project) for n, (user, project, _) in enumerate(exports)]
    fates = list(zip(asked, (fate for _, _, fate in exports), strict=True))
    rng.shuffle(fates)
    happened = [*asked, *(event for one, fate in fates for event in fate_of(one, fate))]
    at = now()

    def look() -> None:
        """Ask for somebody's place: what is remembered of the others has to be right."""
        if asked and rng.random() < 0.5:
            wanted = rng.choice(asked).export_id
            order = [export.export_id for export in queue.order(at)]
            place = order.index(wanted) + 1 if wanted in order else None
            assert queue.place(wanted, at) == place

    for seq, event in enumerate(happened, 1):
        queue.apply(event, seq)
        look()
    for event, fate in fates:
        if fate == "is built":
            queue.forget(event.export_id)
        elif rng.random() < 0.2:
            queue.lost(event.export_id)
        look()
    look()
    at += timedelta(hours=rng.choice([0, 2]))
    look()
    order = [export.export_id for export in queue.order(at)]
    assert [queue.place(export_id, at) for export_id in order] == list(range(1, len(order) + 1))
    others = {event.export_id for event in asked} - {*order}
    assert {queue.place(export_id, at) for export_id in others} <= {None}


def test_what_becomes_due_takes_its_turn_again() -> None:
    """Nothing happens then: time alone makes the others' places later."""
    queue = PlatformQueue()
    mine = [request(n, 1, 1) for n in range(1, 4)]
    theirs = [request(n, 2, 1) for n in range(4, 6)]
    events = [*theirs, *mine, *fate_of(theirs[0], "is retried later")]
    for seq, event in enumerate(events, 1):
        queue.apply(event, seq)
    at = now()
    for moment in (at, at + timedelta(hours=2), at):
        order = [export.export_id for export in queue.order(moment)]
        assert queue.place(mine[2].export_id, moment) == order.index(mine[2].export_id) + 1
    at_first = queue.place(mine[2].export_id, at)
    assert at_first
    assert queue.place(mine[2].export_id, at + timedelta(hours=2)) == at_first + 1

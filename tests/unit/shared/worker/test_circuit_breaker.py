from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.worker.circuit_breaker import (
    LEAST,
    LEAST_USERS,
    LONGEST_PAUSE_S,
    WINDOW,
    CircuitBreaker,
    WorkStoppedError,
)


class Clock:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


async def fine() -> None:
    """All servers are there."""


def of(project: int | str, user: str | None = None) -> dict[str, str]:
    """A project, of a user of its own where none is named."""
    return {"project_id": str(project), "user_id": user or f"of {project}"}


def tripped(clock: Clock) -> CircuitBreaker:
    """Open, because of ``bug``."""
    breaker = CircuitBreaker("c", fine, clock=clock)
    for number in range(LEAST):
        breaker.failed("bug", **of(number))
    assert breaker.cause == breaker.stopped_by == "bug"
    return breaker


Outcome = tuple[int, int, str | None]  # project, user, cause
OUTCOMES = st.tuples(st.integers(0, 30), st.integers(0, 3), st.sampled_from([None, "a", "b", "c"]))


@given(st.lists(OUTCOMES))
def test_it_opens_only_when_most_projects_fail_alike(outcomes: list[Outcome]) -> None:
    """Never for fewer than five of two users, never while half of the latest ended otherwise."""
    breaker = CircuitBreaker("c", fine, clock=Clock())
    latest: dict[int, tuple[int, str | None]] = {}
    for project, user, cause in outcomes:
        latest.pop(project, None)
        latest[project] = (user, cause)
        if cause is None:
            breaker.succeeded(**of(project, str(user)))
        else:
            breaker.failed(cause, **of(project, str(user)))
        if breaker.cause is not None:
            seen = list(latest.values())[-WINDOW:]
            alike = [user for user, cause in seen if cause == breaker.cause]
            assert len(alike) >= LEAST
            assert len(alike) > len(seen) / 2
            assert len(set(alike)) >= LEAST_USERS
            return


@given(st.lists(OUTCOMES))
def test_one_user_opens_nothing(outcomes: list[Outcome]) -> None:
    """However many projects they have, and whatever these fail of."""
    breaker = CircuitBreaker("c", fine)
    for project, _, cause in outcomes:
        breaker.failed(str(cause), **of(project, "one"))
        assert breaker.cause is None


@pytest.mark.parametrize("well", range(2 * WINDOW))
def test_few_are_held_against_their_jobs_before_it_opens(well: int) -> None:
    """However much had gone well before: the runbook says five."""
    breaker = CircuitBreaker("c", fine, clock=Clock())
    for number in range(well):
        breaker.succeeded(**of(number))
    held = [breaker.failed("bug", **of(f"bad {number}")) for number in range(WINDOW)].count(False)
    assert held in {LEAST - 1, LEAST}


def test_one_project_that_fails_again_and_again_opens_nothing() -> None:
    """It has one vote, whoever of its members exports it, and however often."""
    breaker = CircuitBreaker("c", fine)
    assert not any(breaker.failed("bug", **of("same", str(number))) for number in range(50))


async def test_what_is_tried_while_it_is_open_comes_at_growing_intervals() -> None:
    """One at a time; a success closes it."""
    clock, stop = Clock(), asyncio.Event()
    breaker = tripped(clock)
    with pytest.raises(WorkStoppedError, match="bug"):
        await breaker.ready()
    waits = []
    for _ in range(8):
        before = clock.s
        while True:
            clock.s += 1
            try:
                async with asyncio.timeout(0), breaker.admitted(stop):
                    assert not breaker.failed(
                        "bug", **of(f"t{clock.s}")
                    )  # counted: it was tried alone
                break
            except TimeoutError:
                continue
        waits.append(clock.s - before)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] == LONGEST_PAUSE_S
    clock.s += LONGEST_PAUSE_S
    async with breaker.admitted(stop):
        breaker.succeeded(**of("well"))
    await breaker.ready()


async def test_only_one_is_let_in_to_try() -> None:
    """The others wait for what comes of it."""
    clock, stop = Clock(), asyncio.Event()
    breaker = tripped(clock)
    clock.s = 1e3
    async with breaker.admitted(stop):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), breaker.admitted(stop):
                pass
        breaker.succeeded(**of("x"))
    async with breaker.admitted(stop), breaker.admitted(stop):
        pass


async def test_in_an_outage_the_server_is_asked_and_no_job_is_used_up() -> None:
    """Work goes on as soon as the server answers."""
    asked = 0

    async def check() -> None:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise ConnectionError("still away")

    breaker = CircuitBreaker("c", check)
    breaker.outage()
    assert breaker.stopped_by == "outage"
    with pytest.raises(WorkStoppedError):
        await breaker.ready()
    async with breaker.admitted(asyncio.Event()):
        assert asked == 3
    await breaker.ready()


async def test_an_outage_is_told_once_however_many_wait() -> None:
    """A packager directs sixteen films, all of which wait for the same server."""
    asked = 0

    async def check() -> None:
        nonlocal asked
        asked += 1
        if asked <= 16:
            raise ConnectionError("still away")

    async def enter() -> None:
        async with breaker.admitted(asyncio.Event()):
            pass

    breaker = CircuitBreaker("c", check, clock=Clock())
    breaker.outage()
    with capture_logs() as told:
        await asyncio.gather(*(enter() for _ in range(16)))
    assert [line["event"] for line in told] == ["work.waits"]


async def test_who_asked_in_vain_shows_no_outage_that_another_saw_end() -> None:
    """The metric says what ``/readyz`` says: an alert on it would never end."""
    late = asyncio.Event()
    answers = iter([late, None])

    async def check() -> None:
        if waits := next(answers):
            await waits.wait()
            raise TimeoutError

    breaker = CircuitBreaker("asked-in-vain", check)
    breaker.outage()
    stop = asyncio.Event()

    async def enter() -> None:
        async with breaker.admitted(stop):
            pass

    first = asyncio.create_task(enter())
    await asyncio.sleep(0)
    await enter()
    late.set()
    await first
    await breaker.ready()
    labels = {"consumer": "asked-in-vain"}
    assert REGISTRY.get_sample_value("export_breaker_open", labels) == 0


async def test_a_stop_lets_everybody_through() -> None:
    """Nobody is kept from draining."""
    stop = asyncio.Event()
    stop.set()
    breaker = tripped(Clock())
    breaker.outage()
    async with breaker.admitted(stop):
        pass

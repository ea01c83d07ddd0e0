from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.worker.circuit_breaker import (
    LEAST,
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


def tripped(clock: Clock) -> CircuitBreaker:
    """Open, because of ``bug``."""
    breaker = CircuitBreaker("c", fine, clock=clock)
    for number in range(LEAST):
        breaker.failed(str(number), "bug")
    assert breaker.cause == breaker.stopped_by == "bug"
    return breaker


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([None, "a", "b", "c"]))))
def test_it_opens_only_when_most_fail_alike(outcomes: list[tuple[int, str | None]]) -> None:
    """Never for fewer than five exports, never while half of the latest ended otherwise."""
    breaker = CircuitBreaker("c", fine, clock=Clock())
    latest: dict[int, str | None] = {}
    for export, cause in outcomes:
        latest.pop(export, None)
        latest[export] = cause
        if cause is None:
            breaker.succeeded(str(export))
        else:
            breaker.failed(str(export), cause)
        if breaker.cause is not None:
            seen = list(latest.values())[-WINDOW:]
            assert seen.count(breaker.cause) >= LEAST
            assert seen.count(breaker.cause) > len(seen) / 2
            return


@pytest.mark.parametrize("well", range(2 * WINDOW))
def test_few_are_held_against_their_jobs_before_it_opens(well: int) -> None:
    """However much had gone well before: the runbook says five."""
    breaker = CircuitBreaker("c", fine, clock=Clock())
    for number in range(well):
        breaker.succeeded(str(number))
    held = [breaker.failed(f"bad {number}", "bug") for number in range(WINDOW)].count(False)
    assert held in {LEAST - 1, LEAST}


def test_one_export_that_fails_again_and_again_opens_nothing() -> None:
    """It is one vote, however often it is tried."""
    breaker = CircuitBreaker("c", fine)
    assert not any(breaker.failed("same", "bug") for _ in range(50))


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
                    assert not breaker.failed(f"t{clock.s}", "bug")  # counted: it was tried alone
                break
            except TimeoutError:
                continue
        waits.append(clock.s - before)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] == LONGEST_PAUSE_S
    clock.s += LONGEST_PAUSE_S
    async with breaker.admitted(stop):
        breaker.succeeded("well")
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
        breaker.succeeded("x")
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


async def test_a_stop_lets_everybody_through() -> None:
    """Nobody is kept from draining."""
    stop = asyncio.Event()
    stop.set()
    breaker = tripped(Clock())
    breaker.outage()
    async with breaker.admitted(stop):
        pass

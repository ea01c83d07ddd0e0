"""The simulation beside what queueing theory knows exactly, or nearly so."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.bench.queueing import Pass, Simulation, Station, Together, computed, served

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.queueing import Job

SERVICE_S = 1.0
JOBS = 10_000


def sojourns(make: Callable[[], Job], *, every_s: float, seed: int) -> tuple[list[float], float]:
    """How long each job of a Poisson stream stays, and how many are there on average."""
    simulation, random = Simulation(), Random(seed)
    stays: list[float] = []
    there, changed_at, area = 0, 0.0, 0.0

    def counted(change: int) -> None:
        nonlocal there, changed_at, area
        area += there * (simulation.now - changed_at)
        there, changed_at = there + change, simulation.now

    def visit() -> Job:
        came_at = simulation.now
        counted(1)
        yield from make()
        counted(-1)
        stays.append(simulation.now - came_at)

    at = 0.0
    for _ in range(JOBS):
        at += random.expovariate(1 / every_s)
        simulation.start(visit(), at=at)
    simulation.run()
    return stays, area / simulation.now


def erlang_c(servers: int, load: float) -> float:
    """The chance to wait in M/M/c, by Erlang's formula; ``load`` in servers."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**n / math.factorial(n) for n in range(servers)) + last)


@pytest.mark.parametrize("servers", [1, 2, 4])
def test_fixed_service_times_wait_as_long_as_theory_says(servers: int) -> None:
    """M/D/c: Pollaczek and Khinchine for one server, Cosmetatos' approximation for more."""
    use = 0.7
    station = Station("s", servers)
    stays, _ = sojourns(
        lambda: served(station, SERVICE_S), every_s=SERVICE_S / (use * servers), seed=servers
    )
    as_if_random_s = erlang_c(servers, use * servers) * SERVICE_S / (servers * (1 - use))
    more = (1 - use) * (servers - 1) * (math.sqrt(4 + 5 * servers) - 2) / (16 * use * servers)
    waited_s = sum(stays) / JOBS - SERVICE_S
    assert waited_s == pytest.approx(as_if_random_s / 2 * (1 + more), rel=0.12)
    assert station.held_s == pytest.approx(JOBS * SERVICE_S)


def test_whoever_comes_regularly_never_waits_where_there_is_room() -> None:
    """D/D/c below its capacity."""
    station, simulation = Station("s", 2), Simulation()
    for number in range(1_000):
        simulation.start(served(station, SERVICE_S), at=number * 0.5)
    simulation.run()
    assert simulation.now == pytest.approx(999 * 0.5 + SERVICE_S)


@pytest.mark.parametrize("use", [0.3, 0.7])
def test_shared_processors_slow_all_down_alike(use: float) -> None:
    """M/D/1 with processor sharing: the service time over what is free, on average."""
    processor = Station("cpu", 1)
    stays, _ = sojourns(
        lambda: computed(processor, SERVICE_S, quantum_s=0.2), every_s=SERVICE_S / use, seed=7
    )
    assert sum(stays) / JOBS == pytest.approx(SERVICE_S / (1 - use), rel=0.12)


def test_as_many_are_there_as_come_and_stay() -> None:
    """Little's law, for jobs that branch and wait at several stations."""
    first, second, every_s = Station("a", 2), Station("b", 3), 1.0

    def job() -> Job:
        yield Together(
            (served(first, 1.1), served(second, 0.7), computed(second, 0.5, quantum_s=0.25))
        )
        yield Pass(0.4)
        yield from served(first, 0.3)

    stays, there = sojourns(job, every_s=every_s, seed=3)
    assert there == pytest.approx(sum(stays) / JOBS / every_s, rel=0.03)

"""A small discrete-event simulation: jobs take servers of stations, and let time pass.

A job is a generator of steps. Time is simulated, in seconds.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

QUANTUM_S: Final = 0.01  # of a processor that several jobs share


@dataclass(eq=False)
class Station:
    """So many servers; whoever came first is served first.

    ``held_s`` is how long its servers were held, all together.
    """

    name: str
    servers: int
    held_s: float = 0.0
    free: int = field(init=False)
    waiting: deque[Job] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.free = self.servers


@dataclass(frozen=True)
class Take:
    """Wait for a server."""

    station: Station


@dataclass(frozen=True)
class Give:
    """Let go of it."""

    station: Station


@dataclass(frozen=True)
class Pass:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True)
class Together:
    """Do jobs side by side, to the end of the last."""

    jobs: tuple[Job, ...]


Step = Take | Give | Pass | Together
Job = Generator[Step, None, None]


class Simulation:
    """A clock, and the jobs that are due."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Job]] = []
        self._number = count()
        self._parents: dict[Job, Job] = {}
        self._open: dict[Job, int] = {}  # how many jobs each waits for

    def start(self, job: Job, *, at: float | None = None) -> None:
        """Let a job begin, now or later."""
        when = self.now if at is None else at
        heapq.heappush(self._due, (when, next(self._number), job))

    def run(self, until: float = float("inf")) -> None:
        """Go on until nothing is due before that moment."""
        while self._due and self._due[0][0] <= until:
            self.now, _, job = heapq.heappop(self._due)
            self._go_on(job)

    def _go_on(self, job: Job) -> None:
        """Until the job waits for something."""
        for step in job:
            match step:
                case Pass(seconds):
                    self.start(job, at=self.now + seconds)
                    return
                case Take(station) if station.free:
                    station.free -= 1
                    station.held_s -= self.now
                case Take(station):
                    station.waiting.append(job)
                    return
                case Give(station):
                    self._give(station)
                case Together(jobs):
                    self._open[job] = len(jobs)
                    for one in jobs:
                        self._parents[one] = job
                        self.start(one)
                    return
        self._ended(job)

    def _give(self, station: Station) -> None:
        if station.waiting:
            self.start(station.waiting.popleft())  # the server goes from hand to hand
        else:
            station.free += 1
            station.held_s += self.now

    def _ended(self, job: Job) -> None:
        parent = self._parents.pop(job, None)
        if parent is not None:
            self._open[parent] -= 1
            if not self._open[parent]:
                del self._open[parent]
                self.start(parent)


def served(station: Station, seconds: float) -> Job:
    """Held for that long, without a break."""
    yield Take(station)
    yield Pass(seconds)
    yield Give(station)


def computed(processors: Station, seconds: float, *, quantum_s: float = QUANTUM_S) -> Job:
    """So much computing on processors that all share, a quantum after the other."""
    while seconds > 0:
        yield from served(processors, min(seconds, quantum_s))
        seconds -= quantum_s


def after(seconds: float, job: Iterable[Step]) -> Job:
    """A job that begins later."""
    yield Pass(seconds)
    yield from job

"""What so many exports a day need, by what one costs; nothing is measured here.

An export's costs grow with its size in a straight line between a tiny and a large one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream import topology
from tests.bench.queueing import Give, Pass, Simulation, Station, Take, Together, computed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.queueing import Job

DAY_S: Final = 86_400

# Assumptions, not measured: change them to yours.
SIZES_MB: Final = {0.1: 0.50, 20.0: 0.35, 200.0: 0.13, 2_000.0: 0.02}  # share of exports by size
PEAK: Final = 3.0  # the busiest hour over the mean one
BUSY: Final = 0.6  # how far processors are used at the peak
HISTORY_DAYS: Final = 90  # EXPORT_HISTORY_DAYS
KEPT_DAYS: Final = 7  # EXPORT_ARTIFACT_TTL_DAYS
DOLLARS: Final = {  # list prices of Amazon S3 Standard, us-east-1, as of January 2025
    "write": 0.005 / 1_000,  # PUT, COPY, POST, LIST
    "read": 0.0004 / 1_000,  # GET, HEAD
    "gb_month": 0.023,
}
CORES: Final = {"gateway": 1, "packager": 2, "uploader": 1, "status": 1}  # of each process
SLOTS: Final = {"packager": 2, "uploader": 4}  # PACKAGER_CONCURRENCY, UPLOADER_CONCURRENCY
PART: Final = 16  # packagers that are simulated, at least
SIMULATED: Final = 2_000  # exports
PATIENCE_S: Final = 2.0  # 95 of 100 exports wait no longer for a slot


Amounts = Mapping[str, float]


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What one export costs."""

    size_mb: float
    cpu_s: Amounts  # by process
    wait_s: Amounts  # by stage: what passes while nobody computes
    threads: int  # of the packager
    requests: Amounts  # to the storage, by operation
    stored_bytes: Amounts  # by stream

    def towards(self, large: Costs, size_mb: float) -> Costs:
        """Those of an export of some size, on the line from this one to a large one.

        What a large one costs less is noise: nothing becomes cheaper with size.
        """
        share = (size_mb - self.size_mb) / (large.size_mb - self.size_mb)
        return Costs(
            size_mb=size_mb,
            cpu_s=_between(self.cpu_s, large.cpu_s, share),
            wait_s=_between(self.wait_s, large.wait_s, share),
            threads=large.threads if share > 0.1 else self.threads,
            requests=_between(self.requests, large.requests, share),
            stored_bytes=_between(self.stored_bytes, large.stored_bytes, share),
        )


def _between(mine: Amounts, theirs: Amounts, share: float) -> dict[str, float]:
    pairs = {n: (mine.get(n, 0.0), theirs.get(n, 0.0)) for n in mine.keys() | theirs.keys()}
    return {name: a + max(b - a, 0.0) * share for name, (a, b) in pairs.items()}


@dataclass(frozen=True)
class Fleet:
    """Where exports are made: the processors of each process, and the slots of two."""

    processors: Mapping[str, Station]
    slots: Mapping[str, Station]
    speed: float = 1.0  # of a processor that others use, too

    def export(self, costs: Costs) -> Job:
        """From the request to ``completed``; what NATS computes is shared out to the stages."""
        yield from self._asked(costs)
        yield Take(self.slots["packager"])
        yield from self._built(costs)
        yield Give(self.slots["packager"])
        yield Take(self.slots["uploader"])
        yield from self._uploaded(costs)
        yield Give(self.slots["uploader"])
        yield from self._computed(costs, "status")

    def _asked(self, costs: Costs) -> Job:
        yield from self._computed(costs, "gateway")
        yield from self._computed(costs, "nats", 1 / 3)
        yield Pass(costs.wait_s.get("ask", 0.0))

    def _built(self, costs: Costs) -> Job:
        share = 1 / costs.threads
        threads = [self._computed(costs, "packager", share) for _ in range(costs.threads)]
        yield Together(
            (*threads, self._computed(costs, "nats", 1 / 3), self._computed(costs, "s3", 0.8))
        )
        yield Pass(costs.wait_s.get("build", 0.0))

    def _uploaded(self, costs: Costs) -> Job:
        yield from self._computed(costs, "uploader")
        yield from self._computed(costs, "nats", 1 / 3)
        yield from self._computed(costs, "s3", 0.2)
        yield Pass(costs.wait_s.get("upload", 0.0))

    def _computed(self, costs: Costs, process: str, share: float = 1.0) -> Job:
        seconds = costs.cpu_s.get(process, 0.0) * share / self.speed
        return computed(self.processors[process], seconds, quantum_s=max(0.01, seconds / 20))


def one_machine(cores: int, speed: float = 1.0) -> Fleet:
    """All processes on the same processors, with one packager and one uploader."""
    cpu = Station("processors", cores)
    slots = {name: Station(name, count) for name, count in SLOTS.items()}
    return Fleet(dict.fromkeys((*CORES, "nats", "s3"), cpu), slots, speed)


def batch(fleet: Fleet, exports: Sequence[Costs], *, at_once: int) -> tuple[float, float]:
    """Exports that so many clients ask for one after the other, without waiting for their end.

    Returns:
        Seconds until all are done, and from a request to its end on average.
    """
    simulation, took_s, left = Simulation(), list[float](), iter(exports)

    def one(costs: Costs) -> Job:
        begun = simulation.now
        yield from fleet.export(costs)
        took_s.append(simulation.now - begun)

    def client() -> Job:
        for costs in left:
            simulation.start(one(costs))
            yield Pass(costs.cpu_s.get("gateway", 0.0) * at_once / fleet.speed)

    for _ in range(at_once):
        simulation.start(client())
    simulation.run()
    return simulation.now, sum(took_s) / len(took_s)


@dataclass(frozen=True)
class Need:
    """What a number of exports a day needs."""

    per_day: int
    processes: Mapping[str, int]
    nats_cores: float  # of the server that leads the streams
    waited_s: float  # for a slot and processors, by 95 of 100 exports at the peak
    s3_per_day: Amounts
    dollars_per_month: Amounts


def mean_costs(tiny: Costs, large: Costs) -> Costs:
    """Those of the mix of sizes; they are straight lines, so that is the mean size's."""
    return tiny.towards(large, sum(size * share for size, share in SIZES_MB.items()))


def need(tiny: Costs, large: Costs, per_day: int) -> Need:
    """Processes by their work at the peak; more of them until the simulation waits no longer."""
    mean, rate = mean_costs(tiny, large), per_day / DAY_S * PEAK
    count = {
        name: max(2, math.ceil(rate * mean.cpu_s.get(name, 0.0) / BUSY / cores))
        for name, cores in CORES.items()
    }
    while (waited_s := _waited_s(tiny, large, rate, count)) > PATIENCE_S:
        count["packager"] = math.ceil(count["packager"] * 1.15)
    requests = {name: per_day * number for name, number in mean.requests.items()}
    return Need(
        per_day=per_day,
        processes=count,
        nats_cores=rate * mean.cpu_s.get("nats", 0.0),
        waited_s=waited_s,
        s3_per_day=requests,
        dollars_per_month=_dollars(requests, per_day * mean.size_mb / 1_000 * KEPT_DAYS),
    )


def _waited_s(tiny: Costs, large: Costs, rate: float, count: Mapping[str, int]) -> float:
    """What 95 of 100 exports wait at the peak, for a few thousand that come at random.

    Of a large fleet a part is simulated that has its share of the exports: the whole waits less.
    """
    parts = max(1, count["packager"] // PART)
    rate, count = rate / parts, {name: math.ceil(each / parts) for name, each in count.items()}
    cpu = {name: Station(name, count[name] * cores) for name, cores in CORES.items()}
    cpu |= {name: Station(name, 10_000) for name in ("nats", "s3")}  # sized by themselves
    slots = {name: Station(name, SLOTS[name] * count[name]) for name in SLOTS}
    fleet, simulation, random = Fleet(cpu, slots), Simulation(), Random(1)
    kinds = {size: tiny.towards(large, size) for size in SIZES_MB}
    alone_s = {size: _alone_s(costs) for size, costs in kinds.items()}
    waited: list[float] = []

    def one(size: float) -> Job:
        begun = simulation.now
        yield from fleet.export(kinds[size])
        waited.append(simulation.now - begun - alone_s[size])

    at = 0.0
    for size in random.choices(list(kinds), list(SIZES_MB.values()), k=SIMULATED):
        at += random.expovariate(rate)
        simulation.start(one(size), at=at)
    simulation.run()
    return sorted(waited)[int(len(waited) * 0.95)]


def _alone_s(costs: Costs) -> float:
    """From request to end where nobody else is there."""
    simulation = Simulation()
    simulation.start(one_machine(10_000).export(costs))
    simulation.run()
    return simulation.now


READS: Final = ("GetObject", "HeadObject")


def _dollars(requests: Amounts, stored_gb: float) -> dict[str, float]:
    reads = sum(count for name, count in requests.items() if name.startswith(READS))
    writes = sum(requests.values()) - reads
    return {
        "requests": 30 * (reads * DOLLARS["read"] + writes * DOLLARS["write"]),
        "artifacts": stored_gb * DOLLARS["gb_month"],
    }


KEPT: Final = {  # days that a message stays, by stream
    topology.EXPORTS: 30,
    topology.LOGS: 7,
    topology.EXPORTS_BUCKET.stream: HISTORY_DAYS,
    topology.ARTIFACTS_BUCKET.stream: KEPT_DAYS,
    topology.IDEMPOTENCY_BUCKET.stream: 7,
}


EVENTS: Final = 5  # of an export that goes well
ID_BYTES: Final = 190  # of nats-server's memory, for each message id of the duplicate window
ID_MEMORY_BYTES: Final = 1 << 30


def full_at(stored_bytes: Amounts) -> dict[str, float]:
    """The exports a day at which each stream is as full as it may become, fullest first.

    And those whose message ids, which the server remembers for a day, take a gigabyte.
    """
    room = topology.least_room()
    found = {
        name: room[name] / (stored_bytes[name] * days)
        for name, days in KEPT.items()
        if stored_bytes.get(name)
    }
    found["message ids"] = ID_MEMORY_BYTES / (ID_BYTES * EVENTS)
    return dict(sorted(found.items(), key=lambda one: one[1]))

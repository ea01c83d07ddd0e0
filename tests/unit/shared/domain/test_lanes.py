"""A process on a simulated clock: what its slots and lanes take, in any mix of exports."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.events import ExportStarted, now
from shared.domain.fair_order import PlatformQueue
from shared.domain.lanes import Otherwise, for_others, for_slot, for_small
from shared.domain.loads import SMALL_BYTES, UNKNOWN_BYTES, Load, Shares
from shared.domain.room import FORGOTTEN_S, Room
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.events import ExportRequested
    from shared.domain.fair_order import QueuedExport

MIB: Final = 1 << 20
SHARES: Final = Shares.of(4096 * MIB)
BYTES_A_SECOND: Final = 64 * MIB
SIZES: Final = [0, 1, 20, 64, 65, 500, 1500, 2048, 9000]  # MiB

Asked = tuple[int, int, int, int, int]  # seconds after the last, platform, user, project, MiB
ASKED: Final = st.tuples(
    st.integers(0, 20),
    st.integers(0, 1),
    st.integers(0, 4),
    st.integers(0, 1),
    st.sampled_from(SIZES),
)


def request(number: int, user: int, project: int, size_bytes: int) -> ExportRequested:
    """An export of its own."""
    return msgspec.structs.replace(
        requested(),
        export_id=f"01900000-0000-7000-8000-{number:012}",
        user_id=f"u{user}",
        project_id=f"p{project}-{user}" if project else "shared",
        project_bytes=size_bytes,
    )


@dataclass
class Worker:
    """One platform of a process, with its queue."""

    name: str
    slots: int
    waiting: PlatformQueue = field(default_factory=PlatformQueue)
    in_slots: dict[str, Load] = field(default_factory=dict)
    lanes: dict[str, tuple[str, Load]] = field(default_factory=dict)

    def firsts(self, *, small_only: bool = False) -> list[QueuedExport]:
        return self.waiting.firsts(now(), small_only=small_only)

    @property
    def loads(self) -> list[Load]:
        """All that it builds."""
        return [*self.in_slots.values(), *(load for _, load in self.lanes.values())]

    def choose(self, room: Room) -> tuple[str, QueuedExport] | None:
        """What is taken next, and by whom."""
        if len(self.in_slots) < self.slots:
            choice = for_slot(self, room, self.name)
            if choice is Otherwise.NEXT_MESSAGE:
                order = sorted(self.waiting.order(now()), key=lambda export: export.seq)
                choice = order[0] if order else Otherwise.NOTHING
                if order and not room.has_room(self.name, order[0].load):
                    return None  # it is handed back
            return None if isinstance(choice, Otherwise) else ("slot", choice)
        for lane, take in {"others": for_others, "small": for_small}.items():
            if lane in self.lanes:
                continue
            found = take(self, room, self.name, [*self.in_slots.values()])
            if found is not None:
                return lane, found
        return None


class Process:
    """Two platforms on one clock."""

    def __init__(self, slots: int) -> None:
        self.clock = 0.0
        self.room = Room(SHARES, clock=lambda: self.clock)
        self.workers = [Worker(f"packager-{n}", slots) for n in range(2)]
        self.begun_at: dict[str, float] = {}
        self._events: dict[str, ExportRequested] = {}
        self._ends: list[tuple[float, str, Worker]] = []
        self._held: dict[str, object] = {}
        self._seq = 0

    def ask(self, platform: int, event: ExportRequested) -> None:
        """One more export."""
        self._events[event.export_id] = event
        self._seq += 1
        self.workers[platform].waiting.apply(event, self._seq)

    def run(self, until: float | None = None) -> None:
        """Build until a moment, or to the end."""
        self._take()
        while self._ends and (until is None or self._ends[0][0] <= until):
            self._end()
            self._take()
            if not self._ends:  # a worker looks again before long
                self.clock += FORGOTTEN_S
                self._take()
        self.clock = self.clock if until is None else max(self.clock, until)

    def _take(self) -> None:
        taken = True
        while taken:
            taken = False
            for worker in self.workers:
                if choice := worker.choose(self.room):
                    self._begin(worker, *choice)
                    taken = True
        self.check()

    def _begin(self, worker: Worker, lane: str, export: QueuedExport) -> None:
        self._seq += 1
        event = self._events[export.export_id]
        started = ExportStarted(**event.identity, stage="build", attempt=1, worker="w")
        worker.waiting.apply(started, self._seq)
        self.begun_at[export.export_id] = self.clock
        if lane == "slot":
            worker.in_slots[export.export_id] = export.load
        else:
            worker.lanes[lane] = (export.export_id, export.load)
        holding = self.room.holding(export.load)
        holding.__enter__()
        self._held[export.export_id] = holding
        took_s = 0.1 + export.load.size_bytes / BYTES_A_SECOND
        heapq.heappush(self._ends, (self.clock + took_s, export.export_id, worker))

    def _end(self) -> None:
        self.clock, export_id, worker = heapq.heappop(self._ends)
        worker.waiting.forget(export_id)
        worker.in_slots.pop(export_id, None)
        worker.lanes = {k: held for k, held in worker.lanes.items() if held[0] != export_id}
        self._held.pop(export_id).__exit__(None, None, None)  # type: ignore[attr-defined]

    def check(self) -> None:
        """What holds at every moment at which nobody takes any more."""
        loads = [load for worker in self.workers for load in worker.loads]
        assert Counter(self.room.in_hand) == Counter(loads)
        large = sorted((load.size_bytes for load in loads if not load.is_small), reverse=True)
        if large:
            largest = max(load.size_bytes for load in self._known_loads)
            assert sum(large) <= max(SHARES.large_bytes, largest) + largest
        small_bytes = sum(load.size_bytes for load in loads if load.is_small)
        assert small_bytes <= SHARES.small_bytes + SMALL_BYTES
        for worker in self.workers:
            waiting = worker.waiting.order(now())
            small_at_work = any(load.is_small for load in worker.loads)
            if any(export.load.is_small for export in waiting):
                assert small_at_work or small_bytes > SHARES.small_bytes - SMALL_BYTES
            others = (one for one in self.workers if one is not worker)
            if waiting and len(worker.in_slots) < worker.slots:
                assert large or any(
                    not export.load.is_small
                    for other in others
                    for export in other.waiting.order(now())
                )

    @property
    def _known_loads(self) -> Sequence[Load]:
        return [Load.of(event) for event in self._events.values()]


@settings(max_examples=40, deadline=None)
@given(st.lists(ASKED, min_size=1, max_size=40), st.integers(1, 3))
@example([(0, 0, 0, 0, 2048), (0, 0, 0, 0, 2048), (0, 0, 1, 0, 1), (0, 0, 0, 0, 1)], 1)
def test_small_ones_wait_for_small_ones_alone_and_everybody_is_built(
    asked: list[Asked], slots: int
) -> None:
    """Whatever comes when, of whom and for which platform; and no more is in hand than fits."""
    process = Process(slots)
    at = 0.0
    for number, (gap_s, platform, user, project, size) in enumerate(asked):
        at += gap_s
        process.run(until=at)
        process.ask(platform, request(number, user, project, size * MIB))
    process.run()
    assert len(process.begun_at) == len(asked)


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 3), st.sampled_from([100, 500, 1500]), st.booleans())
def test_what_needs_much_room_is_not_starved_by_what_needs_less(
    slots: int, size: int, again: bool
) -> None:
    """Others come and come, on another platform, newcomers among them: it begins all the same."""
    process = Process(slots)
    huge = request(0, 99, 1, 3000 * MIB)
    number = 1
    for second in range(0, 400, 4):
        process.run(until=float(second))
        while len(process.workers[1].waiting.order(now())) < slots + 1:
            user = number % 3 if again else number
            process.ask(1, request(number, user, 1, size * MIB))
            number += 1
        if second == 40:
            process.ask(0, huge)
    in_hand_s = 2 * (SHARES.large_bytes + size * MIB) / BYTES_A_SECOND
    assert process.begun_at[huge.export_id] - 40 <= in_hand_s


def test_a_request_of_an_earlier_version_is_none_of_the_small_ones() -> None:
    """It does not say how large its project is."""
    load = Load.of(requested())
    assert (load.size_bytes, load.is_small) == (UNKNOWN_BYTES, False)

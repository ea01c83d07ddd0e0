"""A process on a simulated clock: what its slots and lanes take, in any mix of exports."""

from __future__ import annotations

import heapq
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
import pytest
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
    kept: dict[str, tuple[QueuedExport, object, ExitStack]] = field(default_factory=dict)

    def firsts(self, *, small_only: bool = False) -> list[QueuedExport]:
        return self.waiting.firsts(now(), but=self.kept, small_only=small_only)

    @property
    def order(self) -> list[QueuedExport]:
        """What is in nobody's hands."""
        return self.waiting.order(now(), but=self.kept)

    @property
    def free(self) -> int:
        """How many slots have nothing at all."""
        return self.slots - len(self.in_slots) - len(self.kept)

    def keep(self, export: QueuedExport, room: Room) -> None:
        """Hold in a slot what was delivered again and has no room."""
        stack = ExitStack()
        place = stack.enter_context(room.waiting(self.name, export.load))
        self.kept[export.export_id] = (export, place, stack)

    @property
    def loads(self) -> list[Load]:
        """All that it builds."""
        return [*self.in_slots.values(), *(load for _, load in self.lanes.values())]

    def choose(self, room: Room) -> tuple[str, QueuedExport] | None:
        """What is taken next, and by whom."""
        for export, place, stack in self.kept.values():
            if room.has_room(place, export.load):
                stack.close()
                del self.kept[export.export_id]
                return "slot", export
        if self.free:
            choice = for_slot(self, room, self.name)
            if choice is Otherwise.NEXT_MESSAGE:
                order = sorted(self.order, key=lambda export: export.seq)
                choice = order[0] if order else Otherwise.NOTHING
                if order and not room.has_room(self.name, order[0].load):
                    return None  # it is handed back
            return None if isinstance(choice, Otherwise) else ("slot", choice)
        for lane, take in {"others": for_others, "small": for_small}.items():
            if lane in self.lanes:
                continue
            in_slots = [*self.in_slots.values(), *(one.load for one, *_ in self.kept.values())]
            found = take(self, room, self.name, in_slots)
            if found is not None:
                return lane, found
        return None


class Process:
    """Two platforms on one clock.

    Args:
        slots: Of each.
        asking: An idle platform's slots have all asked for the stream's next message: what comes
            and has no room is handed back by the first, and kept by the second.
    """

    def __init__(self, slots: int, *, asking: bool = False) -> None:
        self.asking = asking
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
        worker = self.workers[platform]
        was_idle = not worker.order
        worker.waiting.apply(event, self._seq)
        if self.asking and was_idle and worker.free > 1:
            export = worker.order[0]
            if not self.room.has_room(worker.name, export.load):
                worker.keep(export, self.room)

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
        holding = self.room.holding(worker.name, export.load)
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
            waiting = worker.order
            small_at_work = any(load.is_small for load in worker.loads)
            if any(export.load.is_small for export in waiting):
                assert small_at_work or small_bytes > SHARES.small_bytes - SMALL_BYTES
            others = (one for one in self.workers if one is not worker)
            if waiting and worker.free:
                assert large or any(
                    not export.load.is_small
                    for other in others
                    for export in other.waiting.order(now())
                )

    @property
    def _known_loads(self) -> Sequence[Load]:
        return [Load.of(event) for event in self._events.values()]


@settings(max_examples=40, deadline=None)
@given(st.lists(ASKED, min_size=1, max_size=40), st.integers(1, 3), st.booleans())
@example([(0, 0, 0, 0, 2048), (0, 0, 0, 0, 2048), (0, 0, 1, 0, 1), (0, 0, 0, 0, 1)], 1, False)
def test_small_ones_wait_for_small_ones_alone_and_everybody_is_built(
    asked: list[Asked], slots: int, asking: bool
) -> None:
    """Whatever comes when, of whom and for which platform; and no more is in hand than fits."""
    process = Process(slots, asking=asking)
    at = 0.0
    for number, (gap_s, platform, user, project, size) in enumerate(asked):
        at += gap_s
        process.run(until=at)
        process.ask(platform, request(number, user, project, size * MIB))
    process.run()
    assert len(process.begun_at) == len(asked)


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 3), st.sampled_from([100, 500, 1500]), st.booleans(), st.booleans())
@example(3, 500, True, True)
def test_what_needs_much_room_is_not_starved_by_what_needs_less(
    slots: int, size: int, again: bool, asking: bool
) -> None:
    """Others come and come, on another platform, newcomers among them: it begins all the same."""
    process = Process(slots, asking=asking)
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


@pytest.mark.parametrize("kept", [False, True])
def test_what_has_waited_goes_first_between_its_choice_and_its_work(*, kept: bool) -> None:
    """Two workers wait for room; the first is chosen, and the other looks before it begins."""
    clock = 0.0
    room = Room(SHARES, clock=lambda: clock)
    first, second = Worker("first", 2), Worker("second", 2)
    for user, worker in enumerate((first, second)):
        worker.waiting.apply(request(user, user, 1, 3000 * MIB), user + 1)
    held = Load.of(request(90, 90, 1, 3000 * MIB)), Load.of(request(91, 91, 1, 3000 * MIB))
    with room.holding("third", held[0]), room.holding("third", held[1]):
        for worker in (first, second):
            clock += 1
            assert for_slot(worker, room, worker.name) is Otherwise.NOTHING
    export = first.firsts()[0]
    clock += 1
    assert for_slot(first, room, first.name) is Otherwise.NEXT_MESSAGE
    assert for_slot(second, room, second.name) is Otherwise.NOTHING
    if kept:
        first.keep(export, room)
    assert first.choose(room) == ("slot", export)
    with room.holding(first.name, export.load):
        assert not room.wishes_for(first.name, export.load)
        assert for_slot(second, room, second.name) is Otherwise.NEXT_MESSAGE


def test_a_request_of_an_earlier_version_is_none_of_the_small_ones() -> None:
    """It does not say how large its project is."""
    load = Load.of(requested())
    assert (load.size_bytes, load.is_small) == (UNKNOWN_BYTES, False)

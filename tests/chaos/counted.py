"""What the status service has counted over all of its lives, and what the stream says."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import aiohttp
from msgspec import UNSET
from prometheus_client.parser import text_string_to_metric_families

from shared.domain.events import (
    AttemptFailed,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    TerminalEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.domain.events import AnyEvent
    from tests.chaos.world import World

Counts = Counter[tuple[str, ...]]
PREFIXES: Final = (
    "export_accepted_",
    "export_completed_",
    "export_failed_",
    "export_failure_codes_",
    "export_canceled_",
    "export_attempts_",
    "export_artifact_bytes_",
    "export_events_folded_",
    "export_duration_seconds_count",
)
EVERY_S: Final = 0.1


class Counted:
    """The counters of status pods; what one has counted since it was last asked dies with it."""

    def __init__(self, world: World, *names: str) -> None:
        self._world = world
        self._names = names
        self._lives: dict[tuple[str, float], Counts] = {}

    async def run(self) -> None:
        """Ask again and again, until cancelled."""
        async with aiohttp.ClientSession() as session:
            while True:
                for name in self._names:
                    with suppress(aiohttp.ClientError, TimeoutError):
                        await self._ask(session, name)
                await asyncio.sleep(EVERY_S)

    async def total(self) -> Counts:
        """Of all lives, the present ones asked now."""
        async with aiohttp.ClientSession() as session:
            for name in self._names:
                await self._world.ready(name)
                await self._ask(session, name)
        return sum(self._lives.values(), Counter())

    async def _ask(self, session: aiohttp.ClientSession, name: str) -> None:
        async with session.get(f"{self._world.health(name)}/metrics") as answer:
            answer.raise_for_status()
            text = await answer.text()
        counts: Counts = Counter()
        born = 0.0
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == "process_start_time_seconds":
                    born = sample.value
                elif sample.name.startswith(PREFIXES):
                    counts[sample.name, *sorted(sample.labels.values())] += round(sample.value)
        self._lives[name, born] = counts


def told(events: Sequence[AnyEvent]) -> Counts:
    """The same by the events alone, counted in another way: a set of what there is of each."""
    counts: Counts = Counter(("export_events_folded_total", event.name) for event in events)
    starts: dict[tuple[str, int], str] = {}
    ends: dict[tuple[str, int], TerminalEvent] = {}
    once: set[tuple[str | int, ...]] = set()
    for event in events:
        generation = (event.export_id, event.generation)
        match event:
            case ExportRequested() | ExportPackaged(restart=True):
                again = "requested" if event.generation == 1 else "retried"
                how = again if event.replay_of is UNSET else "replayed"
                if generation not in starts:
                    counts[_series("export_accepted_total", event.platform, how)] += 1
                starts.setdefault(generation, how)
            case ExportStarted(stage=stage, attempt=attempt):
                once.add((*generation, attempt, "export_attempts_total", event.platform, stage))
            case AttemptFailed(stage=stage, attempt=attempt):
                labels = (event.platform, stage, event.error.code)
                once.add((*generation, attempt, "export_attempts_failed_total", *labels))
            case ExportPackaged(artifact=artifact, platform=platform):
                counts["export_artifact_bytes_total", platform] += artifact.size_bytes
            case TerminalEvent():
                ends.setdefault(generation, event)
    for _, _, _, *series in once:
        counts[_series(*map(str, series))] += 1
    for generation, end in ends.items():
        counts.update(_of_end(end, has_start=generation in starts))
    return counts


def _of_end(end: TerminalEvent, *, has_start: bool) -> Iterator[tuple[str, ...]]:
    outcome = end.name
    if isinstance(end, ExportFailed):
        outcome = "refused" if end.by_project else "failed"
        yield _series("export_failed_total", end.platform, end.reason or "project")
        yield _series("export_failure_codes_total", end.error.code)
    else:
        yield _series(f"export_{end.name}_total", end.platform)
    if has_start:
        yield _series("export_duration_seconds_count", end.platform, outcome)


def _series(name: str, *labels: str) -> tuple[str, ...]:
    return name, *sorted(labels)


def differences(counted: Counts, expected: Counts) -> tuple[Counts, Counts]:
    """What was counted too often, and what is missing."""
    return counted - expected, expected - counted


def events_in(counts: Counts) -> int:
    """How many events were folded by these counts."""
    return sum(n for series, n in counts.items() if series[0] == "export_events_folded_total")


def lines(counts: Counts) -> Iterable[str]:
    """In words."""
    return (f"{' '.join(series)}: {count}" for series, count in sorted(counts.items()))

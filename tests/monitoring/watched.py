"""A whole stack under a Prometheus for which a minute is two seconds."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from monitoring.pace import HOUR_S, MINUTE_S, Pace
from monitoring.rules import plain
from tests.chaos.story import Story
from tests.load.seen import seen, targets
from tests.own_prometheus import own_prometheus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.chaos.run import Load
    from tests.own_prometheus import OwnPrometheus

log = structlog.get_logger()

PACE: Final = Pace(MINUTE_S / 2)
PACE_OF_HOURS: Final = Pace(HOUR_S / 5)  # too fast for windows of minutes
OF_HOURS: Final = frozenset({"ExportCacheUseless", "ExportSloBurnSlow"})
EVERY: Final = "1s"  # Prometheus scrapes and evaluates
LOOK_S: Final = 0.3
PATIENCE_S: Final = 400.0  # far beyond what any machine takes
DISK_BYTES: Final = 512 << 20  # that a packager may take


@dataclass
class Watched:
    """What a test of alerts needs; ``hours`` is asked for the alerts that take so long."""

    load: Load
    prometheus: OwnPrometheus
    hours: OwnPrometheus
    ending: asyncio.TaskGroup
    seen: set[str] = field(default_factory=set)  # those that have fired, and then ended

    async def fires(self, *names: str) -> None:
        """Wait until each of these alerts fires."""
        await asyncio.gather(*(self._until(name, firing=True) for name in names))

    def mended(self, *names: str) -> None:
        """What they tell of is over; they are to end, and nobody waits for it."""
        for name in names:
            self.ending.create_task(self._ends(name))

    async def have_fired(self) -> set[str]:
        """All alerts that have fired since Prometheus began."""
        found = await asyncio.to_thread(
            self.prometheus.query,
            'count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))',
        )
        return {series["metric"]["alertname"] for series in found}

    async def types(self, *command: str) -> str:
        """An operator types a command, as the runbook says; what it prints."""
        log.info("operator.types", command=command)
        return await asyncio.to_thread(partial(self.load.world.cli, *command))

    async def exports(
        self, count: int, project: str, platform: str, *, key: str = ""
    ) -> list[Story]:
        """Ask for so many; they are not waited for."""
        stories = [Story("valid", number) for number in range(count)]
        request = partial(self.load.users.request, project=project, platform=platform, key=key)
        await asyncio.gather(*(request(story) for story in stories))
        return stories

    async def _ends(self, name: str) -> None:
        await self._until(name, firing=False)
        self.seen.add(name.partition("{")[0])

    async def _until(self, name: str, *, firing: bool) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        while (await self._fires(name)) is not firing:
            assert loop.time() < deadline, f"{name} does not {'fire' if firing else 'end'}"
            await asyncio.sleep(LOOK_S)
        log.info("alert.fires" if firing else "alert.ended", name=name)

    async def _fires(self, name: str) -> bool:
        """``ExportSloBurnFast{slo="exports"}`` is asked for those of that label alone."""
        alert, _, labels = name.partition("{")
        prometheus = self.hours if alert in OF_HOURS else self.prometheus
        more = f", {labels}" if labels else "}"
        query = f'ALERTS{{alertname="{alert}", alertstate="firing"{more}'
        return bool(await asyncio.to_thread(prometheus.query, query))


@asynccontextmanager
async def watched(folder: Path, *, for_hours: bool = False) -> AsyncIterator[Watched]:
    """The stack with its users, healthy, and scraped; at the end all that was mended has ended.

    ``for_hours``: by a second Prometheus, too, for which an hour is five seconds.
    """
    rules = folder / "rules.yaml"
    rules.write_text(plain(PACE))
    async with seen(
        folder,
        rules=[rules],
        every=EVERY,
        STATUS_LOOK_INTERVAL_S="0.5",
        BUILD_QUEUE_REAPER_PATIENCE_MS="4000",
        BUILD_QUEUE_REAPER_INTERVAL_MS="1000",
        UPLOADER_SWEEP_INTERVAL_S="1",
        PACKAGER_DISK_BYTES=str(DISK_BYTES),
    ) as (here, prometheus):
        with _hours(here, folder) if for_hours else nullcontext(prometheus) as hours:
            async with asyncio.TaskGroup() as ending:
                yield Watched(here, prometheus, hours, ending)


@contextmanager
def _hours(here: Load, folder: Path) -> Iterator[OwnPrometheus]:
    rules = folder / "rules-of-hours.yaml"
    rules.write_text(plain(PACE_OF_HOURS))
    with own_prometheus(folder / "hours", targets(here), rules=[rules], every=EVERY) as prometheus:
        yield prometheus

"""A whole stack at work for half an hour while everything goes wrong once, seen by a Prometheus."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from monitoring.pace import Pace
from monitoring.pictures.album import draw_all
from monitoring.pictures.diary import Diary, Event
from monitoring.rules import plain
from tests.chaos.story import cast_of
from tests.load.disturbances import DISTURBANCES
from tests.load.seen import seen
from tests.load.visitors import Visitors
from tests.own_prometheus import own_prometheus

if TYPE_CHECKING:
    from tests.chaos.run import Load
    from tests.chaos.story import Story
    from tests.load.disturbances import Disturbance

log = structlog.get_logger()

DIARY: Final = "diary.json"
HISTORY_S: Final = 5 * 3_600  # what a run stands for: windows and waits are shorter by this
SCRAPE_S: Final = 15.0  # in production
LANES: Final = 2  # groups of users, each of which begins anew when all of it have ended
AT_ONCE: Final = 6
PAUSE_S: Final = 2.0
LAST_BEGIN: Final = 0.9  # of the run; then everything ends, and alerts resolve


async def run(folder: Path, *, length_s: float) -> None:
    """Live it, write down when what happened, and draw what Prometheus saw of it."""
    pace = Pace(HISTORY_S / length_s)
    rules = folder / "rules.yaml"
    rules.parent.mkdir(parents=True, exist_ok=True)
    rules.write_text(plain(pace))
    every = pace.window(SCRAPE_S)
    async with seen(folder, rules=[rules], every=every) as (here, prometheus):
        day = _Day(here, length_s)
        print(f"{prometheus.url} sees it, {folder} keeps it", flush=True)  # noqa: T201
        try:
            await day.live()
        finally:
            diary = Diary(day.began, time.time(), pace.factor, day.events)
            (folder / DIARY).write_bytes(msgspec.json.encode(diary))
        await asyncio.to_thread(
            draw_all, diary.source(prometheus.url), day.events, folder / "images"
        )


def look(folder: Path, images: Path) -> None:
    """Draw a run again."""
    diary = msgspec.json.decode((folder / DIARY).read_bytes(), type=Diary)
    with own_prometheus(folder / "prometheus", {}, rules=[folder / "rules.yaml"]) as prometheus:
        draw_all(diary.source(prometheus.url), diary.disturbances, images)


class _Day:
    """What happens in one run."""

    def __init__(self, here: Load, length_s: float) -> None:
        self._here = here
        self._length_s = length_s
        self._stories: list[Story] = []
        self._numbers = count()
        self.began = time.time()
        self.events: list[Event] = []

    async def live(self) -> None:
        visitors = Visitors(self._here, self._stories)
        visiting = asyncio.create_task(visitors.come())
        async with asyncio.TaskGroup() as group:
            for _ in range(LANES):
                group.create_task(self._lane())
            for disturbance in DISTURBANCES:
                group.create_task(self._disturbance(disturbance))
        await self._until(1)
        visiting.cancel()
        await asyncio.gather(visiting, return_exceptions=True)

    async def _lane(self) -> None:
        while time.time() < self.began + LAST_BEGIN * self._length_s:
            stories = cast_of(self._here.random, 30, lost=0)
            for story in stories:
                story.number = next(self._numbers)
            self._stories += stories
            await self._here.users.live(stories, at_once=AT_ONCE, pause_s=PAUSE_S)

    async def _disturbance(self, disturbance: Disturbance) -> None:
        await self._until(disturbance.begins)
        began = time.time()
        log.info("load.disturbance", name=disturbance.name)
        async with disturbance.happens(self._here, self._stories):
            await self._until(disturbance.ends)
        log.info("load.mended", name=disturbance.name)
        self.events.append(Event(disturbance.name, began, time.time()))

    async def _until(self, share: float) -> None:
        await asyncio.sleep(self.began + share * self._length_s - time.time())


def main() -> None:
    """``make load``: LOAD_MINUTES (30), LOAD_FOLDER (a new one); LOOK=1 only draws it again."""
    length_s = 60 * float(os.environ.get("LOAD_MINUTES") or 30)
    folder = Path(os.environ.get("LOAD_FOLDER") or tempfile.mkdtemp(prefix="load-"))
    if os.environ.get("LOOK"):
        look(folder, folder / "images")
    else:
        asyncio.run(run(folder, length_s=length_s))


if __name__ == "__main__":
    main()

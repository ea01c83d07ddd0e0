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
from tests.chaos.progress import while_moving
from tests.chaos.stories import patiently
from tests.chaos.story import Kind, Story
from tests.load.disturbances import DISTURBANCES
from tests.load.seen import seen
from tests.load.visitors import Visitors
from tests.own_prometheus import own_prometheus

if TYPE_CHECKING:
    from tests.chaos.run import Load
    from tests.load.disturbances import Disturbance

log = structlog.get_logger()

DIARY: Final = "diary.json"
HISTORY_S: Final = 5 * 3_600  # what a run stands for: windows and waits are shorter by this
SCRAPE_S: Final = 15.0  # in production
FASTEST_S: Final = 1.5  # a busy machine has to answer in that time
AT_ONCE: Final = 12
PAUSE_S: Final = 1.0
SHARES: Final[dict[Kind, int]] = {
    "valid": 20,
    "signed": 4,
    "cancel": 4,
    "twin": 2,
    "invalid": 2,
    "garbage": 1,
}
DEADLY: Final = 20  # the number of the one that kills its workers
LAST_BEGIN: Final = 0.9  # of the run; then everything ends, and alerts resolve


async def run(folder: Path, *, length_s: float) -> None:
    """Live it, write down when what happened, and draw what Prometheus saw of it."""
    pace = Pace(HISTORY_S / length_s)
    rules = folder / "rules.yaml"
    rules.parent.mkdir(parents=True, exist_ok=True)
    rules.write_text(plain(pace))
    every = Pace().window(max(SCRAPE_S / pace.factor, FASTEST_S))
    async with seen(folder, rules=[rules], every=every) as (here, prometheus):
        day = _Day(here, length_s)
        print(f"{prometheus.url} sees it, {folder} keeps it", flush=True)  # noqa: T201
        try:
            await day.live()
        finally:
            day.events.sort(key=lambda event: event.begins)
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
        self.began = time.time()
        self.events: list[Event] = []

    async def live(self) -> None:
        visitors = Visitors(self._here, self._stories)
        visiting = asyncio.create_task(visitors.come())
        async with asyncio.TaskGroup() as group:
            group.create_task(while_moving(self._users(), self._stories))
            for disturbance in DISTURBANCES:
                group.create_task(self._disturbance(disturbance))
        await self._until(1)
        visiting.cancel()
        await asyncio.gather(visiting, return_exceptions=True)

    async def _users(self) -> None:
        """One after the other begins, as long as not too many are at it."""
        slots = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for number in count():
                if time.time() > self.began + LAST_BEGIN * self._length_s:
                    return
                (kind,) = self._here.random.choices(list(SHARES), weights=list(SHARES.values()))
                story = Story("deadly" if number == DEADLY else kind, number)
                self._stories.append(story)
                await slots.acquire()
                told = group.create_task(self._user(story))
                told.add_done_callback(lambda _: slots.release())
                await asyncio.sleep(self._here.random.uniform(0, 2) * PAUSE_S)

    async def _user(self, story: Story) -> None:
        await self._here.users.tell(story)
        path = story.path
        story.final = (await patiently(lambda: self._here.client.get(path)))["export"]

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

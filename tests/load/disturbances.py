"""What goes wrong in a load run, one after the other, each for a while and then mended."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from shared.jetstream import topology
from tests.chaos.killer import Killer
from tests.chaos.progress import steps
from tests.chaos.story import Story
from tests.chaos.world import apply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from tests.chaos.run import Load

    Happens = Callable[[Load, list[Story]], AbstractAsyncContextManager[None]]

KILL_EVERY_S: Final = 5.0
PACKAGERS: Final = ("packager-1", "packager-2")
LONG_S: Final = 3_600.0  # nothing is away for so long
PAUSED: Final = "packager-web"


@dataclass(frozen=True)
class Disturbance:
    """From one share of the run to another."""

    name: str  # as pictures tell it
    begins: float
    ends: float
    happens: Happens


@asynccontextmanager
async def _kills(here: Load, stories: list[Story]) -> AsyncIterator[None]:
    """Everybody but the storage is killed now and then."""
    killer = Killer(
        here.world, Random(1), steps=lambda: steps(stories), s3_kills=0, every_s=KILL_EVERY_S
    )
    killing = asyncio.create_task(killer.run())
    yield
    killing.cancel()
    await asyncio.gather(killing, return_exceptions=True)


def _down(*names: str) -> Happens:
    @asynccontextmanager
    async def down(here: Load, _stories: list[Story]) -> AsyncIterator[None]:
        here.world.held.update(names)
        for name in names:
            here.world.kill(name)
        yield
        here.world.held.difference_update(names)

    return down


@asynccontextmanager
async def _files_lost(here: Load, stories: list[Story]) -> AsyncIterator[None]:
    """Projects whose files are gone; then they are back, and all is retried or replayed."""
    lost = []
    for _ in range(6):
        story = Story("lost", len(stories), project=f"lost{len(stories)}")
        stories.append(story)
        lost.append(story)
        await here.users.lose(story.project)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(here.users.tell(story)) for story in lost]
        yield
        await asyncio.gather(*tasks)
    await here.users.mend()
    for story in lost:
        await here.users.come_back(story)


def _without(*streams: str) -> Happens:
    @asynccontextmanager
    async def without(here: Load, _stories: list[Story]) -> AsyncIterator[None]:
        js = here.nc.jetstream(timeout=30)
        for stream in streams:
            await js.delete_stream(stream)
        yield
        await apply(here.nc)

    return without


@asynccontextmanager
async def _dead_letters_owed(here: Load, stories: list[Story]) -> AsyncIterator[None]:
    """Their stream is gone when somebody needs it."""
    story = Story("garbage", len(stories))
    stories.append(story)
    gone = _without(topology.DEAD_LETTERS)
    async with asyncio.TaskGroup() as group, gone(here, stories):
        group.create_task(here.users.tell(story))
        yield


@asynccontextmanager
async def _full(here: Load, _stories: list[Story]) -> AsyncIterator[None]:
    """No room for events."""
    js = here.nc.jetstream(timeout=30)
    stream = next(s for s in topology.STREAMS if s.name == topology.EXPORTS)
    used = (await js.stream_info(topology.EXPORTS)).state.bytes
    await js.update_stream(stream.evolve(max_bytes=used + 10_000))
    yield
    await js.update_stream(stream)


@asynccontextmanager
async def _paused(here: Load, _stories: list[Story]) -> AsyncIterator[None]:
    """A consumer that gives nothing although messages wait."""
    subject = f"$JS.API.CONSUMER.PAUSE.{topology.EXPORTS}.{PAUSED}"
    until = datetime.now(UTC) + timedelta(seconds=LONG_S)
    body = json.dumps({"pause_until": until.isoformat()}).encode()
    await here.nc.request(subject, body, timeout=30)
    yield
    await here.nc.request(subject, b"{}", timeout=30)


DISTURBANCES: Final = (
    Disturbance("processes are killed", 0.10, 0.22, _kills),
    Disturbance("storage away", 0.25, 0.31, _down("s3")),
    Disturbance("NATS away", 0.35, 0.40, _down("nats")),
    Disturbance("no packager", 0.44, 0.51, _down(*PACKAGERS)),
    Disturbance("files lost", 0.55, 0.60, _files_lost),
    Disturbance("no chatter", 0.64, 0.69, _without(topology.LOGS, topology.PROGRESS)),
    Disturbance("consumer paused", 0.72, 0.78, _paused),
    Disturbance("EXPORTS full", 0.80, 0.83, _full),
    Disturbance("no place for dead letters", 0.85, 0.88, _dead_letters_owed),
)

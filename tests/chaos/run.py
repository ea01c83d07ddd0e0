"""One run: a world, its users, a killer, and the ledger."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import structlog

from services.uploader.gc.sweeper import Sweeper
from shared.storage.bucket import open_storage
from tests.chaos.counted import Counted, differences, events_in, lines, told
from tests.chaos.killer import Killer
from tests.chaos.late_lines import LateLines
from tests.chaos.ledger import Ledger, decodable, settled
from tests.chaos.progress import steps
from tests.chaos.remains import remains
from tests.chaos.stories import Users, connected
from tests.chaos.story import cast_of
from tests.chaos.world import SERVICES, world
from tests.e2e.conftest import left_over

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from nats.aio.client import Client

    from cli import api_client as api
    from shared.storage.bucket import Storage
    from tests.chaos.story import Story
    from tests.chaos.world import World

log = structlog.get_logger()

FARTHEST_JUMP = timedelta(hours=3)  # of a clock, in a test


@contextmanager
def sockets_left_behind() -> Iterator[None]:
    """Servers die in mid-handshake: client libraries leave such sockets to the collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            yield
        finally:
            gc.collect()


@asynccontextmanager
async def load(
    folder: Path, *, seed: int, cluster: bool = False, trace: bool = False, **changes: str
) -> AsyncIterator[Load]:
    """A world with a user who has pushed projects."""
    random, data = Random(seed), folder / "world"
    with sockets_left_behind():
        async with (
            world(data, cluster=cluster, trace=trace, **changes) as (here, nc),
            open_storage(here.s3_settings) as storage,
            connected(here) as (client, operator),
        ):
            js = nc.jetstream()
            users = Users(client, operator, js=js, storage=storage, random=random, folder=folder)
            await users.prepare()
            yield Load(here, nc, storage, client, operator, users, random)
    for _ in range(600):  # what sees its parent's end needs a moment
        if not left_over(data):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"left over: {left_over(data)}")


@dataclass
class Load:
    """What a test of the whole needs."""

    world: World
    nc: Client
    storage: Storage
    client: api.Client
    operator: api.Client
    users: Users
    random: Random

    async def counts(self, counted: Counted) -> list[str]:
        """What was counted more than once; what died with a status pod is missing."""
        await settled(self.nc)
        expected = told(await decodable(self.nc.jetstream(timeout=10)))
        twice, missing = differences(await counted.total(), expected)
        log.info(
            "chaos.counted",
            events=events_in(expected),
            missing=events_in(missing),
            deaths=self.world.deaths.get("status", 0),
        )
        return [f"counted twice: {line}" for line in lines(twice)]

    async def books(self, stories: list[Story], *, clocks_jump: bool = False) -> list[str]:
        """What is wrong once everything has come to rest, and after a sweep without grace.

        What a clock that jumps has dated hours ahead is of the past for that sweep.
        """
        await asyncio.gather(*(self.world.ready(name) for name in SERVICES))
        await settled(self.nc)
        late = LateLines.of(self.world.folder / "logs", clocks_jump=clocks_jump)
        wrong = await Ledger(self.nc, self.client, stories, late).check()
        await self.users.mend()
        js = self.nc.jetstream()
        grace = -FARTHEST_JUMP if clocks_jump else timedelta(0)
        sweeper = await Sweeper.bind(js, self.storage, grace=grace)
        await sweeper.sweep()
        wrong += await remains(js, self.storage, self.world)
        for line in wrong:
            log.error("chaos.wrong", what=line)
        return wrong


async def run(
    folder: Path,
    *,
    seed: int,
    exports: int,
    s3_kills: int,
    every_s: float = 1.2,
    lost: int = 3,
    cluster: bool = False,
    python_path: str = "",
) -> list[str]:
    """Export, kill, and keep the books; services import from ``python_path`` first.

    Returns:
        What is wrong, in words; nothing is right.
    """
    started = time.monotonic()
    async with load(folder, seed=seed, cluster=cluster, PYTHONPATH=python_path) as here:
        stories = cast_of(here.random, exports, lost=lost)
        killer = Killer(
            here.world,
            Random(seed + 1),
            steps=lambda: steps(stories),
            s3_kills=s3_kills,
            every_s=every_s,
        )
        counted = Counted(here.world, "status")
        killing = asyncio.create_task(killer.run())
        counting = asyncio.create_task(counted.run())
        try:
            await here.users.live(stories, at_once=12, pause_s=0.8)
        finally:
            killing.cancel()
            counting.cancel()
        wrong = [*await here.counts(counted), *await here.books(stories)]
        log.info(
            "chaos.done",
            seed=seed,
            exports=exports,
            kills=Counter(killer.killed),
            took_s=round(time.monotonic() - started),
            wrong=len(wrong),
        )
    return wrong


def main() -> None:
    """``make chaos``: EXPORTS (500) with SEED (random)."""
    seed = int(os.environ.get("SEED") or Random().randrange(1 << 32))
    exports = int(os.environ.get("EXPORTS") or 500)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    print(f"SEED={seed} EXPORTS={exports}, logs in {folder}", flush=True)  # noqa: T201
    wrong = asyncio.run(run(folder, seed=seed, exports=exports, s3_kills=exports // 60, lost=5))
    print("\n".join(wrong) or f"nothing is lost: SEED={seed} EXPORTS={exports}")  # noqa: T201
    if not wrong:
        shutil.rmtree(folder)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

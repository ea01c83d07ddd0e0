from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import nats.errors
from nats.js.errors import APIError

from shared.jetstream import topology
from tests.chaos.run import load
from tests.chaos.story import Story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.run import Load


async def _kill_leader(here: Load) -> str:
    """SIGKILL for the server that leads the stream of events."""
    js = here.nc.jetstream(timeout=5)
    while True:
        with suppress(APIError, nats.errors.Error):  # nobody answers while they elect
            info = await js.stream_info(topology.EXPORTS)
            if info.cluster is not None and info.cluster.leader:
                here.world.kill(info.cluster.leader)
                return info.cluster.leader
        await asyncio.sleep(0.1)


async def test_exports_go_on_when_the_stream_loses_its_leader(tmp_path: Path) -> None:
    """Three servers, every stream on all of them; each leader in turn is killed under load."""
    async with load(tmp_path, seed=3, cluster=True) as here:
        stories = [Story("valid", number) for number in range(24)]
        living = asyncio.create_task(here.users.live(stories, at_once=6, pause_s=1))
        killed = []
        for _ in range(2):
            await asyncio.sleep(8)
            killed.append(await _kill_leader(here))
        await living
        assert not living.cancelled()
        assert len(killed) == 2
        assert await here.books(stories) == []

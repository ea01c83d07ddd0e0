from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Final

from tests.chaos import world
from tests.chaos.counted import Counted, differences, told
from tests.chaos.killer import Killer
from tests.chaos.ledger import decodable, settled
from tests.chaos.progress import steps
from tests.chaos.run import load
from tests.chaos.story import Story

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.chaos.story import Kind

CAST: Final[tuple[Kind, ...]] = ("lost", "valid", "cancel", "invalid", "garbage", "twin", "valid")


async def test_what_two_pods_have_counted_is_what_the_stream_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retries, replays, cancels, faults and dead letters, while workers and gateway are killed.

    The pods live: what was counted since it was last asked would die with one.
    """
    monkeypatch.setitem(world.SERVICES, "status-2", "status")
    seed = Random().randrange(1 << 32)
    print(f"SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    async with load(tmp_path, seed=seed) as here:
        stories = [Story(kind, number) for number, kind in enumerate(CAST)]
        killer = Killer(
            here.world,
            Random(seed),
            steps=lambda: steps(stories),
            s3_kills=0,
            every_s=1.2,
            spared={"status", "nats", "s3"},
        )
        killing = asyncio.create_task(killer.run())
        await here.users.live(stories, at_once=8, pause_s=0.4)
        killing.cancel()
        await settled(here.nc)
        counted = await Counted(here.world, "status", "status-2").total()
        events = await decodable(here.nc.jetstream(timeout=60))
    assert differences(counted, told(events)) == ({}, {})
    failed = {series[-1] for series in counted if series[0] == "export_failure_codes_total"}
    assert {"object-lost", "undecodable"} <= failed

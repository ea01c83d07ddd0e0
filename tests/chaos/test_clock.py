from __future__ import annotations

import asyncio
from pathlib import Path

from tests.chaos.run import load
from tests.chaos.story import Story

FAKETIME = "libfaketimeMT.so.1"  # Debian's package faketime


def faketime() -> str:
    """Where the library lies."""
    (found,) = [*Path("/usr/lib").glob(f"*/faketime/{FAKETIME}")][:1]
    return str(found)


async def test_a_clock_that_jumps_ends_no_export(tmp_path: Path) -> None:
    """Eight days ahead and three hours back, under all services, while exports run."""
    clock = tmp_path / "clock"
    clock.write_text("+0")
    async with load(
        tmp_path,
        seed=8,
        LD_PRELOAD=faketime(),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_CACHE_DURATION="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    ) as here:
        stories = [Story("valid", number) for number in range(20)]
        living = asyncio.create_task(here.users.live(stories, at_once=6, pause_s=1))
        for jump in ("+2h", "+0", "-3h", "+0"):
            await asyncio.sleep(5)
            clock.write_text(jump)
        await living
        assert await here.books(stories, clocks_jump=True) == []

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.chaos.run import load
from tests.chaos.story import Story

FAKETIME = "libfaketimeMT.so.1"  # Debian's package faketime


def faketime() -> str:
    """Where the library lies."""
    (found,) = [*Path("/usr/lib").glob(f"*/faketime/{FAKETIME}")][:1]
    return str(found)


def jump(hours: int) -> str:
    """A jump that stays in the month, so that all minutes are in one account."""
    today, margin = datetime.now(UTC), timedelta(minutes=30 if hours > 0 else -30)
    stays = (today + timedelta(hours=hours) + margin).month == today.month
    return f"{hours if stays else -hours:+d}h"


async def test_a_clock_that_jumps_ends_no_export(tmp_path: Path) -> None:
    """Hours ahead and hours back, under all services, while exports run."""
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
        for time in (jump(2), "+0", jump(-3), "+0"):
            await asyncio.sleep(5)
            clock.write_text(time)
        await living
        assert await here.books(stories, clocks_jump=True) == []

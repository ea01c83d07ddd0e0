from __future__ import annotations

import asyncio
import time

from shared.service.loop_lag import INTERVAL_S, loop_lag_measured
from tests.measured import measured


async def test_whatever_blocks_the_event_loop_is_seen() -> None:
    """The sleeper is woken so much later."""
    count, total = (measured(f"export_event_loop_lag_seconds_{of}") for of in ("count", "sum"))
    async with loop_lag_measured():
        await asyncio.sleep(0)  # it has gone to sleep
        time.sleep(2 * INTERVAL_S)  # noqa: ASYNC251 - that is what is looked for
        while measured("export_event_loop_lag_seconds_count") == count:  # noqa: ASYNC110 - it wakes nobody
            await asyncio.sleep(0.01)
    assert measured("export_event_loop_lag_seconds_sum") - total >= 0.9 * INTERVAL_S

"""How late the event loop is: whatever blocks it holds up everything else that the process does."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from shared.metrics import process as metrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

INTERVAL_S: Final = 0.25


@asynccontextmanager
async def loop_lag_measured() -> AsyncIterator[None]:
    """Measure it while the block lasts."""
    measuring = asyncio.create_task(_measure())
    try:
        yield
    finally:
        measuring.cancel()
        with suppress(asyncio.CancelledError):
            await measuring


async def _measure() -> None:
    while True:
        due = time.perf_counter() + INTERVAL_S
        await asyncio.sleep(INTERVAL_S)
        metrics.LOOP_LAG_SECONDS.observe(max(time.perf_counter() - due, 0.0))

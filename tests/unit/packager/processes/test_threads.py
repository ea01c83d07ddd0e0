from __future__ import annotations

import asyncio
import threading

import pytest

from services.packager.processes.threads import in_thread


async def test_a_cancel_waits_for_the_thread_however_often_it_comes() -> None:
    """Whoever is cancelled may close what the thread reads: it must have ended before."""
    release, stopped = threading.Event(), threading.Event()
    task = asyncio.create_task(in_thread(release.wait, stop=stopped.set))
    await asyncio.sleep(0)
    for _ in range(3):
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=0.05)
        assert not done
    assert stopped.is_set()
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_a_thread_raises_is_raised() -> None:
    """And what it returns is returned."""
    assert await in_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)

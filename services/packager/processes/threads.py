"""Blocking work beside the event loop that never outlives the one who started it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

T = TypeVar("T")


async def in_thread(
    function: Callable[[], T],
    *,
    executor: Executor | None = None,
    stop: Callable[[], None] = lambda: None,
) -> T:
    """Run ``function`` in a thread; a cancel calls ``stop`` and still waits for the thread to end.

    Without that wait, a thread could go on with a file that its owner has closed.
    """
    work = asyncio.get_running_loop().run_in_executor(executor, function)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop()
        while not work.done():
            with suppress(asyncio.CancelledError):  # told once more
                await asyncio.wait({work})
        if not work.cancelled():
            work.exception()  # retrieved: it failed because it was stopped
        raise

"""Blocking work runs beside the event loop, and never outlives whoever started it."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

T = TypeVar("T")
LITTLE: Final = 10_000  # steps of a loop, or bytes: done before a thread would be awake


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
            with suppress(asyncio.CancelledError):  # cancelled once more
                await asyncio.wait({work})
        if not work.cancelled():
            work.exception()  # retrieved: it failed because it was stopped
        raise


async def beside_loop(function: Callable[[], T], *, size: int) -> T:
    """What ``function`` gives, computed in a thread unless it is ``LITTLE`` work."""
    return function() if size <= LITTLE else await in_thread(function)


@asynccontextmanager
async def entered_in_thread(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave a context manager in threads, because both may block.

    A cancel while it is entered leaves it again; a cancel while it is left waits for that.
    """
    stack = ExitStack()
    try:
        yield await in_thread(partial(stack.enter_context, manager))
    except BaseException as error:
        await in_thread(partial(stack.__exit__, type(error), error, error.__traceback__))
        raise
    await in_thread(stack.close)

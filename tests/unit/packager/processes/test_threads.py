from __future__ import annotations

import asyncio
import threading

import pytest

from services.packager.processes.threads import entered_in_thread, in_thread


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


class _Blocking:
    """A context manager that is slow to enter, and remembers what was done in which thread."""

    def __init__(self) -> None:
        self.entering, self.release = threading.Event(), threading.Event()
        self.threads: list[int] = []
        self.errors: list[BaseException | None] = []

    def __enter__(self) -> str:
        self.threads.append(threading.get_ident())
        self.entering.set()
        self.release.wait()
        return "entered"

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        self.threads.append(threading.get_ident())
        self.errors.append(error)


async def test_a_context_manager_is_entered_and_left_in_threads() -> None:
    """The loop goes on meanwhile; the manager sees what ended the block."""
    manager = _Blocking()
    manager.release.set()
    async with entered_in_thread(manager) as entered:
        assert entered == "entered"
    with pytest.raises(ZeroDivisionError) as caught:
        async with entered_in_thread(manager):
            raise ZeroDivisionError
    assert manager.errors == [None, caught.value]
    assert threading.get_ident() not in manager.threads


async def test_a_cancel_while_a_context_manager_is_entered_leaves_it() -> None:
    """Else the folder or file that it was about to hand over would stay for ever."""
    manager = _Blocking()

    async def use() -> None:
        async with entered_in_thread(manager):
            raise AssertionError("it was cancelled before")

    task = asyncio.create_task(use())
    await asyncio.to_thread(manager.entering.wait)
    task.cancel()
    manager.release.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    (error,) = manager.errors
    assert isinstance(error, asyncio.CancelledError)

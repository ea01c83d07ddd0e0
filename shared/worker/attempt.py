"""One attempt at a job: kept alive while it advances, ended by a time-out, a stall or its user."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")


class UserCancel:
    """Lets a cancel reach the attempt that it is meant for."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.task: asyncio.Task[Any] | None = None
        self.asked = False

    def cancel(self) -> None:
        """Stop the attempt, if one is running."""
        self.asked = True
        if self.task is not None:
            self.task.cancel()


class CanceledByUserError(Exception):
    """The attempt was stopped because its export was canceled."""


class AttemptTimeoutError(ExportError):
    """It took too long, or nothing of it advanced any more."""

    code = "timeout"
    title = "The attempt took too long"
    retryable = True


class StuckError(AttemptTimeoutError):
    """It did not even stop when told to: only the end of its process frees what it holds."""

    code = "stuck"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long an attempt may take, seconds."""

    timeout_s: float
    stall_s: float  # without progress or a log line
    stop_s: float  # to clean up once it was told to stop


async def supervise(
    work: Coroutine[Any, Any, T],
    limits: Limits,
    *,
    cancel: UserCancel,
    beat: Callable[[], Awaitable[None]],
    heartbeat_s: float,
    advanced_at: Callable[[], float],
) -> T:
    """Await ``work``, calling ``beat`` every ``heartbeat_s`` for as long as it advances.

    Work that was done before its cancel arrived counts as done.

    Raises:
        CanceledByUserError: ``cancel`` came first.
        AttemptTimeoutError: It took longer than its limit, or did not advance.
        StuckError: The same, and it does not stop.
    """
    task: asyncio.Task[T] = asyncio.ensure_future(work)
    cancel.task = task
    if cancel.asked:
        task.cancel()
    try:
        await _watch(task, limits, beat=beat, heartbeat_s=heartbeat_s, advanced_at=advanced_at)
    except AttemptTimeoutError:
        if not await _stopped(task, limits.stop_s):
            raise StuckError("The attempt did not stop; its worker is started anew.") from None
        raise
    except asyncio.CancelledError:
        await _stopped(task, limits.stop_s)
        raise
    if task.cancelled():
        raise CanceledByUserError if cancel.asked else RuntimeError("the handler gave itself up")
    return task.result()


async def _watch(
    task: asyncio.Task[Any],
    limits: Limits,
    *,
    beat: Callable[[], Awaitable[None]],
    heartbeat_s: float,
    advanced_at: Callable[[], float],
) -> None:
    clock = asyncio.get_running_loop().time
    deadline = clock() + limits.timeout_s
    while True:
        wait_s = max(min(heartbeat_s, deadline - clock()), 0.0)
        if (await asyncio.wait({task}, timeout=wait_s))[0]:
            return
        if clock() >= deadline:
            message = f"The attempt took more than {limits.timeout_s:.0f} s and was stopped."
            raise AttemptTimeoutError(message)
        if clock() - advanced_at() > limits.stall_s:
            message = f"Nothing advanced for {limits.stall_s:.0f} s; the attempt was stopped."
            raise AttemptTimeoutError(message)
        await beat()


async def _stopped(task: asyncio.Task[Any], stop_s: float) -> bool:
    task.cancel()
    await asyncio.wait({task}, timeout=stop_s)
    return task.done()

"""One attempt at a job: kept alive while it advances, ended by a time-out, a stall or its user."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from shared.domain.events import Event
    from shared.worker.job import Job


class AttemptTimeoutError(ExportError):
    """The attempt took too long, or nothing of it advanced any more."""

    code = "timeout"
    title = "The attempt took too long"
    retryable = True


class StuckError(AttemptTimeoutError):
    """The attempt did not even stop: only the end of its process frees what it holds."""

    code = "stuck"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long an attempt may take, seconds."""

    timeout_s: float
    stall_s: float  # without progress or a log line
    stop_s: float  # to clean up once it was told to stop


@dataclass(frozen=True)
class Finished:
    """The handler has returned."""

    results: Sequence[Event]


@dataclass(frozen=True)
class Failed:
    """The handler has raised, or was stopped because it took too long."""

    error: Exception


@dataclass(frozen=True)
class Canceled:
    """The job's user has ended it first."""


Result = Finished | Failed | Canceled


async def supervise(job: Job, work: Coroutine[Any, Any, Sequence[Event]], limits: Limits) -> Result:
    """Await ``work`` with heartbeats for as long as it advances; whatever it raises is a result.

    Work that was done before its cancel arrived counts as done.

    Raises:
        asyncio.CancelledError: This process was told to stop; the work has been stopped.
    """
    job.task = task = asyncio.ensure_future(work)
    if job.canceled:
        task.cancel()
    try:
        overdue = await _watch(job, task, limits)
    except asyncio.CancelledError:
        await _stop(task, limits.stop_s)
        raise
    if overdue is not None:
        stopped = await _stop(task, limits.stop_s)
        stuck = StuckError("The attempt did not stop; its worker is started anew.")
        return Failed(overdue if stopped else stuck)
    if task.cancelled():
        return Canceled() if job.canceled else Failed(RuntimeError("the handler gave itself up"))
    error = task.exception()
    if error is None:
        return Finished(task.result())
    return Failed(error) if isinstance(error, Exception) else Failed(RuntimeError(repr(error)))


async def _watch(job: Job, task: asyncio.Task[Any], limits: Limits) -> AttemptTimeoutError | None:
    """Wait for the end of ``task``; the error that says why it must be stopped, if it must."""
    clock = asyncio.get_running_loop().time
    started = clock()
    deadline = started + limits.timeout_s
    while True:
        wait_s = max(min(job.message.heartbeat_s, deadline - clock()), 0.0)
        if (await asyncio.wait({task}, timeout=wait_s))[0]:
            return None
        if clock() >= deadline:
            return AttemptTimeoutError(
                f"The attempt took more than {limits.timeout_s:.0f} s and was stopped."
            )
        if clock() - max(started, job.reporter.advanced_at) > limits.stall_s:
            return AttemptTimeoutError(
                f"Nothing advanced for {limits.stall_s:.0f} s; the attempt was stopped."
            )
        await job.message.heartbeat()


async def _stop(task: asyncio.Task[Any], stop_s: float) -> bool:
    """Whether it ended in time once it was told to."""
    task.cancel()
    await asyncio.wait({task}, timeout=stop_s)
    return task.done()

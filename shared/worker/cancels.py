"""How a cancel reaches the job that it is meant for.

A publish to a stream is also a plain message, which arrives at once. Anybody may send one, and the
stream refuses a cancel that comes after another end: so it only announces a cancel, and the stream
is asked before a job is stopped.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog

from shared.domain.events import ExportCanceled, decode_event
from shared.errors import UnavailableError
from shared.jetstream.topology import CANCELED_EVENTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from shared.jetstream.event_log import EventLog
    from shared.worker.job import Job, RunningJobs

log = structlog.get_logger()

PATIENCE_S: Final = 10.0  # the announcement may arrive long before the stream has a leader again
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0


class CancelListener:
    """Stops running jobs whose cancel the stream has taken."""

    def __init__(self, nc: Client, events: EventLog, running: RunningJobs) -> None:
        self._nc = nc
        self._events = events
        self._running = running
        self._checks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """While the block lasts."""
        subscription = await self._nc.subscribe(CANCELED_EVENTS, cb=self._on_announced)
        try:
            yield
        finally:
            for check in self._checks:
                check.cancel()
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def _on_announced(self, message: Msg) -> None:
        with suppress(msgspec.MsgspecError):
            job = self._running.find(decode_event(message.data))
            if job is None:
                return
            checking = job.cancel_heard_at is not None
            job.cancel_heard_at = asyncio.get_running_loop().time()
            if not checking:
                check = asyncio.create_task(self._check(job))
                self._checks.add(check)
                check.add_done_callback(self._checks.discard)

    async def _check(self, job: Job) -> None:
        """Ask until the stream says how the generation ended, or nobody announces it any more."""
        clock = asyncio.get_running_loop().time
        pause_s = FIRST_PAUSE_S
        while job in self._running and clock() - (job.cancel_heard_at or 0.0) < PATIENCE_S:
            with suppress(UnavailableError):
                end = await self._events.terminal_event(job.event)
                if isinstance(end, ExportCanceled):
                    job.cancel()
                if end is not None:
                    return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        if job in self._running:
            log.warning("cancel.not-in-stream", export_id=job.event.export_id)
        job.cancel_heard_at = None

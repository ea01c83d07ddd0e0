"""A worker in a process of its own: ``python -m … <release> <exports that kill it>``.

Whenever it dies the next one begins, as an orchestrator would have it; the number of each process
is a line on stdout. They are forked off one that has imported everything.
Its jobs end once the file ``release`` is there.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from shared.jetstream.connection import connect
from shared.service.process import until_signal
from shared.settings import NatsSettings, RetrySettings, load
from tests.integration.worker.working import working

if TYPE_CHECKING:
    from shared.domain.events import ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter

RELEASE, *DEADLY = sys.argv[1:]


async def job(event: ExportRequested, _: ProgressReporter) -> None:
    """Kill the process where the export is one of those; else wait for the release."""
    if event.export_id in DEADLY:
        await asyncio.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)
    await asyncio.sleep(0.5)  # long enough that jobs overlap
    while not Path(RELEASE).exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
        await asyncio.sleep(0.05)


async def run(stop: asyncio.Event) -> None:
    """Until told to stop."""
    nc = await connect(load(NatsSettings), name="dying")
    retry = RetrySettings(base_delay_ms=10)
    async with working(nc, job, retry=retry, concurrency=4, worker=f"w-{os.getpid()}"):
        await stop.wait()
    await nc.close()


if __name__ == "__main__":
    while pid := os.fork():
        print(pid, flush=True)  # noqa: T201 - it is read
        os.waitpid(pid, 0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the worker logs
    uvloop.run(until_signal(run))

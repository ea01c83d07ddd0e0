"""Jobs that kill their worker, and jobs whose worker is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from shared.domain.events import (
    AttemptFailed,
    ExportCanceled,
    ExportFailed,
    ExportPackaged,
    ExportStarted,
    ExportStopped,
)
from shared.jetstream.event_log import EventLog
from shared.worker.retry import MAX_CRASHES
from tests.integration.worker.working import be_impatient, dead_letters, has, new_request, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from nats.js import JetStreamContext

    from shared.settings import NatsSettings

SERVERS = ("three servers",)  # each death costs a process


@asynccontextmanager
async def restarted(nats: NatsSettings, release: Path, *deadly: str) -> AsyncIterator[Lives]:
    """A worker's process, started again whenever it dies.

    Its jobs do not end before the file ``release`` is there.
    """
    starter = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.worker.dying_worker"),
        *(str(release), *deadly),
        env={**os.environ, "NATS_URL": nats.url, "NATS_TLS_CA_FILE": nats.tls_ca_file},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert starter.stdout is not None
    try:
        yield Lives(starter.stdout)
    finally:
        os.killpg(starter.pid, signal.SIGKILL)
        await starter.communicate()


class Lives:
    """The worker's processes, one after the other."""

    def __init__(self, numbers: asyncio.StreamReader) -> None:
        self._numbers = numbers

    async def end(self) -> None:
        """SIGKILL for the oldest that was not ended here; it must be alive."""
        os.kill(int(await self._numbers.readline()), signal.SIGKILL)


def released(folder: Path) -> Path:
    """The file that lets jobs end."""
    file = folder / "release"
    file.touch()
    return file


async def test_a_job_that_kills_its_workers_ends_in_a_dead_letter_and_nobody_with_it(
    nats_settings: NatsSettings, js: JetStreamContext, tmp_path: Path
) -> None:
    """Ten deaths, ever longer apart, told to its user; what was beside it is finished."""
    await be_impatient(js, ack_wait_s=1)
    deadly, *others = (new_request() for _ in range(4))
    for event in (deadly, *others):
        await EventLog(js).publish(event)
    async with restarted(nats_settings, released(tmp_path), deadly.export_id):
        *known, failed = await until(js, deadly, has(ExportFailed))
        for event in others:
            await until(js, event, has(ExportPackaged))
    assert isinstance(failed, ExportFailed)
    assert (failed.reason, failed.error.code) == ("crash-loop", "crash-loop")
    waits = [event for event in known if isinstance(event, AttemptFailed)]
    assert {(wait.error.code, wait.failures) for wait in waits} == {("worker-lost", 0)}
    assert len(waits) == MAX_CRASHES - 1
    delays = [(wait.retry_at - wait.at).total_seconds() for wait in waits]
    assert delays[-1] > 8 * delays[0]
    (letter,) = await dead_letters(js)
    counts = letter.headers["Aethel-Attempts"], letter.headers["Aethel-Failures"]
    assert counts == (str(MAX_CRASHES), "0")
    assert failed.dead_letter == str(letter.seq)


async def test_a_suspect_runs_alone(
    nats_settings: NatsSettings, js: JetStreamContext, tmp_path: Path
) -> None:
    """From its second death on, no other job of the process dies with it."""
    await be_impatient(js, ack_wait_s=1)
    deadly = new_request()
    await EventLog(js).publish(deadly)
    bystanders = []
    async with restarted(nats_settings, released(tmp_path), deadly.export_id):
        await until(js, deadly, has(ExportStarted, 3))
        while not has(ExportStarted, 6)(await until(js, deadly, has(ExportStarted))):
            bystanders.append(new_request())
            await EventLog(js).publish(bystanders[-1])
            await asyncio.sleep(0.1)
        for event in bystanders:
            known = await until(js, event, has(ExportPackaged))
            assert sum(isinstance(event, ExportStarted) for event in known) == 1


async def test_kills_from_outside_make_no_dead_letter(
    nats_settings: NatsSettings, js: JetStreamContext, tmp_path: Path
) -> None:
    """The message comes again; no failure is counted."""
    await be_impatient(js, ack_wait_s=1)
    event = new_request()
    await EventLog(js).publish(event)
    async with restarted(nats_settings, tmp_path / "release") as lives:
        for kills in range(1, 4):
            await until(js, event, has(ExportStarted, kills))
            await lives.end()
        released(tmp_path)
        known = await until(js, event, has(ExportPackaged))
    waits = [event for event in known if isinstance(event, AttemptFailed)]
    assert [(wait.error.code, wait.failures) for wait in waits] == [("worker-lost", 0)] * 3
    assert await dead_letters(js) == []


async def test_a_cancel_after_a_kill_does_not_say_that_the_parts_are_gone(
    nats_settings: NatsSettings, js: JetStreamContext, tmp_path: Path
) -> None:
    """What the dead worker had uploaded waits for the sweeper; the receipt is true."""
    await be_impatient(js, ack_wait_s=1)
    event = new_request()
    await EventLog(js).publish(event)
    async with restarted(nats_settings, tmp_path / "release") as lives:
        await until(js, event, has(ExportStarted))
        await lives.end()
        await EventLog(js).publish(ExportCanceled(**event.identity, reason="enough"))
        *_, stopped = await until(js, event, has(ExportStopped))
    assert isinstance(stopped, ExportStopped)
    assert not stopped.parts_aborted

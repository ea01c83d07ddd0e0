from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from shared.domain.events import AttemptFailed, ExportPackaged, ExportRequested, ExportStarted
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.publishing import publish
from shared.service.process_guard import Guard
from shared.settings import NatsSettings
from tests.cluster import start_small
from tests.integration.worker.working import (
    acknowledged,
    be_impatient,
    has,
    new_request,
    until,
    working,
)

if TYPE_CHECKING:
    from pathlib import Path

    from nats.js import JetStreamContext

    from shared.jetstream.progress_reporter import ProgressReporter

DISK_BYTES = 16 << 20


async def _fill(js: JetStreamContext, block_bytes: int) -> None:
    """Until not even a block of that size fits."""
    with suppress(NatsUnavailableError):
        while True:
            await publish(js, "audit.filler", bytes(block_bytes), {}, patience_s=1)


async def test_a_full_disk_refuses_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New exports are refused at once; the one in hand waits for room and is not built again."""
    small = [stream.evolve(max_bytes=-1) for stream in topology.STREAMS]
    monkeypatch.setattr(topology, "STREAMS", small)
    monkeypatch.setattr(topology, "GIB", 1 << 20)
    guard = Guard()
    server = start_small(tmp_path / "nats", guard, max_file_store=DISK_BYTES)
    nc = await connect(NatsSettings(url=server.url), name="test", patience_s=600)
    js = nc.jetstream()
    await topology.apply(js)
    full = asyncio.Event()

    async def job(_: ExportRequested, __: ProgressReporter) -> None:
        await full.wait()

    await be_impatient(js, ack_wait_s=3)
    event = new_request()
    await EventLog(js).publish(event)
    async with working(nc, job) as builder:
        await until(js, event, has(ExportStarted))
        for block_bytes in (1 << 19, 1 << 14, 1 << 9, 1):
            await _fill(js, block_bytes)
        full.set()
        with pytest.raises(NatsUnavailableError):
            await EventLog(js).publish(new_request(), patience_s=1e6)
        await asyncio.sleep(6)
        assert not has(ExportPackaged)(await until(js, event, has(ExportStarted)))
        await js.purge_stream(topology.AUDIT)
        known = await until(js, event, has(ExportPackaged))
        await acknowledged(js)
    assert builder.calls[event.export_id] == 1
    assert not any(isinstance(event, AttemptFailed) for event in known)
    await nc.close()
    server.child.kill()
    guard.close()

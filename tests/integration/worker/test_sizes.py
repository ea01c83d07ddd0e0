"""Large exports beside small ones, in a process that has room for one large one at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shared.domain.events import ExportPackaged, ExportStarted
from shared.domain.loads import Load, Shares
from shared.domain.room import Room
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from tests.integration.worker.test_turns import queue_of
from tests.integration.worker.working import (
    acknowledged,
    be_impatient,
    has,
    new_request,
    until,
    working,
)

if TYPE_CHECKING:
    import pytest
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter

LARGE_BYTES = 2 << 30
SHARES = Shares.of(4 << 30)


async def deliveries(js: JetStreamContext) -> int:
    """How often the server has handed out a message, whichever it was."""
    info = await js.consumer_info(topology.EXPORTS, topology.packager_durable("web"))
    assert info.delivered is not None
    return int(info.delivered.consumer_seq)


async def test_small_exports_pass_large_ones_of_the_same_user(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one slot, too. The other large ones wait where they are, for as long as it takes."""
    monkeypatch.setattr("shared.worker.delivery.ROOM_S", 0.1)
    release = asyncio.Event()

    async def job(event: ExportRequested, _: ProgressReporter) -> None:
        if event.project_bytes == LARGE_BYTES:
            await release.wait()

    for slots in (1, 2):
        release.clear()
        before = await deliveries(js)
        large = [new_request(project_bytes=LARGE_BYTES) for _ in range(3)]
        small = [new_request(project_bytes=1_000) for _ in range(3)]
        for event in (*large, *small):
            await EventLog(js).publish(event)
        async with working(
            nc, job, queue=await queue_of(nc), concurrency=slots, room=Room(SHARES)
        ) as builder:
            for event in small:
                await until(js, event, has(ExportPackaged))
            await asyncio.sleep(1)
            assert sum(builder.calls[event.export_id] for event in large) == 1
            release.set()
            for event in large:
                await until(js, event, has(ExportPackaged))
            await acknowledged(js)
        assert set(builder.calls.values()) == {1}
        handed_back = len(large)  # each once at most: slots that fetch at the same moment
        assert await deliveries(js) - before <= len(large) + len(small) + handed_back


async def test_what_is_delivered_without_room_waits_without_being_delivered_again_and_again(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is handed back, for another process; then it is kept, for several ack waits."""
    monkeypatch.setattr("shared.worker.delivery.ROOM_S", 0.1)
    await be_impatient(js, ack_wait_s=1.0)
    release = asyncio.Event()

    async def job(_: ExportRequested, __: ProgressReporter) -> None:
        await release.wait()

    first, second = (new_request(user_id=who, project_bytes=LARGE_BYTES) for who in "ab")
    room = Room(SHARES)
    other = Load(user_id="c", project_id="another", size_bytes=SHARES.large_bytes - LARGE_BYTES)
    await EventLog(js).publish(first)
    async with working(nc, job, concurrency=2, room=room) as builder:
        await until(js, first, has(ExportStarted))
        assert room.has_room("another", other)
        await EventLog(js).publish(second)
        await asyncio.sleep(2.5)
        assert not builder.calls[second.export_id]
        assert not room.has_room("another", other)  # what comes later does not take it bit by bit
        release.set()
        await until(js, second, has(ExportPackaged))
        await acknowledged(js)
    assert set(builder.calls.values()) == {1}
    assert await deliveries(js) == 3

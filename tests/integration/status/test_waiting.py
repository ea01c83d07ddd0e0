from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from shared.domain.events import AnyEvent, now
from shared.domain.export_document import Document, fold
from shared.domain.export_view import as_of_now
from shared.stores.queue_position import QueuePositions
from shared.stores.worker_registry import BUCKET, WorkerHeartbeat
from tests.integration.status.watching import (
    COMPLETED,
    PACKAGED,
    REQUESTED,
    STARTED,
    WAITING,
    Status,
    next_of,
    until_closed,
)

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse

AN_HOUR_S = 3_600.0
PACKAGER = WorkerHeartbeat(
    name="packager-1", version="1", platforms=("web",), started_at=now(), in_hand=()
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at once instead of after seconds; the test waits for what it sees, not for a time."""
    monkeypatch.setattr("services.status.websocket.hub.QUEUE_POSITION_S", 0.1)
    monkeypatch.setattr("shared.stores.worker_registry.KNOWN_S", 0.0)


async def beat(status: Status, worker: WorkerHeartbeat) -> None:
    """A worker says how it is."""
    workers = await status.nc.jetstream().key_value(BUCKET)
    await workers.put(worker.name, msgspec.json.encode(worker))


async def state_with(socket: ClientWebSocketResponse, reason: str | None) -> dict[str, Any]:
    """The first state that gives this reason."""
    while True:
        state: dict[str, Any] = (await next_of(socket, "export-status"))["state"]
        if state["waitingReason"] == reason:
            return state


async def test_a_watcher_is_told_why_it_waits_as_that_changes(status: Status) -> None:
    """No worker, one that drains, one whose breaker is open, one that works, one at it."""
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    state = await state_with(socket, "no-worker")
    assert state["currentStep"].startswith("No worker for web is running. The export goes on")
    for change, reason in (
        ({"draining": True}, "draining"),
        ({"open_breakers": {"packager-web": "StorageError"}}, "breaker"),
        ({}, "queue"),
    ):
        await beat(status, msgspec.structs.replace(PACKAGER, **change))
        await state_with(socket, reason)
    await status.events.publish(STARTED)
    assert (await state_with(socket, None))["status"] == "preparing"
    await socket.close()


async def test_between_two_attempts_the_retry_is_what_it_waits_for(status: Status) -> None:
    """With the error in the step and the time in ``retryAt``; once due, a missing worker is."""
    soon: AnyEvent = msgspec.structs.replace(WAITING, retry_at=now() + timedelta(seconds=3))
    for event in (REQUESTED, STARTED, soon):
        await status.events.publish(event)
    socket = await status.connect(f"ticket={status.ticket(seq=3)}")
    state = await state_with(socket, "retry")
    assert state["currentStep"] == "Try again. The next attempt comes by itself."
    assert state["retryAt"] is not None
    await state_with(socket, "no-worker")
    await socket.close()


async def test_what_is_packed_waits_for_an_uploader(status: Status) -> None:
    """A packager is none."""
    await beat(status, PACKAGER)
    for event in (REQUESTED, STARTED, PACKAGED):
        await status.events.publish(event)
    socket = await status.connect(f"ticket={status.ticket(seq=3)}")
    state = await state_with(socket, "no-worker")
    assert (state["status"], state["currentStep"].startswith("No uploader")) == ("uploading", True)
    uploader = msgspec.structs.replace(PACKAGER, name="uploader-1", platforms=())
    await beat(status, uploader)
    await state_with(socket, "queue")
    await socket.close()


async def test_http_and_websocket_give_the_same_reason(status: Status) -> None:
    """Both ask the same, of the same document."""
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    seen = await state_with(socket, "no-worker")
    document: Document = fold(None, REQUESTED, 1)
    queue = await QueuePositions.bind(status.nc)
    state = as_of_now(document, queue_position=await queue.of(document))
    told = (state.waiting_reason, state.current_step, state.position, state.eta)
    assert told == (seen["waitingReason"], seen["currentStep"], seen["position"], seen["eta"])
    await socket.close()


async def test_many_who_wait_ask_no_more_than_one(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How their platform's workers get on is the same for all, at the same moment or later."""
    monkeypatch.setattr("shared.stores.worker_registry.KNOWN_S", AN_HOUR_S)
    monkeypatch.setattr("shared.stores.queue_position.LATELY_S", AN_HOUR_S)
    await beat(status, PACKAGER)
    seq = (await status.events.publish(REQUESTED)).seq
    queue, document = await QueuePositions.bind(status.nc), fold(None, REQUESTED, seq)
    sent = status.nc.stats["out_msgs"]
    told, *others = await asyncio.gather(*(queue.of(document) for _ in range(200)))
    assert [*others, *[await queue.of(document) for _ in range(200)]] == [told] * 399
    assert status.nc.stats["out_msgs"] - sent < 20


async def test_who_comes_after_the_expiry_is_told_so(status: Status) -> None:
    """Also in a room that was opened before: completed, but nothing to download any more."""
    expires_at = now() + timedelta(seconds=2)
    completed: AnyEvent = msgspec.structs.replace(COMPLETED, expires_at=expires_at)
    for event in (REQUESTED, STARTED, completed):
        await status.events.publish(event)
    while True:
        socket = await status.connect(f"ticket={status.ticket(seq=3)}")
        messages, code = await until_closed(socket)
        state = messages[-1]["state"]
        assert (state["status"], code) == ("completed", 1000)
        if state["downloadUrl"] is None:
            break
        assert (state["progress"], state["currentStep"]) == (100, "Ready to download")
    assert (state["progress"], state["canRetry"]) == (0, True)
    assert state["currentStep"].startswith("The artifact expired on ")

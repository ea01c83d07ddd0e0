from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from nats.js.errors import APIError

from shared.domain.events import encode_event
from shared.domain.progress import Progress
from tests.unit.sample_events import EXPORT, requested

if TYPE_CHECKING:
    import aiohttp

    from shared.domain.events import AnyEvent, ExportRequested
from shared.stores.build_times import BuildTimes
from tests.integration.status.watching import (
    CANCELED,
    COMPLETED,
    FAILED,
    REQUESTED,
    STARTED,
    STOPPED,
    WAITING,
    Status,
    next_of,
    until_closed,
)


async def test_what_is_started_again_is_queued_for_its_watchers_too(status: Status) -> None:
    """The first socket ends with the failure; the next one sees the new generation, from zero."""
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await status.progress(40)
    await status.events.publish(FAILED)
    messages, code = await until_closed(socket)
    ended = messages[-1]["state"]
    assert (ended["status"], ended["progress"], code) == ("failed", 40, 1000)
    again = msgspec.structs.replace(requested(2), replay_of=7)
    published = await status.events.publish(again)
    socket = await status.connect(f"ticket={status.ticket(generation=2, seq=published.seq)}")
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["status"], state["generation"], state["progress"]) == ("queued", 2, 0)
    assert (state["deadLetter"], state["error"], state["canRetry"]) == (None, None, False)
    await socket.close()


async def test_facts_twice_and_late_change_nothing(status: Status) -> None:
    """The document after repetitions is the document without them."""
    for event in (REQUESTED, COMPLETED):
        await status.events.publish(event)
    js = status.nc.jetstream()
    for event in (STARTED, REQUESTED, COMPLETED):
        await js.publish(event.subject, encode_event(event))
    socket = await status.connect(f"ticket={status.ticket(seq=5)}")
    messages, _ = await until_closed(socket)
    assert messages[-1]["state"]["status"] == "completed"


@pytest.mark.parametrize("end", [WAITING, CANCELED, FAILED], ids=["waits", "canceled", "failed"])
async def test_progress_does_not_fall_when_an_attempt_ends(status: Status, end: AnyEvent) -> None:
    """What was reached still shows while it waits, and after its end."""
    for event in (REQUESTED, STARTED):
        await status.events.publish(event)
    socket = await status.connect()
    await status.progress(45)
    while (await next_of(socket, "export-status"))["state"]["progress"] != 45:
        continue
    await status.events.publish(end)
    state = (await next_of(socket, "export-status"))["state"]
    while state["status"] not in {"queued", "canceled", "failed"}:
        state = (await next_of(socket, "export-status"))["state"]
    assert state["progress"] == 45


async def test_progress_that_the_stream_refused_is_not_shown(status: Status) -> None:
    """A worker that was slower publishes too; nobody may see what is taken back later."""
    for event in (REQUESTED, STARTED):
        await status.events.publish(event)
    socket = await status.connect()
    await status.progress(45)
    refused = Progress(
        export_id=EXPORT, generation=1, status="building", percent=92, step="Packing"
    )
    with pytest.raises(APIError):
        await status.nc.jetstream().publish(
            f"progress.{EXPORT}",
            msgspec.json.encode(refused),
            headers={"Nats-Expected-Last-Subject-Sequence": "999"},
        )
    await status.progress(46)
    seen = set()
    while 46 not in seen:
        seen.add((await next_of(socket, "export-status"))["state"]["progress"])
    assert max(seen) == 46


async def test_the_receipt_of_a_cancel_is_seen_by_who_watches(status: Status) -> None:
    """The canceled state comes at once, once more with its receipt, and only then the close."""
    for event in (REQUESTED, STARTED, CANCELED):
        await status.events.publish(event)
    socket = await status.connect(f"ticket={status.ticket(seq=3)}")
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["status"], state["cancelReceipt"]["stoppedAt"]) == ("canceled", None)
    await status.events.publish(STOPPED)
    messages, code = await until_closed(socket)
    assert messages[-1]["state"]["cancelReceipt"]["stoppedAt"] is not None
    assert code == 1000


async def test_a_receipt_that_does_not_come_keeps_no_socket_open(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead worker's comes later; what is started again meanwhile is for a new ticket."""
    monkeypatch.setattr("services.status.websocket.endpoint.RECEIPT_S", 1.0)
    for event in (REQUESTED, STARTED, CANCELED):
        await status.events.publish(event)
    socket = await status.connect(f"ticket={status.ticket(seq=3)}")
    await next_of(socket, "export-status")
    await status.events.publish(requested(2))
    messages, code = await until_closed(socket)
    assert {m["state"]["generation"] for m in messages} <= {1}
    assert code == 1000


async def test_who_queues_is_told_where_and_until_when(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the gateway tells it, and again when somebody before it has been taken."""
    monkeypatch.setattr("services.status.websocket.hub.QUEUE_POSITION_S", 0.1)
    js = status.nc.jetstream()
    await (await BuildTimes.bind(js)).note("web", 10)
    others = [msgspec.structs.replace(requested(), export_id=str(uuid.uuid4())) for _ in range(2)]
    for event in (*others, REQUESTED):
        await status.events.publish(event)
    await status.events.publish(_started(others[0]))
    socket = await status.connect(f"ticket={status.ticket(seq=3)}")
    assert (await _at(socket, 2))["eta"]["p50S"] == 30
    await status.events.publish(_started(others[1]))
    assert (await _at(socket, 1))["eta"]["p50S"] == 15
    await status.events.publish(STARTED)
    state = await _at(socket, None)
    assert (state["status"], state["eta"]) == ("preparing", None)
    await socket.close()


async def _at(socket: aiohttp.ClientWebSocketResponse, position: int | None) -> dict[str, Any]:
    """The state with that position; until the queue has heard of everything it tells others."""
    while True:
        state: dict[str, Any] = (await next_of(socket, "export-status"))["state"]
        if state["position"] == position:
            return state


def _started(event: ExportRequested) -> AnyEvent:
    """A worker has taken it."""
    return msgspec.structs.replace(STARTED, export_id=event.export_id)


async def test_completed_builds_are_what_estimates_are_made_of(status: Status) -> None:
    """Their own time, not that of the queue or of the upload."""
    for event in (REQUESTED, STARTED, COMPLETED):
        await status.events.publish(event)
    await until_closed(await status.connect(f"ticket={status.ticket(seq=3)}"))
    build_times = await BuildTimes.bind(status.nc.jetstream())
    while not (known := await build_times.of("web")).seconds:  # noqa: ASYNC110 - the bucket is asked
        await asyncio.sleep(0.05)
    assert set(known.seconds) == {61}

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from nats.js.errors import APIError

from shared import events
from shared.chatter import Progress
from tests.unit.facts import EXPORT, requested

if TYPE_CHECKING:
    from shared.events import AnyFact
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
    await status.facts.publish(REQUESTED)
    socket = await status.connect()
    await status.progress(40)
    await status.facts.publish(FAILED)
    messages, code = await until_closed(socket)
    ended = messages[-1]["state"]
    assert (ended["status"], ended["progress"], code) == ("failed", 40, 1000)
    again = msgspec.structs.replace(requested(2), replay_of=7)
    published = await status.facts.publish(again)
    socket = await status.connect(f"ticket={status.ticket(generation=2, seq=published.seq)}")
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["status"], state["generation"], state["progress"]) == ("queued", 2, 0)
    assert (state["deadLetter"], state["error"], state["canRetry"]) == (None, None, False)
    await socket.close()


async def test_facts_twice_and_late_change_nothing(status: Status) -> None:
    """The document after repetitions is the document without them."""
    for fact in (REQUESTED, COMPLETED):
        await status.facts.publish(fact)
    js = status.nc.jetstream()
    for fact in (STARTED, REQUESTED, COMPLETED):
        await js.publish(fact.subject, events.encode(fact))
    socket = await status.connect(f"ticket={status.ticket(seq=5)}")
    messages, _ = await until_closed(socket)
    assert messages[-1]["state"]["status"] == "completed"


@pytest.mark.parametrize("end", [WAITING, CANCELED, FAILED], ids=["waits", "canceled", "failed"])
async def test_progress_does_not_fall_when_an_attempt_ends(status: Status, end: AnyFact) -> None:
    """What was reached still shows while it waits, and after its end."""
    for fact in (REQUESTED, STARTED):
        await status.facts.publish(fact)
    socket = await status.connect()
    await status.progress(45)
    while (await next_of(socket, "export-status"))["state"]["progress"] != 45:
        continue
    await status.facts.publish(end)
    state = (await next_of(socket, "export-status"))["state"]
    while state["status"] not in {"queued", "canceled", "failed"}:
        state = (await next_of(socket, "export-status"))["state"]
    assert state["progress"] == 45


async def test_progress_that_the_stream_refused_is_not_shown(status: Status) -> None:
    """A worker that was slower publishes too; nobody may see what is taken back later."""
    for fact in (REQUESTED, STARTED):
        await status.facts.publish(fact)
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
    for fact in (REQUESTED, STARTED, CANCELED):
        await status.facts.publish(fact)
    socket = await status.connect(f"ticket={status.ticket(seq=3)}")
    state = (await next_of(socket, "export-status"))["state"]
    assert (state["status"], state["cancelReceipt"]["stoppedAt"]) == ("canceled", None)
    await status.facts.publish(STOPPED)
    messages, code = await until_closed(socket)
    assert messages[-1]["state"]["cancelReceipt"]["stoppedAt"] is not None
    assert code == 1000


async def test_a_receipt_that_does_not_come_keeps_no_socket_open(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead worker's comes later; what is started again meanwhile is for a new ticket."""
    monkeypatch.setattr("services.status.socket.RECEIPT_S", 1.0)
    for fact in (REQUESTED, STARTED, CANCELED):
        await status.facts.publish(fact)
    socket = await status.connect(f"ticket={status.ticket(seq=3)}")
    await next_of(socket, "export-status")
    await status.facts.publish(requested(2))
    messages, code = await until_closed(socket)
    assert {m["state"]["generation"] for m in messages} <= {1}
    assert code == 1000

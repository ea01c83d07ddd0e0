"""A stream or bucket is gone, and an operator types ``streams apply`` while everything runs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.uploader.gc.sweeper import Sweeper
from shared.domain.events import ExportCompleted, ExportFailed
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.stores.exports import bind_exports, export_key
from shared.stores.sweep_hold import FOLD_BEHIND, SweepHeldError, SweepHold
from tests.integration.status.watching import EVENTS, next_of, running, until_closed
from tests.integration.worker.test_lost_messages import status_service, well
from tests.integration.worker.working import new_request, working

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import Event
    from shared.domain.export_document import Document
    from shared.storage.bucket import Storage


async def document_of(
    js: JetStreamContext, event: Event, done: Callable[[Document], bool]
) -> Document:
    """The document of an export once ``done`` says so; the test's own time-out bounds it."""
    exports = await bind_exports(js)
    while True:
        found = await exports.get(export_key(event.project_id, event.export_id))
        if found is not None and done(found.value):
            return found.value
        await asyncio.sleep(0.05)


async def test_exports_end_although_their_events_are_lost(nc: Client, js: JetStreamContext) -> None:
    """What was queued fails with what to do; what is asked for afterwards is built as ever."""
    waiting = new_request()
    async with status_service(nc, patience_s=0.5):
        await EventLog(js).publish(waiting)
        before = await document_of(js, waiting, lambda _: True)
        await js.delete_stream(topology.EXPORTS)
        await topology.apply(js)
        after = await document_of(js, waiting, lambda document: document.state.ended)
        async with working(nc, well):
            fresh = new_request()
            await EventLog(js).publish(fresh)
            await document_of(js, fresh, lambda document: document.state.status == "uploading")
    assert (after.state.status, after.state.error_code) == ("failed", "events-lost")
    assert after.state.can_retry
    assert after.seq > before.seq
    assert isinstance(after.events[after.seq], ExportFailed)


async def test_a_new_generation_whose_events_are_lost_ends(
    nc: Client, js: JetStreamContext
) -> None:
    """Documents that were backed up a moment after the events may know one that these lack."""
    events = EventLog(js)
    first = new_request()
    again = msgspec.structs.replace(first, generation=2)
    async with status_service(nc, patience_s=0.5):
        await events.publish(first)
        published = await events.publish(again)
        await document_of(js, again, lambda document: document.generation == 2)
        await js.delete_msg(topology.EXPORTS, published.seq)
        after = await document_of(js, again, lambda document: document.state.ended)
    assert (after.generation, after.state.error_code) == (2, "events-lost")


async def test_documents_are_folded_again(nc: Client, js: JetStreamContext) -> None:
    """The bucket is made anew while the service runs; who watches hears what happens next."""
    async with running(nc) as status:
        for event in EVENTS[:5]:
            await status.events.publish(event)
        before = await document_of(js, EVENTS[0], lambda document: len(document.events) == 5)
        socket = await status.connect()
        await next_of(socket, "export-status")
        await js.delete_stream(topology.EXPORTS_BUCKET.stream)
        await topology.apply(js)
        again = await document_of(js, EVENTS[0], lambda document: len(document.events) == 5)
        assert again == before
        ended = next(event for event in EVENTS if isinstance(event, ExportCompleted))
        await status.events.publish(ended)
        messages, code = await until_closed(socket)
    assert messages[-1]["state"]["status"] == "completed"
    assert code == 1000


@pytest.mark.parametrize("name", [topology.LOGS, topology.PROGRESS])
async def test_lines_and_progress_come_again(nc: Client, js: JetStreamContext, name: str) -> None:
    """A stream of chatter is made anew; who watches from then on misses nothing of it."""
    async with running(nc) as status:
        await status.events.publish(EVENTS[0])
        await status.log("before", "before")
        await status.progress(10)
        socket = await status.connect()
        await next_of(socket, "log")
        await js.delete_stream(name)
        await topology.apply(js)
        await status.log("after")
        await status.progress(20)
        heard: set[object] = set()
        while not heard >= {"after", 20}:
            message = await socket.receive_json()
            heard.add(message.get("message") or message.get("state", {}).get("progress"))
        await socket.close()


async def test_nothing_is_swept_while_documents_are_folded_again(
    js: JetStreamContext, storage: Storage
) -> None:
    """What a document names that is not there yet would be taken for garbage."""
    sweeper = await Sweeper.bind(js, storage, grace=timedelta(0))
    for number in range(FOLD_BEHIND + 1):
        await js.publish(topology.events_of(str(number)).replace("*", "x"), b"")
    with pytest.raises(SweepHeldError, match=r"1,001 events are not in the documents yet"):
        await sweeper.sweep()
    await js.purge_stream(topology.EXPORTS)
    await sweeper.sweep()


async def test_an_operator_holds_sweeping(js: JetStreamContext, storage: Storage) -> None:
    """Until it is resumed, or the time is over; ``streams apply`` changes nothing about it."""
    hold, sweeper = SweepHold(js), await Sweeper.bind(js, storage, grace=timedelta(0))
    await hold.hold(hold_until := EVENTS[0].at.replace(year=9999))
    await topology.apply(js)
    with pytest.raises(SweepHeldError, match=f"{hold_until:%Y-%m-%d}"):
        await sweeper.sweep()
    await hold.hold(EVENTS[0].at)
    await sweeper.sweep()
    await hold.hold(hold_until)
    await hold.hold(None)
    await sweeper.sweep()

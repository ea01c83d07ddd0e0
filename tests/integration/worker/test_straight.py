"""What has just been asked for has no history: none is read, and the stream sees to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.events import ExportCanceled, ExportPackaged, ExportStarted
from shared.jetstream import topology
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_log import STRAIGHT, EventLog, OvertakenError, is_straight
from shared.jetstream.publishing import publish
from tests.integration.worker.working import acknowledged, new_request, until, working

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent, ExportRequested
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.jetstream.publishing import Published

WEB = topology.packager_durable("web")


async def well(_event: ExportRequested, _reporter: ProgressReporter) -> None:
    """Build."""


def packaged(events: list[AnyEvent]) -> bool:
    """Whether the attempt has ended well."""
    return isinstance(events[-1], ExportPackaged)


async def test_nothing_is_read_of_what_has_just_been_asked_for(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever gets the result is told so."""
    event, read = new_request(), EventLog.stored
    reads: list[str] = []

    async def stored(self: EventLog, export_id: str) -> Any:
        reads.append(export_id)
        return await read(self, export_id)

    async with working(nc, well):
        monkeypatch.setattr(EventLog, "stored", stored)
        await EventLog(js).publish(event)
        await acknowledged(js, WEB)
    assert not reads
    monkeypatch.undo()
    seq = (await js.stream_info(topology.EXPORTS)).state.last_seq
    message = await EventLog(js).message(seq)
    assert message is not None
    assert is_straight(event, message.headers or {})
    assert STRAIGHT in (message.headers or {})


async def test_what_was_canceled_while_it_waited_is_not_begun(
    nc: Client, js: JetStreamContext
) -> None:
    """The stream refuses its start; then its history is read."""
    event, events = new_request(), EventLog(js)
    await events.publish(event)
    await events.publish(ExportCanceled(**event.identity, reason="by its user"))
    async with working(nc, well) as builder:
        await acknowledged(js, WEB)
    assert not builder.calls
    assert [type(one).__name__ for _, one in await events.of(event.export_id)] == [
        "ExportRequested",
        "ExportCanceled",
        "ExportStopped",
    ]


async def test_a_cancel_while_it_is_built_is_no_straight_way(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is packaged all the same where the worker has not heard: its reader must ask."""
    event, events = new_request(), EventLog(js)
    monkeypatch.setattr("shared.worker.cancels.CANCELED_EVENTS", "nobody.speaks")

    async def canceled(event: ExportRequested, _reporter: ProgressReporter) -> None:
        await events.publish(ExportCanceled(**event.identity, reason="by its user"))

    async with working(nc, canceled):
        await events.publish(event)
        await until(js, event, packaged)
    newest = await events.message((await js.stream_info(topology.EXPORTS)).state.last_seq)
    assert newest is not None
    assert STRAIGHT not in (newest.headers or {})


async def test_a_start_whose_acknowledgement_was_lost_is_no_crash(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same worker finds its own start in the stream, and goes on."""
    lost = 0

    async def forgetful(*arguments: Any, **options: Any) -> Published:
        nonlocal lost
        if ".started." in arguments[1] and not lost:
            lost += 1
            await publish(*arguments, **options)
        return await publish(*arguments, **options)

    monkeypatch.setattr("shared.jetstream.event_log.publish", forgetful)
    event = new_request()
    async with working(nc, well) as builder:
        await EventLog(js).publish(event)
        found = await until(js, event, packaged)
    assert lost
    assert builder.calls == {event.export_id: 1}
    assert [one.attempt for one in found if isinstance(one, ExportStarted)] == [1]
    assert [type(one).__name__ for one in found] == [
        "ExportRequested",
        "ExportStarted",
        "ExportPackaged",
    ]


@pytest.mark.parametrize("error", [NatsUnavailableError, OvertakenError])
async def test_a_result_that_was_not_taken_straight_keeps_its_message(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """That try may have taken long: its worker says that it lives before the next one."""
    told: list[str] = []

    async def refused(*arguments: Any, **options: Any) -> Published:
        if ".packaged." in arguments[1] and STRAIGHT in arguments[3]:
            raise error("not now")
        return await publish(*arguments, **options)

    async def listen(message: Msg) -> None:
        told.append("published" if ".packaged." in message.subject else message.data.decode())

    monkeypatch.setattr("shared.jetstream.event_log.publish", refused)
    event = new_request()
    for subject in (f"$JS.ACK.{topology.EXPORTS}.{WEB}.>", f"exports.packaged.*.{event.export_id}"):
        await nc.subscribe(subject, cb=listen)
    await EventLog(js).publish(event)
    async with working(nc, well):
        await acknowledged(js, WEB)
    assert told == ["+WPI", "published", ""]

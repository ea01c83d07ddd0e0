"""What neither a worker nor JetStream itself ends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from services.status.document_news import DocumentNews
from services.status.projector import Projector
from services.status.recovery.max_deliveries import MaxDeliveriesHandler
from services.status.recovery.open_exports import OpenExports
from services.status.recovery.reaper import Reaper
from shared.domain.events import (
    AttemptFailed,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    Failure,
)
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.publishing import publish
from shared.stores.exports import bind_exports
from shared.stores.open_exports import OpenExportsNotes
from tests.integration.worker.test_dead_letters import counts_of, headers_of
from tests.integration.worker.working import (
    acknowledged,
    be_impatient,
    dead_letters,
    has,
    new_request,
    until,
    working,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import Event
    from shared.jetstream.progress_reporter import ProgressReporter

TWICE = 2


@asynccontextmanager
async def status_service(nc: Client, *, patience_s: float = 0.5) -> AsyncIterator[None]:
    """The parts of the status service that see to it that every export ends."""
    js, stop = nc.jetstream(), asyncio.Event()
    max_deliveries = MaxDeliveriesHandler(js)
    async with DocumentNews(nc) as news, asyncio.TaskGroup() as group:
        exports = OpenExports(nc, news, await OpenExportsNotes.bind(js))
        documents = await bind_exports(js)
        reaper = Reaper(
            nc, exports, documents, max_deliveries, attempt_s=900, patience_s=patience_s
        )
        group.create_task((await Projector.bind(js)).run(stop))
        group.create_task(max_deliveries.run(stop))
        group.create_task(reaper.run(stop, interval_s=0.2))
        yield
        stop.set()


async def exhaust(js: JetStreamContext) -> None:
    """Take the message as often as it may be delivered and never answer, as a bug might."""
    await be_impatient(js, ack_wait_s=0.2, max_deliver=TWICE)
    durable = topology.packager_durable("web")
    taking = await js.pull_subscribe_bind(durable, stream=topology.EXPORTS)
    seen = 0
    while seen < TWICE:
        try:
            seen += len(await taking.fetch(1, timeout=2))
        except TimeoutError:
            continue
    with pytest.raises(TimeoutError):
        await taking.fetch(1, timeout=1)  # now the server notices, and tells
    await taking.unsubscribe()
    await be_impatient(js, ack_wait_s=5, max_deliver=topology.MAX_DELIVER)


def tried_twice(event: ExportRequested) -> list[Event]:
    """One attempt that failed, and one that nobody has ended."""
    build: dict[str, Any] = {**event.identity, "stage": "build"}
    why = Failure(code="internal", message="Oops.", retryable=True)
    return [
        ExportStarted(**build, attempt=1, worker="w1"),
        AttemptFailed(**build, attempt=1, failures=1, error=why, retry_at=event.at),
        ExportStarted(**build, attempt=2, worker="w1"),
    ]


async def well(_: ExportRequested, __: ProgressReporter) -> None:
    """Succeeds."""


async def test_what_jetstream_gives_up_is_a_dead_letter(nc: Client, js: JetStreamContext) -> None:
    """By the advisory, however late somebody reads it; one letter, and the user is told."""
    event = new_request()
    await EventLog(js).publish(event)
    for earlier in tried_twice(event):
        await EventLog(js).publish(earlier)
    await exhaust(js)
    async with status_service(nc, patience_s=1e6):
        *_, failed = await until(js, event, has(ExportFailed))
    assert isinstance(failed, ExportFailed)
    assert failed.reason == "max-deliveries"
    (letter,) = await dead_letters(js)
    assert counts_of(letter) == ("2", "1")
    assert (letter.headers["Aethel-Deliveries"], letter.headers["Aethel-Worker"]) == (
        str(TWICE),
        "undertaker",
    )
    assert letter.headers["Aethel-Subject"] == event.subject


async def test_an_undecodable_message_that_is_given_up_ends_its_export(
    nc: Client, js: JetStreamContext
) -> None:
    """Its headers are enough for the max-deliveries handler as well."""
    event = new_request()
    await publish(js, event.subject, b"\xff", headers_of(event), patience_s=5)
    for earlier in tried_twice(event):
        await EventLog(js).publish(earlier)
    await exhaust(js)
    async with status_service(nc, patience_s=1e6):
        *_, failed = await until(js, event, has(ExportFailed))
    assert isinstance(failed, ExportFailed)
    assert failed.reason == "undecodable"
    (letter,) = await dead_letters(js)
    assert counts_of(letter) == ("2", "1")


async def test_an_export_goes_on_although_the_advisory_was_lost(
    nc: Client, js: JetStreamContext
) -> None:
    """The reaper queues it again, once, and a worker finishes it."""
    await js.delete_stream(topology.ADVISORIES)
    event = new_request()
    await EventLog(js).publish(event)
    await exhaust(js)
    async with status_service(nc), working(nc, well) as builder:
        known = await until(js, event, has(ExportPackaged))
        await acknowledged(js)
    assert builder.calls[event.export_id] == 1
    assert sum(isinstance(event, ExportRequested) for event in known) == 2


async def test_an_export_ends_although_its_message_is_lost_every_time(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queued again three times, then dead-lettered; the letter waits until its stream is there."""
    monkeypatch.setattr("shared.worker.dead_letter_writer.DEAD_LETTER_PATIENCE_S", 1.0)
    await js.delete_stream(topology.ADVISORIES)
    letters = next(s for s in topology.STREAMS if s.name == topology.DEAD_LETTERS)
    await js.delete_stream(topology.DEAD_LETTERS)
    event = new_request()
    await EventLog(js).publish(event)
    durable = topology.packager_durable("web")
    stop = asyncio.Event()

    async def swallow() -> None:
        taking = await js.pull_subscribe_bind(durable, stream=topology.EXPORTS)
        while not stop.is_set():
            try:
                for message in await taking.fetch(1, timeout=0.5):
                    await message.term()
            except TimeoutError:
                continue

    swallowing = asyncio.create_task(swallow())
    async with status_service(nc):
        known = await until(js, event, has(ExportFailed))
        stop.set()
        await swallowing
        await js.add_stream(letters)
        while not await dead_letters(js):  # noqa: ASYNC110 - the stream is asked
            await asyncio.sleep(0.1)
    failed = known[-1]
    assert isinstance(failed, ExportFailed)
    assert (failed.reason, failed.dead_letter) == ("lost", None)
    assert sum(isinstance(event, ExportRequested) for event in known) == 4
    (letter,) = await dead_letters(js)
    assert letter.headers["Aethel-Reason"] == "lost"
    assert counts_of(letter) == ("0", "0")


async def test_what_is_under_way_is_left_alone(nc: Client, js: JetStreamContext) -> None:
    """Queued, in a worker's hands and waiting for its next attempt: not queued again."""
    slow, waiting, queued = new_request(), new_request(), new_request()
    go_on = asyncio.Event()

    async def job(event: ExportRequested, reporter: ProgressReporter) -> None:
        if event.export_id == waiting.export_id and not go_on.is_set():
            raise KeyError
        await go_on.wait()
        reporter.log("done")

    async with status_service(nc, patience_s=0.3), working(nc, job, concurrency=1):
        for event in (waiting, slow, queued):
            await EventLog(js).publish(event)
        await until(js, slow, has(ExportStarted))
        await asyncio.sleep(3)  # ten times the patience
        for event in (waiting, slow, queued):
            known = await until(js, event, has(ExportRequested))
            assert sum(isinstance(event, ExportRequested) for event in known) == 1
        go_on.set()

"""Each event is news once: whatever is delivered twice, late, or folded by several pods."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.status.documents import Documents
from services.status.projector import Projector
from shared.domain.events import ExportFailed, ExportStarted, Failure, now
from shared.domain.export_document import Document
from shared.jetstream import topology
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.pull_loop import Place
from shared.stores.export_totals import ExportTotals
from shared.stores.exports import BUCKET, bind_exports
from tests.measured import measured
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent

EXPORTS = 30


def new_request(number: int = 1, generation: int = 1) -> AnyEvent:
    """The start of an export."""
    export_id = f"01900000-0000-7000-8000-{number:012}"
    return msgspec.structs.replace(requested(generation), export_id=export_id, at=now())


def after(start: AnyEvent) -> list[AnyEvent]:
    """An attempt, and its end by the project's fault."""
    about = {**start.identity, "stage": "build"}
    error = Failure(code="icon-invalid", message="")
    return [
        ExportStarted(**about, attempt=1, worker="w"),
        ExportFailed(**about, error=error, build_s=6),
    ]


async def stored(events: EventLog, event: AnyEvent, *, first_time: bool = True) -> Place:
    """Publish it, and have it handed over."""
    seq = (await events.publish(event)).seq
    return Place(seq, now(), first_time)


async def settled(js: JetStreamContext) -> None:
    """Wait until everything is folded."""
    while True:
        info = await js.consumer_info(topology.EXPORTS, topology.STATUS)
        if not info.num_pending and not info.num_ack_pending:
            return
        await asyncio.sleep(0.05)


@pytest.fixture
def stop() -> asyncio.Event:
    """Nobody is told to stop."""
    return asyncio.Event()


async def test_many_pods_count_each_event_once(js: JetStreamContext, stop: asyncio.Event) -> None:
    """Three of them fold at a time; the reaper has queued every export once more."""
    accepted = measured("export_accepted_total", platform="web", how="requested")
    refused = measured("export_failed_total", platform="web", reason="project")
    folded = measured("export_events_folded_total", name="requested")
    seconds = measured("export_build_seconds_used_total", platform="web")
    took = measured("export_duration_seconds_count", platform="web", outcome="refused")
    lag = measured("export_fold_lag_seconds_count")
    events = EventLog(js)
    async with asyncio.TaskGroup() as pods:
        for _ in range(3):
            pods.create_task((await Projector.bind(js)).run(stop))
        for number in range(EXPORTS):
            start = new_request(number)
            await events.publish(start)
            await events.publish(start, message_id=f"{start.message_id}:requeued:1")
            for event in after(start):
                await events.publish(event)
        await settled(js)
        stop.set()
    platform = {"platform": "web"}
    assert measured("export_accepted_total", **platform, how="requested") == accepted + EXPORTS
    assert measured("export_failed_total", **platform, reason="project") == refused + EXPORTS
    assert measured("export_events_folded_total", name="requested") == folded + 2 * EXPORTS
    used = measured("export_build_seconds_used_total", **platform) - seconds
    assert used == pytest.approx(EXPORTS * 6)
    ended = measured("export_duration_seconds_count", **platform, outcome="refused")
    assert ended == took + EXPORTS
    assert measured("export_fold_lag_seconds_count") == lag + 4 * EXPORTS
    month = await (await ExportTotals.bind(js)).of(now())
    assert (month.ended.completed, month.ended.failed) == (0, EXPORTS)
    assert len(month.taken) == 3


async def test_an_event_that_comes_again_is_no_news(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """Its acknowledgement was lost, or another pod is slow."""
    event = new_request()
    place = await stored(EventLog(js), event)
    one, other = await Documents.bind(js), await Documents.bind(js)
    assert await one.take_in(event, place, stop)
    again = msgspec.structs.replace(place, first_time=False)
    assert await other.take_in(event, again, stop) is None
    assert await one.take_in(event, again, stop) is None


async def test_what_comes_behind_the_next_generation_counts_when_it_comes_first(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """The document keeps nothing of it, so the stream tells what came before."""
    events, documents = EventLog(js), await Documents.bind(js)
    first = new_request()
    places = [(event, await stored(events, event)) for event in (first, *after(first))]
    second = new_request(generation=2)
    await documents.take_in(first, places[0][1], stop)
    await documents.take_in(second, await stored(events, second), stop)
    end, place = places[2]
    late = await documents.take_in(end, place, stop)
    assert late is not None
    assert list(late.before.values()) == [first, places[1][0]]
    again = msgspec.structs.replace(place, first_time=False)
    assert await documents.take_in(end, again, stop) is None


async def test_documents_that_were_lost_are_folded_again_without_being_counted(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """The durable is made anew then, and is younger than the events."""
    event = new_request()
    place = await stored(EventLog(js), event)
    old = msgspec.structs.replace(place, stored_at=now() - timedelta(minutes=1))
    await topology.fold_again(js)
    await topology.apply(js)
    assert await (await Documents.bind(js)).take_in(event, old, stop) is None
    assert await (await bind_exports(js)).get(f"{event.project_id}.{event.export_id}")


class Unanswered(KeyValueStore[Document]):
    """The bucket itself, whose first answer gets lost on the way."""

    answers = 0

    async def change(
        self, key: str, decide: Callable[[Document | None], Document | None]
    ) -> Document | None:
        """What is stored now."""
        found = await super().change(key, decide)
        self.answers += 1
        if self.answers == 1:
            raise NatsUnavailableError("no answer")
        return found


async def test_a_write_whose_answer_is_lost_counts(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """The event is found in the document then, and nobody else can have put it there."""
    event = new_request()
    place = await stored(EventLog(js), event)
    unanswered = Documents(js, await Unanswered.bind(js, BUCKET, Document))
    news = await unanswered.take_in(event, place, stop)
    assert news is not None
    assert news.before == {}


async def test_a_read_that_fails_makes_no_news(js: JetStreamContext, stop: asyncio.Event) -> None:
    """Only what may have been written may be ours."""
    event = new_request()
    place = await stored(EventLog(js), event)
    assert await (await Documents.bind(js)).take_in(event, place, stop)
    unanswered = Documents(js, await Unanswered.bind(js, BUCKET, Document))
    again = msgspec.structs.replace(place, first_time=False)
    assert await unanswered.take_in(event, again, stop) is None

"""Each event is news once: whatever is delivered twice, late, or folded by several pods."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from structlog.testing import capture_logs

from cli.consumer_wake import wake
from services.status.documents import Documents, News, status_durable
from services.status.projector import Projector
from shared.domain.events import ExportFailed, ExportStarted, Failure, now
from shared.domain.export_document import Document
from shared.jetstream import topology
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_groups import Handed
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore, Record
from shared.jetstream.pull_loop import Place
from shared.stores.export_totals import BUCKET as MONTHS
from shared.stores.export_totals import ExportTotals, month_of
from shared.stores.exports import BUCKET, bind_exports
from tests.consumers import at_rest
from tests.measured import measured
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
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


async def stored(events: EventLog, event: AnyEvent) -> Place:
    """Publish it, and have it handed over for the first time."""
    seq = (await events.publish(event)).seq
    return Place(seq, now(), first_time=True)


async def take_in(
    documents: Documents, event: AnyEvent, place: Place, stop: asyncio.Event
) -> News | None:
    """One event by itself."""
    news = await documents.take_in([handed(event, place)], stop)
    return news[0] if news else None


def handed(event: AnyEvent, place: Place) -> Handed:
    """As it comes."""
    return Handed(event, place, since=asyncio.get_running_loop().time())


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
        await at_rest(js, topology.STATUS)
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
    assert await take_in(one, event, place, stop)
    again = msgspec.structs.replace(place, first_time=False)
    assert await take_in(other, event, again, stop) is None
    assert await take_in(one, event, again, stop) is None


async def test_what_comes_behind_the_next_generation_counts_when_it_comes_first(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """The document keeps nothing of it, so the stream tells what came before."""
    events, documents = EventLog(js), await Documents.bind(js)
    first = new_request()
    places = [(event, await stored(events, event)) for event in (first, *after(first))]
    second = new_request(generation=2)
    await take_in(documents, first, places[0][1], stop)
    await take_in(documents, second, await stored(events, second), stop)
    end, place = places[2]
    late = await take_in(documents, end, place, stop)
    assert late is not None
    assert list(late.before.values()) == [first, places[1][0]]
    again = msgspec.structs.replace(place, first_time=False)
    assert await take_in(documents, end, again, stop) is None


async def test_documents_that_were_lost_are_folded_again_without_being_counted(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """The durable is made anew then, and is younger than the events."""
    event = new_request()
    place = await stored(EventLog(js), event)
    old = msgspec.structs.replace(place, stored_at=now() - timedelta(minutes=1))
    await topology.fold_again(js)
    await topology.apply(js)
    assert await take_in(await Documents.bind(js), event, old, stop) is None
    assert await (await bind_exports(js)).get(f"{event.project_id}.{event.export_id}")


async def made_anew(nc: Client) -> None:
    """Somebody has made the durable anew, from behind what is acknowledged."""
    assert [line async for line in wake(nc, topology.STATUS, recreate=True)]


def of_before(place: Place) -> Place:
    """The same, of a minute ago."""
    return msgspec.structs.replace(place, stored_at=now() - timedelta(minutes=1))


async def test_what_has_waited_counts_behind_a_durable_that_was_made_anew(
    nc: Client, js: JetStreamContext, stop: asyncio.Event
) -> None:
    """All of it is older than the durable then; what was folded already counts no more."""
    events, documents = EventLog(js), await Documents.bind(js)
    folded, waiting = new_request(1), new_request(2)
    places = [await stored(events, event) for event in (folded, waiting)]
    assert await take_in(documents, folded, places[0], stop)
    await made_anew(nc)
    documents = await Documents.bind(js)
    assert await take_in(documents, waiting, of_before(places[1]), stop)
    for event, place in zip((folded, waiting), places, strict=True):
        assert await take_in(documents, event, of_before(place), stop) is None


async def test_what_comes_behind_the_next_generation_counts_once_with_a_durable_made_anew(
    nc: Client, js: JetStreamContext, stop: asyncio.Event
) -> None:
    """It is handed over for the first time once more, and no document tells that it was folded."""
    events, documents = EventLog(js), await Documents.bind(js)
    first, second = new_request(), new_request(generation=2)
    place = await stored(events, first)
    await take_in(documents, second, await stored(events, second), stop)
    assert await take_in(documents, first, place, stop)
    await made_anew(nc)
    assert await take_in(await Documents.bind(js), first, of_before(place), stop) is None


async def test_a_durable_that_says_nothing_holds_up_no_fold(
    nc: Client, js: JetStreamContext, stop: asyncio.Event
) -> None:
    """It goes by what it last said."""
    event = new_request()
    place = of_before(await stored(EventLog(js), event))
    await made_anew(nc)
    documents = await Documents.bind(js)
    await js.delete_consumer(topology.EXPORTS, topology.STATUS)
    assert await take_in(documents, event, place, stop)
    assert await (await bind_exports(js)).get(f"{event.project_id}.{event.export_id}")


async def test_a_month_that_cannot_be_read_stops_no_fold(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """Its portion is lost, which is told; once it can be read, what comes then is added."""
    bucket, month = await js.key_value(MONTHS), f"month-{month_of(now())}"
    await bucket.put(month, b"[]")
    events = EventLog(js)

    async def ends(number: int) -> None:
        start = new_request(number)
        for event in (start, *after(start)):
            await events.publish(event)
        await at_rest(js, topology.STATUS)

    with capture_logs() as told:
        async with asyncio.TaskGroup() as group:
            group.create_task((await Projector.bind(js)).run(stop))
            await ends(1)
            while "totals.lost" not in {line["event"] for line in told}:  # noqa: ASYNC110 - it wakes nobody
                await asyncio.sleep(0.05)
            await bucket.delete(month)
            await ends(2)
            stop.set()
    assert (await (await ExportTotals.bind(js)).of(now())).ended.failed == 1


class Unanswered(KeyValueStore[Document]):
    """The bucket itself, of whose answers those of some calls get lost on the way."""

    lost: tuple[int, ...] = (1,)
    reads = 0
    writes = 0

    async def get(self, key: str) -> Record[Document] | None:
        """What is stored."""
        self.reads += 1
        if -self.reads in self.lost:
            raise NatsUnavailableError("no answer")
        return await super().get(key)

    async def _write(self, key: str, value: Document, **last: Any) -> int:
        self.writes += 1
        revision = await super()._write(key, value, **last)
        if self.writes in self.lost:
            raise NatsUnavailableError("no answer")
        return revision


async def unanswered_documents(js: JetStreamContext, *lost: int) -> Documents:
    """Through a bucket that loses the answers of those writes, and of reads below 0."""
    bucket = await Unanswered.bind(js, BUCKET, Document)
    assert isinstance(bucket, Unanswered)
    bucket.lost = lost
    return Documents(js, bucket, durable=await status_durable(js))


async def test_a_write_whose_answer_is_lost_counts(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """The events are found in the document then, and nobody else can have put them there."""
    events, start = EventLog(js), new_request()
    all_handed = [handed(event, await stored(events, event)) for event in (start, *after(start))]
    unanswered = await unanswered_documents(js, 1)
    (news,) = await unanswered.take_in(all_handed, stop)
    assert (list(news.handed), news.before) == (all_handed, {})


async def test_a_write_that_was_refused_is_not_ours(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """Somebody else has folded the same; then the document cannot be read for a moment."""
    event = new_request()
    place = await stored(EventLog(js), event)
    assert await take_in(await Documents.bind(js), event, place, stop)
    assert await take_in(await unanswered_documents(js, -1), event, place, stop) is None


async def test_a_read_that_fails_makes_no_news(js: JetStreamContext, stop: asyncio.Event) -> None:
    """Only what may have been written may be ours."""
    event = new_request()
    place = await stored(EventLog(js), event)
    assert await take_in(await Documents.bind(js), event, place, stop)
    again = msgspec.structs.replace(place, first_time=False)
    assert await take_in(await unanswered_documents(js, -1), event, again, stop) is None


async def test_what_was_not_even_tried_to_be_written_is_not_ours(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """The document has some of the events as this process knows it, so it is read; in vain."""
    events, start = EventLog(js), new_request()
    first, second, _ = [
        handed(event, await stored(events, event)) for event in (start, *after(start))
    ]
    one, other = await unanswered_documents(js, -1), await Documents.bind(js)
    assert await one.take_in([first], stop)
    assert await other.take_in([second], stop)
    assert not await one.take_in([first, second], stop)


async def test_events_that_come_together_are_news_once_whoever_has_some_of_them(
    js: JetStreamContext, stop: asyncio.Event
) -> None:
    """Two pods are given overlapping parts, twice; each event counts once, and all are there."""
    events, start = EventLog(js), new_request()
    story = [handed(event, await stored(events, event)) for event in (start, *after(start))]
    one, other = await Documents.bind(js), await Documents.bind(js)
    told: list[int] = []
    for documents, part in (
        (one, story[1:2]),
        (other, [*story[:2], *story[:1]]),
        (one, story[1:]),
        (other, story),
    ):
        for news in await documents.take_in(part, stop):
            assert set(news.before) == set(told)
            told += [new.place.seq for new in news.handed]
    assert sorted(told) == [each.place.seq for each in story]
    found = await (await bind_exports(js)).get(f"{start.project_id}.{start.export_id}")
    assert found is not None
    assert list(found.value.events.values()) == [each.event for each in story]


async def test_an_outage_is_told_once_and_one_asks_again_for_all(
    js: JetStreamContext, stop: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many events of how many exports are in hand."""
    monkeypatch.setattr("services.status.documents.PAUSE_S", 0.01)
    many, events = 10, EventLog(js)
    documents = await unanswered_documents(js, *range(1, many + 5))
    starts = [new_request(number) for number in range(many)]
    all_handed = [handed(start, await stored(events, start)) for start in starts]
    with capture_logs() as told:
        news = await asyncio.gather(*(documents.take_in([one], stop) for one in all_handed))
    assert [line["event"] for line in told] == ["fold.waiting"]
    assert [some.handed for (some,) in news] == [(one,) for one in all_handed]


async def test_what_the_durable_says_is_asked_once_and_before_any_write(
    nc: Client, js: JetStreamContext, stop: asyncio.Event
) -> None:
    """Between a write and its count nothing is waited for: who dies there would lose the count."""
    events, documents = EventLog(js), await Documents.bind(js)
    starts = [new_request(number) for number in range(10)]
    old = [handed(start, of_before(await stored(events, start))) for start in starts]
    asked: list[str] = []

    async def note(message: Msg) -> None:
        asked.append(message.subject)

    question = f"$JS.API.CONSUMER.INFO.{topology.EXPORTS}.{topology.STATUS}"
    for subject in (question, "$KV.exports.>"):
        await nc.subscribe(subject, cb=note)
    async with asyncio.TaskGroup() as group:
        for one in old:
            group.create_task(documents.take_in([one], stop))
    await nc.flush()
    await asyncio.sleep(0.01)
    assert (asked[0], asked.count(question), len(asked)) == (question, 1, 1 + len(old))

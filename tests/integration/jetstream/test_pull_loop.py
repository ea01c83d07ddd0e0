"""What is not handled comes again at once, not when its ack wait is over."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import structlog

from services.status.projector import Projector
from shared.domain.events import decode_event
from shared.domain.export_document import Document
from shared.jetstream import event_groups, pull_inbox, topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.pull_inbox import PullInbox
from shared.jetstream.pull_loop import acknowledge, consume_events
from tests.integration.worker.working import acknowledged, new_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent
    from shared.jetstream.event_groups import Handed
    from shared.jetstream.pull_loop import Place

AN_HOUR_S = 3_600.0
EXPORTS_BUCKET = "KV_exports"


@asynccontextmanager
async def running(work: Coroutine[None, None, None], stop: asyncio.Event) -> AsyncIterator[None]:
    """While the block lasts."""
    async with asyncio.TaskGroup() as group:
        group.create_task(work)
        try:
            yield
        finally:
            stop.set()


@pytest.fixture(autouse=True)
async def patient(js: JetStreamContext) -> None:
    """Waiting for the ack wait would outlast any test."""
    config = (await js.consumer_info(topology.EXPORTS, topology.STATUS)).config
    await js.add_consumer(topology.EXPORTS, config.evolve(ack_wait=AN_HOUR_S))


async def test_a_status_is_folded_as_soon_as_its_bucket_is_back(js: JetStreamContext) -> None:
    """Its bucket is missing when the event comes; the event is handed back, not forgotten."""
    bucket = (await js.stream_info(EXPORTS_BUCKET)).config
    stop = asyncio.Event()
    projector = await Projector.bind(js)
    await js.delete_stream(EXPORTS_BUCKET)
    event = new_request()
    await EventLog(js).publish(event)
    async with running(projector.run(stop), stop):
        while not (await js.consumer_info(topology.EXPORTS, topology.STATUS)).num_ack_pending:  # noqa: ASYNC110 - the server is asked
            await asyncio.sleep(0.05)
        await js.add_stream(bucket)
        documents = await KeyValueStore.bind(js, "exports", Document)
        while await documents.get(f"{event.project_id}.{event.export_id}") is None:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.05)


async def test_a_time_out_of_the_handler_is_no_idle_fetch(nc: Client, js: JetStreamContext) -> None:
    """NATS says that nobody answers in the same words as that nothing has come."""
    stop, calls = asyncio.Event(), 0
    silence = await nc.subscribe("nobody.speaks")

    async def handle(_event: AnyEvent, _place: Place) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await silence.next_msg(timeout=0.01)
        stop.set()

    await EventLog(js).publish(new_request())
    async with running(consume_events(js, topology.STATUS, handle, stop), asyncio.Event()):
        await stop.wait()
    assert calls == 2
    await acknowledged(js, topology.STATUS)


def never() -> bool:
    """Whatever is asked stays asked."""
    return False


async def test_what_comes_to_a_question_that_is_taken_back_comes_again_at_once(
    nc: Client, js: JetStreamContext
) -> None:
    """Nobody waits for it any more; another loop has it in a moment."""
    event = new_request()
    one, other = (
        PullInbox(nc, topology.EXPORTS, topology.STATUS, unwanted=never) for _ in range(2)
    )
    asking = asyncio.create_task(one.next())
    while not (await js.consumer_info(topology.EXPORTS, topology.STATUS)).num_waiting:  # noqa: ASYNC110 - the server is asked
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await EventLog(js).publish(event)
    await one.close()
    message = None
    while message is None:
        message = await other.next()
    assert decode_event(message.data) == event
    await other.close()


async def test_a_question_that_stands_is_not_asked_again(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is looked at; one that is not wanted is gone from the server, too."""
    monkeypatch.setattr(pull_inbox, "LOOK_S", 0.01)
    looks = 0

    def after_many() -> bool:
        nonlocal looks
        looks += 1
        return looks > 20

    inbox = PullInbox(nc, topology.EXPORTS, topology.STATUS, unwanted=after_many)
    sent = nc.stats["out_msgs"]
    assert await inbox.next() is None
    assert nc.stats["out_msgs"] == sent + 1
    await EventLog(js).publish(new_request())
    info = await js.consumer_info(topology.EXPORTS, topology.STATUS)
    assert (info.num_pending, info.num_ack_pending) == (1, 0)


@pytest.mark.parametrize("count", [1, 2, 30])
async def test_messages_are_acknowledged_together(
    nc: Client, js: JetStreamContext, count: int
) -> None:
    """However many there are; what came beside them still waits for its own."""
    for _ in range(count + 1):
        await EventLog(js).publish(new_request())
    inbox = PullInbox(nc, topology.EXPORTS, topology.STATUS, unwanted=never, batch=count + 1)
    came: list[Msg] = []
    while len(came) <= count:
        came += [arrival.message for arrival in await inbox.next_ones()]
    sent = nc.stats["out_msgs"]
    await acknowledge(came[:count])
    await nc.flush()
    assert nc.stats["out_msgs"] == sent + count
    while (info := await js.consumer_info(topology.EXPORTS, topology.STATUS)).num_ack_pending != 1:  # noqa: ASYNC110 - the server is asked
        await asyncio.sleep(0.01)
    assert info.ack_floor is not None
    assert (info.num_ack_pending, info.ack_floor.consumer_seq) == (1, count)
    await inbox.close()


async def test_an_idle_loop_stops_at_once(
    js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait for the next look at whether it is wanted."""
    monkeypatch.setattr(pull_inbox, "LOOK_S", AN_HOUR_S)
    stop = asyncio.Event()

    async def handle(_event: AnyEvent, _place: Place) -> None:
        raise AssertionError("nothing comes")

    async with asyncio.timeout(AN_HOUR_S / 60):
        async with running(consume_events(js, topology.STATUS, handle, stop), stop):
            while not (await js.consumer_info(topology.EXPORTS, topology.STATUS)).num_waiting:  # noqa: ASYNC110 - the server is asked
                await asyncio.sleep(0.01)


async def test_an_event_comes_when_it_is_delivered_not_when_there_is_room_for_it(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ack wait runs meanwhile; whatever is logged in its turn says whose it is."""
    monkeypatch.setattr(event_groups, "MOST", 2)
    events = [new_request() for _ in range(4)]
    stop, clock = asyncio.Event(), asyncio.get_running_loop().time
    durable = topology.EXPORTS, topology.STATUS
    may_end = {event.export_id: asyncio.Event() for event in events}
    came: dict[str, float] = {}
    told = set()

    async def handle(handed: Sequence[Handed]) -> None:
        export_id = handed[0].event.export_id
        told.add(structlog.contextvars.get_contextvars().get("export_id"))
        await may_end[export_id].wait()
        came[export_id] = handed[0].since

    async def delivered(count: int) -> None:
        while (await js.consumer_info(*durable)).delivered.consumer_seq < count:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.01)
        await nc.flush()
        await asyncio.sleep(0.01)

    log = EventLog(js)
    async with running(event_groups.consume_groups(js, topology.STATUS, handle, stop), stop):
        for event in events[:2]:
            await log.publish(event)
        await delivered(2)
        may_end[events[0].export_id].set()
        for event in events[2:]:  # there is room for one of them
            await log.publish(event)
        await delivered(4)
        there_since = clock()
        for may in may_end.values():
            may.set()
        await acknowledged(js, topology.STATUS)
    assert told == came.keys() == may_end.keys()
    assert max(came.values()) <= there_since

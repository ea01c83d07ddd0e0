"""What status pods see of streams and consumers, on a real NATS."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from services.status.measuring.stalled_consumers import StalledConsumers
from services.status.measuring.stream_watch import StreamWatch
from shared.domain.events import now
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.stores.worker_registry import BUCKET, WorkerHeartbeat, Workers
from tests.integration.status.test_counting import new_request
from tests.measured import measured

if TYPE_CHECKING:
    from nats.js import JetStreamContext

WEB = topology.packager_durable("web")


class Clock:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Of the watch."""
    return Clock()


@pytest.fixture
async def watch(js: JetStreamContext, clock: Clock) -> StreamWatch:
    """It looks when it is told to."""
    stalled = StalledConsumers(stalled_s=40, clock=clock)
    return StreamWatch(js, await Workers.bind(js), stalled, interval_s=10, clock=clock)


def seen(what: str, consumer: str = WEB) -> float:
    """One figure of a consumer."""
    return measured(f"export_consumer_{what}", consumer=consumer)


async def is_oldest(seq: int, js: JetStreamContext, watch: StreamWatch) -> bool:
    """Whether the age that is shown is this message's."""
    message = await EventLog(js).message(seq)
    assert message is not None
    assert message.time is not None
    before = now()
    await watch.look()
    shown = timedelta(seconds=seen("oldest_seconds"))
    return before - message.time <= shown <= now() - message.time


async def test_what_waits_and_for_how_long(js: JetStreamContext, watch: StreamWatch) -> None:
    """The age is that of the first message that is not acknowledged, whoever has it."""
    await watch.look()
    assert (seen("pending"), seen("in_flight"), seen("oldest_seconds")) == (0, 0, 0)
    events = EventLog(js)
    first, second, third = [(await events.publish(new_request(number))).seq for number in range(3)]
    assert await is_oldest(first, js, watch)
    assert (seen("pending"), seen("in_flight"), seen("acknowledged")) == (3, 0, 0)
    assert seen("pending", topology.STATUS) == 3
    assert seen("pending", topology.UPLOADER) == 0
    subscription = await js.pull_subscribe_bind(WEB, stream=topology.EXPORTS)
    one, other = await subscription.fetch(2, timeout=60)
    await other.ack_sync()
    assert await is_oldest(first, js, watch)
    assert (seen("pending"), seen("in_flight"), seen("acknowledged")) == (1, 1, 0)
    await one.ack_sync()
    assert await is_oldest(third, js, watch)
    assert (seen("in_flight"), seen("acknowledged")) == (0, second)
    (one,) = await subscription.fetch(1, timeout=60)
    await one.nak()
    (one,) = await subscription.fetch(1, timeout=60)
    await watch.look()
    assert (seen("in_flight"), seen("redelivered")) == (1, 1)
    await one.ack_sync()
    await watch.look()
    assert (seen("oldest_seconds"), seen("redelivered")) == (0, 0)
    await subscription.unsubscribe()


async def test_streams_and_workers_are_shown(js: JetStreamContext, watch: StreamWatch) -> None:
    """Bytes of all of them; how full those are that refuse what does not fit."""
    store = await KeyValueStore.bind(js, BUCKET, WorkerHeartbeat)
    for name in ("w1", "w2"):
        worker = WorkerHeartbeat(
            name=name, version="1", platforms=("web",), started_at=now(), in_hand=()
        )
        await store.create(name, worker)
    await EventLog(js).publish(new_request())
    await watch.look()
    assert measured("export_workers", consumer=WEB) == 2
    assert measured("export_workers", consumer=topology.UPLOADER) == 0
    assert measured("export_stream_messages", stream=topology.EXPORTS) == 1
    size_bytes = measured("export_stream_bytes", stream=topology.EXPORTS)
    fill = measured("export_stream_fill_ratio", stream=topology.EXPORTS)
    assert fill == size_bytes / (2 * topology.GIB)
    assert measured("export_stream_messages", stream="KV_workers") == 2


async def test_a_heartbeat_that_cannot_be_read_is_nobodys(
    js: JetStreamContext, watch: StreamWatch
) -> None:
    """One worker's heartbeat of another form costs neither the figures nor the other workers."""
    store = await KeyValueStore.bind(js, BUCKET, WorkerHeartbeat)
    worker = WorkerHeartbeat(
        name="w1", version="1", platforms=("web",), started_at=now(), in_hand=()
    )
    await store.create("w1", worker)
    await (await js.key_value(BUCKET)).put("w2", b'{"name": 2}')
    looked_at = measured("export_streams_looked_at_timestamp_seconds")
    await watch.look()
    assert measured("export_workers", consumer=WEB) == 1
    assert measured("export_streams_looked_at_timestamp_seconds") > looked_at


async def test_what_cannot_be_seen_is_shown_no_more(
    js: JetStreamContext, watch: StreamWatch, clock: Clock
) -> None:
    """Three looks later; everything else is, and when all was seen last does not move."""
    await watch.look()
    looked_at = measured("export_streams_looked_at_timestamp_seconds")
    config = (await js.consumer_info(topology.EXPORTS, WEB)).config
    await js.delete_consumer(topology.EXPORTS, WEB)
    clock.now = 30
    await watch.look()
    assert seen("pending") == 0
    clock.now = 31
    await watch.look()
    with pytest.raises(KeyError):
        seen("pending")
    assert seen("pending", topology.UPLOADER) == 0
    assert measured("export_streams_looked_at_timestamp_seconds") == looked_at
    await js.add_consumer(topology.EXPORTS, config)
    await watch.look()
    assert seen("pending") == 0
    assert measured("export_streams_looked_at_timestamp_seconds") > looked_at

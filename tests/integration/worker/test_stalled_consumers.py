"""A consumer that gives nothing although messages and pulls wait: one that somebody has paused."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from cli.consumer_wake import wake
from services.status.measuring.stalled_consumers import StalledConsumers
from shared.domain.events import now
from shared.errors import ConflictError, NotFoundError
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.pull_loop import pull
from shared.jetstream.topology import EXPORTS, packager_durable
from tests.integration.worker.working import new_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

DURABLE = packager_durable("web")
STALLED_S = 60.0


class Clock:
    """Stands still until it is told otherwise."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def paused(js: JetStreamContext) -> None:
    """Somebody has paused the consumer on the server."""
    until = (now() + timedelta(hours=1)).isoformat()
    await js.pause_consumer(EXPORTS, DURABLE, until)


@asynccontextmanager
async def pulling(js: JetStreamContext) -> AsyncIterator[asyncio.Queue[int]]:
    """A worker that pulls and acknowledges; the sequences of what it was given."""
    given: asyncio.Queue[int] = asyncio.Queue()
    stop = asyncio.Event()

    async def handle(message: Msg) -> None:
        await message.ack_sync()
        given.put_nowait(message.metadata.sequence.stream)

    loop = asyncio.create_task(pull(js, EXPORTS, DURABLE, handle, stop))
    try:
        yield given
    finally:
        stop.set()
        await loop


async def look(consumers: StalledConsumers, js: JetStreamContext) -> None:
    """What the watch of streams does with each of them."""
    consumers.judge(await js.consumer_info(EXPORTS, DURABLE))


def told() -> float | None:
    """The metric."""
    return REGISTRY.get_sample_value("export_consumer_stalled", {"consumer": DURABLE})


async def test_it_is_told_and_woken(nc: Client, js: JetStreamContext) -> None:
    """Not before a while, not where nobody pulls; and over with the next delivery."""
    clock = Clock()
    consumers = StalledConsumers(stalled_s=STALLED_S, clock=clock)
    await paused(js)
    await EventLog(js).publish(new_request())
    await look(consumers, js)
    clock.now += STALLED_S
    await look(consumers, js)
    assert (consumers.stalled, told()) == (set(), 0)  # nobody pulls
    async with pulling(js) as given:
        while not consumers.stalled:
            await look(consumers, js)
        assert (consumers.stalled, told(), given.empty()) == ({DURABLE}, 1, True)
        assert [line async for line in wake(nc, DURABLE, recreate=False)] == [
            f"{DURABLE} was paused, and goes on"
        ]
        await given.get()
        await look(consumers, js)
        assert (consumers.stalled, told()) == (set(), 0)


async def test_a_busy_consumer_does_not_stall(js: JetStreamContext) -> None:
    """Each look finds that something was delivered, or that nothing waits."""
    clock = Clock()
    consumers = StalledConsumers(stalled_s=STALLED_S, clock=clock)
    async with pulling(js) as given:
        for _ in range(3):
            await EventLog(js).publish(new_request())
            await given.get()
            clock.now += STALLED_S
            await look(consumers, js)
            assert consumers.stalled == set()


async def test_one_that_is_made_anew_keeps_its_place(nc: Client, js: JetStreamContext) -> None:
    """What is acknowledged does not come again, what is not does; streams can be applied again."""
    events = [new_request() for _ in range(4)]
    for event in events:
        await EventLog(js).publish(event)
    subscription = await js.pull_subscribe_bind(DURABLE, stream=EXPORTS)
    first, second, *_ = [(await subscription.fetch(1, timeout=30))[0] for _ in range(3)]
    await first.ack_sync()
    await second.ack_sync()
    lines = [line async for line in wake(nc, DURABLE, recreate=True)]
    assert lines[0].endswith("goes on at message 3 of EXPORTS")
    replicas = len((await nc.jetstream().stream_info(EXPORTS)).cluster.replicas or []) + 1  # type: ignore[union-attr]
    await topology.apply(js, replicas=replicas)
    found = [(await subscription.fetch(1, timeout=30))[0] for _ in range(2)]
    assert [message.metadata.sequence.stream for message in found] == [3, 4]
    await subscription.unsubscribe()


async def test_what_cannot_be_woken_is_told(nc: Client, js: JetStreamContext) -> None:
    """With what could help; in a cluster another node leads it from then on."""
    with pytest.raises(NotFoundError, match="nobody"):
        [line async for line in wake(nc, "nobody", recreate=False)]
    cluster = (await js.consumer_info(EXPORTS, DURABLE)).cluster
    if cluster and cluster.replicas:
        (line,) = [line async for line in wake(nc, DURABLE, recreate=False)]
        assert f"was led by {cluster.leader}" in line
    else:
        with pytest.raises(ConflictError, match="--recreate"):
            [line async for line in wake(nc, DURABLE, recreate=False)]

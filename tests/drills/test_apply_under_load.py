"""``streams apply`` again and again, with changed limits, while messages wait for a retry."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from nats.js.errors import APIError

from shared.jetstream import topology

if TYPE_CHECKING:
    import pytest
    from nats.js import JetStreamContext

MESSAGES = 40
DELAY_S = 2.0
TIMES = 4
DURABLE = topology.packager_durable("web")


async def apply_changed(js: JetStreamContext, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """As a release does that changes limits of streams and consumers."""
    streams = [
        stream.evolve(max_bytes=(stream.max_bytes or 0) + (step << 20), max_age=29 * 86_400 + step)
        for stream in topology.STREAMS
    ]
    consumers = [
        consumer.evolve(max_ack_pending=900 + step, ack_wait=20.0 + step)
        for consumer in topology.CONSUMERS
    ]
    with monkeypatch.context() as changed:
        changed.setattr(topology, "STREAMS", streams)
        changed.setattr(topology, "CONSUMERS", consumers)
        await topology.apply(js, replicas=await replicas(js))


async def replicas(js: JetStreamContext) -> int:
    """As many as the streams have."""
    return (await js.stream_info(topology.EXPORTS)).config.num_replicas or 1


async def check_delayed_messages_come_again(
    js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is delivered a second time, none a third time, and none is left."""
    for number in range(MESSAGES):
        await js.publish(f"exports.requested.web.{number}", b"")
    taking = await js.pull_subscribe_bind(DURABLE, stream=topology.EXPORTS)
    applying = asyncio.create_task(_apply_often(js, monkeypatch))
    seen: Counter[int] = Counter()
    while sum(seen.values()) < 2 * MESSAGES:
        try:
            messages = await taking.fetch(10, timeout=1)
        except TimeoutError:
            continue
        for message in messages:
            seen[message.metadata.sequence.stream] += 1
            if message.metadata.num_delivered == 1:
                await message.nak(delay=DELAY_S)
            else:
                await message.ack_sync(timeout=30)
    await applying
    assert set(seen.values()) == {2}
    info = await js.consumer_info(topology.EXPORTS, DURABLE)
    assert (info.num_pending, info.num_ack_pending) == (0, 0)
    assert info.config.ack_wait == 20.0 + TIMES
    await taking.unsubscribe()


async def _apply_often(js: JetStreamContext, monkeypatch: pytest.MonkeyPatch) -> None:
    for step in range(1, TIMES + 1):
        await asyncio.sleep(DELAY_S / TIMES)  # all of them before the first message is due again
        while True:
            try:
                await apply_changed(js, monkeypatch, step)
                break
            except APIError:  # a cluster that elects
                await asyncio.sleep(0.1)


async def test_delayed_messages_come_again(
    js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one server; the cluster's drills do the same on three."""
    await check_delayed_messages_come_again(js, monkeypatch)

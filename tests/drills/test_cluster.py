"""What operators do with three servers: limits are changed, backups restored, workers scaled."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import nats.errors
import pytest
from nats.js.errors import APIError

from cli.local.credentials import Credentials
from cli.stream_backup import restore_backup, write_backup
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.service.process_guard import Guard
from tests.cluster import settings_of, start_cluster
from tests.drills.autoscaler import acknowledged, backlog, leader
from tests.drills.test_apply_under_load import check_delayed_messages_come_again

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from tests.cluster import Node

REPLICAS = 3
DURABLE = topology.packager_durable("web")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """Three servers, for the tests of this module."""
    guard = Guard()
    nodes = start_cluster(tmp_path_factory.mktemp("cluster"), guard, Credentials())
    yield nodes
    for node in nodes:
        node.child.kill()
    guard.close()


@asynccontextmanager
async def three_replicas(cluster: list[Node]) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    """A connection to the cluster with our streams, and without events."""
    nc = await connect(settings_of(cluster), name="tester", patience_s=600)
    js = nc.jetstream(timeout=30)
    while True:
        try:
            await topology.apply(js, replicas=REPLICAS)
            break
        except (APIError, nats.errors.Error):  # it elects
            await asyncio.sleep(0.2)
    await js.purge_stream(topology.EXPORTS)
    yield nc, js
    await nc.close()
    await asyncio.sleep(0)  # lets the transport go before its loop does


async def test_delayed_messages_come_again_on_three_servers(
    cluster: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often limits are changed meanwhile."""
    async with three_replicas(cluster) as (_, js):
        await check_delayed_messages_come_again(js, monkeypatch)


async def test_every_server_tells_the_backlog_that_workers_are_scaled_by(
    cluster: list[Node],
) -> None:
    """No worker is there: what waits, and what the last one had in hand.

    A follower's own numbers are wrong; it names the leader, which the autoscaler then asks.
    """
    async with three_replicas(cluster) as (_, js):
        for number in range(9):
            await js.publish(f"exports.requested.web.{number}", b"")
        taking = await js.pull_subscribe_bind(DURABLE, stream=topology.EXPORTS)
        await taking.fetch(2)
        await taking.unsubscribe()
        while {await _told(node) for node in cluster} != {9}:  # noqa: ASYNC110 - replicas follow
            await asyncio.sleep(0.1)
        led_by = {leader(node.monitoring, topology.EXPORTS, DURABLE) for node in cluster}
        assert len(led_by) == 1


async def test_a_backup_is_restored_on_as_many_servers_as_there_are(
    cluster: list[Node], tmp_path: Path
) -> None:
    """Three replicas become one and three again; what was acknowledged stays acknowledged."""
    async with three_replicas(cluster) as (nc, js):
        for number in range(20):
            await js.publish(f"exports.requested.web.{number}", b"x" * 100)
        taking = await js.pull_subscribe_bind(DURABLE, stream=topology.EXPORTS)
        for message in await taking.fetch(5):
            await message.ack_sync(timeout=30)
            last = message.metadata.sequence.stream
        await taking.unsubscribe()
        while {await _acknowledged(node) for node in cluster} != {last}:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.1)
        for step, replicas in enumerate((1, REPLICAS)):
            folder = tmp_path / str(step)
            await write_backup(nc, folder, lambda _: None)
            await restore_backup(
                nc, folder, only=(), replace=True, replicas=replicas, tell=lambda _: None
            )
            info = await js.stream_info(topology.EXPORTS)
            assert (info.state.messages, info.config.num_replicas) == (20, replicas)
            consumer = await js.consumer_info(topology.EXPORTS, DURABLE)
            assert consumer.num_pending == 15
        taking = await js.pull_subscribe_bind(DURABLE, stream=topology.EXPORTS)
        (next_one,) = await taking.fetch(1, timeout=30)
        assert next_one.metadata.sequence.stream == last + 1
        await taking.unsubscribe()


async def _told(node: Node) -> int:
    return await asyncio.to_thread(backlog, node.monitoring, topology.EXPORTS, DURABLE)


async def _acknowledged(node: Node) -> int:
    return await asyncio.to_thread(acknowledged, node.monitoring, topology.EXPORTS, DURABLE)

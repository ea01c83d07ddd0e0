"""What operators do with three servers: limits are changed, backups restored, workers scaled."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import nats.errors
import pytest
from nats.js.errors import APIError

from cli.local.credentials import open_credentials
from cli.stream_backup import restore_backup, write_backup
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.service.process_guard import Guard
from tests.cluster import start_cluster
from tests.drills.autoscaler import backlog, leader
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
    folder, guard = tmp_path_factory.mktemp("cluster"), Guard()
    nodes = start_cluster(folder, guard, open_credentials(folder / "credentials"))
    yield nodes
    for node in nodes:
        node.child.kill()
    guard.close()


@asynccontextmanager
async def three_replicas(cluster: list[Node]) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    """A connection to the cluster with our streams, all empty."""
    nc = await connect(cluster[0].settings, name="test", patience_s=600)
    js = nc.jetstream(timeout=30)
    while True:
        with suppress(APIError, nats.errors.Error):  # it elects
            for stream in await js.streams_info():
                await js.delete_stream(stream.config.name or "")
            await topology.apply(js, replicas=REPLICAS)
            break
        await asyncio.sleep(0.2)
    yield nc, js
    await nc.close()


async def test_delayed_messages_come_again_on_three_servers(
    cluster: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often limits are changed meanwhile."""
    async with three_replicas(cluster) as (_, js):
        await check_delayed_messages_come_again(js, monkeypatch)


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
        await taking.unsubscribe()
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
        assert next_one.metadata.sequence.stream == 6
        await taking.unsubscribe()


async def test_every_server_tells_the_backlog_that_workers_are_scaled_by(
    cluster: list[Node],
) -> None:
    """No worker is there: what waits, and what the last one had in hand, from leader and follower."""
    async with three_replicas(cluster) as (_, js):
        for number in range(9):
            await js.publish(f"exports.requested.web.{number}", b"")
        taking = await js.pull_subscribe_bind(DURABLE, stream=topology.EXPORTS)
        await taking.fetch(2)
        await taking.unsubscribe()
        told = {node.name: await _told(node) for node in cluster}
        assert set(told.values()) == {9}
        led_by = {leader(node.monitoring, topology.EXPORTS, DURABLE) for node in cluster}
        assert len(led_by) == 1


async def _told(node: Node) -> int:
    return await asyncio.to_thread(backlog, node.monitoring, topology.EXPORTS, DURABLE)

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import nats.errors
from nats.js.errors import APIError

from cli.local.stack import answers
from shared.domain.events import AttemptFailed, decode_event
from shared.jetstream import topology
from tests.chaos.ledger import all_messages
from tests.chaos.run import load
from tests.chaos.story import Story
from tests.chaos.world import SERVICES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.chaos.run import Load
    from tests.chaos.world import World
    from tests.cluster import Node


async def _replace(world: World, name: str) -> int:
    """SIGTERM, as a rollout does; the exit code. The next one starts by itself."""
    old = world.children[name]
    old.ask_to_stop()
    while old.exit_code is None:  # noqa: ASYNC110 - a process is asked
        await asyncio.sleep(0.05)
    code = old.exit_code
    while world.children[name] is old:  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.05)
    await world.ready(name)
    return code


async def _replace_server(world: World, node: Node) -> None:
    """SIGTERM; the next one goes when this one is back and has all that it has missed."""
    old = world.children[node.name]
    old.ask_to_stop()
    while world.children[node.name] is old:  # noqa: ASYNC110 - a process is asked
        await asyncio.sleep(0.05)
    well = f"http://{node.monitoring}/healthz"
    while not await asyncio.to_thread(answers, well):  # noqa: ASYNC110 - a server is asked
        await asyncio.sleep(0.1)


async def _kill_leader(here: Load) -> None:
    """SIGKILL for the server that leads the stream of events."""
    js = here.nc.jetstream(timeout=5)
    while True:
        with suppress(APIError, nats.errors.Error):  # nobody answers while they elect
            info = await js.stream_info(topology.EXPORTS)
            if info.cluster is not None and info.cluster.leader:
                here.world.kill(info.cluster.leader)
                return
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _exporting(here: Load, stories: list[Story]) -> AsyncIterator[None]:
    """Exports come and go during the block, and have ended behind it."""
    living = asyncio.create_task(here.users.live(stories, at_once=8, pause_s=1))
    yield
    await living


async def test_exports_go_on_while_everything_is_replaced_and_leaders_are_lost(
    tmp_path: Path,
) -> None:
    """Three servers, every stream on all of them; exports run.

    Every service and every server is replaced once. Each service drains and exits with 0; no export
    fails or is counted as failed, no log line is lost, and every client comes back. Then the leader
    of the events is killed, and the next one, too.
    """
    stories = [Story("valid", number) for number in range(36)]
    async with load(tmp_path, seed=4, cluster=True, PACKAGER_DRAIN_TIMEOUT_S="1") as here:
        async with _exporting(here, stories[:24]):
            codes = {name: await _replace(here.world, name) for name in SERVICES}
            for node in here.world.nodes:
                await _replace_server(here.world, node)
        assert set(codes.values()) == {0}
        for message in await all_messages(here.nc.jetstream(), topology.EXPORTS):
            event = decode_event(message.data)
            if isinstance(event, AttemptFailed):
                assert (event.failures, event.error.code) == (0, "worker-stopping"), event
        async with _exporting(here, stories[24:]):
            for _ in range(2):
                await asyncio.sleep(5)
                await _kill_leader(here)
        assert await here.books(stories) == []

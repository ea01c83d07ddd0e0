from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cli.local.stack import answers
from shared.domain.events import AttemptFailed, ExportStarted, decode_event
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from tests.chaos.ledger import all_messages
from tests.chaos.run import load
from tests.chaos.story import Story
from tests.chaos.world import SERVICES

if TYPE_CHECKING:
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


async def test_a_rolling_restart_under_load_is_not_noticed(tmp_path: Path) -> None:
    """Every service is replaced twice, and each of three NATS servers once, while exports run.

    Each service drains and exits with 0; no export fails or is counted as failed, no log line is
    lost, and every client comes back.
    """
    async with load(tmp_path, seed=4, cluster=True, PACKAGER_DRAIN_TIMEOUT_S="1") as here:
        stories = [Story("valid", number) for number in range(40)]
        living = asyncio.create_task(here.users.live(stories, at_once=8, pause_s=0.7))
        codes = {}
        for name in [*SERVICES, *SERVICES]:
            codes[name] = await _replace(here.world, name)
        for node in here.world.nodes:
            await _replace_server(here.world, node)
        await living
        assert set(codes.values()) == {0}
        assert await here.books(stories) == []
        for message in await all_messages(here.nc.jetstream(), topology.EXPORTS):
            event = decode_event(message.data)
            if isinstance(event, AttemptFailed):
                assert (event.failures, event.error.code) == (0, "worker-stopping"), event


async def _holder(here: Load, story: Story) -> str:
    """The packager that has begun to work on an export."""
    events = EventLog(here.nc.jetstream())
    while True:
        for _, event in await events.of(story.id):
            if isinstance(event, ExportStarted):
                pid = int(event.worker.rpartition("-")[2])
                return next(n for n, child in here.world.children.items() if child.pid == pid)
        await asyncio.sleep(0.05)


async def test_a_second_signal_ends_a_drain_at_once(tmp_path: Path) -> None:
    """The exit code tells that it was no drain; what was in hand comes again."""
    async with load(tmp_path, seed=5, PACKAGER_DRAIN_TIMEOUT_S="600") as here:
        story = Story("cancel", 0)
        await here.users.request(story, "good0", platform="linux", key="endless")
        name = await _holder(here, story)
        here.world.held.add(name)
        child = here.world.children[name]
        child.ask_to_stop()
        while "service.stopping" not in child.tail():  # noqa: ASYNC110 - a file is read
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        draining = child.exit_code is None
        assert draining
        child.ask_to_stop()
        while child.exit_code is None:  # noqa: ASYNC110 - a process is asked
            await asyncio.sleep(0.05)
        assert child.exit_code == 1
        await here.client.send("POST", f"{story.path}/cancel")
        while not await here.users.stopped(story):  # noqa: ASYNC110 - the gateway is asked
            await asyncio.sleep(0.1)

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from shared import streams
from shared.events import AttemptFailed, decode
from tests.chaos.ledger import all_messages
from tests.chaos.run import load
from tests.chaos.stories import Story
from tests.chaos.world import SERVICES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.world import World


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


@pytest.mark.timeout(400)
async def test_a_rolling_restart_under_load_is_not_noticed(tmp_path: Path) -> None:
    """Every service is replaced twice while exports run.

    Each drains and exits with 0; no export fails or is counted as failed, no log line is lost, and
    every client comes back.
    """
    async with load(tmp_path, seed=4, PACKAGER_DRAIN_TIMEOUT_S="1") as here:
        stories = [Story("valid", number) for number in range(40)]
        living = asyncio.create_task(here.users.live(stories, at_once=8, pause_s=0.7))
        codes = {}
        for name in [*SERVICES, *SERVICES]:
            codes[name] = await _replace(here.world, name)
        await living
        assert set(codes.values()) == {0}
        assert await here.books(stories) == []
        for message in await all_messages(here.nc.jetstream(), streams.EXPORTS):
            fact = decode(message.data)
            if isinstance(fact, AttemptFailed):
                assert (fact.failures, fact.error.code) == (0, "worker-stopping"), fact


async def test_a_second_signal_ends_a_drain_at_once(tmp_path: Path) -> None:
    """Whatever is in hand comes again; the exit code tells that it was no drain."""
    async with load(tmp_path, seed=5, PACKAGER_DRAIN_TIMEOUT_S="600") as here:
        held = "nats"
        here.world.held.add(held)
        here.world.kill(held)  # so that a drain takes long: nothing can be published
        child = here.world.children["packager-1"]
        here.world.held.add("packager-1")
        child.ask_to_stop()
        await asyncio.sleep(0.5)
        child.ask_to_stop()
        async with asyncio.timeout(5):
            while child.exit_code is None:  # noqa: ASYNC110 - a process is asked
                await asyncio.sleep(0.05)
        assert child.exit_code in {0, 1, -signal.SIGTERM}

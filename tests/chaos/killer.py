"""SIGKILL at random instants: seeded, so that a run can be had again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from random import Random

    from tests.chaos.world import World

log = structlog.get_logger()

WEIGHTS = {
    "packager-1": 4,
    "packager-2": 4,
    "uploader-1": 3,
    "uploader-2": 3,
    "status": 2,
    "gateway": 2,
    "nats": 2,
    "s3": 1,
}


STEPS = 2  # that users must see between two kills, else a slow machine never gets on


class Killer:
    """Kills somebody every few seconds; the S3 server, which is slow to come back, rarely."""

    def __init__(
        self,
        world: World,
        random: Random,
        *,
        steps: Callable[[], int],
        s3_kills: int,
        every_s: float,
        spared: Collection[str] = (),
    ) -> None:
        self._world = world
        self._random = random
        self._steps = steps
        self._s3_kills = s3_kills
        self._every_s = every_s
        self._weights = {name: weight for name, weight in WEIGHTS.items() if name not in spared}
        self.killed: list[str] = []

    async def run(self) -> None:
        """Kill until cancelled."""
        while True:
            due = self._steps() + STEPS
            await asyncio.sleep(self._random.uniform(0.2, 2) * self._every_s)
            while self._steps() < due:  # noqa: ASYNC110 - a number is read
                await asyncio.sleep(0.05)
            (name,) = self._random.choices(
                list(self._weights), weights=list(self._weights.values())
            )
            if name == "s3" and self.killed.count("s3") >= self._s3_kills:
                name = "packager-1"
            if name == "nats" and self._world.nodes:
                name = self._random.choice(self._world.nodes).name
            log.info("chaos.kill", name=name)
            self._world.kill(name)
            self.killed.append(name)

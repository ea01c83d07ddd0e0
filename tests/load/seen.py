"""A stack under load, and a Prometheus that sees it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.chaos.run import load
from tests.chaos.world import SERVICES
from tests.own_prometheus import own_prometheus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from tests.chaos.run import Load
    from tests.own_prometheus import OwnPrometheus


def targets(here: Load) -> dict[str, str]:
    """Where each service answers a Prometheus."""
    return {name: here.world.health(name).removeprefix("http://") for name in SERVICES}


@asynccontextmanager
async def seen(
    folder: Path, *, rules: Sequence[Path] = (), every: str = "1s", **changes: str
) -> AsyncIterator[tuple[Load, OwnPrometheus]]:
    """A stack with users, and a Prometheus that scrapes all of its services.

    ``changes`` are settings of the services.
    """
    settings = {"UPLOADER_SWEEP_INTERVAL_S": "20", "STATUS_LOOK_INTERVAL_S": "1.5"}
    async with load(folder, seed=11, cluster=False, trace=False, **settings | changes) as here:
        data = folder / "prometheus"
        with own_prometheus(data, targets(here), rules=rules, every=every) as prometheus:
            while prometheus.value("count(up == 1)") != len(SERVICES):  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.2)  # counters grow from what was seen first
            yield here, prometheus

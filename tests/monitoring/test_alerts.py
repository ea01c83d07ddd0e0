"""Each alert is seen firing and ending, on a real stack under a real Prometheus.

``make alerts`` provokes all of them, which takes some minutes; ``make test`` those that projects
and keys bring about.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

import pytest

from monitoring.alerts import GROUPS
from tests.monitoring.away import servers_away
from tests.monitoring.failing import files_lost, workers_killed
from tests.monitoring.lasting import budget_burns, cache_useless
from tests.monitoring.missing import certificate_ends, disk_full, no_room, sweeps_held
from tests.monitoring.waiting import fold_paused, packager_paused
from tests.monitoring.watched import watched

if TYPE_CHECKING:
    from pathlib import Path

    from tests.monitoring.watched import Watched

# They hold real time against time that passes thirty times as fast: on a busy machine they tell the
# truth. That they are silent while all is well, test_quiet and test_slo hold.
OF_SPEED: Final = {
    "ExportBacklogOld",
    "ExportConsumerStalled",
    "ExportFiguresOld",
    "ExportFoldLate",
    "ExportHttpSlow",
    "ExportNoWorkers",
    "ExportNotScraped",
    "ExportNothingFinishes",
    "ExportSloBurnFast",
}


@pytest.mark.timeout(1_800)  # its own patience ends before
async def test_what_makers_and_keys_bring_about_is_told(tmp_path: Path) -> None:
    """Exports that fail by our fault, and a certificate that ends."""
    async with watched(tmp_path) as stack:
        await asyncio.gather(files_lost(stack), certificate_ends(stack))
    assert stack.seen >= {"ExportDeadLetters", "ExportFailuresInARow", "ExportCertificateExpired"}


@pytest.mark.skipif("ALERTS" not in os.environ, reason="some minutes: make alerts")
@pytest.mark.timeout(1_800)  # one patience of each scenario after another
async def test_every_alert_fires_and_ends(tmp_path: Path) -> None:
    """None of them while all is well, and each as soon as what it tells of is mended."""
    async with watched(tmp_path, for_hours=True) as stack:
        await _all_is_well(stack)
        assert await stack.have_fired() <= OF_SPEED
        await cache_useless(stack)
        async with asyncio.TaskGroup() as scenarios:
            for scenario in (sweeps_held, certificate_ends, _packagers, _consumers):
                scenarios.create_task(scenario(stack))
        await servers_away(stack)
    assert stack.seen == {alert.name for group in GROUPS.values() for alert in group}


async def _packagers(stack: Watched) -> None:
    """What lies on the disk would be gone when one begins anew."""
    await workers_killed(stack)
    await disk_full(stack)


async def _consumers(stack: Watched) -> None:
    """One scenario after the other, where they would hide one another."""
    await asyncio.gather(files_lost(stack), budget_burns(stack), packager_paused(stack))
    await fold_paused(stack)
    await no_room(stack)  # in the audit log there are replays by now


async def _all_is_well(stack: Watched) -> None:
    """Some exports end."""
    stories = [
        story
        for platform in ("web", "source", "linux")
        for story in await stack.exports(2, "good0", platform)
    ]
    for story in stories:
        while not (await stack.load.client.get(story.path))["export"]["completedAt"]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)

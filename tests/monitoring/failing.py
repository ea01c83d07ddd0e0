"""Exports fail, are lost, or lose their workers: one scenario each, mended as the runbook says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shared.jetstream import topology
from shared.stores.exports import bind_exports, export_key

if TYPE_CHECKING:
    from tests.monitoring.watched import Watched


async def files_lost(stack: Watched) -> None:
    """Six exports of a project whose files are gone; then an operator replays them."""
    await stack.exports(6, "lost", "source")
    names = (
        "ExportDeadLetters",
        "ExportFailuresInARow",
        "ExportFailureRatio",
        'ExportSloBurnFast{slo="exports"}',  # how fast others are answered is the machine's
    )
    await stack.fires(*names)
    await stack.load.users.mend()
    found = await stack.types("dead-letters", "ls", "--group")
    assert "object-lost" in found
    why = "the files are back"
    await stack.types("dead-letters", "replay", "--cause", "object-lost", "--why", why)
    stack.mended(*names)


async def workers_killed(stack: Watched) -> None:
    """Both packagers die with what they work on, and stay away for a while."""
    world = stack.load.world
    stories = await stack.exports(3, "good0", "linux", key="endless")
    await asyncio.gather(*(_in_hand(stack, story.path) for story in stories))
    both = ("packager-1", "packager-2")
    world.held.update(both)
    for name in both:
        world.kill(name)
    stories += await stack.exports(
        1, "good0", "linux", key="endless"
    )  # they seem alive for a while
    names = ("ExportNotScraped", "ExportNoWorkers")
    await stack.fires(*names)
    world.held.difference_update(both)
    stack.mended(*names)
    await stack.fires("ExportWorkersLost")
    for story in stories:
        await stack.load.client.send("POST", f"{story.path}/cancel")
    stack.mended("ExportWorkersLost")


async def _in_hand(stack: Watched, path: str) -> None:
    while (await stack.load.client.get(path))["export"]["status"] == "queued":  # noqa: ASYNC110
        await asyncio.sleep(0.2)


async def message_lost(stack: Watched) -> None:
    """An export's only event is deleted before a worker has it; the reaper ends it."""
    js = stack.load.nc.jetstream()
    documents = await bind_exports(js)
    (story,) = await stack.exports(1, "invalid", "web")
    while await documents.get(export_key(story.project, story.id)) is None:  # noqa: ASYNC110
        await asyncio.sleep(0.2)  # only what is known can be missed
    message = await js.get_last_msg(topology.EXPORTS, f"exports.requested.web.{story.id}")
    await js.delete_msg(topology.EXPORTS, message.seq or 0)
    await stack.fires("ExportReaped")
    stack.mended("ExportReaped")

"""What is wrong for hours and days, under a Prometheus for which an hour is five seconds."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.monitoring.watched import Watched

AT_ONCE: Final = 3  # each waits for its own exports: none are left over, which others would count


async def cache_useless(stack: Watched) -> None:
    """Nobody exports a file twice; then everybody rests."""
    users = [asyncio.create_task(_always_new(stack, f"new{user}")) for user in range(AT_ONCE)]
    try:
        await stack.fires("ExportCacheUseless")
    finally:
        for user in users:
            user.cancel()
    stack.mended("ExportCacheUseless")


async def budget_burns(stack: Watched) -> None:
    """More exports fail than the month has room for, whoever makes them fail."""
    name = 'ExportSloBurnSlow{slo="exports"}'
    await stack.fires(name)
    stack.mended(name)


async def _always_new(stack: Watched, project: str) -> None:
    client, path = stack.load.client, f"/api/projects/{project}/files/index.html"
    await client.send("POST", "/api/projects", {"id": project, "name": project})
    for number in count():
        page = f"<!doctype html><title>{project} {number}</title>".encode()
        await client.upload("PUT", path, partial(bytes, page), size_bytes=len(page))
        (story,) = await stack.exports(1, project, "web")
        while not (await client.get(story.path))["export"]["completedAt"]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)

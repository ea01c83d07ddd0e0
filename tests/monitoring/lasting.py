"""What is wrong for hours and days, under a Prometheus for which an hour is five seconds."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.monitoring.watched import Watched


async def cache_useless(stack: Watched) -> None:
    """Nobody exports a file twice; then everybody rests."""
    changing = asyncio.create_task(_always_new(stack))
    try:
        await stack.fires("ExportCacheUseless")
    finally:
        changing.cancel()
    stack.mended("ExportCacheUseless")


async def budget_burns(stack: Watched) -> None:
    """More exports fail than the month has room for, whoever makes them fail."""
    name = 'ExportSloBurnSlow{slo="exports"}'
    await stack.fires(name)
    stack.mended(name)


async def _always_new(stack: Watched) -> None:
    client, path = stack.load.client, "/api/projects/new/files/index.html"
    await client.send("POST", "/api/projects", {"id": "new", "name": "new"})
    for number in count():
        page = b"<!doctype html><title>%d</title>" % number
        await client.upload("PUT", path, partial(bytes, page), size_bytes=len(page))
        await stack.exports(1, "new", "source")
        await asyncio.sleep(0.5)

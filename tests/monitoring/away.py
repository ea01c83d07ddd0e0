"""Servers are away, while people look and an orchestrator asks."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import aiohttp

if TYPE_CHECKING:
    from tests.monitoring.watched import Watched


PROBED: Final = ("gateway", "packager-1", "uploader-1")


async def servers_away(stack: Watched) -> None:
    """First the storage, then NATS: each hangs, and then it is gone."""
    looks = [_look(stack) for _ in range(4)]
    probes = [_probe(stack, name, number / 4) for name in PROBED for number in range(8)]
    asking = [asyncio.create_task(ask) for ask in (*looks, *probes)]
    try:
        await _storage_away(stack)
        await _nats_away(stack)
    finally:
        for task in asking:
            task.cancel()


async def _storage_away(stack: Watched) -> None:
    world = stack.load.world
    os.kill(world.children["s3"].pid, signal.SIGSTOP)
    await stack.fires("ExportStorageUnreachable")
    world.held.add("s3")
    world.kill("s3")
    await stack.exports(2, "good0", "web")
    await stack.fires("ExportStorageUnreachable", "ExportWorkStopped")
    world.held.discard("s3")
    stack.mended("ExportStorageUnreachable", "ExportWorkStopped")


async def _nats_away(stack: Watched) -> None:
    world = stack.load.world
    os.kill(world.children["nats"].pid, signal.SIGSTOP)
    slow = ("ExportHttpSlow", "ExportHttpErrors", "ExportFiguresOld")
    await stack.fires(*slow)
    world.held.add("nats")
    world.kill("nats")
    await stack.fires("ExportNatsUnreachable")
    world.held.discard("nats")
    await world.ready("gateway")
    stack.mended("ExportNatsUnreachable", *slow)


async def _look(stack: Watched) -> None:
    """People look at what there is."""
    url = f"{stack.load.world.gateway_url}/api/projects/good0"
    async with _session(stack) as session:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(url):
                    pass
            await asyncio.sleep(0.2)


async def _probe(stack: Watched, name: str, later_s: float) -> None:
    """An orchestrator asks whether one is ready, as often as in so many minutes."""
    url = f"{stack.load.world.health(name)}/readyz"
    await asyncio.sleep(later_s)
    async with _session(stack) as session:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(url):
                    pass
            await asyncio.sleep(0.5)


def _session(stack: Watched) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {stack.load.world.token()}"},
        timeout=aiohttp.ClientTimeout(total=30),
    )

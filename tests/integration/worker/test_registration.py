"""Workers on the list of those who live."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.domain.events import now
from shared.errors import ConflictError
from shared.stores.worker_registry import WorkerHeartbeat, Workers
from shared.worker.registration import Heartbeat

if TYPE_CHECKING:
    from nats.js import JetStreamContext

SERVERS = ("one server",)  # what a worker does by itself


def heartbeat() -> WorkerHeartbeat:
    """What a worker says of itself."""
    return WorkerHeartbeat(
        name="w", version="1", platforms=("web",), started_at=now(), in_hand=("an export",)
    )


async def listed(js: JetStreamContext, *, draining: bool) -> None:
    """Wait until it is the one on the list."""
    workers = await Workers.bind(js)
    while [worker.draining for worker in await workers.living()] != [draining]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_a_worker_is_listed_until_it_has_left(js: JetStreamContext) -> None:
    """It works, it drains, it is gone."""
    stop = asyncio.Event()
    async with Heartbeat(js, heartbeat, stop):
        await listed(js, draining=False)
        stop.set()
        await listed(js, draining=True)
    assert await (await Workers.bind(js)).living() == []


async def test_a_worker_that_fails_is_not_listed_any_more(js: JetStreamContext) -> None:
    """Whichever way it leaves."""

    async def work() -> None:
        async with Heartbeat(js, heartbeat, asyncio.Event()):
            await listed(js, draining=False)
            raise ConflictError("a bug")

    with pytest.raises(ConflictError):
        await work()
    assert await (await Workers.bind(js)).living() == []

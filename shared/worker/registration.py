"""A worker's sign of life."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

import msgspec
import structlog

from shared.jetstream.errors import AWAY
from shared.stores.worker_registry import BUCKET, WorkerHeartbeat

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

log = structlog.get_logger()

INTERVAL_S: Final = 5.0  # how old what it is said to work on may be; the bucket forgets after 60
REMOVE_S: Final = 2.0  # for a server that is away when the worker leaves


class Heartbeat:
    """Keeps a worker registered from entering to leaving, whichever way it leaves.

    From ``stop`` on it says that the worker drains. A process that is killed is forgotten by the
    bucket, after a minute. A NATS that is away never fails the worker.
    """

    def __init__(
        self,
        js: JetStreamContext,
        heartbeat: Callable[[], WorkerHeartbeat],
        stop: asyncio.Event,
    ) -> None:
        self._js = js
        self._heartbeat = heartbeat
        self._stop = stop
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._task is not None  # noqa: S101 - it was made on entering
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with suppress(*AWAY):
            async with asyncio.timeout(REMOVE_S):
                workers = await self._js.key_value(BUCKET)
                await workers.delete(self._heartbeat().name)

    async def _beat(self) -> None:
        while not self._stop.is_set():
            await self._write(self._heartbeat())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), INTERVAL_S)
        while True:
            await self._write(msgspec.structs.replace(self._heartbeat(), draining=True))
            await asyncio.sleep(INTERVAL_S)

    async def _write(self, heartbeat: WorkerHeartbeat) -> None:
        try:
            workers = await self._js.key_value(BUCKET)
            await workers.put(heartbeat.name, msgspec.json.encode(heartbeat))
        except AWAY as error:
            log.warning("heartbeat.failed", error=repr(error))

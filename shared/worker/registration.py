"""How a worker registers itself: a heartbeat in a bucket that soon forgets it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from shared.jetstream.errors import AWAY
from shared.stores.worker_registry import BUCKET, WorkerHeartbeat

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

log = structlog.get_logger()

INTERVAL_S: Final = 5.0  # how old what it is said to work on may be; the bucket forgets after 60


class Heartbeat:
    """Writes the heartbeat every ``INTERVAL_S``; when the process dies the bucket forgets it."""

    def __init__(self, js: JetStreamContext, heartbeat: Callable[[], WorkerHeartbeat]) -> None:
        self._js = js
        self._heartbeat = heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        """Write until ``stop`` is set, then once more that the worker drains.

        A NATS that is away never fails the worker.
        """
        while not stop.is_set():
            await self._write(self._heartbeat())
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL_S)
        await self._write(msgspec.structs.replace(self._heartbeat(), draining=True))

    async def _write(self, heartbeat: WorkerHeartbeat) -> None:
        try:
            workers = await self._js.key_value(BUCKET.name)
            await workers.put(heartbeat.name, msgspec.json.encode(heartbeat))
        except AWAY as error:
            log.warning("heartbeat.failed", error=repr(error))


def product_version() -> str:
    """The installed version; ``source`` where it runs from a checkout that was never installed."""
    try:
        return version("aethel-export")
    except PackageNotFoundError:
        return "source"

"""A worker's sign of life."""

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
    """Writes the sign every ``INTERVAL_S``; when the process dies the bucket forgets it."""

    def __init__(self, js: JetStreamContext, sign: Callable[[], WorkerHeartbeat]) -> None:
        self._js = js
        self._sign = sign

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; a NATS that is away never fails the worker."""
        while not stop.is_set():
            sign = self._sign()
            try:
                workers = await self._js.key_value(BUCKET)
                await workers.put(sign.name, msgspec.json.encode(sign))
            except AWAY as error:
                log.warning("heartbeat.failed", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL_S)


def product_version() -> str:
    """The installed version; ``source`` where it runs from a checkout that was never installed."""
    try:
        return version("aethel-export")
    except PackageNotFoundError:
        return "source"

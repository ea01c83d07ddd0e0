"""A worker's place on the list of those who live."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final, Self

import msgspec
import structlog

from shared.jetstream.errors import AWAY
from shared.stores.worker_registry import BUCKET, WorkerHeartbeat

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

log = structlog.get_logger()

INTERVAL_S: Final = 5.0  # how old what it is said to work on may be
REMOVE_S: Final = 2.0  # for a server that is away when the worker leaves


class Heartbeat:
    """Keeps a worker on the list from entering to leaving, whichever way it leaves.

    A process that is killed is forgotten by the bucket, after a minute.
    """

    def __init__(self, js: JetStreamContext, sign: Callable[[], WorkerHeartbeat]) -> None:
        self._js = js
        self._sign = sign
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
                await workers.delete(self._sign().name)

    async def _beat(self) -> None:
        """Write every ``INTERVAL_S``; a NATS that is away never fails the worker."""
        while True:
            sign = self._sign()
            try:
                workers = await self._js.key_value(BUCKET)
                await workers.put(sign.name, msgspec.json.encode(sign))
            except AWAY as error:
                log.warning("heartbeat.failed", error=repr(error))
            await asyncio.sleep(INTERVAL_S)


def product_version() -> str:
    """The installed version; ``source`` where it runs from a checkout that was never installed."""
    try:
        return version("aethel-export")
    except PackageNotFoundError:
        return "source"

"""The packager's sign of life."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog
from nats.js.errors import APIError, NoStreamResponseError

from shared.events import now
from shared.workers import BUCKET, WorkerSign

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.packager.handler import PackagerHandler

log = structlog.get_logger()

INTERVAL_S: Final = 20.0  # a third of the bucket's time to live


class Heartbeat:
    """Writes the sign every ``INTERVAL_S``; when the process dies the bucket forgets it."""

    def __init__(
        self, js: JetStreamContext, name: str, platforms: tuple[str, ...], handler: PackagerHandler
    ) -> None:
        self._js = js
        self._name = name
        self._platforms = platforms
        self._handler = handler
        self._started_at = now()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; a NATS that is away never fails the worker."""
        while not stop.is_set():
            try:
                workers = await self._js.key_value(BUCKET)
                await workers.put(self._name, msgspec.json.encode(self._sign()))
            except (nats.errors.Error, APIError, NoStreamResponseError, OSError) as error:
                log.warning("heartbeat.failed", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL_S)

    def _sign(self) -> WorkerSign:
        return WorkerSign(
            name=self._name,
            version=product_version(),
            platforms=self._platforms,
            templates=self._handler.templates.versions,
            signing_keys=self._handler.signing.by_platform(self._platforms),
            started_at=self._started_at,
            in_hand=tuple(sorted(self._handler.in_hand)),
        )


def product_version() -> str:
    """The installed version; ``source`` where it runs from a checkout that was never installed."""
    try:
        return version("aethel-export")
    except PackageNotFoundError:
        return "source"

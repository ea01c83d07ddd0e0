"""The bucket ``workers``: the heartbeats of those who work, by their names."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from shared.domain.events import Timestamp
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import (
    FILM_SLICES,
    UPLOADER,
    WORKERS_BUCKET,
    packager_durable,
)
from shared.jetstream.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nats.js import JetStreamContext

    from shared.domain.waiting import Obstacle

log = structlog.get_logger()

OUTAGE: Final = "outage"  # the cause of a breaker that a server's absence has opened
KNOWN_S: Final = 1.0
BUCKET: Final = WORKERS_BUCKET.name  # forgets whoever has not written for a minute


class WorkerHeartbeat(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One worker as operators see it."""

    name: str
    version: str
    platforms: tuple[str, ...]
    templates: dict[str, str] = {}  # runtime templates that it has: version by name
    signing_keys: dict[str, tuple[str, ...]] = {}  # names by platform
    started_at: Timestamp
    in_hand: tuple[str, ...]  # export ids
    draining: bool = False  # it finishes what it has in hand, and ends
    open_breakers: dict[str, str] = {}  # why it takes no work at the moment: cause by consumer
    lacks: dict[str, tuple[str, ...]] = {}  # why it packs no such platform: what to install
    shoots_films: bool = False  # it takes slices of anybody's films
    chatter_behind: tuple[str, ...] = ()  # streams that do not take its progress and log lines

    @property
    def consumers(self) -> frozenset[str]:
        """The durables that it reads: those of its platforms, or the uploader's."""
        if self.shoots_films:
            return frozenset({*map(packager_durable, self.platforms), FILM_SLICES})
        return frozenset(map(packager_durable, self.platforms)) or frozenset({UPLOADER})


def obstacle(durable: str, living: Iterable[WorkerHeartbeat]) -> Obstacle | None:
    """Why none of the living workers takes messages of a consumer; None where one does."""
    workers = [worker for worker in living if durable in worker.consumers]
    staying = [worker for worker in workers if not worker.draining]
    if not workers:
        return "no-worker"
    if not staying:
        return "draining"
    causes = [worker.open_breakers.get(durable) for worker in staying]
    if all(causes):
        return "outage" if OUTAGE in causes else "breaker"
    return None


class Workers:
    """Reads the heartbeats."""

    def __init__(self, store: KeyValueStore[WorkerHeartbeat]) -> None:
        self._store = store
        self._looking = Turn()
        self._lately: Sequence[WorkerHeartbeat] = ()
        self._known_until = 0.0

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Workers:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, WorkerHeartbeat))

    async def living(self) -> list[WorkerHeartbeat]:
        """Everybody who has written lately, by name; what cannot be read is nobody."""
        found = await asyncio.gather(*map(self._read, await self._store.keys()))
        return [worker for worker in found if worker]

    async def lately(self) -> Sequence[WorkerHeartbeat]:
        """Those who were living a moment ago: many ask at once, and each would read them all."""
        if time.monotonic() < self._known_until:
            return self._lately
        async with self._looking.taken():
            if time.monotonic() >= self._known_until:
                self._lately = await self.living()
                self._known_until = time.monotonic() + KNOWN_S
            return self._lately

    async def _read(self, name: str) -> WorkerHeartbeat | None:
        try:
            record = await self._store.get(name)
        except msgspec.MsgspecError as error:
            log.warning("worker.unreadable", worker=name, error=str(error))
            return None
        return record.value if record else None

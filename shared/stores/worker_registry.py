"""The bucket ``workers``: the heartbeats of those who work, by their names."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import WORKERS_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = WORKERS_BUCKET.name  # forgets whoever has not written for a minute


class WorkerHeartbeat(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One worker as operators see it."""

    name: str
    version: str
    platforms: tuple[str, ...]
    templates: dict[str, str] = {}  # runtime templates that it has: version by name
    signing_keys: dict[str, tuple[str, ...]] = {}  # names by platform
    started_at: datetime
    in_hand: tuple[str, ...]  # export ids


class Workers:
    """Reads the heartbeats."""

    def __init__(self, store: KeyValueStore[WorkerHeartbeat]) -> None:
        self._store = store

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Workers:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, WorkerHeartbeat))

    async def living(self) -> list[WorkerHeartbeat]:
        """Everybody who has written lately, by name."""
        names = await self._store.keys()
        found = await asyncio.gather(*(self._store.get(name) for name in names))
        return [record.value for record in found if record]

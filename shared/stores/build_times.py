"""The bucket ``durations``: how long each platform's builds took lately, to estimate by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.export_document import Eta
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import BUILD_TIMES_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = BUILD_TIMES_BUCKET.name
KEPT: Final = 50  # of each platform, the latest


class RecentBuilds(msgspec.Struct, frozen=True):
    """Seconds that the latest completed builds of a platform took, oldest first."""

    seconds: tuple[float, ...] = ()

    def with_(self, *builds_s: float) -> RecentBuilds:
        """Some more, in the place of the oldest where there are enough."""
        return RecentBuilds((*self.seconds, *(round(each, 3) for each in builds_s))[-KEPT:])

    def eta(self, *, turns: float) -> Eta | None:
        """When a build is done that waits for ``turns`` others; None where nothing is known."""
        if not self.seconds:
            return None
        times = sorted(self.seconds)
        p50_s, p90_s = (times[round(share * (len(times) - 1))] for share in (0.5, 0.9))
        return Eta(p50_s=round(p50_s * (turns + 1), 1), p90_s=round(p90_s * (turns + 1), 1))


class BuildTimes:
    """The bucket; the status service writes it."""

    def __init__(self, store: KeyValueStore[RecentBuilds]) -> None:
        self._store = store

    @classmethod
    async def bind(cls, js: JetStreamContext) -> BuildTimes:
        """Bind to the bucket."""
        return cls(await KeyValueStore.bind(js, BUCKET, RecentBuilds))

    async def note(self, platform: str, *builds_s: float) -> None:
        """Builds have completed; one that is noted twice weighs a little more."""
        await self._store.change(platform, lambda known: (known or RecentBuilds()).with_(*builds_s))

    async def of(self, platform: str) -> RecentBuilds:
        """Nothing where none has completed yet.

        Raises:
            NatsUnavailableError: The bucket does not answer.
        """
        found = await self._store.get(platform)
        return found.value if found else RecentBuilds()

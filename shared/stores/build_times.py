"""How long builds took lately, by platform: what an honest estimate is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.export_document import Eta
from shared.jetstream.key_value import Records

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = "durations"
KEPT: Final = 50  # of each platform, the latest


class BuildTimes(msgspec.Struct, frozen=True):
    """Seconds that the latest completed builds of a platform took, oldest first."""

    seconds: tuple[float, ...] = ()

    def with_(self, build_s: float) -> BuildTimes:
        """One more, in the place of the oldest where there are enough."""
        return BuildTimes((*self.seconds, round(build_s, 3))[-KEPT:])

    def eta(self, *, turns: float) -> Eta | None:
        """When a build is done that waits for ``turns`` others; None where nothing is known."""
        if not self.seconds:
            return None
        times = sorted(self.seconds)
        p50_s, p90_s = (times[round(share * (len(times) - 1))] for share in (0.5, 0.9))
        return Eta(p50_s=round(p50_s * (turns + 1), 1), p90_s=round(p90_s * (turns + 1), 1))


class Durations:
    """The bucket; the status service writes it."""

    def __init__(self, records: Records[BuildTimes]) -> None:
        self._records = records

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Durations:
        """Bind to the bucket."""
        return cls(await Records.bind(js, BUCKET, BuildTimes))

    async def note(self, platform: str, build_s: float) -> None:
        """A build has completed; one that is noted twice weighs a little more."""
        await self._records.change(platform, lambda known: (known or BuildTimes()).with_(build_s))

    async def of(self, platform: str) -> BuildTimes:
        """Nothing where none has completed yet.

        Raises:
            NatsUnavailableError: The bucket does not answer.
        """
        found = await self._records.get(platform)
        return found.value if found else BuildTimes()

"""When the sweeper must leave everything where it is.

An operator holds it while the storage's bucket is copied: what the copied streams name must still
be there. It cannot see either what documents name that are being folded again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from shared.domain.events import now
from shared.errors import UnavailableError
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.topology import ARTIFACTS_BUCKET, EXPORTS, STATUS

if TYPE_CHECKING:
    from nats.js import JetStreamContext, api

HELD_UNTIL: Final = "aethel-sweep-held-until"  # in the metadata of the artifacts' bucket
FOLD_BEHIND: Final = 1_000  # events: more wait only where documents are folded again


class SweepHeldError(UnavailableError):
    """Nothing may be erased now."""

    code = "sweep-held"
    title = "Nothing is erased for the time being"


class SweepHold:
    """Kept with the bucket ``artifacts``, so that no service needs to know one more place."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def check(self) -> None:
        """Let only pass who may erase.

        Raises:
            SweepHeldError: Nobody may; the message says why.
            NatsUnavailableError: NATS does not answer.
        """
        try:
            until = held_until(await self._config())
            status = await self._js.consumer_info(EXPORTS, STATUS)
        except AWAY as error:
            raise NatsUnavailableError(f"cannot see whether sweeping is held: {error!r}") from error
        if until and until > now():
            raise SweepHeldError(
                f"an operator holds sweeping until {until:%Y-%m-%d %H:%M} UTC: "
                "`aethel-export sweep --resume` ends that"
            )
        if status.num_pending and status.num_pending > FOLD_BEHIND:
            raise SweepHeldError(f"{status.num_pending:,} events are not in the documents yet")

    async def hold(self, until: datetime | None) -> None:
        """Erase nothing until then; None: from now on whatever is due."""
        config = await self._config()
        metadata = {**(config.metadata or {})}
        metadata.pop(HELD_UNTIL, None)
        if until is not None:
            metadata[HELD_UNTIL] = until.isoformat()
        await self._js.update_stream(config.evolve(metadata=metadata))

    async def _config(self) -> api.StreamConfig:
        return (await self._js.stream_info(ARTIFACTS_BUCKET.stream)).config


def held_until(config: api.StreamConfig) -> datetime | None:
    """What the configuration of the bucket says."""
    until = (config.metadata or {}).get(HELD_UNTIL)
    return datetime.fromisoformat(until) if until else None

"""How everybody's exports go: this month's record, and what the consumers have before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.events import now
from shared.domain.platforms import PLATFORMS
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.topology import EXPORTS, UPLOADER, packager_durable
from shared.stores.export_totals import ExportTotals

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.stores.export_totals import Totals

OF_WORKERS: Final = frozenset({*map(packager_durable, PLATFORMS), UPLOADER})


class ExportFigures:
    """Two questions to NATS, however many exports there are."""

    def __init__(self, js: JetStreamContext, totals: ExportTotals) -> None:
        self._js = js
        self._totals = totals

    @classmethod
    async def bind(cls, js: JetStreamContext) -> ExportFigures:
        """Bind to the bucket."""
        return cls(js, await ExportTotals.bind(js))

    async def month(self) -> Totals:
        """This month, as the status service has counted it up to a second ago.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        return await self._totals.of(now())

    async def backlog(self) -> int:
        """Exports that wait for a worker, or have one: each has one message before them.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        try:
            found = await self._js.consumers_info(EXPORTS)
        except AWAY as error:
            raise NatsUnavailableError(f"{EXPORTS} does not answer: {error!r}") from error
        return sum(
            (info.num_pending or 0) + (info.num_ack_pending or 0)
            for info in found
            if info.name in OF_WORKERS
        )

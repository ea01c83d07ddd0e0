"""Folds facts into documents, and keeps the books on what has ended: minutes and durations.

All status pods share the one durable, and nobody else writes these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared import metrics
from shared.domain.events import Ending, ExportCompleted
from shared.domain.export_document import Document, fold
from shared.jetstream.key_value import Records
from shared.jetstream.pull_loop import consume_facts
from shared.jetstream.topology import STATUS
from shared.stores.build_times import Durations
from shared.stores.quota import Quota

if TYPE_CHECKING:
    import asyncio

    from nats.js import JetStreamContext

    from shared.domain.events import AnyFact

SLOTS: Final = 4  # facts in hand at a time; the fold does not mind their order


class Folding:
    """Consumes every fact of ``EXPORTS`` and keeps the bucket ``exports``."""

    def __init__(
        self,
        js: JetStreamContext,
        exports: Records[Document],
        quota: Quota,
        durations: Durations,
    ) -> None:
        self._js = js
        self._exports = exports
        self._quota = quota
        self._durations = durations

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Folding:
        """Bind to the buckets."""
        exports = await Records.bind(js, "exports", Document)
        return cls(js, exports, await Quota.bind(js), await Durations.bind(js))

    async def run(self, stop: asyncio.Event) -> None:
        """Fold until told to stop."""
        await consume_facts(self._js, STATUS, self._fold, stop, slots=SLOTS)

    async def _fold(self, fact: AnyFact, seq: int) -> None:
        key = f"{fact.project_id}.{fact.export_id}"
        await self._exports.change(key, lambda document: fold(document, fact, seq))
        if isinstance(fact, Ending):
            await self._quota.settle(fact)
        if isinstance(fact, ExportCompleted):
            await self._durations.note(fact.platform, fact.build_s)
        metrics.FOLDED.labels(fact.name).inc()

"""The projector folds events into documents, and charges minutes and notes durations at an end.

All status pods share its one durable; no other service writes these buckets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.events import ExportCompleted, TerminalEvent
from shared.domain.export_document import Document, fold
from shared.jetstream.pull_loop import consume_events
from shared.jetstream.topology import STATUS
from shared.metrics import exports as metrics
from shared.stores.build_times import BuildTimes
from shared.stores.exports import bind_exports, export_key
from shared.stores.quota import Quota

if TYPE_CHECKING:
    import asyncio

    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent
    from shared.jetstream.key_value import KeyValueStore

SLOTS: Final = 4  # events handled at a time; the fold does not mind their order


class Projector:
    """Consumes every event of ``EXPORTS`` and keeps the bucket ``exports``."""

    def __init__(
        self,
        js: JetStreamContext,
        exports: KeyValueStore[Document],
        quota: Quota,
        build_times: BuildTimes,
    ) -> None:
        self._js = js
        self._exports = exports
        self._quota = quota
        self._build_times = build_times

    @classmethod
    async def bind(cls, js: JetStreamContext) -> Projector:
        """Bind to the buckets."""
        return cls(js, await bind_exports(js), await Quota.bind(js), await BuildTimes.bind(js))

    async def run(self, stop: asyncio.Event) -> None:
        """Fold until told to stop."""
        await consume_events(self._js, STATUS, self._fold, stop, slots=SLOTS)

    async def _fold(self, event: AnyEvent, seq: int) -> None:
        key = export_key(event.project_id, event.export_id)
        await self._exports.change(key, lambda document: fold(document, event, seq))
        if isinstance(event, TerminalEvent):
            await self._quota.settle(event)
        if isinstance(event, ExportCompleted):
            await self._build_times.note(event.platform, event.build_s)
        metrics.FOLDED.labels(event.name).inc()

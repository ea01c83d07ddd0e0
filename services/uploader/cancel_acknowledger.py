"""The cancel acknowledger says that a canceled export has stopped where no worker can say so.

A queued export, one that waits for its next attempt, or one that is packed and not yet uploaded
lies in a stream, perhaps for minutes. Its user is told at once that nothing runs, and its parts go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from shared.domain.events import (
    AttemptFailed,
    ExportCanceled,
    ExportPackaged,
    ExportStarted,
    ExportStopped,
    TerminalEvent,
)
from shared.domain.log_keys import keys_of
from shared.errors import StorageRefusedError
from shared.jetstream.event_log import EventLog
from shared.jetstream.pull_loop import consume_events
from shared.jetstream.topology import CANCELS
from shared.worker.retry import parts_left

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from nats.js import JetStreamContext

    from shared.domain.events import AnyEvent
    from shared.jetstream.pull_loop import Place
    from shared.storage.bucket import Storage

log = structlog.get_logger()


class CancelAcknowledger:
    """Consumes ``canceled`` and publishes ``stopped`` where no worker is at the export."""

    def __init__(self, js: JetStreamContext, storage: Storage) -> None:
        self._js = js
        self._events = EventLog(js)
        self._storage = storage

    async def run(self, stop: asyncio.Event) -> None:
        """Acknowledge cancels until told to stop."""
        await consume_events(self._js, CANCELS, self._acknowledge, stop)

    async def _acknowledge(self, canceled: AnyEvent, _place: Place) -> None:
        events = [
            event
            for _, event in await self._events.of(canceled.export_id)
            if event.generation == canceled.generation
        ]
        terminal_event = next((event for event in events if isinstance(event, TerminalEvent)), None)
        if not isinstance(terminal_event, ExportCanceled) or at_work(events):
            return
        packaged = next((event for event in events if isinstance(event, ExportPackaged)), None)
        aborted = packaged is None or await self._abort(packaged)
        stopped = ExportStopped(
            **canceled.identity,
            stage="upload" if packaged else "build",
            parts_aborted=aborted and not parts_left(events),
        )
        if not (await self._events.publish(stopped)).duplicate:
            aborted = stopped.parts_aborted
            log.info("cancel.acknowledged", parts_aborted=aborted, **keys_of(canceled))

    async def _abort(self, packaged: ExportPackaged) -> bool:
        try:
            await self._storage.abort_upload(packaged.artifact.key, packaged.upload.upload_id)
        except StorageRefusedError as error:
            log.warning("upload.not-aborted", key=packaged.artifact.key, error=str(error))
            return False
        return True


def at_work(events: Sequence[AnyEvent]) -> bool:
    """Whether a worker has begun an attempt of this generation and not ended it.

    Such a worker stops and answers by itself; one that died is found by its message coming again.
    """
    for event in reversed(events):
        if isinstance(event, ExportStarted):
            return True
        if isinstance(event, AttemptFailed | ExportPackaged | ExportStopped):
            return False
    return False

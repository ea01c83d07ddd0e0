"""What NATS holds of one export, as its room reads it, and how the room hears its previews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.status.websocket.previews import Previews
from shared.jetstream.log_reader import read_lines
from shared.jetstream.progress_reporter import last_progress
from shared.jetstream.topology import LOGS, PROGRESS
from shared.stores.exports import export_key

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.export_document import Document
    from shared.domain.progress import Progress, QueuePosition
    from shared.jetstream.chatter import ChatterReads
    from shared.jetstream.key_value import KeyValueStore, Record
    from shared.jetstream.log_reader import StoredLine
    from shared.stores.queue_position import QueuePositions


class StoredExport:
    """Reads one export's document, log and progress, and where it stands in the queue.

    Every method raises ``NatsUnavailableError`` where NATS does not answer, but ``queue_position``.
    """

    def __init__(
        self,
        nc: Client,
        exports: KeyValueStore[Document],
        queue: QueuePositions,
        *,
        chatter: ChatterReads,
        project_id: str,
        export_id: str,
    ) -> None:
        self._nc = nc
        self._chatter = chatter
        self._exports = exports
        self._queue = queue
        self._key = export_key(project_id, export_id)
        self.export_id = export_id
        self.previews = Previews(nc, export_id)

    async def document(self) -> Record[Document] | None:
        """The document, None where it is not folded yet."""
        return await self._exports.get(self._key)

    async def lines(self) -> list[StoredLine]:
        """The last lines of its log, oldest first; none where the log is away for longer."""
        return await self._chatter.read(LOGS, lambda: read_lines(self._nc, self.export_id), [])

    async def progress(self) -> Progress | None:
        """The newest progress, None where there was none yet, or nobody can tell."""
        js, export_id = self._nc.jetstream(), self.export_id
        found = await self._chatter.read(PROGRESS, lambda: last_progress(js, export_id), None)
        return found[1] if found else None

    async def queue_position(self, document: Document) -> QueuePosition:
        """Why and where it waits, as far as anybody can tell."""
        return await self._queue.of(document)

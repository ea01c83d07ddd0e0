"""One export that somebody watches: what is known of it, encoded once for all of its readers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from services.status.websocket.messages import ExportStatus, Log
from services.status.websocket.send_buffer import Outgoing, SendBuffer, outgoing
from shared.domain.export_view import present
from shared.domain.progress import NOWHERE
from shared.jetstream.log_reader import MAX_LINES, StoredLine, read_lines

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.domain.export_document import Document
    from shared.domain.export_view import Links
    from shared.domain.progress import Progress, QueuePosition
    from shared.jetstream.key_value import Record

STATE_LINES: Final = 20  # of the log in every state
BATCH_S: Final = 0.02
FIRST_LINES: Final = 200  # of the log for a reader who did not say where to go on


class Room:
    """Lives while it has readers."""

    def __init__(self, nc: Client, links: Links, export_id: str) -> None:
        self.send_buffers: set[SendBuffer] = set()
        self.visitors = 0
        self._nc = nc
        self._links = links
        self._export_id = export_id
        self._document: Record[Document] | None = None
        self._progress: Progress | None = None
        self._queue_position = NOWHERE
        self._lines: dict[int, StoredLine] = {}  # by sequence, in the order of their coming
        self._loaded = False
        self._early: list[StoredLine] = []  # live lines that came before the older ones were read
        self._loading = asyncio.Lock()
        self._changed = asyncio.Condition()
        self._batch: list[Outgoing] = []
        self._flushing: asyncio.TimerHandle | None = None

    async def load(self, document: Record[Document] | None, progress: Progress | None) -> None:
        """What was there before the room was opened; live news may have come already."""
        async with self._loading:
            if not self._loaded:
                for line in await read_lines(self._nc, self._export_id):
                    self._add(line)
                self._loaded = True
                for line in self._early:
                    self.on_line(line)
        if document is not None:
            await self.on_document(document)
        if progress is not None:
            self.on_progress(progress)

    async def folded(self, generation: int, seq: int, *, timeout_s: float) -> bool:
        """Wait until the document has reached a generation and a stream sequence."""

        def reached() -> bool:
            document = self._document.value if self._document else None
            return document is not None and (document.generation, document.seq) >= (generation, seq)

        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(reached)
        except TimeoutError:
            return False
        return True

    async def on_document(self, document: Record[Document]) -> None:
        """A newer revision goes to all readers; an older one is no news.

        Raises:
            NatsUnavailableError: The last lines, which come before the end, cannot be read: this
                must be told again, and until then nobody knows of it.
        """
        if not self._is_news(document):
            return
        if document.value.state.ended:
            await self.catch_up()
        if not self._is_news(document):
            return
        self._document = document
        if self.queued is None:
            self._queue_position = NOWHERE
        self._send_state()
        async with self._changed:
            self._changed.notify_all()

    def _is_news(self, document: Record[Document]) -> bool:
        return self._document is None or document.revision > self._document.revision

    def on_progress(self, progress: Progress) -> None:
        """Progress never falls within a generation, whoever sends it."""
        if self._progress is not None and progress.rank <= self._progress.rank:
            return
        self._progress = progress
        self._send_state()

    @property
    def queued(self) -> Document | None:
        """The document, while it waits for a worker."""
        document = self._document.value if self._document else None
        return document if document and document.state.status == "queued" else None

    def on_standing(self, queue_position: QueuePosition, document: Document) -> None:
        """Where it stands in the queue; no news if it has moved on since that was asked."""
        if document is self.queued and queue_position != self._queue_position:
            self._queue_position = queue_position
            self._send_state()

    def on_line(self, line: StoredLine) -> None:
        """The next line of the log."""
        if self._loaded:
            self._add(line)
        else:
            self._early.append(line)

    def _add(self, line: StoredLine) -> None:
        """One that is known is no news.

        A known or a lower sequence may be: a nats-server that is killed gives the last ones out
        again.
        """
        if self._lines.get(line.seq) == line:
            return
        self._lines[line.seq] = line
        if len(self._lines) > MAX_LINES:
            del self._lines[next(iter(self._lines))]
        self._batch.append(self._log(line))
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(BATCH_S, self._flush)

    def _flush(self) -> None:
        """Lines of a moment go out together: waking a thousand readers costs more than a line."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        for send_buffer in self.send_buffers if self._batch else ():
            send_buffer.put_lines(self._batch)
        self._batch = []

    async def catch_up(self) -> None:
        """Read the lines that have not come live (yet)."""
        for line in await read_lines(self._nc, self._export_id):
            self.on_line(line)

    def join(self, send_buffer: SendBuffer, *, after_seq: int | None) -> None:
        """A new reader gets the log from where it stopped, the current state, and then all news."""
        self._flush()
        lines = [line for seq, line in sorted(self._lines.items()) if seq > (after_seq or 0)]
        if after_seq is None and len(lines) > FIRST_LINES:
            send_buffer.lose(lines[0].seq, lines[-FIRST_LINES - 1].seq)
            lines = lines[-FIRST_LINES:]
        elif after_seq is not None and len(lines) == MAX_LINES:
            send_buffer.lose(after_seq + 1, lines[0].seq - 1)
        send_buffer.put_lines([self._log(line) for line in lines])
        if (state := self._state()) is not None:
            send_buffer.put_state(state)
        self.send_buffers.add(send_buffer)

    def _send_state(self) -> None:
        self._flush()
        state = self._state()
        if state is not None:
            for send_buffer in self.send_buffers:
                send_buffer.put_state(state)

    def _state(self) -> Outgoing | None:
        if self._document is None:
            return None
        lines = [stored.line for stored in list(self._lines.values())[-STATE_LINES:]]
        state = present(
            self._document.value,
            self._links,
            progress=self._progress,
            queue_position=self._queue_position,
            lines=lines,
        )
        message = ExportStatus(export_id=self._export_id, seq=self._document.revision, state=state)
        receipt = state.cancel_receipt
        complete = receipt is None or receipt.stopped_at is not None
        return outgoing(message, terminal=state.ended, last=state.ended and complete)

    def _log(self, stored: StoredLine) -> Outgoing:
        line = stored.line
        message = Log(
            export_id=self._export_id,
            seq=stored.seq,
            ts=line.at,
            level=line.level,
            message=line.message,
        )
        return outgoing(message, seq=stored.seq)

"""One export that somebody watches: what is known of it, and how its readers learn of it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from services.status.websocket.close_codes import CloseCode
from services.status.websocket.recent_lines import RecentLines
from services.status.websocket.send_buffer import Outgoing, SendBuffer, outgoing
from shared.domain.export_view import present
from shared.domain.log_keys import keys_of_document
from shared.domain.progress import NOWHERE
from shared.domain.websocket_messages import ExportStatus
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.log_reader import MAX_LINES

if TYPE_CHECKING:
    from services.status.websocket.stored_export import StoredExport
    from shared.domain.export_document import Document
    from shared.domain.export_view import Links
    from shared.domain.log_keys import LogKeys
    from shared.domain.progress import Progress, QueuePosition
    from shared.jetstream.key_value import Record
    from shared.jetstream.log_reader import StoredLine

log = structlog.get_logger()

STATE_LINES: Final = 20  # of the log in every state
FIRST_LINES: Final = 200  # of the log for a reader who did not say where to go on
BATCH_S: Final = 0.02
PAUSE_S: Final = 0.5  # before NATS is asked again


class _News(NamedTuple):
    """A document as it was written, when its newest event was stored, and the bucket's life."""

    document: Record[Document]
    stored_at: float
    life: int


class Room:
    """Everything that is known of one watched export; lives while it has visitors.

    The ``put`` methods only note what came, so that whoever calls them never waits. What follows
    from it is the room's own task, :meth:`run`: it alone reads from NATS, takes one document after
    the other, and gives states to the readers.
    """

    def __init__(self, stored: StoredExport, links: Links) -> None:
        self._stored = stored
        self._links = links
        self._send_buffers: set[SendBuffer] = set()
        self._lines = RecentLines(stored.export_id)
        self._flushing: asyncio.TimerHandle | None = None
        self._document: Record[Document] | None = None
        self._life = 0  # of the bucket: how often its revisions have begun anew
        self._rank = (0, 0)  # the life and revision of the document
        self._progress: Progress | None = None
        self._queue_position = NOWHERE
        self._documents: deque[_News] = deque()  # the oldest first
        self._stored_at = 0.0  # when the newest progress was stored that is not told yet
        self._refreshes_wanted = 0
        self._refreshes_done = 0
        self._news = asyncio.Event()
        self._state_is_news = False
        self._failed = False
        self._changed = asyncio.Condition()

    def refresh(self) -> None:
        """Have everything read anew that NATS holds of the export."""
        self._refreshes_wanted += 1
        self._news.set()

    def put_document(self, document: Record[Document], *, stored_at: float = 0.0) -> None:
        """Note a revision of the document; an older one than is known is no news.

        ``stored_at`` is when its newest event was stored in its stream, Unix time; 0 for what was
        there before.
        """
        self._documents.append(_News(document, stored_at, self._life))
        self._news.set()

    def renew(self) -> None:
        """Note that the bucket gives revisions again: whatever comes now is newer."""
        self._life += 1
        self.refresh()

    def put_progress(self, progress: Progress, *, stored_at: float = 0.0) -> None:
        """Note progress; within a generation it never falls, whoever sends it."""
        known = self._progress
        if known is None or (progress.rank >= known.rank and progress != known):
            self._progress = progress
            self._stored_at = stored_at
            self._state_is_news = True
            self._news.set()

    def put_queue_position(self, position: QueuePosition, document: Document) -> None:
        """Note where ``document`` stands in the queue, unless it has moved on since."""
        if document is self.waiting and position != self._queue_position:
            self._queue_position = position
            self._state_is_news = True
            self._news.set()

    def put_line(self, line: StoredLine) -> None:
        """Note the next line of the log.

        Lines of a moment go out together: waking a thousand readers costs more than a line.
        """
        self._lines.add(line)
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(BATCH_S, self._flush_lines)

    @property
    def waiting(self) -> Document | None:
        """The document, while the export waits for a worker."""
        document = self._document.value if self._document else None
        return document if document and document.wait is not None else None

    @property
    def log_keys(self) -> LogKeys:
        """What log lines about its readers say of the export."""
        document = self._document.value if self._document else None
        return keys_of_document(document) if document else {"export_id": self._stored.export_id}

    def join(self, send_buffer: SendBuffer, *, after_seq: int | None) -> None:
        """A new reader gets the log from where it stopped, the current state, and then all news."""
        self._flush_lines()
        lines = self._lines.after(after_seq or 0)
        if after_seq is None and len(lines) > FIRST_LINES:
            send_buffer.lose(lines[0].seq, lines[-FIRST_LINES - 1].seq)
            lines = lines[-FIRST_LINES:]
        elif after_seq is not None and len(lines) == MAX_LINES:
            send_buffer.lose(after_seq + 1, lines[0].seq - 1)
        send_buffer.put_lines([self._lines.encode(line) for line in lines])
        if self._document is not None:
            send_buffer.put_state(self._state(self._document))
        if self._stored.previews.newest is not None:
            send_buffer.put_preview(self._stored.previews.newest)
        self._send_buffers.add(send_buffer)
        if self._failed:
            send_buffer.close(CloseCode.INTERNAL_ERROR)

    def leave(self, send_buffer: SendBuffer) -> None:
        """A reader gets nothing more."""
        self._send_buffers.discard(send_buffer)

    def close(self, code: CloseCode) -> None:
        """Have the sockets of all readers closed."""
        for send_buffer in self._send_buffers:
            send_buffer.close(code)

    def close_stuck(self, slow_s: float) -> None:
        """Have those closed whose clients have taken nothing of what is sent for ``slow_s``."""
        at = asyncio.get_running_loop().time()
        for send_buffer in self._send_buffers:
            if send_buffer.is_stuck(at, slow_s):
                send_buffer.close(CloseCode.TOO_SLOW)

    async def reached(self, generation: int, seq: int, *, timeout_s: float) -> bool:
        """Wait until a document of that generation and stream sequence, or a later one, is known.

        Where none is yet, what is stored is read: the room may have been opened just now, or its
        reader may know of something that it has not heard.

        Returns:
            False where that takes longer than ``timeout_s``.
        """

        def known() -> bool:
            document = self._document.value if self._document else None
            return document is not None and (document.generation, document.seq) >= (generation, seq)

        if known():
            return True
        self.refresh()
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(known)
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Take in what comes, until cancelled; while NATS does not answer, nothing is passed over.

        Nobody who watches may miss an end because the log could not be read for a moment.
        """
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                try:
                    await self._take_in()
                except NatsUnavailableError as error:
                    log.warning("room.waiting", export_id=self._stored.export_id, error=str(error))
                    self._news.set()
                    await asyncio.sleep(PAUSE_S)
        except Exception:
            log.exception("room.failed", export_id=self._stored.export_id)
            self._failed = True
            self.close(CloseCode.INTERNAL_ERROR)  # they would hear nothing more
        finally:
            await self._stored.previews.close()

    async def _take_in(self) -> None:
        if self._refreshes_done < self._refreshes_wanted:
            await self._read_stored()
        while self._documents:
            await self._advance(self._documents[0])
            self._documents.popleft()
        if self._state_is_news:
            self._send_state()
        async with self._changed:
            self._changed.notify_all()

    async def _read_stored(self) -> None:
        """What was there before; live news may have come already."""
        wanted, life = self._refreshes_wanted, self._life
        if not self._lines.loaded:
            self._lines.load(await self._stored.lines())
            self._flush_lines()
        document, progress = await self._stored.document(), await self._stored.progress()
        if document is not None:
            self._documents.append(_News(document, 0.0, life))
        if progress is not None:
            self.put_progress(progress)
        self._refreshes_done = wanted

    async def _advance(self, news: _News) -> None:
        """Tell of a newer revision; before an end come the lines that have not come live."""
        known, record = self._document, news.document
        rank = (news.life, record.revision)
        if rank <= self._rank:
            return
        if record.value.state.ended:
            self._lines.load(await self._stored.lines())
        if known is None or record.value.wait != known.value.wait:
            self._queue_position = await self._stored.queue_position(record.value)
        self._document, self._rank = record, rank
        self._stored_at = news.stored_at
        self._send_state()
        await self._stored.previews.follow(record.value, self._send_preview)

    def _flush_lines(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        lines = self._lines.take_unsent()
        for send_buffer in self._send_buffers if lines else ():
            send_buffer.put_lines(lines)

    def _send_state(self) -> None:
        self._flush_lines()
        self._state_is_news = False
        stored_at, self._stored_at = self._stored_at, 0.0
        if self._document is not None and self._send_buffers:
            state = self._state(self._document, stored_at)
            for send_buffer in self._send_buffers:
                send_buffer.put_state(state)

    def _send_preview(self, preview: Outgoing) -> None:
        for send_buffer in self._send_buffers:
            send_buffer.put_preview(preview)

    def _state(self, document: Record[Document], stored_at: float = 0.0) -> Outgoing:
        state = present(
            document.value,
            self._links,
            progress=self._progress,
            queue_position=self._queue_position,
            lines=self._lines.newest(STATE_LINES),
        )
        message = ExportStatus(export_id=state.id, seq=document.revision, state=state)
        receipt = state.cancel_receipt
        complete = receipt is None or receipt.stopped_at is not None
        return outgoing(
            message, terminal=state.ended, last=state.ended and complete, stored_at=stored_at
        )

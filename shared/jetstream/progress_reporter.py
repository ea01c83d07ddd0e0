"""Reports a job's progress and log lines, apart from the events; losing one fails nothing."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from nats.js.errors import APIError

from shared.domain.progress import Level, LogLine, Progress
from shared.errors import UnavailableError
from shared.jetstream.chatter import PATIENCE_S, ChatterOutbox
from shared.jetstream.errors import AWAY, overtaken
from shared.jetstream.publishing import publish, read_message
from shared.jetstream.topology import LOGS, PROGRESS, log_subject, progress_subject
from shared.metrics import nats as metrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nats.js import JetStreamContext

    from shared.domain.export_document import Eta, Status

log = structlog.get_logger()

PROGRESS_INTERVAL_S: Final = 0.1
AWAY_PAUSE_S: Final = 1.0
QUEUE_LINES: Final = 1_000
NOTHING_SENT: Final = (0, -1.0)
LINES_DROPPED: Final = metrics.CHATTER_DROPPED.labels(LOGS)


class ProgressReporter:
    """Reports to its user what one job does while it works.

    ``progress`` keeps only the newest value and sends a few a second, ``log`` queues lines. Both
    begin after a tenth of a second: what ends sooner has events that say more, and its lines go
    together. ``finish`` and ``close`` send what is left.
    """

    def __init__(
        self,
        js: JetStreamContext,
        export_id: str,
        generation: int,
        outbox: ChatterOutbox | None = None,
    ) -> None:
        self._js = js
        self._outbox = outbox or ChatterOutbox()
        self._export_id = export_id
        self._generation = generation
        self._newest: Progress | None = None
        self._told: Progress | None = None
        self._telling = False  # it is being sent
        self._sent = NOTHING_SENT
        self._last_seq = 0
        self._lines: deque[tuple[str, LogLine]] = deque()  # by message id
        self._ids = (f"{export_id}:{uuid.uuid4().hex}:{number}" for number in itertools.count())
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self.advanced_at = asyncio.get_running_loop().time()
        self.parts_left = False
        self.idle_s = 0.0  # of the attempt, in which nothing was done for it

    def alive(self) -> None:
        """Say to who watches the job that it goes on, where there is nothing new to tell."""
        self.advanced_at = asyncio.get_running_loop().time()

    def leave_parts(self) -> None:
        """Note that parts stay in the storage, which could not be told to remove them."""
        self.parts_left = True

    def progress(self, status: Status, percent: float, step: str, eta: Eta | None = None) -> None:
        """Report how far it is, in percent of the whole export; it never falls.

        A new step is told at the same percentage, too.
        """
        self.advanced_at = asyncio.get_running_loop().time()
        self._newest = Progress(
            export_id=self._export_id,
            generation=self._generation,
            status=status,
            percent=round(min(max(percent, 0.0), 100.0), 1),
            step=step,
            eta=eta,
        )
        self._wake.set()

    def log(self, message: str, level: Level = "info") -> None:
        """Add a line to the export's log; dropped (and counted) when a thousand wait already."""
        self.advanced_at = asyncio.get_running_loop().time()
        if len(self._lines) == QUEUE_LINES:
            LINES_DROPPED.inc()
            return
        line = LogLine(generation=self._generation, level=level, message=message[:2_000])
        self._lines.append((next(self._ids), line))
        self._wake.set()

    async def finish(self, *, done: bool = False) -> None:
        """Send what is left, and wait for it as long as that costs the export nothing.

        What is late is tried on without anybody waiting; a second time does nothing. Where the job
        is ``done``, the event that follows says how far it is, not progress.
        """
        if self._closing.is_set():
            return
        if done:
            self._newest = None
        self._close()
        await asyncio.wait({self._task}, timeout=self._outbox.patience_s)
        if not self._task.done():
            self._fell_behind(f"not within {self._outbox.patience_s:g} s")
            self._outbox.linger(self._task)

    async def close(self, *, patience_s: float = 5.0) -> None:
        """Send what is left, for at most ``patience_s``; a second time does nothing."""
        self._close()
        await asyncio.wait({self._task}, timeout=patience_s)
        self._task.cancel()

    def _close(self) -> None:
        self._closing.set()
        self._wake.set()

    async def _run(self) -> None:
        try:
            await self._send_until_closed()
        finally:
            LINES_DROPPED.inc(len(self._lines))
            self._lines.clear()

    async def _send_until_closed(self) -> None:
        await self._pause()
        while self._lines or self._is_news or not self._closing.is_set():
            await self._wake.wait()
            self._wake.clear()
            sent = await asyncio.gather(
                self._send(LOGS, self._send_lines), self._send(PROGRESS, self._send_progress)
            )
            if not all(sent):
                await asyncio.sleep(AWAY_PAUSE_S)
                self._wake.set()
            await self._pause()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), PROGRESS_INTERVAL_S)

    async def _send(self, stream: str, send: Callable[[], Awaitable[bool]]) -> bool:
        """One stream's trouble is none of the other's; whether nothing is left to be tried."""
        began = asyncio.get_running_loop().time()
        try:
            has_sent = await send()
        except (*AWAY, UnavailableError) as error:
            self._outbox.fell_behind(stream, str(error) or repr(error))
            return False
        if has_sent and asyncio.get_running_loop().time() - began < PATIENCE_S:
            self._outbox.delivered(stream)
        return True

    def _fell_behind(self, reason: str) -> None:
        is_untold = self._is_news or self._telling
        for stream, is_late in ((LOGS, bool(self._lines)), (PROGRESS, is_untold)):
            if is_late:
                self._outbox.fell_behind(stream, reason)

    @property
    def _is_news(self) -> bool:
        newest = self._newest
        return newest is not None and newest is not self._told and newest.rank >= self._sent

    async def _send_lines(self) -> bool:
        """In order, each once (by its message id); whether there were any."""
        subject, there_were = log_subject(self._export_id), bool(self._lines)
        while self._lines:
            message_id, line = self._lines[0]
            headers = {"Aethel-Export-Id": self._export_id, "Nats-Msg-Id": message_id}
            await publish(self._js, subject, msgspec.json.encode(line), headers, patience_s=5.0)
            self._lines.popleft()
        return there_were

    async def _send_progress(self) -> bool:
        """Compare-and-set on the subject's last sequence: two workers never make progress fall."""
        newest = self._newest
        if newest is None or not self._is_news:
            return False
        subject = progress_subject(self._export_id)
        headers = {"Nats-Expected-Last-Subject-Sequence": str(self._last_seq)}
        self._telling = True
        try:
            ack = await self._js.publish(
                subject, msgspec.json.encode(newest), timeout=2.0, headers=headers
            )
        except APIError as error:
            if not overtaken(error):
                raise
            found = await last_progress(self._js, self._export_id)
            self._last_seq, self._sent = (found[0], found[1].rank) if found else (0, NOTHING_SENT)
            self._wake.set()  # the next round compares again
        else:
            self._last_seq, self._sent, self._told = ack.seq, newest.rank, newest
        finally:
            self._telling = False
        return True


async def last_progress(js: JetStreamContext, export_id: str) -> tuple[int, Progress] | None:
    """The newest progress of an export and its sequence, None where there was none yet.

    Raises:
        NatsUnavailableError: The stream does not answer. Showing the export without would let its
            progress fall.
    """
    found = await read_message(js, PROGRESS, subject=progress_subject(export_id))
    if found is None:
        return None
    return (found.seq or 0), msgspec.json.decode(found.data or b"", type=Progress)

"""Hears what happens to all exports, and passes it on to the rooms of those that are watched."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from services.status.websocket.close_codes import CloseCode
from services.status.websocket.room import Room
from services.status.websocket.stored_export import StoredExport
from shared.domain.progress import Progress
from shared.jetstream.chatter import ChatterReads
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.follower import StreamFollower
from shared.jetstream.key_value import KeyValueStore, Record
from shared.jetstream.log_reader import StoredLine, decode_line
from shared.jetstream.snapshots import RESTORED_AT
from shared.jetstream.topology import LOGS, PROGRESS, log_subject, progress_subject

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from nats.aio.client import Client

    from services.status.document_news import DocumentNews
    from shared.domain.export_document import Document
    from shared.domain.export_view import Links
    from shared.jetstream.batch_get import Stored
    from shared.stores.queue_position import QueuePositions

SLOW_S: Final = 30.0  # a client that takes nothing for so long
QUEUE_POSITION_S: Final = 2.0  # between two looks at where those stand that wait
LISTEN_S: Final = 10.0  # what a visitor waits for a service that has just been started
NO_LOG: Final = ("none", 0)  # whoever comes back with it starts over
CHATTER_S: Final = 2.0  # then it listens to documents alone, until the other streams are there
RETRY_S: Final = 1.0
EPOCH_S: Final = 1.0  # how long it is known: thousands may come at once


@dataclass
class OpenRoom:
    """A room, its task, and how many hold it open."""

    room: Room
    task: asyncio.Task[None]
    visitors: int = 0


class Hub:
    """One per process: three streams are followed, however many exports and sockets there are.

    Their callbacks find the room and leave the news there. A callback that waited, for NATS above
    all, would hold up what comes for every other room.
    """

    def __init__(
        self,
        nc: Client,
        news: DocumentNews,
        exports: KeyValueStore[Document],
        queue: QueuePositions,
        links: Links,
    ) -> None:
        self._exports = exports
        self._queue = queue
        self._nc = nc
        self._js = nc.jetstream()
        self._links = links
        self._rooms: dict[str, OpenRoom] = {}
        self._listening = asyncio.Event()
        self._chatter = ChatterReads()
        self._asking = asyncio.Lock()
        self._epoch = NO_LOG
        self._epoch_until = 0.0
        news.listen(self._on_document, on_renewed=self._renew)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until told to stop.

        Everything as it is stored: a message that the stream has refused is heard by plain
        subscribers too, and would be taken back at the next look.
        """
        chatter = [
            StreamFollower(self._nc, LOGS, log_subject("*"), self._on_line),
            StreamFollower(
                self._nc, PROGRESS, progress_subject("*"), self._on_progress, newest_only=True
            ),
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._close_all(stop))
            group.create_task(self._close_stuck(stop))
            await self._follow(chatter, stop)
        for follower in chatter:
            await follower.close()

    async def _follow(self, chatter: Sequence[StreamFollower], stop: asyncio.Event) -> None:
        starting = {asyncio.create_task(self._start(follower)) for follower in chatter}
        await asyncio.wait(starting, timeout=CHATTER_S)
        self._listening.set()
        while not stop.is_set():
            await self._look_at_queues(stop)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), QUEUE_POSITION_S)
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)

    async def _close_all(self, stop: asyncio.Event) -> None:
        """Once told to stop, ask all readers to come back."""
        await stop.wait()
        for opened in self._rooms.values():
            opened.room.close(CloseCode.SHUTTING_DOWN)

    async def _close_stuck(self, stop: asyncio.Event) -> None:
        """Every few seconds, however long NATS takes to answer anything else."""
        while not stop.is_set():
            for opened in self._rooms.values():
                opened.room.close_stuck(SLOW_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), QUEUE_POSITION_S)

    async def _start(self, follower: StreamFollower) -> None:
        """Begin to follow, as soon as the stream is there; the rooms then read what came before."""
        while True:
            try:
                await follower.start()
                break
            except NatsUnavailableError:
                await asyncio.sleep(RETRY_S)
        for opened in self._rooms.values():
            opened.room.refresh()

    @asynccontextmanager
    async def room(self, project_id: str, export_id: str) -> AsyncIterator[Room]:
        """The room of an export, which is about to know what is stored; see ``Room.reached``.

        It closes with its last visitor. It does not open before the hub listens: what came between
        the stored and the live lines would be lost.

        Raises:
            NatsUnavailableError: The hub does not listen yet.
        """
        if not self._listening.is_set():  # else waiting would still cost a task
            try:
                await asyncio.wait_for(self._listening.wait(), LISTEN_S)
            except TimeoutError as error:
                raise NatsUnavailableError("this service does not hear of anything yet") from error
        opened = self._rooms.get(export_id) or self._open(project_id, export_id)
        opened.visitors += 1
        try:
            yield opened.room
        finally:
            opened.visitors -= 1
            if opened.visitors == 0:
                del self._rooms[export_id]
                opened.task.cancel()

    def _open(self, project_id: str, export_id: str) -> OpenRoom:
        stored = StoredExport(
            self._nc,
            self._exports,
            self._queue,
            chatter=self._chatter,
            project_id=project_id,
            export_id=export_id,
        )
        room = Room(stored, self._links)
        room.refresh()
        opened = self._rooms[export_id] = OpenRoom(room, asyncio.create_task(room.run()))
        return opened

    async def _look_at_queues(self, stop: asyncio.Event) -> None:
        """One room after the other: where very many wait, each is told less often."""
        for room in [opened.room for opened in self._rooms.values()]:
            document = room.waiting
            if document is not None and not stop.is_set():
                room.put_queue_position(await self._queue.of(document), document)

    async def epoch(self, after_seq: int) -> tuple[str, int]:
        """Which life of the log stream this is, and its last sequence, as of a moment ago.

        Of no log, where it is away. Its last sequence is not below ``after_seq``, if it can be.

        Raises:
            NatsUnavailableError: It does not answer, and may do so in a moment.
        """
        clock = asyncio.get_running_loop().time
        async with self._asking:
            if clock() >= self._epoch_until or after_seq > self._epoch[1]:
                self._epoch = await self._chatter.read(LOGS, self._life_of_log, NO_LOG)
                self._epoch_until = clock() + EPOCH_S
            return self._epoch

    async def _life_of_log(self) -> tuple[str, int]:
        """A restored stream may have been created when the lost one was."""
        try:
            info = await self._js.stream_info(LOGS)
        except AWAY as error:
            raise NatsUnavailableError(f"the stream {LOGS} does not answer: {error!r}") from error
        created = info.created.timestamp() if info.created else 0
        restored = (info.config.metadata or {}).get(RESTORED_AT, "")
        return f"{created:.0f}{restored}", info.state.last_seq

    def _renew(self) -> None:
        for opened in self._rooms.values():
            opened.room.renew()

    def _on_document(self, message: Stored) -> None:
        room = self._room_of(message)
        if room is not None and message.payload:
            with suppress(msgspec.MsgspecError):
                document = self._exports.decode(message.payload)
                stored_at = document.stored_at.timestamp() if document.stored_at else 0.0
                room.put_document(Record(document, message.seq), stored_at=stored_at)

    def _on_line(self, message: Stored) -> None:
        room = self._room_of(message)
        if room is not None:
            with suppress(msgspec.MsgspecError):
                room.put_line(StoredLine(message.seq, decode_line(message.payload)))

    def _on_progress(self, message: Stored) -> None:
        room = self._room_of(message)
        if room is not None:
            with suppress(msgspec.MsgspecError):
                progress = msgspec.json.decode(message.payload, type=Progress)
                room.put_progress(progress, stored_at=message.at.timestamp())

    def _room_of(self, message: Stored) -> Room | None:
        """The room of the export that the subject ends with, if anybody watches it."""
        opened = self._rooms.get(message.subject.rpartition(".")[2])
        return opened.room if opened else None

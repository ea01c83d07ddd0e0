"""Hears what happens to all exports and tells the rooms of those that are watched."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog
from nats.js import api
from nats.js.errors import APIError

from services.status.websocket.room import Room
from shared.domain.progress import Progress
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.key_value import KeyValueStore, Record
from shared.jetstream.log_reader import StoredLine, decode_line
from shared.jetstream.progress_reporter import last_progress
from shared.jetstream.topology import EXPORTS_BUCKET, LOGS, PROGRESS, log_subject, progress_subject
from shared.stores.exports import export_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

    from shared.domain.export_document import Document
    from shared.domain.export_view import Links
    from shared.stores.queue_position import QueuePositions

log = structlog.get_logger()

PAUSE_S: Final = 0.5
STANDING_S: Final = 2.0  # between two looks at where those stand that queue
LISTEN_S: Final = 10.0  # what a visitor waits for a service that has just been started
HEARTBEAT_S: Final = 1.0  # an ordered consumer notices within a few of these that it was lost


class Hub:
    """One per process: three subscriptions, however many exports and sockets there are."""

    def __init__(
        self, nc: Client, exports: KeyValueStore[Document], queue: QueuePositions, links: Links
    ) -> None:
        self.exports = exports
        self._queue = queue
        self._nc = nc
        self._js = nc.jetstream()
        self._links = links
        self._rooms: dict[str, Room] = {}
        self._listening = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until told to stop.

        Everything as it is stored: a message that the stream has refused is heard by plain
        subscribers too, and would be taken back at the next look.
        """
        subscriptions = [
            await self._ordered(EXPORTS_BUCKET.stream, EXPORTS_BUCKET.subjects, self._on_document),
            await self._ordered(LOGS, log_subject("*"), self._on_line),
            await self._ordered(PROGRESS, progress_subject("*"), self._on_progress),
        ]
        self._listening.set()
        while not stop.is_set():
            await self._tell_standings(stop)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), STANDING_S)
        for subscription in subscriptions:
            with suppress(nats.errors.Error, APIError):
                await subscription.unsubscribe()

    @asynccontextmanager
    async def room(self, project_id: str, export_id: str) -> AsyncIterator[Room]:
        """The room of an export, filled with what is known; it closes with its last visitor.

        Not before the hub listens: what came between the stored and the live lines would be lost.

        Raises:
            NatsUnavailableError: It does not listen yet, or nothing can be read.
        """
        try:
            await asyncio.wait_for(self._listening.wait(), LISTEN_S)
        except TimeoutError as error:
            raise NatsUnavailableError("this service does not hear of anything yet") from error
        room = self._rooms.get(export_id)
        if room is None:
            room = self._rooms[export_id] = Room(self._nc, self._links, export_id)
        room.visitors += 1
        try:
            document = await self.exports.get(export_key(project_id, export_id))
            progress = await last_progress(self._js, export_id)
            await room.load(document, progress[1] if progress else None)
            await self._tell_standing(room)
            yield room
        finally:
            room.visitors -= 1
            if room.visitors == 0:
                self._rooms.pop(export_id, None)

    async def _tell_standings(self, stop: asyncio.Event) -> None:
        """One after the other: where very many queue, each is told less often."""
        for room in list(self._rooms.values()):
            if not stop.is_set():
                await self._tell_standing(room)

    async def _tell_standing(self, room: Room) -> None:
        document = room.queued
        if document is not None:
            room.on_standing(await self._queue.of(document), document)

    async def epoch(self) -> tuple[str, int]:
        """Which life of the log stream this is, and its last sequence.

        Raises:
            NatsUnavailableError: It does not answer.
        """
        try:
            info = await self._js.stream_info(LOGS)
        except AWAY as error:
            raise NatsUnavailableError(f"the stream {LOGS} does not answer: {error!r}") from error
        created = info.created.timestamp() if info.created else 0
        return f"{created:.0f}", info.state.last_seq

    async def _ordered(
        self, stream: str, subject: str, callback: Callable[[Msg], Awaitable[None]]
    ) -> Subscription:
        return await self._js.subscribe(
            subject,
            stream=stream,
            cb=callback,
            ordered_consumer=True,
            deliver_policy=api.DeliverPolicy.NEW,
            idle_heartbeat=HEARTBEAT_S,
        )

    async def _on_document(self, message: Msg) -> None:
        room = self._rooms.get(message.subject.rpartition(".")[2])
        if room is None or not message.data:
            return
        with suppress(msgspec.MsgspecError):
            document = self.exports.decode(message.data)
            record = Record(document, message.metadata.sequence.stream)
            await self._tell(room, record)

    async def _tell(self, room: Room, record: Record[Document]) -> None:
        """Nobody who watches may miss an end because the log could not be read for a moment."""
        while True:
            try:
                await room.on_document(record)
            except NatsUnavailableError as error:
                log.warning("hub.waiting", error=str(error))
                await asyncio.sleep(PAUSE_S)
            else:
                return

    async def _on_line(self, message: Msg) -> None:
        room = self._rooms.get(message.subject.rpartition(".")[2])
        if room is not None:
            with suppress(msgspec.MsgspecError):
                line = decode_line(message.data)
                room.on_line(StoredLine(message.metadata.sequence.stream, line))

    async def _on_progress(self, message: Msg) -> None:
        room = self._rooms.get(message.subject.rpartition(".")[2])
        if room is not None:
            with suppress(msgspec.MsgspecError):
                room.on_progress(msgspec.json.decode(message.data, type=Progress))

"""Exports as they stand: one, many, their progress and their log."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.exports.export_list import ExportSummary
from shared.domain.export_document import Document, State, fold
from shared.domain.export_view import Links, as_of_now, present, with_retry_refusal
from shared.domain.next_generation import failed_upload
from shared.domain.progress import QueuePosition
from shared.errors import NotFoundError
from shared.jetstream.chatter import ChatterReads
from shared.jetstream.event_log import EventLog
from shared.jetstream.log_reader import MAX_LINES, StoredLine, read_lines
from shared.jetstream.progress_reporter import last_progress
from shared.jetstream.topology import LOGS, PROGRESS
from shared.stores.exports import export_key

if TYPE_CHECKING:
    from nats.aio.client import Client

    from services.gateway.projects.snapshots import Snapshots
    from shared.domain.progress import Progress
    from shared.jetstream.key_value import KeyValueStore
    from shared.stores.queue_position import QueuePositions
    from shared.tokens import User

SHOWN_LINES: Final = 50
FILES_GONE: Final = "The files it was made of are no longer kept: export the project again."


class ExportLinks(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where an export can be read and, with a fresh ticket, watched."""

    status_url: str
    websocket_url: str


class Exports:
    """All that the gateway reads of exports."""

    def __init__(
        self,
        nc: Client,
        documents: KeyValueStore[Document],
        *,
        links: Links,
        snapshots: Snapshots,
        queue: QueuePositions,
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._events = EventLog(self._js)
        self._documents = documents
        self._snapshots = snapshots
        self.links = links
        self.chatter = ChatterReads()
        self.queue = queue

    async def get(self, project_id: str, export_id: str) -> Document:
        """The document; what is not folded yet is folded here from the stream.

        So whoever was just answered that something happened also sees that it has.

        Raises:
            NotFoundError: No such export in this project.
        """
        document = await self.folded(project_id, export_id)
        if document is None or document.seq < await self._events.last_seq(export_id):
            for seq, event in await self._events.of(export_id):
                if event.project_id == project_id:
                    document = fold(document, event, seq)
        if document is None:
            raise NotFoundError(f"no export {export_id!r} in this project")
        return document

    async def folded(self, project_id: str, export_id: str) -> Document | None:
        """The document as the status service has left it; None where there is none."""
        found = await self._documents.get(export_key(project_id, export_id))
        return found.value if found else None

    async def state(self, document: Document) -> State:
        """The document as its reader sees it: with progress, log lines and links of this moment."""
        export_id = document.state.id
        progress, lines, queue_position = await asyncio.gather(
            self._progress(export_id),
            self.last_lines(export_id),
            self.queue.of(document),
        )
        last = [stored.line for stored in lines[-SHOWN_LINES:]]
        state = present(
            document,
            self.links,
            progress=progress,
            queue_position=queue_position,
            lines=last,
        )
        if state.can_retry and not await self._can_start_again(document):
            return with_retry_refusal(state, FILES_GONE)
        return state

    async def summary(self, document: Document) -> ExportSummary:
        """One line of a list, with its newest progress and why it waits."""
        done = document.state.status == "completed"
        progress = None if done else await self._progress(document.state.id)
        state = as_of_now(
            document,
            progress=progress,
            queue_position=QueuePosition(reason=await self.queue.reason(document)),
        )
        return ExportSummary.of(state)

    def links_of(self, document: Document, user: User) -> ExportLinks:
        """Where an export can be read and, with a fresh ticket, watched."""
        state = document.state
        return ExportLinks(
            status_url=self.links.status(state.project_id, state.id),
            websocket_url=self.links.websocket(
                state.project_id,
                state.id,
                user_id=user.user_id,
                generation=document.generation,
                seq=document.seq,
            ),
        )

    async def lines(
        self, export_id: str, *, after_seq: int = 0, limit: int = MAX_LINES
    ) -> list[StoredLine]:
        """Lines of its log."""
        return await read_lines(self._nc, export_id, after_seq=after_seq, limit=limit)

    async def _progress(self, export_id: str) -> Progress | None:
        """The newest progress; None where there was none, or nobody can tell."""
        read = partial(last_progress, self._js, export_id)
        found = await self.chatter.read(PROGRESS, read, None)
        return found[1] if found else None

    async def last_lines(self, export_id: str) -> list[StoredLine]:
        """All lines of its log; none where the log is away for longer."""
        return await self.chatter.read(LOGS, lambda: read_lines(self._nc, export_id), [])

    async def _can_start_again(self, document: Document) -> bool:
        """Whether what the next generation starts from is still there."""
        if failed_upload(document) is not None:
            return True
        request = document.request
        return request is not None and await self._snapshots.has(
            request.project_id, request.snapshot
        )

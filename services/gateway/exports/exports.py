"""Exports: asking for one, and reading how it stands."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils

from shared.domain.events import ExportRequested, now
from shared.domain.export_document import Document, State, fold
from shared.domain.export_view import Links, as_of_now, present, with_retry_refusal
from shared.domain.next_generation import failed_upload
from shared.domain.options import Configuration, ExportOptions, Platform
from shared.domain.progress import QueuePosition
from shared.errors import ConflictError, NotFoundError, UnavailableError
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.log_reader import MAX_LINES, StoredLine, read_lines
from shared.jetstream.progress_reporter import last_progress
from shared.stores.exports import export_key, export_of, exports_of

if TYPE_CHECKING:
    from nats.aio.client import Client

    from services.gateway.exports.start import Starts
    from services.gateway.http.idempotency import Idempotency
    from services.gateway.projects.snapshots import Snapshots
    from shared.domain.events import AnyEvent
    from shared.domain.project import Project
    from shared.jetstream.key_value import KeyValueStore
    from shared.stores.queue_position import QueuePositions
    from shared.tokens import User

SHOWN_LINES: Final = 50
FILES_GONE: Final = "The files it was made of are no longer kept: export the project again."
FULL_SHARE: Final = 0.9  # of EXPORTS; the rest is kept for the events that end exports
FULL_CHECK_S: Final = 5.0


class ExportRequest(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """The body of an export request."""

    platform: Platform
    configuration: Configuration = "release"
    options: ExportOptions = ExportOptions()


class StreamFullError(UnavailableError):
    """New exports wait while what is left is kept for the running ones."""

    code = "stream-full"
    title = "Too much is under way"
    retry_after_s = 60


class Exports:
    """All that the gateway knows of exports; it writes events, never documents."""

    def __init__(
        self,
        nc: Client,
        documents: KeyValueStore[Document],
        *,
        asked: Idempotency,
        starts: Starts,
        links: Links,
        snapshots: Snapshots,
        queue: QueuePositions,
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._events = EventLog(self._js)
        self._documents = documents
        self._asked = asked
        self._starts = starts
        self._snapshots = snapshots
        self.links = links
        self.queue = queue
        self._full_checked = 0.0

    async def request(
        self, project: Project, user: User, wanted: ExportRequest, *, key: str | None
    ) -> tuple[AnyEvent, int]:
        """Put an export into the stream; only then it exists.

        Returns:
            The event and its stream sequence.

        Raises:
            ConflictError: The project is empty.
            QuotaExceededError: Too few build minutes are left.
            UnavailableError: Not acknowledged; the same request may be sent again.
        """
        if project.head is None:
            raise ConflictError("the project has no files yet: push some first")
        await self._check_room()
        asked = now()
        event = ExportRequested(
            export_id=str(uuid_utils.uuid7()),
            project_id=project.id,
            user_id=user.user_id,
            platform=wanted.platform,
            configuration=wanted.configuration,
            options=wanted.options,
            snapshot=project.head,
            at=asked,
            created_at=asked,
        )
        start = await self._asked.keep(event, key, wanted) if key else event
        return await self._starts.begin(start, user, repeated=start is not event)

    async def paths(self, project: Project) -> set[str]:
        """The files of the project as it is now."""
        snapshot = await self._snapshots.read(project)
        return {file.path for file in snapshot.files} if snapshot else set()

    async def get(self, project_id: str, export_id: str) -> Document:
        """The document; what is not folded yet is folded here from the stream.

        So that whoever has just been told that something happened sees that it has.

        Raises:
            NotFoundError: No such export in this project.
        """
        document = await self._folded(project_id, export_id)
        if document is None or document.seq < await self._events.last_seq(export_id):
            for seq, event in await self._events.of(export_id):
                if event.project_id == project_id:
                    document = fold(document, event, seq)
        if document is None:
            raise NotFoundError(f"no export {export_id!r} in this project")
        return document

    async def state(self, document: Document) -> State:
        """The document as its reader sees it: with progress, log lines and links of this moment."""
        export_id = document.state.id
        progress, lines, queue_position = await asyncio.gather(
            last_progress(self._js, export_id),
            read_lines(self._nc, export_id),
            self.queue.of(document),
        )
        last = [stored.line for stored in lines[-SHOWN_LINES:]]
        state = present(
            document,
            self.links,
            progress=progress[1] if progress else None,
            queue_position=queue_position,
            lines=last,
        )
        if state.can_retry and not await self._can_start_again(document):
            return with_retry_refusal(state, FILES_GONE)
        return state

    async def brief(self, project_id: str, export_id: str) -> State:
        """One line of a list: the state with its newest progress and why it waits."""
        document = await self._folded(project_id, export_id) or await self.get(
            project_id, export_id
        )
        done = document.state.status == "completed"
        progress = None if done else await last_progress(self._js, export_id)
        return as_of_now(
            document,
            progress=progress[1] if progress else None,
            queue_position=QueuePosition(reason=await self.queue.reason(document)),
        )

    async def ids(self, project_id: str) -> list[str]:
        """All exports of a project, newest first (UUIDv7 sorts by time)."""
        found = await self._documents.keys(exports_of(project_id))
        return [export_of(key) for key in reversed(found)]

    async def lines(
        self, export_id: str, *, after_seq: int = 0, limit: int = MAX_LINES
    ) -> list[StoredLine]:
        """Lines of its log."""
        return await read_lines(self._nc, export_id, after_seq=after_seq, limit=limit)

    async def _can_start_again(self, document: Document) -> bool:
        """Whether what the next generation starts from is still there."""
        if failed_upload(document) is not None:
            return True
        request = document.request
        return request is not None and await self._snapshots.has(
            request.project_id, request.snapshot
        )

    async def _folded(self, project_id: str, export_id: str) -> Document | None:
        found = await self._documents.get(export_key(project_id, export_id))
        return found.value if found else None

    async def _check_room(self) -> None:
        if time.monotonic() - self._full_checked < FULL_CHECK_S:
            return
        info = await self._js.stream_info(topology.EXPORTS)
        limit = info.config.max_bytes or 0
        if limit > 0 and info.state.bytes >= FULL_SHARE * limit:
            raise StreamFullError("the event stream is nearly full; running exports go first")
        self._full_checked = time.monotonic()

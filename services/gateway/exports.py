"""Exports: asking for one, and reading how it stands."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils
from nats.js.errors import APIError
from nats.js.errors import NotFoundError as NoSuchConsumerError

from shared import keys, streams
from shared.chatter import last_progress
from shared.errors import ConflictError, ExportError, NotFoundError, UnavailableError
from shared.events import ExportCanceled, ExportRequested, now
from shared.facts import Facts
from shared.loglines import StoredLine, read_lines
from shared.options import Configuration, ExportOptions, Platform
from shared.platforms import check_options
from shared.records import ConflictingWriteError, Records
from shared.state import Document, State, fold
from shared.view import Links, present, with_progress

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.projects import Project
    from shared.tokens import User

SHOWN_LINES: Final = 50
FULL_SHARE: Final = 0.9  # of EXPORTS; the rest is kept for the facts that end exports
FULL_CHECK_S: Final = 5.0


class ExportRequest(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """The body of an export request."""

    platform: Platform
    configuration: Configuration = "release"
    options: ExportOptions = ExportOptions()


class Asked(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for: the request's digest and the fact it became."""

    digest: str
    fact: ExportRequested


class KeyReusedError(ExportError):
    """The same Idempotency-Key with another body."""

    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"
    status = 422


class StreamFullError(UnavailableError):
    """New exports wait while what is left is kept for the running ones."""

    code = "stream-full"
    title = "Too much is under way"
    retry_after_s = 60


class Exports:
    """All that the gateway knows of exports; it writes facts, never documents."""

    def __init__(
        self, nc: Client, documents: Records[Document], asked: Records[Asked], links: Links
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._facts = Facts(self._js)
        self._documents = documents
        self._asked = asked
        self.links = links
        self._full_checked = 0.0

    async def request(
        self, project: Project, user: User, wanted: ExportRequest, *, key: str | None
    ) -> tuple[ExportRequested, int]:
        """Put an export into the stream; only then it exists.

        Returns:
            The fact and its stream sequence.

        Raises:
            UnknownPlatformError, OptionRefusedError: It could never be made.
            ConflictError: The project is empty.
            UnavailableError: Not acknowledged; the same request may be sent again.
        """
        check_options(wanted.platform, wanted.options)
        if project.head is None:
            raise ConflictError("the project has no files yet: push some first")
        await self._check_room()
        asked = now()
        fact = ExportRequested(
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
        if key is not None:
            fact = await self._once(fact, wanted, key)
        published = await self._facts.publish(fact)
        return fact, published.seq

    async def get(self, project_id: str, export_id: str) -> Document:
        """The document; one that is not folded yet is folded here from the stream.

        Raises:
            NotFoundError: No such export in this project.
        """
        found = await self._documents.get(f"{project_id}.{export_id}")
        if found is not None:
            return found.value
        document: Document | None = None
        for seq, fact in await self._facts.of(export_id):
            if fact.project_id == project_id:
                document = fold(document, fact, seq)
        if document is None:
            raise NotFoundError(f"no export {export_id!r} in this project")
        return document

    async def state(self, document: Document) -> State:
        """The document as its reader sees it: with progress, log lines and links of this moment."""
        export_id = document.state.id
        progress, lines, position = await asyncio.gather(
            last_progress(self._js, export_id),
            read_lines(self._nc, export_id),
            self.position(document.state),
        )
        last = [stored.line for stored in lines[-SHOWN_LINES:]]
        state = present(
            document, self.links, progress=progress[1] if progress else None, lines=last
        )
        return msgspec.structs.replace(state, position=position)

    async def brief(self, project_id: str, export_id: str) -> State:
        """One line of a list: the state with its newest progress."""
        document = await self.get(project_id, export_id)
        progress = None if document.state.ended else await last_progress(self._js, export_id)
        return with_progress(document.state, progress[1] if progress else None)

    async def ids(self, project_id: str) -> list[str]:
        """All exports of a project, newest first (UUIDv7 sorts by time)."""
        found = await self._documents.keys(f"{project_id}.*")
        return [key.partition(".")[2] for key in reversed(found)]

    async def lines(self, export_id: str, *, after_seq: int, limit: int) -> list[StoredLine]:
        """Lines of its log."""
        return await read_lines(self._nc, export_id, after_seq=after_seq, limit=limit)

    async def position(self, state: State) -> int | None:
        """How many stand before it, and itself; None once it is under way."""
        if state.status != "queued":
            return None
        try:
            durable = streams.packager_durable(state.platform)
            info = await self._js.consumer_info(streams.EXPORTS, durable)
        except (NoSuchConsumerError, APIError):
            return None
        return max((info.num_pending or 0) + (info.num_ack_pending or 0), 1)

    async def cancel_all(self, project_id: str, *, reason: str) -> None:
        """End every export of a project that has not ended yet."""
        for export_id in await self.ids(project_id):
            document = await self.get(project_id, export_id)
            if not document.state.ended:
                fact = next(iter(document.facts.values()))
                await self._facts.publish(ExportCanceled(**fact.identity, reason=reason))

    async def _once(
        self, fact: ExportRequested, wanted: ExportRequest, key: str
    ) -> ExportRequested:
        """The fact that this key stands for: the given one, or the one of an earlier request.

        The fact itself is kept, so that a request which died before it was published is mended by
        its repetition.
        """
        digest = hashlib.sha256(msgspec.json.encode(wanted)).hexdigest()
        record = keys.kv_safe(f"{fact.user_id}\n{fact.project_id}\n{key}")
        try:
            await self._asked.create(record, Asked(digest, fact))
        except ConflictingWriteError:
            found = await self._asked.get(record)
            if found is None:
                return fact  # it expired this very moment
            if found.value.digest != digest:
                raise KeyReusedError("use a new Idempotency-Key for a new request") from None
            return found.value.fact
        return fact

    async def _check_room(self) -> None:
        if time.monotonic() - self._full_checked < FULL_CHECK_S:
            return
        info = await self._js.stream_info(streams.EXPORTS)
        limit = info.config.max_bytes or 0
        if limit > 0 and info.state.bytes >= FULL_SHARE * limit:
            raise StreamFullError("the event stream is nearly full; running exports go first")
        self._full_checked = time.monotonic()

"""Replaying a dead letter: its export goes on, as its next generation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.gateway.exports.lifecycle import NotRetryableError
from services.gateway.operators.dead_letter_view import from_headers
from shared.domain.events import StartEvent, decode_event
from shared.domain.export_document import Document, fold
from shared.errors import ConflictError, NotFoundError
from shared.jetstream.event_log import EventLog
from shared.tracing import spans
from shared.tracing.context import TraceContext, begun
from shared.tracing.spans import links_to

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.gateway.exports.exports import Exports
    from services.gateway.exports.lifecycle import ExportLifecycle
    from services.gateway.operators.audit_log import AuditLog
    from services.gateway.operators.dead_letter_view import DeadLetter
    from services.gateway.operators.dead_letters import DeadLetters
    from shared.jetstream.batch_get import Stored
    from shared.tokens import User


class SupersededError(ConflictError):
    """The export has gone on without this letter."""

    code = "superseded"
    title = "The dead letter is out of date"


class NotReplayableError(ConflictError):
    """There is nothing that could be done again."""

    code = "not-replayable"
    title = "The dead letter cannot be replayed"


class ReplayedExport(msgspec.Struct, frozen=True):
    """What came of it; ``duplicate``: it had been replayed before."""

    duplicate: bool
    document: Document


class DeadLetterReplayer:
    """Replays one dead letter at a time."""

    def __init__(
        self,
        js: JetStreamContext,
        letters: DeadLetters,
        exports: Exports,
        *,
        lifecycle: ExportLifecycle,
        audit_log: AuditLog,
    ) -> None:
        self._events = EventLog(js)
        self._letters = letters
        self._exports = exports
        self._lifecycle = lifecycle
        self._audit_log = audit_log

    async def replay(
        self, seq: int, by: User, *, reason: str, dry_run: bool = False
    ) -> ReplayedExport:
        """Start the letter's export again; a second time changes nothing.

        Args:
            seq: The letter's.
            by: The operator.
            reason: Why, for the audit log.
            dry_run: Only look whether it could be done.

        Raises:
            NotFoundError: No such letter.
            SupersededError: The export has gone on, has ended otherwise, or is gone.
            NotReplayableError: It names no export, or cannot be read by this release either.
            NotRetryableError: Its files are gone, or its export has not ended yet.
        """
        message = await self._letters.get(seq)
        before = TraceContext.of_headers(message.headers)
        with begun(), spans.span("replay", {"aethel.dead_letter": seq}, links=links_to(before)):
            return await self._replay(seq, message, by, reason=reason, dry_run=dry_run)

    async def _replay(
        self, seq: int, message: Stored, by: User, *, reason: str, dry_run: bool
    ) -> ReplayedExport:
        letter = from_headers(message)
        document = await self._document(letter, message.payload)
        if document.replay_of == seq or await self._was_replayed(letter):
            return ReplayedExport(duplicate=True, document=document)
        self._check(letter, document)
        start = await self._lifecycle.next_start(
            document, user_id=document.state.user_id, replay_of=seq
        )
        if dry_run:
            return ReplayedExport(duplicate=False, document=document)
        spans.here().set({"aethel.export.id": start.export_id})
        await self._audit_log.record(
            "replay",
            by,
            reason=reason,
            seq=seq,
            exportId=start.export_id,
            projectId=start.project_id,
        )
        try:
            after = await self._lifecycle.begin(document, start, None)
        except NotRetryableError:  # somebody was quicker, perhaps with this very letter
            if await self._was_replayed(letter):
                return ReplayedExport(duplicate=True, document=await self._document(letter, b""))
            raise SupersededError("the export was started again this moment") from None
        return ReplayedExport(duplicate=False, document=after)

    async def _document(self, letter: DeadLetter, payload: bytes) -> Document:
        """How the export stands; its request is the letter's where nobody could read it before."""
        if letter.export_id is None or letter.project_id is None:
            raise NotReplayableError("it names no export: look at its payload, then drop it")
        try:
            document = await self._exports.get(letter.project_id, letter.export_id)
        except NotFoundError as error:
            raise SupersededError("its export was erased with its project") from error
        if document.request is None and payload:
            try:
                document = fold(document, decode_event(payload), 0)
            except msgspec.MsgspecError as error:
                message = f"this release cannot read it either: {error}"
                raise NotReplayableError(message) from error
        return document

    async def _was_replayed(self, letter: DeadLetter) -> bool:
        events = await self._events.of(letter.export_id or "")
        return any(
            isinstance(event, StartEvent) and event.replay_of == letter.seq for _, event in events
        )

    def _check(self, letter: DeadLetter, document: Document) -> None:
        state = document.state
        if document.generation > (letter.generation or 0):
            raise SupersededError(
                f"the export has gone on: it is {state.status} in generation {document.generation}"
            )
        if state.ended and state.status != "failed":
            raise SupersededError(f"the export is {state.status}")

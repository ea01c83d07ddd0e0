"""What is answered to operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from services.gateway.operators.audit_log import AuditAction, StoredAuditEntry
from services.gateway.operators.dead_letter_view import DeadLetter, DeadLetterGroup
from services.gateway.operators.drop import DropResult
from services.gateway.operators.heavy_users import OwnedProject, UserUsage
from services.gateway.responses.exports import LogLineView
from shared.domain.events import Timestamp
from shared.domain.export_document import Status
from shared.stores.worker_registry import WorkerHeartbeat

if TYPE_CHECKING:
    from services.gateway.operators.replay import ReplayedExport


class DeadLetterPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Dead letters, newest first."""

    dead_letters: list[DeadLetter]
    next_page_token: str | None


class DeadLetterGroups(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Dead letters by cause, the most frequent first."""

    groups: list[DeadLetterGroup]


class DeadLetterDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that is known of one letter; ``payload`` is its text where it is no event of ours."""

    dead_letter: DeadLetter
    headers: dict[str, str]
    event: dict[str, Any] | None
    payload: str | None
    decode_error: str | None
    stack: str
    log: list[LogLineView]


class ReplayedState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The export of a letter after its replay."""

    id: str
    project_id: str
    status: Status
    generation: int


class ReplayAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What came of a replay; ``duplicate``: it had been replayed before."""

    success: Literal[True] = True
    duplicate: bool
    export: ReplayedState

    @classmethod
    def of(cls, replayed: ReplayedExport) -> ReplayAnswer:
        """As the export stands."""
        state = replayed.document.state
        export = ReplayedState(
            id=state.id,
            project_id=state.project_id,
            status=state.status,
            generation=state.generation,
        )
        return cls(duplicate=replayed.duplicate, export=export)


class BulkReplayJob(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A bulk replay that has begun, by its id."""

    job: str


class BulkDropAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What came of dropping many."""

    matching: int
    dropped: int
    results: tuple[DropResult, ...]


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What somebody did, and its place in the stream."""

    seq: int
    act: AuditAction
    by: str
    email: str
    at: Timestamp
    reason: str
    target: dict[str, Any]

    @classmethod
    def of(cls, stored: StoredAuditEntry) -> AuditRecord:
        """An entry as it lies in the stream."""
        entry = stored.entry
        return cls(
            seq=stored.seq,
            act=entry.action,
            by=entry.by,
            email=entry.email,
            at=entry.at,
            reason=entry.reason,
            target=entry.target,
        )


class AuditPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The audit log, newest first."""

    audit: list[AuditRecord]
    next_page_token: str | None


class WorkerList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All living workers."""

    workers: list[WorkerHeartbeat]


class HeavyUsersView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How full each stream is, from 0 to 1, and the users who have most."""

    streams: dict[str, float]
    users: list[UserUsage]


class OwnedProjectPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Projects of one user, by id."""

    projects: list[OwnedProject]
    next_page_token: str | None

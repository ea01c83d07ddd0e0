"""Retention: what is remembered of an export, and how long what it was made of is kept."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import ExportPackaged, now
from shared.domain.next_generation import failed_upload

if TYPE_CHECKING:
    from datetime import timedelta

    from shared.domain.export_document import Document

DEAD_LETTER_GRACES: Final = 14  # an operator may need days to put right what failed


class KeptExport(msgspec.Struct, frozen=True, kw_only=True):
    """What the sweeper must know of an export: a tenth of its document."""

    project_id: str
    export_id: str
    user_id: str
    snapshot: str | None
    runs: bool
    ended_or_expired_at: datetime | None  # the later of both; None while it runs
    has_dead_letter: bool
    uploads: tuple[str, ...]  # ids of those that it or its retry goes on with

    @classmethod
    def of(cls, document: Document) -> KeptExport:
        """The same of a document; names that many exports share are held once."""
        state = document.state
        snapshot = state.snapshot
        return cls(
            project_id=sys.intern(state.project_id),
            export_id=state.id,
            user_id=sys.intern(state.user_id),
            snapshot=sys.intern(snapshot) if snapshot else None,
            runs=not state.ended,
            ended_or_expired_at=_ended_or_expired_at(document),
            has_dead_letter=state.dead_letter is not None,
            uploads=_uploads(document),
        )

    def is_retryable(self, grace: timedelta) -> bool:
        """Whether it runs, or has ended so lately that it may be started again.

        One with a dead letter may for much longer.
        """
        graces = DEAD_LETTER_GRACES if self.has_dead_letter else 1
        ended = self.ended_or_expired_at
        return ended is None or ended + graces * grace > now()


def _ended_or_expired_at(document: Document) -> datetime | None:
    state = document.state
    if not state.ended or state.completed_at is None:
        return None
    return max(state.download_expires_at or state.completed_at, state.completed_at)


def _uploads(document: Document) -> tuple[str, ...]:
    if document.state.ended and failed_upload(document) is None:
        return ()
    packed = (event for event in document.events.values() if isinstance(event, ExportPackaged))
    return tuple(event.upload.upload_id for event in packed)

"""Retention: how long what an export was made of is kept after its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.events import now

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from shared.domain.export_document import Document

DEAD_LETTER_GRACES: Final = 14  # an operator may need days to put right what failed


def is_retryable(document: Document, grace: timedelta) -> bool:
    """Whether an export runs, or has ended so lately that it may be started again.

    One with a dead letter may for much longer.
    """
    ended = ended_or_expired_at(document)
    graces = DEAD_LETTER_GRACES if document.state.dead_letter else 1
    return ended is None or ended + graces * grace > now()


def ended_or_expired_at(document: Document) -> datetime | None:
    """When an export ended, or its artifact expired where that is later; None while it runs."""
    state = document.state
    if not state.ended or state.completed_at is None:
        return None
    return max(state.download_expires_at or state.completed_at, state.completed_at)

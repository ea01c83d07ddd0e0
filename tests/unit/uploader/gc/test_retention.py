from __future__ import annotations

from datetime import timedelta

import pytest

from services.uploader.gc.retention import KeptExport
from shared.domain.events import (
    AnyEvent,
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    TerminalEvent,
    now,
)
from shared.domain.export_document import fold
from tests.unit.sample_events import ARTIFACT, OOPS, identity, requested

GRACE = timedelta(hours=1)


def ended(kind: type[TerminalEvent], hours_ago: float) -> AnyEvent:
    """An ending of so long ago."""
    who = {**identity(), "at": now() - timedelta(hours=hours_ago)}
    if kind is ExportFailed:
        return ExportFailed(**who, stage="build", error=OOPS, dead_letter="7")
    if kind is ExportCompleted:
        return ExportCompleted(
            **who, artifact=ARTIFACT, expires_at=who["at"] + timedelta(hours=10), build_s=1
        )
    return ExportCanceled(**who, reason="enough")


@pytest.mark.parametrize(
    ("kind", "hours_ago", "kept"),
    [
        (ExportCanceled, 0.9, True),
        (ExportCanceled, 1.1, False),
        (ExportCompleted, 10.9, True),  # expired within the grace period
        (ExportCompleted, 11.1, False),
        (ExportFailed, 13.9, True),  # an operator may still replay it
        (ExportFailed, 14.1, False),
    ],
)
def test_what_can_be_started_again_is_kept(
    kind: type[TerminalEvent], hours_ago: float, kept: bool
) -> None:
    """For the grace period after its end or expiry; with a dead letter fourteen times as long."""
    document = fold(fold(None, requested(), 1), ended(kind, hours_ago), 2)
    assert KeptExport.of(document).is_retryable(GRACE) is kept


def test_what_runs_is_kept() -> None:
    """However old it is."""
    assert KeptExport.of(fold(None, requested(), 1)).is_retryable(timedelta(0))

"""Events made up for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.events import (
    AnyEvent,
    Artifact,
    AttemptFailed,
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    ExportStopped,
    Failure,
    PendingUpload,
)
from shared.domain.options import ExportOptions

EXPORT = "01900000-0000-7000-8000-000000000001"
START = datetime(2026, 1, 1, tzinfo=UTC)
ARTIFACT = Artifact(
    key="projects/p/artifacts/b/game.zip",
    file_name="game.zip",
    content_type="application/zip",
    size_bytes=8,
    sha256="0" * 64,
    crc32c="AAAAAA==",
)
UPLOAD = PendingUpload(upload_id="u", part_count=1, part_bytes=8, parts_sha256="0" * 64)
OOPS = Failure(code="oops", message="Try again.", retryable=True)


def identity(generation: int = 1, at_s: int = 0) -> dict[str, Any]:
    """What all events carry."""
    return {
        "export_id": EXPORT,
        "project_id": "p",
        "user_id": "u",
        "platform": "web",
        "generation": generation,
        "at": START + timedelta(seconds=at_s),
    }


def requested(generation: int = 1) -> ExportRequested:
    """The user pressed *Export*, or *Retry*."""
    return ExportRequested(
        **identity(generation),
        configuration="release",
        options=ExportOptions(),
        snapshot="a" * 64,
        created_at=START,
    )


def generation(number: int = 1) -> list[AnyEvent]:
    """Every kind of event that one generation can have, in a plausible order."""
    who = identity(number, at_s=number)
    return [
        requested(number),
        ExportStarted(**who, stage="build", attempt=1, worker="w1"),
        AttemptFailed(**who, stage="build", attempt=1, failures=1, error=OOPS, retry_at=START),
        ExportStarted(**who, stage="build", attempt=2, worker="w2"),
        ExportPackaged(**who, artifact=ARTIFACT, upload=UPLOAD, build_s=61),
        ExportStarted(**who, stage="upload", attempt=1, worker="u1"),
        ExportCanceled(**who, reason="enough"),
        ExportCompleted(**who, artifact=ARTIFACT, expires_at=START, build_s=61),
        ExportFailed(**who, stage="upload", error=OOPS, dead_letter="7"),
        ExportStopped(**who, stage="upload", parts_aborted=True),
    ]

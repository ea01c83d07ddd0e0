"""What a worker's log says of the results that its attempt has published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from shared.domain.events import ExportCompleted, ExportPackaged

if TYPE_CHECKING:
    from shared.domain.events import Event, StageSeconds

log = structlog.get_logger()


def log_result(event: Event, *, seconds: float) -> None:
    """A line for an event that the stream has taken, ``seconds`` after its attempt began."""
    match event:
        case ExportPackaged(artifact=artifact):
            log.info(
                "export.packaged",
                size_bytes=artifact.size_bytes,
                sha256=artifact.sha256,
                warnings=event.warnings.count if event.warnings else 0,
                **_seconds(event.stages),
                seconds=round(seconds, 3),
            )
        case ExportCompleted():
            log.info("export.committed", seconds=round(seconds, 3))


def _seconds(stages: StageSeconds | UnsetType) -> dict[str, float]:
    if stages is UNSET:
        return {}
    return {name: round(spent, 3) for name, spent in msgspec.structs.asdict(stages).items()}

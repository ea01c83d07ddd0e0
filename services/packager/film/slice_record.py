"""What becomes of a slice's record when an attempt begins, fails or ends: decisions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import Failure
from shared.errors import ProjectError
from shared.worker.retry import WORKER_LOST, describe

if TYPE_CHECKING:
    from services.packager.film.records import SliceRecord, StoredShot

MOST_FAILURES: Final = 3  # of a slice, before its film is given up
LOST: Final = Failure(
    code=WORKER_LOST, message="The worker that shot this part of the film has died.", retryable=True
)


def begun(record: SliceRecord, worker: str, *, out_of_turn: bool = False) -> SliceRecord:
    """Another attempt begins; one that has begun and not ended has lost its worker."""
    lost = (LOST,) if record.state == "running" else ()
    failures = (*record.failures, *lost)
    if len(failures) >= MOST_FAILURES:
        return msgspec.structs.replace(record, state="failed", failures=failures)
    return msgspec.structs.replace(
        record,
        state="running",
        attempts=record.attempts + 1,
        beats=record.beats + 1,
        doubted=-1 if out_of_turn else None,
        failures=failures,
        worker=worker,
        frames=0,
        fps=0.0,
    )


def doubted(record: SliceRecord) -> SliceRecord | None:
    """The message of an attempt that began out of turn has come: what lives beats on from here."""
    if record.state != "running" or record.doubted is None:
        return None
    return msgspec.structs.replace(record, doubted=record.beats)


def advanced(record: SliceRecord, worker: str, *, frames: int, fps: float) -> SliceRecord | None:
    """It lives, and so many frames are shot; another worker's attempt tells of itself."""
    if not _is_at_work(record, worker):
        return None
    return msgspec.structs.replace(record, beats=record.beats + 1, frames=frames, fps=fps)


def failed(record: SliceRecord, worker: str, error: BaseException) -> SliceRecord | None:
    """An attempt has failed: for good where it lies in the project, or after a few.

    What another worker has begun anew meanwhile is that one's.
    """
    if not _is_at_work(record, worker):
        return None
    failures = (*record.failures, describe(error))
    of_project = isinstance(error, ProjectError)
    is_over = of_project or len(failures) >= MOST_FAILURES
    return msgspec.structs.replace(
        record,
        state="failed" if is_over else "waiting",
        failures=failures,
        of_project=of_project,
    )


def handed_back(record: SliceRecord, worker: str) -> SliceRecord | None:
    """The worker's attempt has ended without a fault of its own, and does not count."""
    if not _is_at_work(record, worker):
        return None
    return msgspec.structs.replace(record, state="waiting", attempts=max(record.attempts - 1, 0))


def of_no_use(record: SliceRecord, why: Failure) -> SliceRecord:
    """What was stored cannot be used: it is made again, as often as an attempt may fail."""
    failures = (*record.failures, why)
    return msgspec.structs.replace(
        record,
        state="failed" if len(failures) >= MOST_FAILURES else "waiting",
        failures=failures,
        remade=record.remade + 1,
        frames=0,
        shot=None,
    )


def done(record: SliceRecord, *, shot: StoredShot, frames: int, fps: float) -> SliceRecord:
    """The slice is stored."""
    return msgspec.structs.replace(record, state="done", shot=shot, frames=frames, fps=fps)


def _is_at_work(record: SliceRecord, worker: str) -> bool:
    return record.state == "running" and record.worker == worker

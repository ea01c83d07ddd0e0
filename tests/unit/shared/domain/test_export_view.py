from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from shared.domain.events import ExportCompleted, Failure, now
from shared.domain.export_document import fold
from shared.domain.export_view import Links, as_of_now, present, with_retry_refusal
from shared.domain.progress import Progress, QueuePosition
from shared.domain.waiting import shown
from shared.tokens import Tokens
from tests.unit.sample_events import ARTIFACT, EXPORT, generation, identity, requested

if TYPE_CHECKING:
    from datetime import datetime

    from shared.domain.events import AnyEvent
    from shared.domain.export_document import Document
    from shared.domain.waiting import Obstacle

LINKS = Links(Tokens("x" * 32), public_url="http://g", websocket_url="ws://s", ticket_ttl_s=60)
REQUESTED, STARTED, FAILED_ATTEMPT, _, PACKAGED, UPLOADING = generation()[:6]


def folded(*events: AnyEvent) -> Document:
    """The document after these events."""
    document = None
    for seq, event in enumerate(events, start=1):
        document = fold(document, event, seq)
    assert document is not None
    return document


def completed(expires_at: datetime) -> Document:
    """An export whose artifact can be downloaded until then."""
    end = ExportCompleted(**identity(), artifact=ARTIFACT, expires_at=expires_at, build_s=61)
    return folded(REQUESTED, STARTED, PACKAGED, end)


def attempt_failed(retry_at: datetime, message: str = "Try again.") -> AnyEvent:
    """The first attempt failed, the second may come at that time."""
    error = Failure(code="oops", message=message, retryable=True)
    event: AnyEvent = msgspec.structs.replace(FAILED_ATTEMPT, retry_at=retry_at, error=error)
    return event


def progress(percent: float) -> Progress:
    """What a worker said."""
    return Progress(
        export_id=EXPORT, generation=1, status="building", percent=percent, step="Packing"
    )


def test_what_can_be_downloaded_is_at_100_percent() -> None:
    """With a link, and nothing to retry."""
    state = present(completed(now() + timedelta(days=1)), LINKS, progress=progress(98))
    assert (state.progress, state.current_step) == (100, "Ready to download")
    assert state.download_url is not None
    assert (state.can_retry, state.retry_disabled_reason) == (False, "It has completed.")


def test_an_expired_artifact_is_not_passed_off_as_there() -> None:
    """When it expired and what to do stand in its step; 100 percent would mean a download."""
    document = completed(now() - timedelta(days=1))
    state = present(document, LINKS, progress=progress(98))
    assert (state.status, state.progress, state.download_url) == ("completed", 0, None)
    assert state.download_expires_at is not None
    assert state.current_step == (
        f"The artifact expired on {state.download_expires_at:%Y-%m-%d at %H:%M} UTC. "
        "Retry the export to make it again."
    )
    assert (state.can_retry, state.retry_disabled_reason) == (True, None)
    assert as_of_now(document).current_step == state.current_step  # as a list shows it


def test_an_expired_artifact_that_cannot_be_made_again_promises_nothing() -> None:
    """The step names what keeps it from being retried."""
    state = with_retry_refusal(as_of_now(completed(now())), "The files are gone: export anew.")
    assert (state.can_retry, state.retry_disabled_reason) == (
        False,
        "The files are gone: export anew.",
    )
    assert state.current_step.endswith("UTC. The files are gone: export anew.")


@pytest.mark.parametrize(
    ("reason", "step"),
    [
        ("queue", "Waiting for its turn: the next free worker for web takes the export."),
        ("no-worker", "No worker for web is running."),
        ("draining", "Every worker for web is being replaced."),
        ("breaker", "Every worker for web has stopped taking work but for single tries"),
        ("outage", "Every worker for web has stopped taking work, because a server"),
    ],
)
def test_who_waits_is_told_why_and_what_follows(reason: Obstacle, step: str) -> None:
    """A reason for programs, a sentence with the next action for people."""
    where = QueuePosition(position=3, reason=reason)
    state = as_of_now(folded(REQUESTED), queue_position=where)
    assert (state.status, state.waiting_reason, state.position) == ("queued", shown(reason), 3)
    assert state.current_step.startswith(step)


@pytest.mark.parametrize("message", ["No memory is left.", "No memory is left"])
def test_between_attempts_the_reason_is_the_retry_and_the_step_its_error(message: str) -> None:
    """Two whole sentences; once the next attempt is due, it waits like any other."""
    due = now() + timedelta(minutes=1)
    state = as_of_now(folded(REQUESTED, STARTED, attempt_failed(due, message)))
    assert (state.waiting_reason, state.retry_at) == ("retry", due)
    assert state.current_step == "No memory is left. The next attempt comes by itself."
    state = as_of_now(folded(REQUESTED, STARTED, attempt_failed(now())))
    assert state.waiting_reason == "queue"


def test_an_upload_waits_for_an_uploader() -> None:
    """Told like a build, and what the packager has reached still shows."""
    where = QueuePosition(reason="no-worker")
    state = as_of_now(folded(REQUESTED, STARTED, PACKAGED), queue_position=where)
    assert (state.status, state.progress, state.waiting_reason) == ("uploading", 90, "no-worker")
    assert state.current_step.startswith("No uploader is running.")


@pytest.mark.parametrize(
    "events",
    [(REQUESTED, STARTED), (REQUESTED, STARTED, PACKAGED, UPLOADING), generation()],
    ids=["building", "uploading", "ended"],
)
def test_what_is_worked_on_or_has_ended_waits_for_nothing(events: tuple[Any, ...]) -> None:
    """Whatever was known of the queue before."""
    state = as_of_now(folded(*events), queue_position=QueuePosition(1, reason="no-worker"))
    assert (state.waiting_reason, state.position) == (None, None)


def test_a_later_generation_waits_anew() -> None:
    """What the earlier one had failed of is not its reason."""
    assert as_of_now(folded(*generation(), requested(2))).waiting_reason == "queue"

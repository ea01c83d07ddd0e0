"""An export as its user sees it: a pure fold over its events.

The document keeps the events of the current generation and derives the state from them, so that
events in any order and any number of repetitions come to the same document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import UNSET

from shared.domain.build_warnings import BuildWarning
from shared.domain.entry_page import Kind
from shared.domain.events import (
    AnyEvent,
    Artifact,
    AttemptFailed,
    Event,
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    ExportStopped,
    Stage,
    StartEvent,
    TerminalEvent,
    Timestamp,
)
from shared.domain.options import Configuration, ExportOptions, Platform
from shared.domain.waiting import Wait, WaitingReason

if TYPE_CHECKING:
    from collections.abc import Mapping

Status = Literal[
    "queued", "preparing", "building", "packaging", "uploading", "completed", "failed", "canceled"
]
FAILS_AGAIN = "It would fail again: change what the error says, push, and export the project anew."
READY = "Ready to download"
READY_AGAIN = "Ready to download: nothing has changed since an earlier export, whose artifact it is"
TERMINAL: frozenset[Status] = frozenset({"completed", "failed", "canceled"})


class Eta(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until the end, as the median and the 90th percentile."""

    p50_s: float = msgspec.field(name="p50S")
    p90_s: float = msgspec.field(name="p90S")


class CancelReceipt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Proof that a cancel was obeyed: when asked, when stopped, whether the parts are gone.

    ``parts_aborted`` is false where a worker has died, or the storage did not answer: what had been
    uploaded is left to the sweeper.
    """

    requested_at: Timestamp
    stopped_at: Timestamp | None = None
    parts_aborted: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The state as ``docs/integration.md`` describes it; each key is present, null if unknown."""

    id: str
    project_id: str
    user_id: str
    platform: Platform
    configuration: Configuration | None = None
    options: ExportOptions | None = None
    snapshot: str | None = None
    status: Status = "queued"
    progress: float = 0.0  # percent
    current_step: str = "Waiting for a worker"
    logs: tuple[str, ...] = ()
    download_url: str | None = None
    download_expires_at: Timestamp | None = None
    file_name: str | None = None
    file_size: int | None = None
    sha256: str | None = None
    build_minutes_used: float | None = None
    error: str | None = None
    error_code: str | None = None
    failed_stage: Stage | None = None
    attempts: int = 0
    generation: int = 1
    retry_at: Timestamp | None = None
    waiting_reason: WaitingReason | None = None  # made at read time
    position: int | None = None
    eta: Eta | None = None
    created_at: Timestamp | None = None
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    can_retry: bool = False
    retry_disabled_reason: str | None = None
    can_cancel: bool = True
    cancel_receipt: CancelReceipt | None = None
    dead_letter: str | None = None
    kind: Kind | None = None  # of the project, by its files
    warnings: tuple[BuildWarning, ...] = ()  # the first of them
    warning_count: int = 0
    trace_id: str | None = None  # of the request that started this generation

    @property
    def ended(self) -> bool:
        """Nothing more will happen in this generation."""
        return self.status in TERMINAL


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An export as the bucket ``exports`` holds it: its state, and the events it was folded from.

    ``request`` is the newest ``requested`` event of any generation: a generation that starts with
    ``packaged`` still shows its options. ``stored_at`` is when the event that was folded last was
    stored in its stream; older pods tell nothing of it.
    """

    generation: int
    events: dict[int, AnyEvent] = msgspec.field(name="facts")  # as it lies in the bucket
    request: ExportRequested | None
    state: State
    stored_at: Timestamp | None = None

    @property
    def seq(self) -> int:
        """The stream sequence of the newest event that is folded in."""
        return max(self.events)

    @property
    def start_seq(self) -> int:
        """The sequence of the newest event that starts the current generation, or 0."""
        found = [seq for seq, event in self.events.items() if isinstance(event, StartEvent)]
        return max(found, default=0)

    @property
    def identity(self) -> dict[str, Any]:
        """What every further event of the current generation carries."""
        return next(iter(self.events.values())).identity

    @property
    def replay_of(self) -> int | None:
        """The dead letter that the current generation was started from, if it was."""
        origins = [f.replay_of for f in self.events.values() if isinstance(f, StartEvent)]
        return next((seq for seq in origins if seq is not UNSET), None)

    @property
    def wait(self) -> Wait | None:
        """What the generation waits for; None while a worker is at it, and after its end."""
        if self.state.ended:
            return None
        turns = StartEvent | ExportStarted | AttemptFailed | ExportPackaged
        match next((e for e in reversed(self.events.values()) if isinstance(e, turns)), None):
            case ExportRequested(platform=platform):
                return Wait(stage="build", platform=platform)
            case ExportPackaged(platform=platform):
                return Wait(stage="upload", platform=platform)
            case AttemptFailed(stage=stage, platform=platform, retry_at=retry_at, error=error):
                return Wait(stage=stage, platform=platform, retry_at=retry_at, error=error.message)
            case _:
                return None

    @property
    def artifact(self) -> Artifact | None:
        """The artifact of a completed export."""
        done = [f.artifact for f in self.events.values() if isinstance(f, ExportCompleted)]
        return done[0] if done else None

    @property
    def artifact_key(self) -> str | None:
        """Where the artifact of a completed export lies in storage."""
        return self.artifact.key if self.artifact else None


def fold(
    document: Document | None, event: AnyEvent, seq: int, *, stored_at: Timestamp | None = None
) -> Document:
    """The document after ``event``, the same one where it has that event, or needs it no more."""
    return fold_together(document, {seq: event}, stored_at=stored_at)


def fold_together(
    document: Document | None, events: Mapping[int, AnyEvent], *, stored_at: Timestamp | None = None
) -> Document:
    """The document after events of one generation, by sequence: as if one after the other.

    The same one where it has all of them, or needs none any more.
    """
    generation = next(iter(events.values())).generation
    request = document.request if document else None
    for event in events.values():
        request = _newest_request(request, event)
    if document is None or generation > document.generation:
        known = dict(sorted(events.items()))
    elif generation == document.generation:
        if events.keys() <= document.events.keys():
            return document
        known = dict(sorted({**document.events, **events}.items()))
    elif request is document.request:
        return document
    else:
        known = document.events
    return Document(
        generation=max(generation, document.generation) if document else generation,
        events=known,
        request=request,
        state=_state(list(known.values()), request),
        stored_at=stored_at,
    )


def _newest_request(known: ExportRequested | None, event: Event) -> ExportRequested | None:
    if isinstance(event, ExportRequested) and (
        known is None or event.generation > known.generation
    ):
        return event
    return known


def _state(events: list[AnyEvent], request: ExportRequested | None) -> State:
    """What the events of one generation come to, in stream order; the first end counts."""
    first = events[0]
    start_event = next((f for f in events if isinstance(f, StartEvent)), first)
    state = State(
        id=first.export_id,
        project_id=first.project_id,
        user_id=request.user_id if request else first.user_id,
        platform=first.platform,
        generation=first.generation,
        created_at=request.created_at if request else start_event.at,
        trace_id=_trace_id(start_event) or _trace_id(request),
    )
    if request is not None:
        state = msgspec.structs.replace(
            state,
            configuration=request.configuration,
            options=request.options,
            snapshot=request.snapshot,
            kind=request.kind or None,
        )
    for event in events:
        state = _apply(state, event)
    return state


def _trace_id(event: AnyEvent | None) -> str | None:
    return (event.trace_id or None) if isinstance(event, StartEvent) else None


def _apply(state: State, event: AnyEvent) -> State:
    if isinstance(event, ExportStopped):
        return _stopped(state, event)
    if state.ended:
        return state
    if isinstance(event, TerminalEvent):
        return _ended(state, event)
    change = msgspec.structs.replace
    match event:
        case ExportStarted():
            uploading = event.stage == "upload"
            return change(
                state,
                status="uploading" if uploading else "preparing",
                current_step="Checking the parts" if uploading else "Fetching the project",
                attempts=state.attempts + 1 if not uploading else max(state.attempts, 1),
                started_at=state.started_at or event.at,
                retry_at=None,
            )
        case AttemptFailed():
            return change(
                state,
                status="queued" if event.stage == "build" else "uploading",
                current_step="Waiting for the next attempt",
                retry_at=event.retry_at,
            )
        case ExportPackaged():
            return change(
                state,
                status="uploading",
                current_step="Waiting for the uploader",
                progress=90.0,
                file_name=event.artifact.file_name,
                file_size=event.artifact.size_bytes,
                sha256=event.artifact.sha256,
                retry_at=None,
                warnings=event.warnings.first if event.warnings else (),
                warning_count=event.warnings.count if event.warnings else 0,
            )
        case _:
            return state


def _ended(state: State, event: TerminalEvent) -> State:
    state = msgspec.structs.replace(
        state,
        completed_at=event.at,
        can_cancel=False,
        retry_at=None,
        build_minutes_used=event.build_minutes,
    )
    match event:
        case ExportCompleted(artifact=artifact):
            return msgspec.structs.replace(
                state,
                status="completed",
                progress=100.0,
                current_step=READY_AGAIN if event.built_at else READY,
                file_name=artifact.file_name,
                file_size=artifact.size_bytes,
                sha256=artifact.sha256,
                warnings=event.warnings.first if event.warnings else state.warnings,
                warning_count=event.warnings.count if event.warnings else state.warning_count,
                download_expires_at=event.expires_at,
                retry_disabled_reason="It has completed.",
            )
        case ExportFailed(error=error):
            return msgspec.structs.replace(
                state,
                status="failed",
                current_step="Failed",
                error=error.message,
                error_code=error.code,
                failed_stage=event.stage,
                can_retry=not event.by_project,
                retry_disabled_reason=FAILS_AGAIN if event.by_project else None,
                dead_letter=event.dead_letter,
            )
        case ExportCanceled():
            return msgspec.structs.replace(
                state,
                status="canceled",
                current_step="Canceled",
                can_retry=True,
                cancel_receipt=CancelReceipt(requested_at=event.at),
            )
        case _:  # pragma: no cover - every ending is listed above
            return state


def _stopped(state: State, event: ExportStopped) -> State:
    if state.cancel_receipt is None:
        return state
    receipt = state.cancel_receipt
    unheard = receipt.stopped_at is None
    return msgspec.structs.replace(
        state,
        cancel_receipt=msgspec.structs.replace(
            receipt,
            stopped_at=max(receipt.stopped_at or event.at, event.at),
            parts_aborted=event.parts_aborted and (unheard or receipt.parts_aborted),
        ),
    )

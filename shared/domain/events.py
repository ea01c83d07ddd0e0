"""What can happen to an export: the events that travel through the stream ``EXPORTS``.

An event is never changed, only followed by another one. Every type is versioned by its tag; a new
version is a new class beside the old one, with golden JSON in ``tests/contract/events``. Bytes
never travel in events: a reference does.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.build_warnings import BuildWarnings
from shared.domain.entry_page import Kind
from shared.domain.options import Configuration, ExportOptions, Platform

Stage = Literal["build", "upload"]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
NAMED_PARTS: Final = 4  # of one upload: more would make its event long
ProjectId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$(?!\n)")]
ExportId = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)")
]
TraceId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_.-]{1,64}$(?!\n)")]
_IDENTITY: Final = ("export_id", "project_id", "user_id", "platform", "generation")
Count = Annotated[int, msgspec.Meta(ge=0)]
Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]  # with its offset; ours are in UTC
Seconds = Annotated[float, msgspec.Meta(ge=0)]


def is_export_id(value: object) -> bool:
    """Whether an export could have this id."""
    return _fits(value, ExportId)


def is_project_id(value: object) -> bool:
    """Whether a project could have this id."""
    return _fits(value, ProjectId)


def _fits(value: object, type_: Any) -> bool:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError:
        return False
    return True


def now() -> datetime:
    """The current time, UTC; the one clock that events are stamped with."""
    return datetime.now(UTC)


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error as its user sees it; ``message`` says what to do."""

    code: str
    message: str
    retryable: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every event carries.

    A generation is one try of the user's: 1, and one more for each retry or replay.
    """

    name: ClassVar[str]
    terminal: ClassVar[bool] = False

    export_id: ExportId
    project_id: ProjectId
    user_id: str
    platform: Platform
    generation: Annotated[int, msgspec.Meta(ge=1)] = 1
    at: Timestamp = msgspec.field(default_factory=now)

    @property
    def identity(self) -> dict[str, Any]:
        """What every event that follows has in common with this one."""
        return {name: getattr(self, name) for name in _IDENTITY}

    @property
    def subject(self) -> str:
        """``exports.<event>.<platform>.<exportId>``."""
        return f"exports.{self.name}.{self.platform}.{self.export_id}"

    @property
    def message_id(self) -> str:
        """The ``Nats-Msg-Id``: the same for every repetition of the same event."""
        return f"{self.export_id}:{self.generation}:{self.name}"


class TerminalEvent(Event, frozen=True, kw_only=True):
    """A generation ends once.

    All endings of one share a message id, so that the stream itself takes only the first.
    """

    terminal = True

    @property
    def message_id(self) -> str:
        """The same for all endings of a generation."""
        return f"{self.export_id}:{self.generation}:end"

    @property
    def build_minutes(self) -> float:
        """What this generation costs; nothing unless an ending says otherwise."""
        return 0.0


class StartEvent(Event, frozen=True, kw_only=True):
    """A generation starts once.

    By ``requested`` or by ``packaged`` (only the upload runs again). ``replay_of`` is the sequence
    of the dead letter that an operator started it from, ``trace_id`` of the request that asked.
    """

    replay_of: Count | UnsetType = UNSET
    trace_id: TraceId | UnsetType = UNSET

    @property
    def message_id(self) -> str:
        """The same for all beginnings of a generation."""
        return f"{self.export_id}:{self.generation}:start"


class ExportRequested(StartEvent, frozen=True, kw_only=True, tag="export.requested.v1"):
    """The user pressed *Export*; once the stream has acknowledged this, the export exists."""

    name = "requested"

    configuration: Configuration
    options: ExportOptions
    snapshot: Sha256
    created_at: Timestamp  # of the first generation: what the user sees as the export's age
    kind: Kind | UnsetType = UNSET  # of the project
    project_bytes: Count | UnsetType = UNSET  # of its files, also those that options leave out
    fresh: Literal[True] | UnsetType = UNSET  # it is built, whatever has been built before


class ExportStarted(Event, frozen=True, kw_only=True, tag="export.started.v1"):
    """A worker has begun an attempt.

    One that no ``attempt-failed`` follows means that the worker died, once its message comes again;
    one that began out of turn may just be under way when its message comes for the first time.
    """

    name = "started"

    stage: Stage
    attempt: Annotated[int, msgspec.Meta(ge=1)]
    worker: str
    out_of_turn: Literal[True] | UnsetType = UNSET  # not by its message, which comes later

    @property
    def message_id(self) -> str:
        """One for each attempt: of racing workers one begins it."""
        return f"{self.export_id}:{self.generation}:{self.stage}:started:{self.attempt}"


class AttemptFailed(Event, frozen=True, kw_only=True, tag="export.attempt-failed.v1"):
    """An attempt is over and another will come at ``retry_at``.

    ``failures`` counts those that speak against the job; a drain or an outage leaves it as it was.
    """

    name = "attempt-failed"

    stage: Stage
    attempt: Annotated[int, msgspec.Meta(ge=1)]
    failures: Count
    error: Failure
    retry_at: Timestamp

    @property
    def message_id(self) -> str:
        """One for each attempt."""
        return f"{self.export_id}:{self.generation}:{self.stage}:attempt-failed:{self.attempt}"


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """What was packed and where: enough to check and commit it without reading it again."""

    key: str
    file_name: str
    content_type: str
    size_bytes: Count
    sha256: Sha256
    crc32c: Annotated[
        str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{6}==$(?!\n)")
    ]  # base64, big endian, as S3 has it


class StoredPart(msgspec.Struct, frozen=True):
    """One part, as the storage has taken it."""

    etag: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]  # with its quotes
    size_bytes: Annotated[int, msgspec.Meta(ge=1)]


class PendingUpload(msgspec.Struct, frozen=True, kw_only=True):
    """A multipart upload whose parts are all there but which nobody can see yet.

    A short one names its ``parts``: then nobody need ask the storage for them.
    """

    upload_id: str
    part_count: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    part_bytes: Annotated[int, msgspec.Meta(ge=1)]  # of every part but the last
    parts_sha256: Sha256  # of the ETags in order, one a line
    parts: Annotated[tuple[StoredPart, ...], msgspec.Meta(max_length=NAMED_PARTS)] | UnsetType = (
        UNSET
    )


class StageSeconds(msgspec.Struct, frozen=True, kw_only=True):
    """How a build's time was spent; together they are ``build_s``.

    ``fetch_s`` passed while it waited for files of its project, ``plan_s`` until it was known what
    is packed, ``pack_s`` until all parts were stored.
    """

    fetch_s: Seconds
    plan_s: Seconds
    pack_s: Seconds

    @property
    def build_s(self) -> float:
        """All of it."""
        return self.fetch_s + self.plan_s + self.pack_s

    @property
    def by_stage(self) -> dict[str, float]:
        """The same, by the names that metrics have for them."""
        return {"fetch": self.fetch_s, "plan": self.plan_s, "pack": self.pack_s}


class ExportPackaged(StartEvent, frozen=True, kw_only=True, tag="export.packaged.v1"):
    """The packager has streamed all parts; the uploader commits them.

    ``inputs`` is a hash of all that went in, where that alone decides what comes out: another
    export of the same inputs ends with this artifact.
    """

    name = "packaged"

    artifact: Artifact
    upload: PendingUpload
    build_s: Seconds  # what the quota is settled with
    stages: StageSeconds | UnsetType = UNSET
    warnings: BuildWarnings | UnsetType = UNSET
    inputs: Sha256 | UnsetType = UNSET
    restart: bool = (
        False  # true where this event starts its generation (only the upload had failed)
    )

    @property
    def message_id(self) -> str:
        """That of a beginning where it starts its generation."""
        step = "start" if self.restart else self.name
        return f"{self.export_id}:{self.generation}:{step}"


class ExportCompleted(TerminalEvent, frozen=True, kw_only=True, tag="export.completed.v1"):
    """The artifact can be downloaded until ``expires_at``.

    ``built_at`` is there where nothing was built: the artifact of an earlier export, with what that
    had to warn of, is used again.
    """

    name = "completed"

    artifact: Artifact
    expires_at: Timestamp
    build_s: Seconds
    warnings: BuildWarnings | UnsetType = UNSET
    built_at: Timestamp | UnsetType = UNSET

    @property
    def build_minutes(self) -> float:
        """The time that the build took."""
        return minutes_of(self.build_s)


class ExportFailed(TerminalEvent, frozen=True, kw_only=True, tag="export.failed.v1"):
    """It ended without an artifact.

    ``reason`` is there where it became a dead letter; ``dead_letter`` is then the reference that an
    operator finds it by, and None while it could not be written yet.

    ``build_s`` is how long the last attempt took, where the project is at fault.
    """

    name = "failed"

    stage: Stage
    error: Failure
    reason: str | None = None
    dead_letter: str | None = None
    build_s: Seconds | UnsetType = UNSET

    @property
    def dead_letter_owed(self) -> bool:
        """Its dead letter could not be written yet."""
        return self.reason is not None and self.dead_letter is None

    @property
    def by_project(self) -> bool:
        """The maker's fault: nobody but the maker can put it right."""
        return self.reason is None and self.dead_letter is None and not self.error.retryable

    @property
    def build_minutes(self) -> float:
        """The time it took to find out, where the project is at fault; else nothing."""
        return minutes_of(self.build_s or 0.0) if self.by_project else 0.0


class ExportCanceled(TerminalEvent, frozen=True, kw_only=True, tag="export.canceled.v1"):
    """Its user (or the deletion of its project) ended it.

    Workers obey and answer with ``stopped``.
    """

    name = "canceled"

    reason: str


class ExportStopped(Event, frozen=True, kw_only=True, tag="export.stopped.v1"):
    """A worker has obeyed a cancel: nothing of this generation runs any more at this stage.

    ``parts_aborted`` is false where a worker has died, or the storage did not answer: what had been
    uploaded is left to the sweeper.
    """

    name = "stopped"

    stage: Stage
    parts_aborted: bool

    @property
    def message_id(self) -> str:
        """One for each stage."""
        return f"{self.export_id}:{self.generation}:{self.stage}:stopped"


AnyEvent = (
    ExportRequested
    | ExportStarted
    | AttemptFailed
    | ExportPackaged
    | ExportCompleted
    | ExportFailed
    | ExportCanceled
    | ExportStopped
)


def minutes_of(build_s: float) -> float:
    """Build minutes are charged in tenths, rounded up: 0.5 s are 0.1, 61 s are 1.1."""
    return math.ceil(round(build_s / 6, 6)) / 10


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


def encode_event(event: Event) -> bytes:
    """JSON with the type tag."""
    return _encoder.encode(event)


def decode_event(payload: bytes) -> AnyEvent:
    """Any event, by its tag.

    Raises:
        msgspec.DecodeError: Not JSON, an unknown type or version, or a value out of its bounds.
    """
    event: AnyEvent = _decoder.decode(payload)
    return event

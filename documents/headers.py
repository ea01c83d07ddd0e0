"""The headers that messages of the streams carry, each a text in NATS."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.domain.events import ExportId, ProjectId, TraceId
from shared.jetstream.event_log import STRAIGHT
from shared.tracing.context import GIVEN_ID, TRACEPARENT, TRACESTATE

Number = Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]
Line = Annotated[str, Meta(pattern=r"^[\x20-\x7e]*$")]
Timestamp = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+\+00:00$")]
MessageId = Annotated[
    str, Meta(min_length=1, description="One that the stream knows already is not stored again.")
]
EXPECTED_SEQ: Final = "Nats-Expected-Last-Subject-Sequence"  # else the stream refuses it
Straight = Annotated[
    str, Meta(description="Nothing but a start and one attempt came before it in its export.")
]
Traceparent = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        description="W3C Trace Context: the span that has sent it.",
    ),
]
UserId = Annotated[str, Meta(description="Percent-encoded UTF-8, but for letters, digits, _.-~@|")]


class TraceHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """The trace that a message belongs to (W3C Trace Context)."""

    traceparent: Traceparent = msgspec.field(name=TRACEPARENT)
    tracestate: Line | UnsetType = msgspec.field(name=TRACESTATE, default=UNSET)
    given_id: TraceId | UnsetType = msgspec.field(name=GIVEN_ID, default=UNSET)


class EventHeaders(TraceHeaders, frozen=True, kw_only=True):
    """What lets even an event that cannot be decoded be counted for its export."""

    message_id: MessageId = msgspec.field(name="Nats-Msg-Id")
    export_id: ExportId = msgspec.field(name="Aethel-Export-Id")
    project_id: ProjectId = msgspec.field(name="Aethel-Project-Id")
    user_id: UserId = msgspec.field(name="Aethel-User-Id")
    generation: Number = msgspec.field(name="Aethel-Generation")
    straight: Straight | UnsetType = msgspec.field(name=STRAIGHT, default=UNSET)
    after_seq: Number | UnsetType = msgspec.field(name=EXPECTED_SEQ, default=UNSET)
    after_subject: Line | UnsetType = msgspec.field(name=f"{EXPECTED_SEQ}-Subject", default=UNSET)


class LogLineHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """Each line is stored once."""

    message_id: MessageId = msgspec.field(name="Nats-Msg-Id")
    export_id: ExportId = msgspec.field(name="Aethel-Export-Id")


class FilmSliceHeaders(TraceHeaders, frozen=True, kw_only=True):
    """Each slice is asked for once, however often its film is begun again."""

    message_id: MessageId = msgspec.field(name="Nats-Msg-Id")
    export_id: ExportId = msgspec.field(name="Aethel-Export-Id")


class ProgressHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """Compare-and-set: of two workers the slower one's progress is refused."""

    last_seq: Number = msgspec.field(name=EXPECTED_SEQ)


class AuditHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """Each entry is stored once."""

    message_id: MessageId = msgspec.field(name="Nats-Msg-Id")


class DeadLetterHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a message's end, each one line of ASCII.

    The original's own headers are there, too; those of the server begin with ``Aethel-Original-``.
    """

    message_id: MessageId = msgspec.field(name="Nats-Msg-Id")
    subject: Line = msgspec.field(name="Aethel-Subject")  # of the message as it was
    stream_seq: Number = msgspec.field(name="Aethel-Stream-Seq")
    reason: Line = msgspec.field(name="Aethel-Reason")
    cause: Line = msgspec.field(name="Aethel-Cause")
    error: Line = msgspec.field(name="Aethel-Error")
    stack: Line = msgspec.field(name="Aethel-Stack")  # a line break is \n in two letters
    attempts: Number = msgspec.field(name="Aethel-Attempts")
    failures: Number = msgspec.field(name="Aethel-Failures")
    deliveries: Number = msgspec.field(name="Aethel-Deliveries")
    first_at: Timestamp = msgspec.field(name="Aethel-First-At")
    last_at: Timestamp = msgspec.field(name="Aethel-Last-At")
    log: Line = msgspec.field(name="Aethel-Log")  # the subject of its export's log lines
    worker: Line = msgspec.field(name="Aethel-Worker")
    payload_bytes: Number | UnsetType = msgspec.field(name="Aethel-Payload-Bytes", default=UNSET)
    original_id: Line | UnsetType = msgspec.field(name="Aethel-Original-Nats-Msg-Id", default=UNSET)
    after_seq: Number | UnsetType = msgspec.field(
        name=f"Aethel-Original-{EXPECTED_SEQ}", default=UNSET
    )
    after_subject: Line | UnsetType = msgspec.field(
        name=f"Aethel-Original-{EXPECTED_SEQ}-Subject", default=UNSET
    )
    straight: Straight | UnsetType = msgspec.field(name=STRAIGHT, default=UNSET)
    export_id: ExportId | UnsetType = msgspec.field(name="Aethel-Export-Id", default=UNSET)
    project_id: ProjectId | UnsetType = msgspec.field(name="Aethel-Project-Id", default=UNSET)
    user_id: UserId | UnsetType = msgspec.field(name="Aethel-User-Id", default=UNSET)
    generation: Number | UnsetType = msgspec.field(name="Aethel-Generation", default=UNSET)
    traceparent: Traceparent | UnsetType = msgspec.field(name=TRACEPARENT, default=UNSET)
    tracestate: Line | UnsetType = msgspec.field(name=TRACESTATE, default=UNSET)
    given_id: TraceId | UnsetType = msgspec.field(name=GIVEN_ID, default=UNSET)


HEADERS: Final[tuple[type[msgspec.Struct], ...]] = (
    EventHeaders,
    LogLineHeaders,
    ProgressHeaders,
    AuditHeaders,
    DeadLetterHeaders,
    FilmSliceHeaders,
)

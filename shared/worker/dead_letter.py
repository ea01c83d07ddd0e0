"""A dead letter's content: the message as it was, and what operators need to know of its end."""

from __future__ import annotations

import traceback
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec

from shared.domain.events import Event, ExportId, ProjectId, now
from shared.domain.options import Platform
from shared.jetstream.topology import UPLOADER, log_subject
from shared.worker.retry import History, cause_of

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js.api import RawStreamMsg

    from shared.domain.events import Stage

HEADER_BYTES: Final = 3_000  # of a header's value; the stack is cut to this
PAYLOAD_BYTES: Final = 900 << 10  # leaves room for the headers below the server's limit of 1 MiB


class DeadMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message of ``EXPORTS``, from a worker's hands or out of the stream."""

    consumer: str  # the durable that could not handle it
    subject: str
    headers: dict[str, str]
    payload: bytes
    seq: int
    stored_at: datetime
    deliveries: int

    @classmethod
    def delivered(cls, message: Msg, consumer: str) -> DeadMessage:
        """A message in a worker's hands."""
        return cls(
            consumer=consumer,
            subject=message.subject,
            headers=message.headers or {},
            payload=message.data,
            seq=message.metadata.sequence.stream,
            stored_at=message.metadata.timestamp,
            deliveries=message.metadata.num_delivered,
        )

    @classmethod
    def stored(cls, message: RawStreamMsg, consumer: str, *, deliveries: int) -> DeadMessage:
        """A message in its stream, which nobody has in hand."""
        return cls(
            consumer=consumer,
            subject=message.subject or "",
            headers=message.headers or {},
            payload=message.data or b"",
            seq=message.seq or 0,
            stored_at=message.time or now(),
            deliveries=deliveries,
        )

    @property
    def stage(self) -> Stage:
        """Which stage its consumer does."""
        return "upload" if self.consumer == UPLOADER else "build"


def dead_letter_headers(
    dead: DeadMessage, reason: str, error: BaseException, past: History, export_id: str
) -> dict[str, str]:
    """The original's headers, and all that is known of its end, each one line of ASCII."""
    stack = "".join(traceback.format_exception(error))[-HEADER_BYTES:]
    cut = {"Aethel-Payload-Bytes": str(len(dead.payload))}
    return {
        **_original_headers(dead),
        "Aethel-Subject": dead.subject,
        "Aethel-Stream-Seq": str(dead.seq),
        "Aethel-Reason": reason,
        "Aethel-Cause": _header(cause_of(error)),
        "Aethel-Error": _header(repr(error)),
        "Aethel-Stack": _header(stack),
        "Aethel-Attempts": str(len(past.started)),
        "Aethel-Failures": str(past.failures_with(reason)),
        "Aethel-Deliveries": str(dead.deliveries),
        "Aethel-First-At": dead.stored_at.isoformat(),
        "Aethel-Last-At": now().isoformat(),
        "Aethel-Log": log_subject(export_id),
        **(cut if len(dead.payload) > PAYLOAD_BYTES else {}),
    }


def _original_headers(dead: DeadMessage) -> dict[str, str]:
    """The headers as they were; the server's own are renamed, or they would be obeyed again."""
    return {
        f"Aethel-Original-{name}" if name.startswith("Nats-") else name: value
        for name, value in dead.headers.items()
    }


def _header(text: str) -> str:
    """One line of ASCII: what a NATS header can hold."""
    return (
        text.encode("ascii", "backslashreplace")
        .decode()
        .replace("\r", "")
        .replace("\n", "\\n")[:HEADER_BYTES]
    )


class _Identity(msgspec.Struct):
    """The headers that let even an undecodable message's export be ended."""

    export_id: ExportId = msgspec.field(name="Aethel-Export-Id")
    project_id: ProjectId = msgspec.field(name="Aethel-Project-Id")
    user_id: str = msgspec.field(name="Aethel-User-Id")
    generation: int = msgspec.field(name="Aethel-Generation")
    platform: Platform


def identity_of(dead: DeadMessage, event: Event | None) -> dict[str, Any] | None:
    """Which export it is about: by the event, or where none could be decoded by its headers."""
    if event is not None:
        return event.identity
    named = {**dead.headers, "platform": dead.subject.split(".")[2]}
    try:
        found = msgspec.structs.asdict(msgspec.convert(named, _Identity, strict=False))
    except msgspec.ValidationError:
        return None
    return {**found, "user_id": unquote(found["user_id"])}

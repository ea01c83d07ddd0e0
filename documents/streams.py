"""The channels of NATS: what travels under which subjects of which stream, kept for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

from documents.headers import (
    AuditHeaders,
    DeadLetterHeaders,
    EventHeaders,
    FilmSliceHeaders,
    LogLineHeaders,
    ProgressHeaders,
)
from documents.messages import Message
from documents.references import summary_and_rest, to
from services.gateway.operators.audit_log import AuditEntry
from services.packager.film.records import SliceOrder
from services.status.recovery.max_deliveries import Advisory
from shared.domain.events import AnyEvent, Event
from shared.domain.progress import LogLine, Progress
from shared.jetstream.topology import (
    ADVISORIES,
    AUDIT,
    DAY_S,
    DEAD_LETTERS,
    EXPORTS,
    FILMS,
    LOGS,
    MAX_DELIVERIES,
    PROGRESS,
    STREAMS,
    audit_subject,
    dead_letter_subject,
    events_named,
    log_subject,
    progress_subject,
    slice_subject,
)

if TYPE_CHECKING:
    from nats.js.api import StreamConfig

EVENTS: Final[tuple[type[Event], ...]] = get_args(AnyEvent)
PARAMETERS: Final = {
    "platform": "The platform of the export.",
    "exportId": "The export's id, a UUID. Of a dead letter also `unknown`.",
    "consumer": "The durable consumer that could not handle the message.",
    "action": "What somebody did.",
    "generation": "The generation of the export, which makes one film.",
    "number": "The slice's place in the film's plan, from 0.",
}


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects of a stream under which one kind of message travels."""

    name: str
    stream: str
    address: str
    message: Message

    @property
    def subjects(self) -> str:
        """The address with wildcards for its parameters."""
        parts = self.address.split(".")
        return ".".join("*" if part.startswith("{") else part for part in parts)

    @property
    def described(self) -> dict[str, Any]:
        """The AsyncAPI Channel Object."""
        (config,) = (stream for stream in STREAMS if stream.name == self.stream)
        names = [part[1:-1] for part in self.address.split(".") if part.startswith("{")]
        return {
            "address": self.address,
            "title": f"{self.stream}: {self.address}",
            "summary": f"{config.description}.",
            "servers": [to("servers", "nats")],
            "messages": {self.message.name: to("components", "messages", self.message.name)},
            "parameters": {name: {"description": PARAMETERS[name]} for name in names},
            "tags": [{"name": self.stream}],
            "x-jetstream": _kept(config),
        }


def _kept(config: StreamConfig) -> dict[str, Any]:
    """How a stream keeps its messages."""
    return {
        "stream": config.name,
        "subjects": config.subjects,
        "storage": config.storage,
        "maxAgeDays": round((config.max_age or 0) / DAY_S),
        "maxBytes": config.max_bytes,
        "maxMessagesPerSubject": config.max_msgs_per_subject,
        "whenFull": "refuses new messages" if config.discard == "new" else "drops the oldest",
        "duplicateWindowS": config.duplicate_window,
        "append-only": bool(config.deny_delete),
    }


def _with(subject: str, *parameters: str) -> str:
    """A subject with parameters in the place of its wildcards."""
    for name in parameters:
        subject = subject.replace("*", f"{{{name}}}", 1)
    return subject


def _event_channel(event: type[Event]) -> Channel:
    address = _with(events_named(event.name), "platform", "exportId")
    message = Message(payload=event, headers=EventHeaders, trace=True)
    return Channel(name=event.name, stream=EXPORTS, address=address, message=message)


def _dead_letter() -> Message:
    summary, rest = summary_and_rest(DeadLetterHeaders)
    return Message(
        payload=None,
        named="DeadLetter",
        headers=DeadLetterHeaders,
        summary="A message as it was, which nobody could handle.",
        description=(
            f"{summary} {rest} Its payload is that of the message: most often an event, but it may "
            "be anything where that could not be decoded; the first 900 KiB of it."
        ),
    )


CHANNELS: Final[tuple[Channel, ...]] = (
    *map(_event_channel, EVENTS),
    Channel(
        name="progress",
        stream=PROGRESS,
        address=progress_subject("{exportId}"),
        message=Message(payload=Progress, headers=ProgressHeaders),
    ),
    Channel(
        name="logs",
        stream=LOGS,
        address=log_subject("{exportId}"),
        message=Message(payload=LogLine, headers=LogLineHeaders),
    ),
    Channel(
        name="dead-letters",
        stream=DEAD_LETTERS,
        address=dead_letter_subject("{consumer}", "{exportId}"),
        message=_dead_letter(),
    ),
    Channel(
        name="audit",
        stream=AUDIT,
        address=audit_subject("{action}"),
        message=Message(payload=AuditEntry, headers=AuditHeaders),
    ),
    Channel(
        name="film-slices",
        stream=FILMS,
        address=slice_subject("{exportId}", "{generation}", "{number}"),
        message=Message(payload=SliceOrder, headers=FilmSliceHeaders, trace=True),
    ),
    Channel(
        name="max-deliveries",
        stream=ADVISORIES,
        address=f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{EXPORTS}.{{consumer}}",
        message=Message(payload=Advisory, headers=None, named="MaxDeliveries"),
    ),
)
BY_NATS: Final = frozenset({"max-deliveries"})  # sent by the server itself
READ_BY: Final = {"max-deliveries": MAX_DELIVERIES}

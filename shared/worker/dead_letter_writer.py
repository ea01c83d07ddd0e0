"""Writes dead letters: what nobody could handle, with all that it takes to replay it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec
import structlog

from shared.domain.events import AnyEvent, Event, ExportFailed, Failure
from shared.domain.platforms import PLATFORMS
from shared.errors import ExportError, UnavailableError
from shared.jetstream.publishing import publish
from shared.jetstream.topology import UPLOADER, dead_letter_subject, packager_durable
from shared.metrics import dead_letters as metrics
from shared.metrics.born import OTHER, born, known
from shared.worker.dead_letter import (
    PAYLOAD_BYTES,
    DeadMessage,
    dead_letter_headers,
    identity_of,
)
from shared.worker.retry import (
    NOT_RETRYABLE,
    RETRIES_EXHAUSTED,
    History,
    cause_of,
    describe_final,
    history,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nats.js import JetStreamContext

    from shared.jetstream.event_log import EventLog

log = structlog.get_logger()

DEAD_LETTER_PATIENCE_S: Final = 20.0
_TAGS: Final = {str(kind.__struct_config__.tag) for kind in get_args(AnyEvent)}


class UndecodableError(ExportError):
    """The payload is no event at all."""

    code = "undecodable"
    title = "A message cannot be read"


class UnknownVersionError(ExportError):
    """The event is of a version that this release does not know."""

    code = "unknown-version"
    title = "A message is of an unknown version"


class UnexpectedEventError(ExportError):
    """The event does not belong on its subject."""

    code = "unexpected-event"
    title = "A message lies under a wrong subject"


class CrashLoopError(ExportError):
    """The export's workers die of it."""

    code = "crash-loop"
    title = "The export stops every worker that tries it"


class GivenUpError(ExportError):
    """JetStream delivered the message as often as it may, and nobody has finished it."""

    code = "max-deliveries"
    title = "A message was delivered too often"


class LostError(ExportError):
    """Nothing of the export is under way, however often it is queued again."""

    code = "lost"
    title = "The export has stopped moving"


REASONS: Final = frozenset(  # why there are dead letters
    {
        RETRIES_EXHAUSTED,
        NOT_RETRYABLE,
        UndecodableError.code,
        UnknownVersionError.code,
        UnexpectedEventError.code,
        CrashLoopError.code,
        GivenUpError.code,
        LostError.code,
    }
)
CONSUMERS: Final = (*map(packager_durable, PLATFORMS), UPLOADER)  # whose messages may become some


def expect_dead_letters(consumers: Iterable[str] = (*CONSUMERS, OTHER)) -> None:
    """Have these consumers' dead letters counted from 0 on."""
    for consumer in consumers:
        born(metrics.DEAD_LETTERS, consumer=(consumer,), reason=(*REASONS, OTHER))
        born(metrics.OWED, consumer=(consumer,))


def unreadable(payload: bytes, error: Exception) -> ExportError:
    """Why a payload is not an event: a version we do not know, or not ours at all."""
    try:
        tag = msgspec.json.decode(payload, type=_Tagged).type
    except msgspec.MsgspecError:
        tag = ""
    if re.fullmatch(r"export\.[a-z-]+\.v\d+", tag) and tag not in _TAGS:
        return UnknownVersionError(f"{tag} is not known to this release")
    return UndecodableError(str(error))


class _Tagged(msgspec.Struct):
    """The part of any event that says its version."""

    type: str


class RecordedError(ExportError):
    """An error as an earlier ``failed`` has recorded it; its stack is gone."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.code = failure.code  # type: ignore[misc]  # of the class elsewhere, here of the record


class DeadLetterResult(msgspec.Struct, frozen=True):
    """What came of writing a dead letter.

    Without a ``seq`` (its own, in ``DEAD_LETTERS``) the dead letter is owed: the message must come
    again. ``terminal_event`` is the one that the stream has, perhaps another's.
    """

    seq: int | None
    terminal_event: AnyEvent | None


class DeadLetterWriter:
    """Writes the dead letter first, then its user's ``failed``; the caller acknowledges last."""

    def __init__(self, js: JetStreamContext, events: EventLog, *, worker: str) -> None:
        self._js = js
        self._events = events
        self._worker = worker

    async def write(
        self, dead: DeadMessage, event: Event | None, reason: str, error: BaseException
    ) -> DeadLetterResult:
        """Publish the dead letter and then ``failed``; doing it twice changes nothing.

        Where the dead letter cannot be written (its stream is missing or full) the user is told all
        the same, and the dead letter is owed.

        Raises:
            UnavailableError: Nothing could be written; the message must come again.
        """
        identity = identity_of(dead, event)
        seq: int | None
        try:
            seq = await self._publish(dead, identity, reason, error)
        except UnavailableError:
            metrics.OWED.labels(_named(dead)).inc()
            log.exception("dead-letter.owed", reason=reason, seq=dead.seq, **_about(identity))
            if identity is None:
                raise
            seq = None
        if identity is None:
            return DeadLetterResult(seq, None)
        reference = f"dead letter {seq}" if seq else f"export {identity['export_id']}"
        failed = ExportFailed(
            **identity,
            stage=dead.stage,
            error=describe_final(error, reference=reference),
            reason=reason,
            dead_letter=str(seq) if seq else None,
        )
        return DeadLetterResult(seq, (await self._events.publish_first(failed)).event)

    async def write_owed(self, dead: DeadMessage, failed: ExportFailed) -> None:
        """Publish the dead letter that could not be written when its export failed.

        Raises:
            UnavailableError: It still cannot.
        """
        await self._publish(dead, failed.identity, str(failed.reason), RecordedError(failed.error))

    async def _publish(
        self, dead: DeadMessage, identity: dict[str, Any] | None, reason: str, error: BaseException
    ) -> int:
        """The dead letter alone; its sequence."""
        export_id = identity["export_id"] if identity else "unknown"
        past = await self._history(dead, identity)
        published = await publish(
            self._js,
            dead_letter_subject(dead.consumer, export_id),
            dead.payload[:PAYLOAD_BYTES],
            {
                **dead_letter_headers(dead, reason, error, past, export_id),
                "Aethel-Worker": self._worker,
                "Nats-Msg-Id": f"dead:EXPORTS:{dead.consumer}:{dead.seq}",
            },
            patience_s=DEAD_LETTER_PATIENCE_S,
        )
        if not published.duplicate:
            metrics.DEAD_LETTERS.labels(_named(dead), known(reason, REASONS)).inc()
            log.error(
                "message.dead-lettered",
                reason=reason,
                cause=cause_of(error),
                dead_letter=published.seq,
                subject=dead.subject,
                **_about(identity),
            )
        return published.seq

    async def _history(self, dead: DeadMessage, identity: dict[str, Any] | None) -> History:
        """Read now, with the last attempt in it."""
        if identity is None:
            return History()
        events = [event for _, event in await self._events.of(identity["export_id"])]
        return history(events, generation=identity["generation"], stage=dead.stage)


def _about(identity: dict[str, Any] | None) -> dict[str, Any]:
    """Whose it is, for the log: not everybody who writes dead letters has bound that."""
    names = ("export_id", "project_id", "generation") if identity else ()
    return {name: (identity or {})[name] for name in names}


def _named(dead: DeadMessage) -> str:
    """The consumer as metrics name it."""
    return known(dead.consumer, CONSUMERS)

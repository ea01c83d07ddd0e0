"""Dead letters: what nobody could handle.

Kept with all that an operator needs to understand and replay it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec
import structlog

from shared import metrics
from shared.domain.events import AnyEvent, Event, ExportFailed, Failure
from shared.errors import ExportError, UnavailableError
from shared.jetstream.publishing import publish
from shared.worker.dead_letter import PAYLOAD_BYTES, DeadMessage, identity_of, letter_headers
from shared.worker.retry import History, cause_of, describe

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.domain.events import Stage
    from shared.jetstream.event_log import EventLog

log = structlog.get_logger()

LETTER_PATIENCE_S: Final = 20.0
_TAGS: Final = {str(kind.__struct_config__.tag) for kind in get_args(AnyEvent)}


class UndecodableError(ExportError):
    """Not an event at all."""

    code = "undecodable"
    title = "A message cannot be read"


class UnknownVersionError(ExportError):
    """An event of a version that this release does not know."""

    code = "unknown-version"
    title = "A message is of an unknown version"


class UnexpectedEventError(ExportError):
    """An event that does not belong on its subject."""

    code = "unexpected-event"
    title = "A message lies under a wrong subject"


class CrashLoopError(ExportError):
    """Its workers die of it."""

    code = "crash-loop"
    title = "The export stops every worker that tries it"


class GivenUpError(ExportError):
    """JetStream delivered it as often as it may, and nobody has finished it."""

    code = "max-deliveries"
    title = "A message was delivered too often"


class LostError(ExportError):
    """Nothing of the export is under way, however often it is queued again."""

    code = "lost"
    title = "The export has stopped moving"


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
    """Enough of any event to know its version."""

    type: str


class Burial(msgspec.Struct, frozen=True):
    """What came of it.

    Without a ``letter`` (its sequence) the message must come again; ``ending`` is the one that the
    stream has, perhaps another's.
    """

    letter: int | None
    terminal_event: AnyEvent | None


class Grave:
    """Buries: first the dead letter, then the user's ``failed``; the caller acknowledges last."""

    def __init__(self, js: JetStreamContext, events: EventLog, *, worker: str) -> None:
        self._js = js
        self._events = events
        self._worker = worker

    async def bury(
        self,
        dead: DeadMessage,
        event: Event | None,
        reason: str,
        error: BaseException,
        past: History | None = None,
    ) -> Burial:
        """Publish the dead letter and then ``failed``; doing it twice changes nothing.

        Where the letter cannot be written (its stream is missing or full) the user is told all the
        same, and the letter is owed.

        Raises:
            UnavailableError: Nothing could be written; the message must come again.
        """
        identity = identity_of(dead, event)
        letter: int | None
        try:
            letter = await self.write(dead, event, reason, error, past)
        except UnavailableError:
            if identity is None:
                raise
            log.exception("dead-letter.owed", reason=reason, subject=dead.subject, seq=dead.seq)
            metrics.LETTERS_OWED.labels(dead.consumer).inc()
            letter = None
        if identity is None:
            return Burial(letter, None)
        failed = _failed(dead.stage, identity, reason, error, letter)
        return Burial(letter, (await self._events.publish_first(failed))[0])

    async def write(
        self,
        dead: DeadMessage,
        event: Event | None,
        reason: str,
        error: BaseException,
        past: History | None = None,
    ) -> int:
        """Publish the dead letter alone.

        Returns:
            Its sequence.

        Raises:
            UnavailableError: Not acknowledged.
        """
        identity = identity_of(dead, event)
        export_id = identity["export_id"] if identity else "unknown"
        letter = await publish(
            self._js,
            f"dead.{dead.consumer}.{export_id}",
            dead.payload[:PAYLOAD_BYTES],
            {
                **letter_headers(dead, reason, error, past or History(), export_id),
                "Aethel-Worker": self._worker,
                "Nats-Msg-Id": f"dead:EXPORTS:{dead.consumer}:{dead.seq}",
            },
            patience_s=LETTER_PATIENCE_S,
        )
        if not letter.duplicate:
            metrics.DEAD_LETTERS.labels(dead.consumer, reason).inc()
            log.error("message.buried", reason=reason, cause=cause_of(error), letter=letter.seq)
        return letter.seq


def _failed(
    stage: Stage, identity: dict[str, Any], reason: str, error: BaseException, letter: int | None
) -> ExportFailed:
    told = describe(error)
    reference = f"dead letter {letter}" if letter else f"export {identity['export_id']}"
    message = f"{told.message} If it stays so, tell the operators: {reference}."
    failure = Failure(code=told.code, message=message, retryable=told.retryable)
    return ExportFailed(
        **identity,
        stage=stage,
        error=failure,
        reason=reason,
        dead_letter=str(letter) if letter else None,
    )

"""Dead letters: what nobody could handle.

Kept with all that an operator needs to understand and replay it.
"""

from __future__ import annotations

import re
import traceback
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, get_args
from urllib.parse import unquote

import msgspec
import structlog

from shared import metrics
from shared.errors import ExportError, UnavailableError
from shared.events import AnyFact, ExportFailed, ExportId, Fact, Failure, ProjectId, now
from shared.facts import publish
from shared.options import Platform
from shared.retry import History, cause_of, describe
from shared.streams import UPLOADER

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext
    from nats.js.api import RawStreamMsg

    from shared.events import Stage
    from shared.facts import Facts

log = structlog.get_logger()

HEADER_BYTES: Final = 3_000  # of a header's value; the stack is cut to this
LETTER_PATIENCE_S: Final = 20.0
PAYLOAD_BYTES: Final = 900 << 10  # leaves room for the headers below the server's limit of 1 MiB
_TAGS: Final = {str(kind.__struct_config__.tag) for kind in get_args(AnyFact)}


class UndecodableError(ExportError):
    """Not a fact at all."""

    code = "undecodable"
    title = "A message cannot be read"


class UnknownVersionError(ExportError):
    """A fact of a version that this release does not know."""

    code = "unknown-version"
    title = "A message is of an unknown version"


class UnexpectedEventError(ExportError):
    """A fact that does not belong on its subject."""

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
    """Why a payload is not a fact: a version we do not know, or not ours at all."""
    try:
        tag = msgspec.json.decode(payload, type=_Tagged).type
    except msgspec.MsgspecError:
        tag = ""
    if re.fullmatch(r"export\.[a-z-]+\.v\d+", tag) and tag not in _TAGS:
        return UnknownVersionError(f"{tag} is not known to this release")
    return UndecodableError(str(error))


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
    def in_hand(cls, message: Msg, consumer: str) -> DeadMessage:
        """One that was delivered."""
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
        """One that nobody holds."""
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


class Burial(msgspec.Struct, frozen=True):
    """What came of it.

    Without a ``letter`` (its sequence) the message must come again; ``ending`` is the one that the
    stream has, perhaps another's.
    """

    letter: int | None
    ending: AnyFact | None


class Grave:
    """Buries: first the dead letter, then the user's ``failed``; the caller acknowledges last."""

    def __init__(self, js: JetStreamContext, facts: Facts, *, worker: str) -> None:
        self._js = js
        self._facts = facts
        self._worker = worker

    async def bury(
        self,
        dead: DeadMessage,
        event: Fact | None,
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
        identity = _identity(dead, event)
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
        return Burial(letter, (await self._facts.publish_first(failed))[0])

    async def write(
        self,
        dead: DeadMessage,
        event: Fact | None,
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
        identity = _identity(dead, event)
        export_id = identity["export_id"] if identity else "unknown"
        letter = await publish(
            self._js,
            f"dead.{dead.consumer}.{export_id}",
            dead.payload[:PAYLOAD_BYTES],
            {
                **_original_headers(dead),
                **_headers(dead, reason, error, past or History(), export_id),
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


def _headers(
    dead: DeadMessage, reason: str, error: BaseException, past: History, export_id: str
) -> dict[str, str]:
    stack = "".join(traceback.format_exception(error))[-HEADER_BYTES:]
    cut = {"Aethel-Payload-Bytes": str(len(dead.payload))}
    return {
        "Aethel-Subject": dead.subject,
        "Aethel-Stream-Seq": str(dead.seq),
        "Aethel-Reason": reason,
        "Aethel-Cause": _header(cause_of(error)),
        "Aethel-Error": _header(repr(error)),
        "Aethel-Stack": _header(stack),
        "Aethel-Attempts": str(len(past.begun)),
        "Aethel-Failures": str(past.failures),
        "Aethel-Deliveries": str(dead.deliveries),
        "Aethel-First-At": dead.stored_at.isoformat(),
        "Aethel-Last-At": now().isoformat(),
        "Aethel-Log": f"logs.{export_id}",
        **(cut if len(dead.payload) > PAYLOAD_BYTES else {}),
    }


def _original_headers(dead: DeadMessage) -> dict[str, str]:
    """As they were; the server's own would be obeyed again, so they are kept under another name."""
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


class _Tagged(msgspec.Struct):
    """Enough of any fact to know its version."""

    type: str


class _Identity(msgspec.Struct):
    """The headers that let even an undecodable message's export be ended."""

    export_id: ExportId = msgspec.field(name="Aethel-Export-Id")
    project_id: ProjectId = msgspec.field(name="Aethel-Project-Id")
    user_id: str = msgspec.field(name="Aethel-User-Id")
    generation: int = msgspec.field(name="Aethel-Generation")
    platform: Platform


def _identity(dead: DeadMessage, event: Fact | None) -> dict[str, Any] | None:
    if event is not None:
        return event.identity
    told = {**dead.headers, "platform": dead.subject.split(".")[2]}
    try:
        found = msgspec.structs.asdict(msgspec.convert(told, _Identity, strict=False))
    except msgspec.ValidationError:
        return None
    return {**found, "user_id": unquote(found["user_id"])}

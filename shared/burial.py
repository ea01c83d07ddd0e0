"""Dead letters: what nobody could handle.

Kept with all that an operator needs to understand and replay it.
"""

from __future__ import annotations

import socket
import traceback
from typing import TYPE_CHECKING, Any

import msgspec

from shared import metrics
from shared.events import ExportFailed, Fact, Failure, now
from shared.facts import publish

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.facts import Facts
    from shared.worker import Consumer

HEADER_BYTES = 3_000  # of a header's value; the stack is cut to this


class Grave:
    """Buries messages of one consumer: first the dead letter, then the user's ``failed``.

    The caller acknowledges last.
    """

    def __init__(self, js: JetStreamContext, facts: Facts, consumer: Consumer) -> None:
        self._js = js
        self._facts = facts
        self._consumer = consumer

    async def bury(
        self, message: Msg, event: Fact | None, reason: str, error: BaseException
    ) -> None:
        """Publish the dead letter and then ``failed``.

        Doing it twice changes nothing (message ids).

        Raises:
            UnavailableError: Not acknowledged; the message must come again.
        """
        identity = _identity(message, event)
        seq = message.metadata.sequence.stream
        consumer = self._consumer.durable
        letter = await publish(
            self._js,
            f"dead.{consumer}.{identity['export_id'] if identity else 'unknown'}",
            message.data,
            {
                **_own_headers(message),
                **self._headers(message, reason, error),
                "Nats-Msg-Id": f"dead:EXPORTS:{consumer}:{seq}",
            },
            patience_s=20.0,
        )
        metrics.DEAD_LETTERS.labels(consumer, reason).inc()
        if identity is None:
            return
        failure = Failure(
            code=reason,
            message=f"The export could not be made. Tell the operators: dead letter {letter.seq}.",
        )
        await self._facts.publish(
            ExportFailed(
                **identity, stage=self._consumer.stage, error=failure, dead_letter=str(letter.seq)
            )
        )

    def _headers(self, message: Msg, reason: str, error: BaseException) -> dict[str, str]:
        stack = "".join(traceback.format_exception(error))[-HEADER_BYTES:]
        return {
            "Aethel-Subject": message.subject,
            "Aethel-Stream-Seq": str(message.metadata.sequence.stream),
            "Aethel-Reason": reason,
            "Aethel-Error": _header(repr(error)),
            "Aethel-Stack": _header(stack),
            "Aethel-Deliveries": str(message.metadata.num_delivered),
            "Aethel-Worker": f"{self._consumer.worker}@{socket.gethostname()}",
            "Aethel-First-At": message.metadata.timestamp.isoformat(),
            "Aethel-Last-At": now().isoformat(),
        }


def _own_headers(message: Msg) -> dict[str, str]:
    return {k: v for k, v in (message.headers or {}).items() if not k.startswith("Nats-")}


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

    export_id: str = msgspec.field(name="Aethel-Export-Id")
    project_id: str = msgspec.field(name="Aethel-Project-Id")
    user_id: str = msgspec.field(name="Aethel-User-Id")
    generation: int = msgspec.field(name="Aethel-Generation")


def _identity(message: Msg, event: Fact | None) -> dict[str, Any] | None:
    if event is not None:
        return event.identity
    try:
        found = msgspec.convert(message.headers or {}, _Identity, strict=False)
    except msgspec.ValidationError:
        return None
    return {**msgspec.structs.asdict(found), "platform": message.subject.split(".")[2]}

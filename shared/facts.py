"""Publishing and reading facts: the stream ``EXPORTS`` as the code sees it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError, ServiceUnavailableError

from shared import events
from shared.errors import UnavailableError
from shared.streams import EXPORTS

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.events import AnyFact, Fact

PUBLISH_TIMEOUT_S: Final = 5.0
_STREAM_FULL: Final = {10047, 10077}  # JSStorageResourcesExceeded, JSStreamStoreFailed


class NatsUnavailableError(UnavailableError):
    """NATS is away, has no leader, or its store is full."""

    code = "nats-unavailable"
    title = "The message stream cannot be reached"


class Published(msgspec.Struct, frozen=True):
    """The stream's word: at which sequence, and whether the same message id was there before."""

    seq: int
    duplicate: bool


class Facts:
    """The stream of facts. Publishing the same fact again is harmless: its message id tells."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def publish(self, fact: Fact, *, patience_s: float = 20.0) -> Published:
        """Publish and await the acknowledgement.

        Trying again with the same message id while the servers are away.

        Raises:
            NatsUnavailableError: Not acknowledged within ``patience_s``; it may be in the
                stream all the same.
        """
        return await publish(
            self._js,
            fact.subject,
            events.encode(fact),
            {
                "Nats-Msg-Id": fact.message_id,
                "Aethel-Export-Id": fact.export_id,
                "Aethel-Project-Id": fact.project_id,
                "Aethel-User-Id": fact.user_id.encode("ascii", "backslashreplace").decode(),
                "Aethel-Generation": str(fact.generation),
            },
            patience_s=patience_s,
        )

    async def last(self, export_id: str) -> tuple[int, AnyFact] | None:
        """The newest fact of an export with its sequence, from the stream's leader."""
        try:
            found = await self._js.get_msg(EXPORTS, subject=f"exports.*.*.{export_id}")
        except NotFoundError:
            return None
        return (found.seq or 0), events.decode(found.data or b"")

    async def of(self, export_id: str) -> list[tuple[int, AnyFact]]:
        """Every fact of an export in stream order; one that cannot be decoded is left out."""
        facts: list[tuple[int, AnyFact]] = []
        seq = 1
        while True:
            try:
                found = await self._js.get_msg(
                    EXPORTS, seq=seq, subject=f"exports.*.*.{export_id}", next=True
                )
            except NotFoundError:
                return facts
            seq = (found.seq or 0) + 1
            try:
                facts.append((seq - 1, events.decode(found.data or b"")))
            except msgspec.MsgspecError:
                continue


async def publish(
    js: JetStreamContext,
    subject: str,
    payload: bytes,
    headers: dict[str, str],
    *,
    patience_s: float,
) -> Published:
    """Publish to any stream with a message id, patiently (see :meth:`Facts.publish`)."""
    deadline = asyncio.get_running_loop().time() + patience_s
    delay_s = 0.05
    while True:
        try:
            ack = await js.publish(
                subject, payload, timeout=PUBLISH_TIMEOUT_S, headers=dict(headers)
            )
            return Published(ack.seq, bool(ack.duplicate))
        except (nats.errors.Error, NoStreamResponseError, APIError, TimeoutError, OSError) as error:
            if not transient(error) or asyncio.get_running_loop().time() + delay_s > deadline:
                raise NatsUnavailableError(
                    f"the stream did not acknowledge {subject}: {error!r}"
                ) from error
        await asyncio.sleep(delay_s)
        delay_s = min(delay_s * 2, 2.0)


def transient(error: BaseException) -> bool:
    """Whether waiting may help: no leader, reconnecting, a time-out.

    Not a stream that is full or a wrong request.
    """
    if isinstance(error, APIError) and not isinstance(error, ServiceUnavailableError):
        return False
    if isinstance(error, APIError):
        return error.err_code not in _STREAM_FULL
    return not isinstance(error, nats.errors.MaxPayloadError)

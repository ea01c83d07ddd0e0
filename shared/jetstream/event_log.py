"""Publishing and reading events: the stream ``EXPORTS`` as the code sees it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

import msgspec
import nats.errors
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from shared.domain.events import decode_event, encode_event
from shared.errors import UnavailableError
from shared.jetstream.topology import EXPORTS

if TYPE_CHECKING:
    from nats.js import JetStreamContext, api

    from shared.domain.events import AnyEvent, Event

PUBLISH_TIMEOUT_S: Final = 5.0
AWAY: Final = (nats.errors.Error, TimeoutError, OSError)  # JetStream's own errors are among them
# JSInsufficientResources, JSStorageResourcesExceeded, JSStreamStoreFailed
_STREAM_FULL: Final = {10023, 10047, 10077}


NO_STREAM: Final = 10059  # JSStreamNotFoundErr of nats-server


class NatsUnavailableError(UnavailableError):
    """NATS is away, has no leader, or its store is full."""

    code = "nats-unavailable"
    title = "The message stream cannot be reached"


class Published(msgspec.Struct, frozen=True):
    """The stream's word: at which sequence, and whether the same message id was there before."""

    seq: int
    duplicate: bool


class EventLog:
    """The stream of events. Publishing the same event again is harmless: its message id tells."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def publish(
        self, event: Event, *, patience_s: float = 20.0, message_id: str | None = None
    ) -> Published:
        """Publish and await the acknowledgement.

        Trying again with the same message id (the event's own where none is given) while the
        servers are away.

        Raises:
            NatsUnavailableError: Not acknowledged within ``patience_s``; it may be in the
                stream all the same.
        """
        return await publish(
            self._js,
            event.subject,
            encode_event(event),
            {
                "Nats-Msg-Id": message_id or event.message_id,
                "Aethel-Export-Id": event.export_id,
                "Aethel-Project-Id": event.project_id,
                "Aethel-User-Id": quote(event.user_id, safe="@|"),
                "Aethel-Generation": str(event.generation),
            },
            patience_s=patience_s,
        )

    async def publish_first(
        self, event: Event, *, patience_s: float = 20.0
    ) -> tuple[AnyEvent, int]:
        """Publish an event that others race for, and learn who was first.

        A duplicate alone says nothing: it may be our own, whose acknowledgement was lost.

        Returns:
            The event that the stream holds under this message id, and its sequence.
        """
        published = await self.publish(event, patience_s=patience_s)
        if not published.duplicate:
            return cast("AnyEvent", event), published.seq
        first = await self.message(published.seq)
        if first is None:
            raise NatsUnavailableError(f"{event.message_id} is known and cannot be read")
        return decode_event(first.data or b""), published.seq

    async def last_seq(self, export_id: str) -> int:
        """The sequence of an export's newest event, from the stream's leader; 0 without any."""
        found = await self._read(subject=f"exports.*.*.{export_id}")
        return (found.seq or 0) if found else 0

    async def last(self, export_id: str) -> tuple[int, AnyEvent] | None:
        """The newest event of an export with its sequence, from the stream's leader.

        Raises:
            NatsUnavailableError: The stream does not answer.
            msgspec.DecodeError: It is not an event that this version knows.
        """
        found = await self._read(subject=f"exports.*.*.{export_id}")
        return ((found.seq or 0), decode_event(found.data or b"")) if found else None

    async def of(self, export_id: str) -> list[tuple[int, AnyEvent]]:
        """Every event of an export in stream order; one that cannot be decoded is left out.

        One request for each event and one more, each a fraction of a millisecond however long the
        stream is.

        Raises:
            NatsUnavailableError: The stream does not answer.
        """
        events: list[tuple[int, AnyEvent]] = []
        seq = 1
        while found := await self._read(seq=seq, subject=f"exports.*.*.{export_id}", next=True):
            seq = (found.seq or 0) + 1
            with suppress(msgspec.MsgspecError):
                events.append((seq - 1, decode_event(found.data or b"")))
        return events

    async def message(self, seq: int) -> api.RawStreamMsg | None:
        """One message as it lies in the stream, None where it is gone.

        Raises:
            NatsUnavailableError: The stream does not answer.
        """
        return await self._read(seq=seq)

    async def _read(self, **which: Any) -> api.RawStreamMsg | None:
        return await read_message(self._js, EXPORTS, **which)


async def read_message(js: JetStreamContext, stream: str, **which: Any) -> api.RawStreamMsg | None:
    """One message from the stream's leader, None where there is none.

    Raises:
        NatsUnavailableError: The stream does not answer.
    """
    try:
        return await js.get_msg(stream, **which)
    except AWAY as error:
        if isinstance(error, NotFoundError) and not unrecovered(error):
            return None
        raise NatsUnavailableError(f"cannot read the stream {stream}: {error!r}") from error


def unrecovered(error: BaseException | None) -> bool:
    """Whether a whole stream is "not found": a server that has just started knows it in a moment.

    Taken for the absence of a message, a project would be gone until then.
    """
    # nats-py gives the error of a deleted key no code at all.
    return isinstance(error, NotFoundError) and getattr(error, "err_code", None) == NO_STREAM


async def publish(
    js: JetStreamContext,
    subject: str,
    payload: bytes,
    headers: dict[str, str],
    *,
    patience_s: float,
) -> Published:
    """Publish to any stream with a message id, patiently (see :meth:`EventLog.publish`)."""
    deadline = asyncio.get_running_loop().time() + patience_s
    delay_s = 0.05
    while True:
        try:
            ack = await js.publish(
                subject, payload, timeout=PUBLISH_TIMEOUT_S, headers=dict(headers)
            )
            return Published(ack.seq, bool(ack.duplicate))
        except AWAY as error:
            if not transient(error) or asyncio.get_running_loop().time() + delay_s > deadline:
                raise NatsUnavailableError(
                    f"the stream did not acknowledge {subject}: {str(error) or repr(error)}"
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

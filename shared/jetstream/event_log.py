"""Publishing and reading events: the stream ``EXPORTS`` as the code sees it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from shared.domain.events import (
    AnyEvent,
    ExportPackaged,
    ExportRequested,
    StartEvent,
    decode_event,
    encode_event,
)
from shared.jetstream.errors import NatsUnavailableError, overtaken
from shared.jetstream.publishing import Published, publish, read_message
from shared.jetstream.topology import EXPORTS, events_of
from shared.tracing.context import TraceContext, current

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nats.js import JetStreamContext, api

    from shared.domain.events import Event, TerminalEvent

STRAIGHT: Final = "Aethel-Straight"  # nothing but a start and one attempt came before


def is_straight(event: Event, headers: Mapping[str, str]) -> bool:
    """Whether an event's headers tell all that came before it in its generation."""
    starts = isinstance(event, ExportRequested) or (
        isinstance(event, ExportPackaged) and event.restart
    )
    return STRAIGHT in headers or (starts and headers.get("Nats-Msg-Id") == event.message_id)


class OvertakenError(Exception):
    """Something else has happened to an export meanwhile."""


class FirstEvent(msgspec.Struct, frozen=True):
    """What the stream holds under a message id that several publish.

    ``by_another``: somebody else has certainly published it. Otherwise it may have been us.
    """

    event: AnyEvent
    seq: int
    by_another: bool


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as it lies in the stream, and where in a trace it was published."""

    seq: int
    event: AnyEvent
    trace: TraceContext | None


class EventLog:
    """The stream ``EXPORTS``. Publishing an event again is harmless: it has the same message id."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def publish(
        self,
        event: Event,
        *,
        patience_s: float = 20.0,
        message_id: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Published:
        """Publish and await the acknowledgement.

        Trying again with the same message id (the event's own where none is given) while the
        servers are away. ``more`` are headers beside the usual ones.

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
                **_trace(event).headers,
                **(more or {}),
            },
            patience_s=patience_s,
        )

    async def publish_next(
        self, event: Event, after_seq: int, *, patience_s: float = 20.0, is_straight: bool = False
    ) -> int:
        """Publish an event, if nothing has happened to its export since the event ``after_seq``.

        Args:
            event: What happens next.
            after_seq: The sequence of the export's newest event, as far as is known.
            patience_s: As above.
            is_straight: Nothing but its start and one attempt came before, in its generation.

        Returns:
            Its sequence.

        Raises:
            OvertakenError: It was refused, or it is in the stream and the acknowledgement was lost.
            NatsUnavailableError: As above.
        """
        expected = {
            "Nats-Expected-Last-Subject-Sequence": str(after_seq),
            "Nats-Expected-Last-Subject-Sequence-Subject": events_of(event.export_id),
            **({STRAIGHT: "1"} if is_straight else {}),
        }
        try:
            published = await self.publish(event, patience_s=patience_s, more=expected)
        except NatsUnavailableError as error:
            if overtaken(error.__cause__):
                raise OvertakenError(event.message_id) from error
            raise
        if published.duplicate:
            raise OvertakenError(event.message_id)
        return published.seq

    async def publish_first(self, event: Event, *, patience_s: float = 20.0) -> FirstEvent:
        """Publish an event that others race for, and learn who was first.

        A duplicate alone says nothing: it may be our own, whose acknowledgement was lost.

        Raises:
            NatsUnavailableError: Not acknowledged within ``patience_s``; it may be in the
                stream all the same.
        """
        published = await self.publish(event, patience_s=patience_s)
        if not published.duplicate:
            return FirstEvent(cast("AnyEvent", event), published.seq, by_another=False)
        first = await self.message(published.seq)
        if first is None:
            raise NatsUnavailableError(f"{event.message_id} is known and cannot be read")
        found = decode_event(first.data or b"")
        by_another = published.first_try or found != event
        return FirstEvent(found, published.seq, by_another=by_another)

    async def trace_of(self, export_id: str) -> TraceContext:
        """Where an export's trace goes on: at whatever published its newest event.

        Raises:
            NatsUnavailableError: The stream does not answer.
        """
        newest = await self._read(subject=events_of(export_id))
        found = TraceContext.of_headers(newest.headers) if newest else None
        return found or TraceContext.of_id(export_id)

    async def last_seq(self, export_id: str) -> int:
        """The sequence of an export's newest event, from the stream's leader; 0 without any."""
        found = await self._read(subject=events_of(export_id))
        return (found.seq or 0) if found else 0

    async def last(self, export_id: str) -> tuple[int, AnyEvent] | None:
        """The newest event of an export with its sequence, from the stream's leader.

        Raises:
            NatsUnavailableError: The stream does not answer.
            msgspec.DecodeError: It is not an event that this version knows.
        """
        found = await self._read(subject=events_of(export_id))
        return ((found.seq or 0), decode_event(found.data or b"")) if found else None

    async def of(self, export_id: str) -> list[tuple[int, AnyEvent]]:
        """Every event of an export with its sequence, as :meth:`stored` reads them.

        Raises:
            NatsUnavailableError: The stream does not answer.
        """
        return [(one.seq, one.event) for one in await self.stored(export_id)]

    async def stored(self, export_id: str) -> list[StoredEvent]:
        """Every event of an export in stream order; one that cannot be decoded is left out.

        One request for each event and one more, each a fraction of a millisecond however long the
        stream is.

        Raises:
            NatsUnavailableError: The stream does not answer.
        """
        events: list[StoredEvent] = []
        seq = 1
        while found := await self._read(seq=seq, subject=events_of(export_id), next=True):
            seq = (found.seq or 0) + 1
            with suppress(msgspec.MsgspecError):
                event = decode_event(found.data or b"")
                events.append(StoredEvent(seq - 1, event, TraceContext.of_headers(found.headers)))
        return events

    async def terminal_event(self, event: Event) -> TerminalEvent | None:
        """How the generation of ``event`` ended, None where it has not: the first end counts.

        Raises:
            NatsUnavailableError: The stream does not answer.
        """
        ends = (found for _, found in await self.of(event.export_id) if found.terminal)
        mine = (end for end in ends if end.generation == event.generation)
        return cast("TerminalEvent | None", next(mine, None))

    async def message(self, seq: int) -> api.RawStreamMsg | None:
        """One message as it lies in the stream, None where it is gone.

        Raises:
            NatsUnavailableError: The stream does not answer.
        """
        return await self._read(seq=seq)

    async def _read(self, **which: Any) -> api.RawStreamMsg | None:
        return await read_message(self._js, EXPORTS, **which)


def _trace(event: Event) -> TraceContext:
    """Where this task is; a start that was kept for a repeated request stays in its own trace."""
    here = current() or TraceContext.of_id(event.export_id)
    if not isinstance(event, StartEvent) or event.trace_id in {UNSET, here.id}:
        return here
    own = TraceContext.of_id(str(event.trace_id))
    return msgspec.structs.replace(own, sampled=here.sampled)

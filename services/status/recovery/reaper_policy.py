"""Whether an export has stopped moving, and what is done about it: a pure decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import AttemptFailed, ExportPackaged, ExportRequested, TerminalEvent
from shared.jetstream.topology import UPLOADER, packager_durable
from shared.worker.retry import MAX_DELAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.events import AnyEvent

MAX_REQUEUES: Final = 3
NO_WORKER_AFTER: Final = timedelta(days=7)


class SequenceInfo(msgspec.Struct, frozen=True):
    """A consumer's position in its stream."""

    stream_seq: int


class ConsumerState(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer as the server tells it (``$JS.API.CONSUMER.INFO``), with the server's clock."""

    delivered: SequenceInfo
    ack_floor: SequenceInfo
    num_ack_pending: int
    num_waiting: int
    ts: datetime


class PendingMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The message that an export waits for."""

    event: ExportRequested | ExportPackaged
    seq: int
    durable: str
    times_queued: int


class KeepWaiting(msgspec.Struct, frozen=True):
    """The message is on its way: nothing is done."""


class Requeue(msgspec.Struct, frozen=True):
    """The message is gone: it is put into the stream once more."""


class GiveUp(msgspec.Struct, frozen=True):
    """The message was queued again and again, and is gone each time: it becomes a dead letter."""


class FailNoWorker(msgspec.Struct, frozen=True):
    """The export has waited too long for a worker: it ends."""


RecoveryAction = KeepWaiting | Requeue | GiveUp | FailNoWorker


def pending_message(events: Sequence[tuple[int, AnyEvent]]) -> PendingMessage | None:
    """The message that the newest generation waits for; None where it has ended."""
    generation = max(event.generation for _, event in events)
    mine = [(seq, event) for seq, event in events if event.generation == generation]
    if any(isinstance(event, TerminalEvent) for _, event in mine):
        return None
    for kind in (ExportPackaged, ExportRequested):
        queued = [(seq, event) for seq, event in mine if isinstance(event, kind)]
        if queued:
            seq, event = queued[-1]
            durable = UPLOADER if kind is ExportPackaged else packager_durable(event.platform)
            return PendingMessage(event=event, seq=seq, durable=durable, times_queued=len(queued))
    return None


def decide(
    pending: PendingMessage,
    newest: AnyEvent,
    consumer: ConsumerState,
    *,
    quiet_s: float,
    patience_s: float,
    attempt_s: float,
    last_moved: datetime,
) -> RecoveryAction:
    """What to do about an export of which nothing was heard for ``quiet_s``.

    Args:
        pending: The message it waits for.
        newest: Its newest event.
        consumer: That message's consumer.
        quiet_s: How long nothing was heard: neither an event nor progress, seconds.
        patience_s: How long that is nothing special.
        attempt_s: The longest one attempt may take.
        last_moved: When its newest event was stored, by the server's clock.
    """
    if consumer.ts - last_moved > NO_WORKER_AFTER:
        return FailNoWorker()
    delay_s = 0.0
    if isinstance(newest, AttemptFailed):
        delay_s = (newest.retry_at - newest.at).total_seconds()
    if quiet_s < patience_s + delay_s or pending.seq > consumer.delivered.stream_seq:
        return KeepWaiting()
    # It may be one of those that are in flight or wait for their next turn. Then it would be heard
    # of within an attempt and the longest delay, if workers stand idle.
    perhaps_in_flight = pending.seq > consumer.ack_floor.stream_seq and consumer.num_ack_pending > 0
    overdue = consumer.num_waiting > 0 and quiet_s >= attempt_s + MAX_DELAY_S + patience_s
    if perhaps_in_flight and not overdue:
        return KeepWaiting()
    return Requeue() if pending.times_queued <= MAX_REQUEUES else GiveUp()

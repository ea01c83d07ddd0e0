"""Reports of consumers and streams, as they are now: what metrics and operators are told.

Source:
    NATS documentation, "JetStream wire API": consumer info, stream info.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import now
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.publishing import read_message
from shared.jetstream.topology import (
    ADVISORIES,
    ADVISORY_CONSUMER,
    BUCKETS,
    CONSUMERS,
    EXPORTS,
    FILM_CONSUMER,
    FILMS,
    STREAMS,
)

if TYPE_CHECKING:
    from nats.js import JetStreamContext, api

# Every durable, by name, and the stream that it reads; every stream, buckets among them.
DURABLES: Final = {
    **{consumer.durable_name or "": EXPORTS for consumer in CONSUMERS},
    ADVISORY_CONSUMER.durable_name or "": ADVISORIES,
    FILM_CONSUMER.durable_name or "": FILMS,
}
ALL_STREAMS: Final = (
    *(stream.name or "" for stream in STREAMS),
    *(bucket.stream for bucket in BUCKETS),
)


class ConsumerReport(msgspec.Struct, frozen=True, kw_only=True):
    """A durable; ``acknowledged`` is the sequence up to which nothing is left to do."""

    durable: str
    pending: int
    in_flight: int
    redelivered: int
    acknowledged: int
    oldest_at: datetime | None  # of what is not acknowledged

    @property
    def oldest_s(self) -> float:
        """Age of the oldest message that is not acknowledged; 0 where there is none."""
        return max((now() - self.oldest_at).total_seconds(), 0.0) if self.oldest_at else 0.0


class StreamReport(msgspec.Struct, frozen=True, kw_only=True):
    """A stream, or a bucket."""

    name: str
    messages: int
    size_bytes: int
    fill: float  # how full, from 0 to 1; 0 where it has no limit


async def consumer_report(js: JetStreamContext, durable: str) -> ConsumerReport:
    """The report of a durable.

    Raises:
        NatsUnavailableError: It does not answer, or is not there.
    """
    return await report_of(js, await consumer_info(js, durable))


async def consumer_info(js: JetStreamContext, durable: str) -> api.ConsumerInfo:
    """What a durable says of itself.

    Raises:
        NatsUnavailableError: It does not answer, or is not there.
    """
    try:
        info: api.ConsumerInfo = await js.consumer_info(DURABLES[durable], durable)
    except AWAY as error:
        raise NatsUnavailableError(f"{durable} does not answer: {error!r}") from error
    return info


async def report_of(js: JetStreamContext, info: api.ConsumerInfo) -> ConsumerReport:
    """What a consumer's own word comes to: one more question where anything waits.

    Raises:
        NatsUnavailableError: Its stream does not answer.
    """
    floor = info.ack_floor.stream_seq if info.ack_floor else 0
    oldest_at = None
    if info.num_pending or info.num_ack_pending:
        subject = info.config.filter_subject or ">"
        oldest = await read_message(js, info.stream_name, seq=floor + 1, subject=subject, next=True)
        oldest_at = oldest.time if oldest else None
    return ConsumerReport(
        durable=info.name,
        pending=info.num_pending or 0,
        in_flight=info.num_ack_pending or 0,
        redelivered=info.num_redelivered or 0,
        acknowledged=floor,
        oldest_at=oldest_at,
    )


async def stream_report(js: JetStreamContext, name: str) -> StreamReport:
    """The report of a stream.

    Raises:
        NatsUnavailableError: It does not answer, or is not there.
    """
    try:
        info = await js.stream_info(name)
    except AWAY as error:
        raise NatsUnavailableError(f"{name} does not answer: {error!r}") from error
    most = info.config.max_bytes or 0
    return StreamReport(
        name=name,
        messages=info.state.messages,
        size_bytes=info.state.bytes,
        fill=info.state.bytes / most if most > 0 else 0.0,
    )

"""Streams and consumers, as any one of the status pods sees them: ask for ``max``, not ``sum``."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

PENDING: Final = Gauge(
    "export_consumer_pending", "Messages that wait to be delivered.", ["consumer"]
)
IN_FLIGHT: Final = Gauge(
    "export_consumer_in_flight", "Messages delivered and not acknowledged yet.", ["consumer"]
)
REDELIVERED: Final = Gauge(
    "export_consumer_redelivered", "Of those, messages delivered more than once.", ["consumer"]
)
OLDEST_SECONDS: Final = Gauge(
    "export_consumer_oldest_seconds",
    "Age of the oldest message that is not acknowledged, in seconds; 0 where there is none.",
    ["consumer"],
)
ACKNOWLEDGED: Final = Gauge(
    "export_consumer_acknowledged",
    "Sequence up to which a consumer has acknowledged everything; it stands still while it waits.",
    ["consumer"],
)
WORKERS: Final = Gauge(
    "export_workers", "Living workers, by the consumer that they work for.", ["consumer"]
)
STALLED: Final = Gauge(
    "export_consumer_stalled",
    "1 while a consumer gives nothing although messages and pulls wait, else 0.",
    ["consumer"],
)
STREAM_BYTES: Final = Gauge("export_stream_bytes", "Bytes in a stream or bucket.", ["stream"])
STREAM_MESSAGES: Final = Gauge(
    "export_stream_messages", "Messages in a stream or bucket.", ["stream"]
)
STREAM_FILL: Final = Gauge(
    "export_stream_fill_ratio",
    "How full a stream or bucket is that refuses what does not fit, from 0 to 1.",
    ["stream"],
)
LOOKED_AT: Final = Gauge(
    "export_streams_looked_at_timestamp_seconds",
    "When this process last saw all of the above, as Unix time.",
)

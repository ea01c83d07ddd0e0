"""What a process asks of NATS: how long it takes, what fails, and what it cannot send or read."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

CONNECTED: Final = Gauge("export_nats_connected", "1 while this process is connected, else 0.")
RECONNECTS: Final = Counter(
    "export_nats_reconnects_total", "Times that this process has come back to a server."
)
REQUEST_SECONDS: Final = Histogram(
    "export_nats_request_seconds",
    "Wall time of a request to JetStream that was answered, in seconds, by operation.",
    ["operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
ERRORS: Final = Counter(
    "export_nats_errors_total",
    "Requests to JetStream that were refused or not answered, by operation.",
    ["operation"],
)
CHATTER_DROPPED: Final = Counter(
    "export_chatter_dropped_total",
    "Progress or log messages that could not be published, by stream.",
    ["stream"],
)
CHATTER_BEHIND: Final = Gauge(
    "export_chatter_behind",
    "1 while this process cannot send progress or log lines to their stream in time, else 0.",
    ["stream"],
)
CHATTER_UNREADABLE: Final = Gauge(
    "export_chatter_unreadable",
    "1 while this process cannot read progress or log lines from their stream, else 0.",
    ["stream"],
)

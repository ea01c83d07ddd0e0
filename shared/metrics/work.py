"""The messages that workers handle: those of the packager and the uploader."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

HANDLED: Final = Counter(
    "export_messages_handled_total",
    "Messages that a consumer has finished with, by outcome.",
    ["consumer", "outcome"],
)
HANDLE_SECONDS: Final = Histogram(
    "export_message_handle_seconds",
    "Wall time of one handler call, in seconds.",
    ["consumer"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900, 3_600),  # milliseconds to an hour
)
IN_HAND: Final = Gauge(
    "export_messages_in_hand", "Messages that this process works on at this moment.", ["consumer"]
)
BREAKER_OPEN: Final = Gauge(
    "export_breaker_open",
    "1 while a consumer takes no work: most projects fail of one cause, or a server is away.",
    ["consumer"],
)
OUT_OF_TURN: Final = Counter(
    "export_out_of_turn_total",
    "Exports taken before their message came, by consumer: a fair share for other users.",
    ["consumer"],
)

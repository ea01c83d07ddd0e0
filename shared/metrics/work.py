"""The messages that workers handle: packager, uploader, and who finishes what they left."""

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
DEAD_LETTERS: Final = Counter(
    "export_dead_letters_total",
    "Messages that became dead letters, by consumer and reason.",
    ["consumer", "reason"],
)
DEAD_LETTERS_OWED: Final = Counter(
    "export_dead_letters_owed_total",
    "Dead letters that could not be written yet: their stream is missing or full.",
    ["consumer"],
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
SIGNING_EXPIRES: Final = Gauge(
    "export_signing_certificate_expiry_timestamp_seconds",
    "When the certificate of a signing key ends, as Unix time, by platform and the key's name.",
    ["platform", "key"],
)

"""All metrics of all services, with their meaning and unit."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram, Info

BUILD: Final = Info("aethel_build", "The service of this process, and the version that it runs.")
HANDLED: Final = Counter(
    "export_messages_handled_total",
    "Messages that a consumer has finished with, by outcome.",
    ["consumer", "outcome"],
)
HANDLE_SECONDS: Final = Histogram(
    "export_message_handle_seconds",
    "Wall time of one handler call, in seconds.",
    ["consumer"],
    buckets=(0.01, 0.1, 1, 5, 15, 60, 300, 900),  # packaging runs from milliseconds to minutes
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
WORKERS_LOST: Final = Counter(
    "export_workers_lost_total", "Attempts whose worker died, by consumer.", ["consumer"]
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
REAPED: Final = Counter(
    "export_reaped_total",
    "Exports that had stopped moving, by what was done: requeued, failed.",
    ["outcome"],
)
PROGRESS_DROPPED: Final = Counter(
    "export_chatter_dropped_total", "Progress or log messages that could not be published."
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
ARTIFACT_BYTES: Final = Counter(
    "export_artifact_bytes_total", "Bytes of artifacts packed, by platform.", ["platform"]
)
CACHE_BYTES: Final = Gauge("export_blob_cache_bytes", "Bytes in the packager's blob cache on disk.")
CACHE_READS: Final = Counter(
    "export_blob_cache_reads_total",
    "Objects asked of the blob cache, by outcome: hit, miss.",
    ["outcome"],
)
PACKAGES: Final = Counter(
    "export_packages_total",
    "Packages that web projects asked for, by where they came from: hit (the cache), miss.",
    ["outcome"],
)
REQUESTS: Final = Counter(
    "export_http_requests_total",
    "HTTP requests answered, by route, method and status.",
    ["route", "method", "status"],
)
REQUEST_SECONDS: Final = Histogram(
    "export_http_request_seconds",
    "Wall time of an HTTP request, in seconds.",
    ["route", "method"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
)
UPLOADED_BYTES: Final = Counter(
    "export_project_bytes_received_total", "Bytes of project files received."
)
FOLDED: Final = Counter(
    "export_facts_folded_total", "Events folded into documents, by event.", ["fact"]
)
SOCKETS: Final = Gauge("export_websockets_open", "WebSockets open at this moment.")
SOCKET_MESSAGES: Final = Counter(
    "export_websocket_messages_total", "Messages sent to WebSocket clients."
)
SOCKET_CONFLATED: Final = Counter(
    "export_websocket_conflated_total",
    "Progress messages skipped because a newer one replaced them.",
)
SWEPT: Final = Counter(
    "export_swept_total",
    "Things that the sweeper removed, by kind: export, upload, artifact, object, project, link.",
    ["kind"],
)
STREAM_FILL: Final = Gauge(
    "export_stream_fill_ratio",
    "How full a stream or bucket is that refuses what does not fit, from 0 to 1.",
    ["stream"],
)
PREVIEW_REQUESTS: Final = Counter(
    "export_preview_requests_total", "Requests that play links were asked, by status.", ["status"]
)
PREVIEW_BYTES: Final = Counter(
    "export_preview_bytes_total", "Bytes of games that play links have sent."
)
PREVIEW_DIRECTORIES: Final = Counter(
    "export_preview_directory_reads_total",
    "Directories of artifacts that play links needed, by outcome: hit (in memory), miss.",
    ["outcome"],
)
CONSUMER_STALLED: Final = Gauge(
    "export_consumer_stalled",
    "1 while a consumer gives nothing although messages and pulls wait, else 0.",
    ["consumer"],
)
IDENTITY_KEY_FETCHES: Final = Counter(
    "export_identity_key_fetches_total",
    "Times that the identity provider was asked for its keys, by outcome: fetched, failed.",
    ["outcome"],
)

"""Requests to the gateway, and to play links."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

REQUESTS: Final = Counter(
    "export_http_requests_total",
    "HTTP requests answered, by route, method and status.",
    ["route", "method", "status"],
)
REQUEST_SECONDS: Final = Histogram(
    "export_http_request_seconds",
    "Wall time of an HTTP request, in seconds.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
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
QUOTA_REFUSED: Final = Counter(
    "export_quota_refused_total",
    "Requests refused because a limit was reached, by plan and limit.",
    ["plan", "limit"],
)
BUILD_MINUTES_RESERVED: Final = Counter(
    "export_build_minutes_reserved_total",
    "Build minutes set aside for exports that were accepted, by plan.",
    ["plan"],
)
IDENTITY_KEY_FETCHES: Final = Counter(
    "export_identity_key_fetches_total",
    "Times that the identity provider was asked for its keys, by outcome: fetched, failed.",
    ["outcome"],
)

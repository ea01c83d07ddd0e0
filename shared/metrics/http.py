"""Requests to the gateway, and the limits at which it refuses them."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

REQUESTS: Final = Counter(
    "export_http_requests_total",
    "HTTP requests answered, by route, method and status (4xx: one that the route does not name).",
    ["route", "method", "status"],
)
REQUEST_SECONDS: Final = Histogram(
    "export_http_request_seconds",
    "Wall time of an HTTP request, in seconds.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
PROJECT_BYTES: Final = Counter(
    "export_project_bytes_received_total", "Bytes of project files received."
)
QUOTA_REFUSED: Final = Counter(
    "export_quota_refused_total",
    "Requests refused because a limit was reached, by plan and limit.",
    ["plan", "limit"],
)
BUILD_SECONDS_RESERVED: Final = Counter(
    "export_build_seconds_reserved_total",
    "Build time set aside for exports that were accepted, in seconds, by plan.",
    ["plan"],
)

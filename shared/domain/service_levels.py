"""What is promised, in numbers: alerts, dashboards and ``docs/slo.md`` go by these.

Each bound is one of a histogram's buckets, so that what is counted is what is promised.
"""

from __future__ import annotations

from typing import Final

# Seconds from being accepted to the end, queue and retries included.
BUDGET_S: Final[dict[str, float]] = {
    "source": 120,
    "web": 300,
    "windows": 600,
    "macos": 600,
    "linux": 600,
    "android": 600,
    "ios": 600,
    "video": 3_600,
}
ENDS_IN_TIME: Final = 0.999  # of exports that were accepted
# How an export may end within its budget. One that failed by our fault has broken the promise.
KEPT_OUTCOMES: Final = ("completed", "refused", "canceled")

NEWS_S: Final = 0.1  # from an event's or progress' place in its stream to the sockets that watch
NEWS_IN_TIME: Final = 0.99

API_S: Final = 0.5  # of a request to the gateway
API_IN_TIME: Final = 0.99
# What machines ask, every few seconds: no user waits for it.
PROBE_ROUTES: Final = ("/livez", "/metrics", "/readyz")
# Routes that take as long as their client's line, or as what it asks to have unpacked.
SLOW_ROUTES: Final = (
    "/api/projects/{project_id}/blobs",
    "/api/projects/{project_id}/blobs/{sha256}",
    "/api/projects/{project_id}/files/{path}",
    "/api/projects/{project_id}/import",
    "/api/projects/{project_id}/snapshot",
)

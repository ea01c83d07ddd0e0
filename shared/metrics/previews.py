"""Play links: games as the gateway serves them on the preview origin."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

from shared.metrics.born import born

REQUESTS: Final = Counter(
    "export_preview_requests_total", "Requests that play links were asked, by status.", ["status"]
)
BYTES: Final = Counter("export_preview_bytes_total", "Bytes of games that play links have sent.")
DIRECTORIES: Final = Counter(
    "export_preview_directory_reads_total",
    "Directories of artifacts that play links needed, by outcome: hit (in memory), miss.",
    ["outcome"],
)

born(DIRECTORIES, outcome=("hit", "miss"))

"""What a process asks of the storage: how long it takes, what fails, how many bytes move."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

REQUEST_SECONDS: Final = Histogram(
    "export_storage_request_seconds",
    "Wall time of one S3 call with its repetitions, in seconds, by operation.",
    ["operation"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
ERRORS: Final = Counter(
    "export_storage_errors_total",
    "S3 calls that failed: the storage was away, refused, or had no such object.",
    ["operation", "kind"],
)
READ_BYTES: Final = Counter("export_storage_read_bytes_total", "Bytes read from the storage.")
WRITTEN_BYTES: Final = Counter("export_storage_written_bytes_total", "Bytes written to it.")

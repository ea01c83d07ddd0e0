"""What a process asks of the storage, what it keeps of it, and what the sweeper removes."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

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
PROJECT_BYTES: Final = Counter(
    "export_project_bytes_received_total", "Bytes of project files received."
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
SWEPT: Final = Counter(
    "export_swept_total",
    "Things that the sweeper removed, by kind: export, upload, artifact, object, project, link.",
    ["kind"],
)
SWEEPS: Final = Counter(
    "export_sweeps_total", "Passes of the sweeper, by outcome: done, failed, held.", ["outcome"]
)
SWEEP_SECONDS: Final = Gauge(
    "export_sweep_duration_seconds", "How long the newest whole pass took, in seconds."
)
SWEPT_AT: Final = Gauge(
    "export_sweep_timestamp_seconds",
    "When the newest pass that was not cut short began, as Unix time; at first, the process's own.",
)

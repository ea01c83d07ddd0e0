"""What a packager keeps on its disk: objects, packages, and what builds have made of files."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

from shared.metrics.born import born

CACHE_BYTES: Final = Gauge("export_blob_cache_bytes", "Bytes in the packager's blob cache on disk.")
CACHE_READS: Final = Counter(
    "export_blob_cache_reads_total",
    "Objects that exports need, once each, by whether the blob cache had them: hit, miss.",
    ["outcome"],
)
PACKAGES: Final = Counter(
    "export_packages_total",
    "Packages that web projects asked for, by where they came from: hit (the cache), miss.",
    ["outcome"],
)

DERIVED: Final = Counter(
    "export_derived_files_total",
    "Files that builds make of a project's, by whether an earlier export had made them: hit, miss.",
    ["outcome"],
)

born(CACHE_READS, outcome=("hit", "miss"))
born(PACKAGES, outcome=("hit", "miss"))
born(DERIVED, outcome=("hit", "miss"))

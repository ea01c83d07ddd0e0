"""The disks that a process works on: cache (of a packager), spool (of a gateway)."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

SIZE: Final = Gauge(
    "export_disk_bytes", "Size of the disk that a process works on, by what it is for.", ["disk"]
)
FREE: Final = Gauge(
    "export_disk_free_bytes", "What is free of it for the process, in bytes.", ["disk"]
)

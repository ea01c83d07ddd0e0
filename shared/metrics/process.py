"""What every process tells of itself."""

from __future__ import annotations

from typing import Final

from prometheus_client import Histogram, Info

BUILD: Final = Info("aethel_build", "The service of this process, and the version that it runs.")
LOOP_LAG_SECONDS: Final = Histogram(
    "export_event_loop_lag_seconds",
    "How much later than asked for the event loop woke a sleeper, in seconds.",
    buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5),
)

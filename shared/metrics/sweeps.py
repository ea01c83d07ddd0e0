"""The passes of the sweeper, which removes what nobody needs any more."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

SWEPT: Final = Counter(
    "export_swept_total",
    "Things that the sweeper removed, by kind: export, upload, artifact, object, film (a piece of "
    "one), project, link.",
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
    "When the newest whole pass of this process began, as Unix time; at first, the process itself.",
)

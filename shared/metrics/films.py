"""Films: what is shot, by slices, and what a frame takes."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

FRAMES: Final = Counter("export_film_frames_total", "Frames of films that were shot and stored.")
SLICES: Final = Counter(
    "export_film_slices_total",
    "Attempts at slices of films, by what came of them.",
    ["outcome"],
)
FRAME_SECONDS: Final = Histogram(
    "export_film_frame_seconds",
    "Wall time of one frame of a film, in seconds: that of its slice, by the slice's frames.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
FINISH_SECONDS: Final = Histogram(
    "export_film_finish_seconds",
    "Wall time of making one file of a film's slices and its sound, in seconds.",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900),
)

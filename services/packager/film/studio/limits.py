"""What one shot may use of the machine."""

from __future__ import annotations

from typing import Annotated

import msgspec

Bytes = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class StudioLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Of one shot: its browser with all processes, and our own beside it."""

    memory_bytes: Bytes = 4 << 30
    disk_bytes: Bytes = 8 << 30  # of its scratch folder, the result included
    file_bytes: Bytes = 8 << 30  # of each file
    files: Annotated[int, msgspec.Meta(ge=1)] = 20_000
    threads: Annotated[int, msgspec.Meta(ge=1)] = 1_000  # of all its processes; workers have some
    shot_s: Seconds = 1_800.0
    ready_s: Seconds = 120.0  # until the page is ready; on the way to a slice: without a step
    frame_s: Seconds = 120.0  # without a picture, or a step of the sound
    cpu_s: Annotated[int, msgspec.Meta(ge=1)] = 7_200  # of each process
    browsers: Annotated[int, msgspec.Meta(ge=1)] = 1  # at a time on this machine: they share it

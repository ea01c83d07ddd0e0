"""Ids of exports that were asked for at other times."""

from __future__ import annotations

import uuid_utils


def made_at(at_s: float) -> str:
    """An id as a gateway would make it then, seconds of Unix time."""
    time = f"{int(at_s * 1_000):012x}"
    return f"{time[:8]}-{time[8:]}-{str(uuid_utils.uuid7())[14:]}"

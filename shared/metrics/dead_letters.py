"""Messages that nobody could handle."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

DEAD_LETTERS: Final = Counter(
    "export_dead_letters_total",
    "Messages that became dead letters, by consumer and reason.",
    ["consumer", "reason"],
)
OWED: Final = Counter(
    "export_dead_letters_owed_total",
    "Dead letters that could not be written yet: their stream is missing or full.",
    ["consumer"],
)

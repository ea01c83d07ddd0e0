"""Makes all series of a metric at 0, and keeps labels within the values that are known."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from prometheus_client import Counter, Gauge, Histogram

OTHER: Final = "other"


def born(metric: Counter | Gauge | Histogram, **labels: Iterable[str]) -> None:
    """Make the series of every combination of these values, all labels of the metric."""
    for values in product(*labels.values()):
        metric.labels(**dict(zip(labels, values, strict=True)))


def known(value: str, values: Collection[str]) -> str:
    """The value where it is one of these, else ``other``: whoever sends it makes no series."""
    return value if value in values else OTHER

from __future__ import annotations

import pytest

from shared.domain.export_document import Eta
from shared.stores.build_times import KEPT, RecentBuilds


def test_only_the_latest_builds_count() -> None:
    """A release that builds faster is believed soon."""
    times = RecentBuilds()
    for _ in range(3 * KEPT):
        times = times.with_(100)
    for _ in range(KEPT):
        times = times.with_(1)
    assert times.seconds == (1.0,) * KEPT


@pytest.mark.parametrize(
    ("seconds", "turns", "eta"),
    [
        ((), 0, None),
        ((4,), 0, Eta(p50_s=4, p90_s=4)),
        ((4,), 2.5, Eta(p50_s=14, p90_s=14)),
        ((9, 1, 2, 3, 100), 0, Eta(p50_s=3, p90_s=100)),
        (tuple(range(1, 12)), 1, Eta(p50_s=12, p90_s=20)),
    ],
)
def test_an_estimate_is_the_median_and_the_90th_percentile(
    seconds: tuple[float, ...], turns: float, eta: Eta | None
) -> None:
    """Of one build, and once more for each turn that it waits."""
    assert RecentBuilds(seconds).eta(turns=turns) == eta

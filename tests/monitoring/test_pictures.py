from __future__ import annotations

import pytest

from monitoring.dashboards.panel import Unit
from monitoring.pictures.graph import SHOWN, colors
from monitoring.pictures.scales import text


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0025, Unit.SECONDS, "2.5 ms"),
        (90, Unit.SECONDS, "1.5 min"),
        (0, Unit.SECONDS, "0"),
        (0.999, Unit.SHARE, "99.9 %"),
        (1_500_000, Unit.BYTES_PER_S, "1.5 MB/s"),
        (12, Unit.BYTES, "12 B"),
        (12, Unit.PER_MINUTE, "12/min"),
        (2_000, Unit.COUNT, "2 k"),
    ],
)
def test_values_are_told_as_people_say_them(value: float, unit: Unit, shown: str) -> None:
    """With three digits and a unit."""
    assert text(value, unit) == shown


def test_a_name_has_its_color_on_every_graph() -> None:
    """Whatever stands beside it; and no two of one graph have the same."""
    assert colors(["web"]) == colors(["web", "linux"])[:1]
    assert len(set(colors([f"consumer-{number}" for number in range(SHOWN)]))) == SHOWN

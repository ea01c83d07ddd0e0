from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from monitoring.dashboards import DASHBOARDS
from monitoring.dashboards.panel import Unit
from monitoring.pictures import album
from monitoring.pictures.album import draw_all
from monitoring.pictures.diary import Event
from monitoring.pictures.scales import text
from monitoring.pictures.source import Source
from tests.monitoring.conftest import PACE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.own_prometheus import OwnPrometheus


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


@pytest.mark.asyncio(loop_scope="module")
async def test_every_dashboard_becomes_a_picture(
    witness: OwnPrometheus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the alerts; each has something to see on it."""
    monkeypatch.setattr(album, "STYLES", {"": "default"})
    now = time.time()
    source = Source(url=witness.url, begins=now - 60, ends=now, pace=PACE)
    events = [Event("something", now - 30, now - 20)]
    await asyncio.to_thread(draw_all, source, events, tmp_path)
    names = {f"dashboard-{dashboard.name}.png" for dashboard in DASHBOARDS} | {"alerts.png"}
    assert set(await asyncio.to_thread(os.listdir, tmp_path)) == names
    for name in names:
        with Image.open(tmp_path / name) as picture:
            assert picture.width == 1_540
            assert len(set(picture.convert("RGB").get_flattened_data())) > 50, name

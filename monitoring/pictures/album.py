"""Draws everything that there is to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitoring.dashboards import DASHBOARDS
from monitoring.pictures.sheet import sheet
from monitoring.pictures.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from monitoring.pictures.diary import Event
    from monitoring.pictures.source import Source


def draw_all(source: Source, events: Sequence[Event], folder: Path) -> None:
    """Every dashboard and the alerts."""
    folder.mkdir(parents=True, exist_ok=True)
    for dashboard in DASHBOARDS:
        sheet(dashboard, source, events, folder / f"dashboard-{dashboard.name}.png")
    timeline(source, events, folder / "alerts.png")

"""Draws everything that there is to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitoring.dashboards import DASHBOARDS
from monitoring.pictures.sheet import DARK, sheet
from monitoring.pictures.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from monitoring.pictures.diary import Event
    from monitoring.pictures.source import Source

STYLES: Final = {"": "default", "-dark": DARK}  # by the end of the file's name


def draw_all(source: Source, events: Sequence[Event], folder: Path) -> None:
    """Every dashboard and the alerts, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending, style in STYLES.items():
        for dashboard in DASHBOARDS:
            path = folder / f"dashboard-{dashboard.name}{ending}.png"
            sheet(dashboard, source, events, path, style)
        timeline(source, events, folder / f"alerts{ending}.png", style)

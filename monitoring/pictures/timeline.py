"""Draws when each alert was pending and firing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib import style as styles

from monitoring.dashboards.panel import Line
from monitoring.pictures.scales import SMALL
from monitoring.pictures.sheet import TEXT_STYLE, mark, new_figure, save

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from monitoring.pictures.diary import Event
    from monitoring.pictures.source import Source

ROW_IN: Final = 0.24
TOP_IN: Final = 1.1
STATES: Final = {"pending": ("#f2b134", 0.35), "firing": ("#d62728", 0.7)}  # colour, height
ALERTS: Final = Line('max by (alertname, alertstate) (ALERTS{alertname=~"Export.*"})', "")


def timeline(source: Source, events: Sequence[Event], path: Path) -> None:
    """A row for each alert, those that began first above; the others below."""
    found = source.series(ALERTS)
    began = {
        series.labels["alertname"]: min(
            other.minutes[0]
            for other in found
            if other.labels["alertname"] == series.labels["alertname"]
        )
        for series in found
    }
    seen = sorted(began, key=lambda name: (began[name], name))
    names = seen + [name for name in source.alerts() if name not in began]
    height = TOP_IN + ROW_IN * len(names) + 0.5
    with styles.context(TEXT_STYLE):
        about = "Thin: pending, the condition is true but not yet for long. Thick: firing."
        figure = new_figure(height, "Aethel Export: alerts", about, events)
        axes = figure.add_axes((0.2, 0.4 / height, 0.78, ROW_IN * len(names) / height))
        step = source.step_s / 60
        for series in found:
            color, thickness = STATES[series.labels["alertstate"]]
            row = names.index(series.labels["alertname"])
            spans = [(minute, step) for minute in series.minutes]
            axes.broken_barh(spans, (row - thickness / 2, thickness), facecolors=color, linewidth=0)
        axes.set_xlim(0, (source.ends - source.begins) / 60)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_yticks(range(len(names)), names, fontsize=SMALL)
        for label in axes.get_yticklabels()[len(seen) :]:
            label.set_alpha(0.45)
        axes.grid(alpha=0.25, linewidth=0.5)
        mark(axes, source, events, above=1.002)
        save(figure, path)

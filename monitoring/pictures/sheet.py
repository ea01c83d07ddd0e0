"""Draws a whole dashboard, as Grafana would place its panels."""

from __future__ import annotations

from io import BytesIO
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from matplotlib import style as styles
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from monitoring.pictures.graph import draw
from monitoring.pictures.scales import SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from monitoring.dashboards.panel import Dashboard, Panel
    from monitoring.pictures.diary import Event
    from monitoring.pictures.source import Source

WIDTH_IN: Final = 11.0
DPI: Final = 140
COLORS: Final = 256
SPACE: Final = "\xa0"  # where no line ends
GRAPH_IN: Final = 2.2
NUMBER_IN: Final = 0.85
HEADING_IN: Final = 0.3
TOP_IN: Final = 0.9
COLUMNS: Final = 24
LETTERS: Final = 195  # in a line of small ones
SIDE, GAP = 0.055, 0.055  # of the width
TEXT_STYLE: Final = {"font.family": "DejaVu Sans", "font.size": SMALL}


def sheet(of: Dashboard, source: Source, events: Sequence[Event], path: Path) -> None:
    """Draw it into a file."""
    rows = _rows(of)
    height = TOP_IN + sum(_height(row) for row in rows) + 0.2
    with styles.context(TEXT_STYLE):
        figure = new_figure(height, of.title, of.about, events)
        y = TOP_IN
        for row in rows:
            if isinstance(row, str):
                figure.text(
                    0.012, 1 - (y + 0.17) / height, source.filled(row), fontsize=10, weight="bold"
                )
            else:
                for axes, panel in _axes(figure, row, y / height, _height(row) / height):
                    draw(axes, panel, source)
                    if panel.kind != "number":
                        mark(axes, source, events)
            y += _height(row)
        save(figure, path)


def new_figure(height_in: float, title: str, about: str, events: Sequence[Event]) -> Figure:
    """An empty one with its heading."""
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI)
    FigureCanvasAgg(figure)
    figure.text(0.012, 1 - 0.26 / height_in, title, fontsize=14, weight="bold")
    figure.text(0.012, 1 - 0.47 / height_in, about, fontsize=9)
    told = ", ".join(
        f"{number} {event.name}".replace(" ", SPACE) for number, event in enumerate(events, 1)
    )
    if told:
        told = f"Across: minutes. Grey: what was done to it meanwhile, {told}."
    lines = "\n".join(wrap(told, LETTERS))
    figure.text(0.012, 1 - 0.57 / height_in, lines, fontsize=SMALL, va="top")
    return figure


def mark(axes: Axes, source: Source, events: Sequence[Event], *, above: float = 0.93) -> None:
    """Shade the times of events, with their numbers at that height of the axes."""
    for number, event in enumerate(events, 1):
        begins, ends = ((at - source.begins) / 60 for at in (event.begins, event.ends))
        axes.axvspan(begins, ends, color="grey", alpha=0.16, linewidth=0, zorder=0)
        axes.text(
            begins,
            above,
            f" {number}",
            transform=axes.get_xaxis_transform(),
            ha="left",
            va="bottom",
            fontsize=SMALL - 1.5,
            alpha=0.7,
        )


def save(figure: Figure, path: Path) -> None:
    """As a PNG with a palette, which is a third as large."""
    drawn = BytesIO()
    figure.savefig(drawn)
    with Image.open(drawn) as picture:
        picture.convert("RGB").quantize(COLORS).save(path, optimize=True)


def _rows(of: Dashboard) -> list[str | list[Panel]]:
    """Headings, and panels that stand beside each other; texts are for Grafana alone."""
    rows: list[str | list[Panel]] = []
    for section in of.sections:
        drawn = [panel for panel in section.panels if panel.kind != "text"]
        if not drawn:
            continue
        rows.append(section.title)
        used = COLUMNS
        for panel in drawn:
            if used + panel.width > COLUMNS:
                rows.append([])
                used = 0
            last = rows[-1]
            assert isinstance(last, list)  # noqa: S101 - the first panel of a section made it
            last.append(panel)
            used += panel.width
    return rows


def _height(row: str | list[Panel]) -> float:
    if isinstance(row, str):
        return HEADING_IN
    return NUMBER_IN if row[0].kind == "number" else GRAPH_IN


def _axes(figure: Figure, row: list[Panel], top: float, height: float) -> list[tuple[Axes, Panel]]:
    """Axes beside each other, with room below for a legend and at the side for numbers."""
    made = []
    x = 0
    is_number = row[0].kind == "number"
    for panel in row:
        left = x / COLUMNS + SIDE * (not is_number)
        width = panel.width / COLUMNS - (0 if is_number else GAP + 0.012)
        low, high = (0.0, 0.72) if is_number else (0.31, 0.9)
        bottom = 1 - top - height * (1 - low)
        made.append((figure.add_axes((left, bottom, width, height * (high - low))), panel))
        x += panel.width
    return made

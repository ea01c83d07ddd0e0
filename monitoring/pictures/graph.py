"""Draws one panel."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgspec
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from monitoring.dashboards.panel import Unit
from monitoring.pictures.scales import SMALL, scale, text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from monitoring.dashboards.panel import Panel
    from monitoring.pictures.source import Series, Source

SHOWN: Final = 8  # series with a name in the legend; a picture has no scroll bar
ROWS: Final = 4  # of the legend
LETTERS: Final = 7.4  # of it, for each of the 24 columns
LONGEST: Final = 38  # of a name
LIMIT_COLOR: Final = "#d62728"
GOOD_COLOR: Final = "#2ca02c"
PALETTE: Final = [to_hex(colormaps["tab20"](place)) for place in range(20)]


def _short(name: str) -> str:
    """Its end, where all of it has no room."""
    return name if len(name) <= LONGEST else f"…{name[1 - LONGEST :]}"


def draw(axes: Axes, panel: Panel, source: Source) -> None:
    """A panel of whichever kind."""
    if panel.kind == "number":
        _number(axes, panel, source)
    else:
        _graph(axes, panel, source)


def _number(axes: Axes, panel: Panel, source: Source) -> None:
    value = source.number(panel.lines[0])
    axes.set_axis_off()
    axes.set_title(panel.title, fontsize=SMALL + 1)
    color = None
    if value is not None and panel.limits:
        limit = panel.limits[0]
        is_bad = value < limit.value if limit.is_least else value >= limit.value
        color = LIMIT_COLOR if is_bad else GOOD_COLOR
    digits = 0 if panel.unit is Unit.COUNT else 4
    shown = "none" if value is None else text(round(value, digits), panel.unit)
    axes.text(0.5, 0.4, shown, ha="center", va="center", fontsize=19, color=color)


def _graph(axes: Axes, panel: Panel, source: Source) -> None:
    word = panel.unit.words
    axes.set_title(panel.title + f"  [{word}]" * bool(word), fontsize=SMALL + 1, loc="left")
    known = [series for line in panel.lines for series in source.series(line)]
    found = _few(known, panel)
    axes.set_xlim(0, (source.ends - source.begins) / 60)
    if panel.kind == "stacked":
        _stack(axes, found, source)
    else:
        for series, color in zip(found, colors([one.name for one in found]), strict=True):
            xs, ys = _with_gaps(series, 2.5 * source.step_s / 60)
            style = "steps-post" if panel.kind == "steps" else "default"
            axes.plot(
                xs,
                ys,
                label=_short(series.name),
                color=color,
                linewidth=1.1,
                marker=".",
                markersize=1.5,
                drawstyle=style,
            )
    _limits(axes, panel)
    scale(axes, panel)
    if found:
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.13),
            ncols=_columns(found, panel),
            fontsize=SMALL - 1,
            frameon=False,
            handlelength=1.2,
            columnspacing=1.2,
            borderaxespad=0,
            labelspacing=0.25,
        )
    else:
        said = "always 0" if known else "nothing of it has happened" if panel.quiet else "no data"
        axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", va="center", alpha=0.5)
        axes.set_yticks([])


def _columns(found: list[Series], panel: Panel) -> int:
    """As many names beside each other as fit."""
    longest = max(len(_short(series.name)) for series in found) + 5
    return max(1, min(len(found), int(panel.width * LETTERS / longest)))


def _few(found: list[Series], panel: Panel) -> list[Series]:
    """The largest; what remains is one series, or nothing where it was always 0."""
    moving = [series for series in found if any(series.values)]
    if panel.kind == "stacked" or len(found) > SHOWN:
        found = moving
    room = min(SHOWN, ROWS * _columns(found, panel)) if found else SHOWN
    if len(found) <= room:
        return found
    ranked = sorted(found, key=lambda series: max(series.values), reverse=True)
    rest = ranked[room - 1 :]
    together: dict[float, list[float]] = defaultdict(list)
    for series in rest:
        for minute, value in zip(series.minutes, series.values, strict=True):
            together[minute].append(value)
    unite = sum if panel.kind == "stacked" else max
    minutes = sorted(together)
    values = [unite(together[minute]) for minute in minutes]
    name = f"{len(rest)} more" + ("" if panel.kind == "stacked" else " (the largest)")
    named = sorted(ranked[: room - 1], key=lambda series: series.name)
    return [*named, msgspec.structs.replace(rest[0], name=name, minutes=minutes, values=values)]


def _stack(axes: Axes, found: list[Series], source: Source) -> None:
    if not found:
        return
    minutes = source.minutes
    rows = []
    for series in found:
        values = dict(zip(series.minutes, series.values, strict=True))
        rows.append([values.get(minute, 0.0) for minute in minutes])
    labels = [_short(series.name) for series in found]
    axes.stackplot(
        minutes,
        np.array(rows),
        labels=labels,
        colors=colors([one.name for one in found]),
        alpha=0.75,
        linewidth=0,
    )


def colors(names: list[str]) -> list[str]:
    """One for each name, on every graph; another where two of the same graph would share it."""
    taken: list[str] = []
    for name in names:
        first = crc32(name.encode())
        places = (PALETTE[(first + step) % len(PALETTE)] for step in range(len(PALETTE)))
        taken.append(next(color for color in places if color not in taken))
    return taken


def _with_gaps(series: Series, longest: float) -> tuple[list[float], list[float]]:
    """No line leads over a time of which nothing is known."""
    xs, ys = list(series.minutes[:1]), list(series.values[:1])
    points = zip(series.minutes, series.values, strict=True)
    for (before, _), (minute, value) in pairwise(points):
        if minute - before > longest:
            xs.append((minute + before) / 2)
            ys.append(float("nan"))
        xs.append(minute)
        ys.append(value)
    return xs, ys


def _limits(axes: Axes, panel: Panel) -> None:
    for limit in panel.limits:
        axes.axhline(limit.value, color=LIMIT_COLOR, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.text(
            0.995,
            limit.value,
            limit.name,
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="bottom",
            fontsize=SMALL - 1.5,
            color=LIMIT_COLOR,
        )

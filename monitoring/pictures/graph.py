"""Draws one panel."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from monitoring.dashboards.panel import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from monitoring.dashboards.panel import Panel
    from monitoring.pictures.source import Series, Source

SHOWN: Final = 8  # series with a name in the legend; a picture has no scroll bar
LIMIT_COLOR: Final = "#d62728"
GOOD_COLOR: Final = "#2ca02c"
SMALL: Final = 7.5
SECONDS: Final = ((3_600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"))
SIZES: Final = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""))
ENDINGS: Final = {
    Unit.PER_MINUTE: "/min",
    Unit.PER_SECOND: "/s",
    Unit.BYTES: "B",
    Unit.BYTES_PER_S: "B/s",
}


def text(value: float, unit: Unit) -> str:
    """A value as people write it."""
    if unit is Unit.SHARE:
        return f"{100 * value:.4g} %"
    if unit is Unit.SECONDS:
        size, name = next((s for s in SECONDS if abs(value) >= s[0]), SECONDS[-1])
        return f"{value / size:.3g} {name}" if value else "0"
    size, name = next((s for s in SIZES if abs(value) >= s[0]), SIZES[-1])
    ending = ENDINGS.get(unit, "")
    gap = " " if name or ending.startswith("B") else ""
    return f"{value / size:.3g}{gap}{name}{ending}" if value else "0"


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
    shown = "none" if value is None else text(round(value, 4), panel.unit)
    axes.text(0.5, 0.4, shown, ha="center", va="center", fontsize=19, color=color)


def _graph(axes: Axes, panel: Panel, source: Source) -> None:
    word = panel.unit.words
    axes.set_title(panel.title + f"  [{word}]" * bool(word), fontsize=SMALL + 1, loc="left")
    found = _few([series for line in panel.lines for series in source.series(line)], panel)
    axes.set_xlim(0, (source.ends - source.begins) / 60)
    if panel.kind == "stacked":
        _stack(axes, found)
    else:
        for series in found:
            xs, ys = _with_gaps(series, 2.5 * source.step_s / 60)
            style = "steps-post" if panel.kind == "steps" else "default"
            axes.plot(
                xs,
                ys,
                label=series.name,
                linewidth=1.1,
                marker=".",
                markersize=1.5,
                drawstyle=style,
            )
    _scale(axes, panel)
    _limits(axes, panel)
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
        said = "nothing of it has happened" if panel.quiet else "no data"
        axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", va="center", alpha=0.5)
        axes.set_yticks([])


def _columns(found: list[Series], panel: Panel) -> int:
    """As many names beside each other as fit."""
    longest = max(len(series.name) for series in found) + 4
    return max(1, min(len(found), int(panel.width * 6.2 / longest)))


def _few(found: list[Series], panel: Panel) -> list[Series]:
    """The largest; what remains is one series, or nothing where it was always 0."""
    moving = [series for series in found if any(series.values)]
    if panel.kind == "stacked" or len(found) > SHOWN:
        found = moving
    if len(found) <= SHOWN:
        return found
    ranked = sorted(found, key=lambda series: max(series.values), reverse=True)
    rest = ranked[SHOWN - 1 :]
    together: dict[float, list[float]] = defaultdict(list)
    for series in rest:
        for minute, value in zip(series.minutes, series.values, strict=True):
            together[minute].append(value)
    unite = sum if panel.kind == "stacked" else max
    minutes = sorted(together)
    values = [unite(together[minute]) for minute in minutes]
    name = f"{len(rest)} more" + ("" if panel.kind == "stacked" else " (the largest)")
    named = sorted(ranked[: SHOWN - 1], key=lambda series: series.name)
    return [*named, msgspec.structs.replace(rest[0], name=name, minutes=minutes, values=values)]


def _stack(axes: Axes, found: list[Series]) -> None:
    minutes = sorted({minute for series in found for minute in series.minutes})
    if not minutes:
        return
    rows = []
    for series in found:
        values = dict(zip(series.minutes, series.values, strict=True))
        rows.append([values.get(minute, 0.0) for minute in minutes])
    labels = [series.name for series in found]
    axes.stackplot(minutes, np.array(rows), labels=labels, alpha=0.75, linewidth=0)


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


def _scale(axes: Axes, panel: Panel) -> None:
    if panel.log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0, top=None if panel.most is None else 1.05 * panel.most)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=panel.kind == "steps"))
        if panel.most is None and axes.get_ylim()[1] < 1 and panel.unit is Unit.COUNT:
            axes.set_ylim(top=1)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: text(value, panel.unit)))
    axes.yaxis.set_minor_formatter(lambda *_: "")
    axes.tick_params(labelsize=SMALL - 0.5, length=2)
    axes.grid(alpha=0.25, linewidth=0.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


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

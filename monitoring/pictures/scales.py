"""Values and their scales, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from monitoring.dashboards.panel import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from monitoring.dashboards.panel import Panel

SMALL: Final = 7.5  # letters
SECONDS: Final = ((3_600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"))
TICKS: Final = 6
TIMES: Final = (1e-3, 1e-2, 0.1, 1.0, 10.0, 60.0, 600.0, 3_600.0)
STEPS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0)
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


def scale(axes: Axes, panel: Panel) -> None:
    """Give the axes of a panel round values, few of them."""
    if panel.log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=panel.least, top=None if panel.most is None else 1.05 * panel.most)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=panel.kind == "steps"))
        if panel.most is None and axes.get_ylim()[1] < 1 and panel.unit is Unit.COUNT:
            axes.set_ylim(top=1)
    if panel.unit is Unit.SECONDS:
        axes.yaxis.set_major_locator(FixedLocator(_times(axes, panel)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: text(value, panel.unit)))
    axes.yaxis.set_minor_formatter(lambda *_: "")
    axes.tick_params(labelsize=SMALL - 0.5, length=2)
    axes.grid(alpha=0.25, linewidth=0.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _times(axes: Axes, panel: Panel) -> list[float]:
    """Round times for a scale."""
    most = axes.get_ylim()[1]
    if panel.log:
        return list(TIMES)
    step = next((step for step in STEPS if most / step < TICKS), STEPS[-1])
    return [step * number for number in range(int(most / step) + 1)]

"""Writes ``docs/dashboards.md``: each dashboard with its picture and what its panels mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitoring.dashboards import DASHBOARDS

if TYPE_CHECKING:
    from monitoring.dashboards.panel import Dashboard, Panel

INTRODUCTION: Final = Path(__file__).with_name("introduction.md")


def document() -> str:
    """The page."""
    return "\n".join([INTRODUCTION.read_text(), *map(_dashboard, DASHBOARDS)])


def _dashboard(of: Dashboard) -> str:
    lines = [
        f"## {of.title.partition(': ')[2].capitalize()}",
        "",
        of.about,
        "",
        f"![{of.title}](images/dashboard-{of.name}.png)",
        "",
    ]
    lines += ["| panel | unit | what it means |", "|---|---|---|"]
    lines += [_row(panel) for panel in of.panels if panel.kind != "text"]
    return "\n".join([*lines, ""])


def _row(panel: Panel) -> str:
    return f"| {panel.title} | {panel.unit.words} | {panel.about} |"

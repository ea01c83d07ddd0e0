"""Writes dashboards as Grafana reads them.

Source:
    https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

from __future__ import annotations

import json
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, Final

from monitoring.dashboards.panel import Unit
from shared.domain.service_levels import BUDGET_S

if TYPE_CHECKING:
    from monitoring.dashboards.panel import Dashboard, Limit, Panel

SCHEMA: Final = 41  # Grafana 12; newer ones read it, and write their own
TAG: Final = "aethel-export"
GOOD, BAD = "green", "red"
SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS: Final = 24
TYPES: Final = {
    "lines": "timeseries",
    "stacked": "timeseries",
    "steps": "timeseries",
    "number": "stat",
    "text": "text",
}


def dashboard(of: Dashboard) -> str:
    """The content of its file."""
    content = {
        "uid": f"{TAG}-{of.name}",
        "title": of.title,
        "description": of.about,
        "tags": [TAG],
        "schemaVersion": SCHEMA,
        "editable": False,
        "graphTooltip": 1,  # one cross-hair over all panels
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "links": [_others()],
        "annotations": {"list": [_firing()]},
        "templating": {"list": _variables(of)},
        "panels": _panels(of),
    }
    return f"{json.dumps(content, indent=1, ensure_ascii=False)}\n"


def _others() -> dict[str, Any]:
    """The way from each of them to each other, with the time that is shown."""
    return {
        "type": "dashboards",
        "title": "Aethel Export",
        "tags": [TAG],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
    }


def _firing() -> dict[str, Any]:
    """Alerts that fire, on every graph; what to do is in the runbook under the alert's name."""
    return {
        "name": "Firing alerts (docs/runbook.md)",
        "datasource": SOURCE,
        "enable": True,
        "iconColor": BAD,
        "expr": 'ALERTS{alertname=~"Export.*", alertstate="firing"}',
        "titleFormat": "{{alertname}}",
        "textFormat": "docs/runbook.md, {{alertname}}",
        "step": "60s",
    }


def _variables(of: Dashboard) -> list[dict[str, Any]]:
    source = {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
    }
    platforms = list(BUDGET_S)
    platform = {
        "name": "platform",
        "label": "Platform",
        "type": "custom",
        "query": ", ".join(platforms),
        "current": {"text": platforms[1], "value": platforms[1]},
    }
    texts = [
        {"name": name, "label": label, "type": "textbox", "query": ""}
        for name, label in of.texts.items()
    ]
    return [source, *([platform] if of.has_platform else []), *texts]


def _panels(of: Dashboard) -> list[dict[str, Any]]:
    """From left to right, and from top to bottom; a heading before each section."""
    made: list[dict[str, Any]] = []
    y = 0
    for section in of.sections:
        made.append({"type": "row", "title": section.title, "collapsed": False, "panels": []})
        made[-1] |= {"id": len(made), "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}}
        y += 1
        x = height = 0
        for panel in section.panels:
            if x + panel.width > COLUMNS:
                x, y = 0, y + height
            place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
            made.append({**_panel(panel), "id": len(made) + 1, "gridPos": place})
            x, height = x + panel.width, panel.height
        y += height
    return made


def _panel(panel: Panel) -> dict[str, Any]:
    if panel.kind == "text":
        options = {"mode": "markdown", "content": panel.about}
        return {"type": "text", "title": panel.title, "options": options}
    return {
        "type": TYPES[panel.kind],
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "targets": [
            {
                "refId": ascii_uppercase[number],
                "datasource": SOURCE,
                "editorMode": "code",
                "expr": line.query,
                "legendFormat": line.legend,
                "range": panel.kind != "number",
                "instant": panel.kind == "number",
            }
            for number, line in enumerate(panel.lines)
        ],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _options(panel),
    }


def _field(panel: Panel) -> dict[str, Any]:
    top = {} if panel.most is None else {"max": panel.most}
    bottom = {} if panel.log else {"min": panel.least}
    field = {"unit": str(panel.unit), **bottom, **top, "thresholds": _thresholds(panel.limits)}
    if panel.kind == "number":
        digits = {"decimals": 0} if panel.unit is Unit.COUNT else {}
        return {**field, **digits, "color": {"mode": "thresholds"}}
    is_stacked = panel.kind == "stacked"
    return {
        **field,
        "color": {"mode": "palette-classic-by-name"},
        "custom": {
            "drawStyle": "line",
            "lineInterpolation": "stepAfter" if panel.kind == "steps" else "linear",
            "lineWidth": 1,
            "fillOpacity": 30 if is_stacked else 0,
            "stacking": {"mode": "normal" if is_stacked else "none", "group": "A"},
            "showPoints": "never",
            "scaleDistribution": {"type": "log", "log": 10} if panel.log else {"type": "linear"},
            "thresholdsStyle": {"mode": "dashed" if panel.limits else "off"},
        },
    }


def _thresholds(limits: tuple[Limit, ...]) -> dict[str, Any]:
    """Red from the limit on, or up to it."""
    base = BAD if any(limit.is_least for limit in limits) else GOOD
    steps = [{"color": GOOD if limit.is_least else BAD, "value": limit.value} for limit in limits]
    return {"mode": "absolute", "steps": [{"color": base, "value": None}, *steps]}


def _options(panel: Panel) -> dict[str, Any]:
    if panel.kind == "number":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value" if panel.limits else "none",
            "graphMode": "none",
        }
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import promql_parser
import pytest

from monitoring.__main__ import ROOT
from monitoring.alerts import GROUPS
from monitoring.dashboards import DASHBOARDS
from monitoring.dashboards.flow import MONTH
from monitoring.dashboards.panel import PLATFORM, RANGE, WINDOW, Dashboard
from monitoring.slo import RECORDINGS, SHORTEST
from tests.monitoring.test_rules import offered

each_dashboard = pytest.mark.parametrize(
    "dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name
)
ALERTS = {alert.name for group in GROUPS.values() for alert in group}
# What Prometheus, or prometheus_client, offers of every process.
OF_PROCESSES = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def filled(query: str) -> str:
    """A query without Grafana's variables."""
    of_a_month = query.replace(f"[{MONTH}d:{SHORTEST}]", "[5m:1s]")
    return of_a_month.replace(WINDOW, "10m").replace(RANGE, "3h").replace(PLATFORM, "web")


def _json(dashboard: Dashboard) -> Any:
    return json.loads((ROOT / f"monitoring/grafana/{dashboard.name}.json").read_text())


@each_dashboard
def test_queries_are_of_series_that_there_are(dashboard: Dashboard) -> None:
    """They are PromQL, and each line's legend is made of labels that the query keeps."""
    known = offered() | OF_PROCESSES | {"ALERTS"} | {recording.name for recording in RECORDINGS}
    for line in (line for panel in dashboard.panels for line in panel.lines):
        query = filled(line.query)
        promql_parser.parse(query)
        bare = re.sub(r'"[^"]*"|\[[^]]*\]|\{[^}]*\}', "", query)
        names = set(re.findall(r"\b(?:export_|aethel|process_|ALERTS)[a-z_0-9:]*", bare))
        assert names, query
        assert names <= known, names - known
        for label in re.findall(r"{{(\w+)}}", line.legend):
            assert label in ("slo", "instance", "disk") or re.search(
                rf"by \([^)]*\b{label}\b", query
            )


@each_dashboard
def test_alerts_that_panels_name_are_there(dashboard: Dashboard) -> None:
    """So that their sections of the runbook are."""
    for panel in dashboard.panels:
        said = " ".join([panel.about, *(limit.name for limit in panel.limits)])
        assert set(re.findall(r"\bExport[A-Z]\w+", said)) <= ALERTS


@each_dashboard
def test_panels_lie_beside_each_other(dashboard: Dashboard) -> None:
    """Within the 24 columns, none over another, each with an id of its own."""
    panels = _json(dashboard)["panels"]
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        assert (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        ), (one, other)
    ids = [panel["id"] for panel in panels]
    assert len(ids) == len(set(ids))


def test_addresses_are_different() -> None:
    """And stay: links of people lead there."""
    assert {_json(dashboard)["uid"] for dashboard in DASHBOARDS} == {
        *("aethel-export-flow", "aethel-export-workers"),
        *("aethel-export-one-export", "aethel-export-tenants"),
    }


@each_dashboard
def test_the_source_is_chosen(dashboard: Dashboard) -> None:
    """No panel names a data source of its own, and every variable of a query is there."""
    made = _json(dashboard)
    variables = {variable["name"] for variable in made["templating"]["list"]}
    for panel in made["panels"]:
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == panel["datasource"]["uid"] == "${datasource}"
            used = set(re.findall(r"\$(\w+)", target["expr"]))
            assert used <= variables | {"__rate_interval", "__range"}
    written = json.dumps([panel.get("options") for panel in made["panels"]])
    assert set(re.findall(r"\$\{(\w+)\}", written)) <= variables

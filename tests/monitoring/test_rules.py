from __future__ import annotations

import pkgutil
import re
import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Any

import promql_parser
import pytest
from prometheus_client import REGISTRY

from monitoring.__main__ import ROOT, files
from monitoring.alerts import GROUPS
from monitoring.pace import DAY_S, HOUR_S, Pace
from monitoring.rules import groups, plain
from monitoring.slo import OBJECTIVES, RECORDINGS
from shared import metrics
from shared.domain import service_levels as promised

if TYPE_CHECKING:
    from pathlib import Path

ALERTS = [alert for group in GROUPS.values() for alert in group]
RULES: list[dict[str, Any]] = [rule for group in groups()["groups"] for rule in group["rules"]]


def offered() -> set[str]:
    """Every series that the services may offer."""
    for module in pkgutil.iter_modules(metrics.__path__, "shared.metrics."):
        import_module(module.name)  # which registers them
    suffixes = {
        "counter": ("_total",),
        "histogram": ("_bucket", "_count", "_sum"),
        "info": ("_info",),
    }
    return {
        family.name + suffix
        for family in REGISTRY.collect()
        for suffix in suffixes.get(family.type, ("",))
    }


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_generated_is_checked_in(path: Path) -> None:
    """``python -m monitoring`` changes nothing."""
    assert path.read_text() == files()[path]


@pytest.mark.parametrize("factor", [1, 60])
def test_prometheus_takes_the_rules(tmp_path: Path, factor: float) -> None:
    """As they are, and with windows for tests."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(plain(Pace(factor)))
    done = subprocess.run(
        ["promtool", "check", "rules", "--lint=all", "--lint-fatal", rules],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_ask_for_metrics_that_exist() -> None:
    """Each expression is PromQL and names only what ``shared/metrics`` offers, or is recorded."""
    there = offered() | {recording.name for recording in RECORDINGS}
    assert RULES
    for rule in RULES:
        promql_parser.parse(rule["expr"])
        asked = set(re.findall(r"\b(?:export_|aethel)[\w:]+", rule["expr"]))
        assert asked
        assert asked <= there, rule


def test_the_runbook_has_a_section_for_each_alert() -> None:
    """Whoever is woken finds what it means and what to type; and no alert that is gone."""
    book = (ROOT / "docs/runbook.md").read_text()
    sections = re.findall(r"^### (Export\w+)\n\n(.+)", book, re.MULTILINE)
    assert [name for name, _ in sections] == [alert.name for alert in ALERTS]
    begun = {name: text.partition(".")[0].lower() for name, text in sections}
    assert begun == {alert.name: alert.severity for alert in ALERTS}


def test_documents_name_no_alert_that_is_gone() -> None:
    """In the pages for operators, such names are those of alerts."""
    for page in ("operations", "runbook", "security", "slo"):
        text = (ROOT / f"docs/{page}.md").read_text()
        assert set(re.findall(r"\bExport[A-Z]\w+", text)) <= {alert.name for alert in ALERTS}, page


def test_windows_shrink() -> None:
    """An hour of production is a minute of a test; a day is written as a day."""
    assert Pace().window(DAY_S) == "1d"
    assert Pace().window(90) == "90s"
    assert Pace(60).window(HOUR_S) == "1m"
    assert Pace(60).window(90) == "1500ms"
    assert Pace(60).seconds(HOUR_S) == "60"


def test_what_is_promised_is_what_is_asked_for() -> None:
    """Every platform by its own budget, and nothing of what takes as long as it is."""
    asked = {objective.name: objective.good("5m") for objective in OBJECTIVES}
    for platform, budget_s in promised.BUDGET_S.items():
        (bucket,) = re.findall(
            rf'le="([\d.]+)", platform=~"(?:\w+\|)*{platform}(?:\|\w+)*"', asked["exports"]
        )
        assert float(bucket) == budget_s
    (slow,) = set(re.findall(r'route!~"([^"]+)"', asked["api"]))
    uncounted = (*promised.SLOW_ROUTES, *promised.PROBE_ROUTES)
    assert [route for route in uncounted if not re.fullmatch(slow, route)] == []
    assert not re.fullmatch(slow, "/api/projects/{project_id}/export")

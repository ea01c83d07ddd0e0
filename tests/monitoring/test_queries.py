"""What dashboards and alerts ask, asked of a Prometheus that has seen a whole stack at work."""

from __future__ import annotations

import asyncio
import math
import os
import re
import time
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from monitoring.alerts import GROUPS
from monitoring.dashboards import DASHBOARDS
from monitoring.dashboards.one_export import ONE_EXPORT
from monitoring.pictures import album
from monitoring.pictures.album import draw_all
from monitoring.pictures.diary import Event
from monitoring.pictures.source import Source
from tests.monitoring.conftest import PACE
from tests.monitoring.test_dashboards import filled

if TYPE_CHECKING:
    from pathlib import Path

    from monitoring.dashboards.panel import Dashboard
    from tests.own_prometheus import OwnPrometheus

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Without an answer here, and why.
NEVER: Final = {
    'export_messages_in_hand{consumer=~"film-slices|packager-video"}': "the load has no films",
    "export_packages_total": "no project of the load names packages",
    "export_identity_key_fetches_total": "tokens are signed with JWT_SECRET alone",
    "export_signing_certificate_expiry_timestamp_seconds": "keys of the load have no certificate",
}
SELECTOR: Final = re.compile(r"\b(?:export_|aethel)[\w:]+(?:\{[^}]*\})?")
LOOK_S: Final = 0.5
LOOKS: Final = 240  # looks rather than seconds: while the machine stands still, nobody looks


async def _answered(prometheus: OwnPrometheus, queries: set[str]) -> None:
    """Ask again what has no answer yet, some of which is looked at now and then."""
    left = {query for query in queries if not any(name in query for name in NEVER)}
    for _ in range(LOOKS):
        for query in sorted(left):
            found = await asyncio.to_thread(prometheus.query, query)
            if any(math.isfinite(float(series["value"][1])) for series in found):
                left.discard(query)
        if not left:
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"no answer: {sorted(left)}")


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)
async def test_no_panel_is_empty(witness: OwnPrometheus, dashboard: Dashboard) -> None:
    """Every line of every panel has a value."""
    lines = (line for panel in dashboard.panels for line in panel.lines)
    await _answered(witness, {filled(line.query) for line in lines})


async def test_alerts_look_at_what_is_there(witness: OwnPrometheus) -> None:
    """Every expression is one for Prometheus, and every series that it names is there."""
    named: set[str] = set()
    for alert in (alert for group in GROUPS.values() for alert in group):
        expression = alert.expression(PACE)
        await asyncio.to_thread(witness.query, expression)  # raises where it is refused
        named |= set(SELECTOR.findall(expression))
    await _answered(witness, named)


async def test_nothing_is_left_out_without_need(witness: OwnPrometheus) -> None:
    """What is said to have no answer has none."""
    for name in NEVER:
        assert not await asyncio.to_thread(witness.query, f"{name} > 0"), name


async def test_prometheus_evaluates_every_rule(witness: OwnPrometheus) -> None:
    """None of them ends in an error."""
    groups = witness.ask("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rules
    assert {rule["health"] for rule in rules} == {"ok"}, rules


async def test_a_dashboard_becomes_a_picture(
    witness: OwnPrometheus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the alerts; both have something to see on them. All four would take too long."""
    monkeypatch.setattr(album, "DASHBOARDS", (ONE_EXPORT,))
    now = time.time()
    source = Source(url=witness.url, begins=now - 60, ends=now, pace=PACE)
    events = [Event("something", now - 30, now - 20)]
    await asyncio.to_thread(draw_all, source, events, tmp_path)
    names = {"dashboard-one-export.png", "alerts.png"}
    assert set(await asyncio.to_thread(os.listdir, tmp_path)) == names
    for name in names:
        with Image.open(tmp_path / name) as picture:
            assert picture.width == 1_540
            assert len(set(picture.convert("RGB").get_flattened_data())) > 20, name

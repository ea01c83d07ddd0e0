from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.monitoring.series import growing
from tests.monitoring.series import promtool as of_any

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 30  # in samples
promtool = partial(of_any, about="slo", every="2m")
FAST = {"ExportSloBurnFast": 1}
EXPORTS = "export_duration_seconds"
IN_TIME = f'{EXPORTS}_bucket{{le="300.0", platform="web", outcome="completed"}}'
COMPLETED = f'{EXPORTS}_count{{platform="web", outcome="completed"}}'
FAILED = f'{EXPORTS}_count{{platform="web", outcome="failed"}}'
FAILED_SOON = f'{EXPORTS}_bucket{{le="300.0", platform="web", outcome="failed"}}'


def _exports(*parts: tuple[float, int]) -> dict[str, str]:
    """A hundred exports a sample, of which so many are late or fail, for so many samples."""
    late = growing(*((100 - broken / 2, samples) for broken, samples in parts))
    return {
        IN_TIME: growing(*((100 - broken, samples) for broken, samples in parts)),
        COMPLETED: late,
        FAILED: growing(*((broken / 2, samples) for broken, samples in parts)),
        FAILED_SOON: growing(*((broken / 2, samples) for broken, samples in parts)),
    }


def test_exports_that_are_late_or_fail_soon_burn_the_budget(tmp_path: Path) -> None:
    """Two of a hundred: it fires within the hour, and ends soon after it is mended."""
    series = _exports((0, 2 * HOUR), (2, HOUR), (0, HOUR))
    fires = {"119m": {}, "130m": {}, "175m": FAST, "179m": FAST, "219m": {}, "239m": {}}
    promtool(tmp_path, series, fires, of="ExportSloBurnFast")


def test_a_few_for_hours_burn_it_too(tmp_path: Path) -> None:
    """Seven of a thousand: too few for the window of an hour, seen in that of six."""
    series = _exports((0, 6 * HOUR), (0.7, 7 * HOUR), (0, 2 * HOUR))
    fires = {"450m": {}, "770m": FAST, "850m": {}}
    promtool(tmp_path, series, fires, of="ExportSloBurnFast")


@pytest.mark.parametrize(("broken", "fires"), [(0.15, True), (0.05, False)])
def test_slightly_too_many_for_days_are_a_warning(
    tmp_path: Path, broken: float, *, fires: bool
) -> None:
    """Three of two thousand; half of what is allowed is none."""
    slow = {"ExportSloBurnSlow": 1} if fires else {}
    series = _exports((0, 6), (broken, 120))  # two samples an hour
    promtool(tmp_path, series, {"3h": {}, "60h": slow}, every="30m")


def test_one_failure_on_a_quiet_day_is_no_sign(tmp_path: Path) -> None:
    """Four of ten in an hour have other alerts; the budget is not what says so."""
    series = {
        IN_TIME: growing((0, HOUR), (0.1, HOUR), (0, HOUR)),
        COMPLETED: growing((0, HOUR), (0.1, HOUR), (0, HOUR)),
        FAILED: growing((0, 35), (1, 4), (0, 51)),
    }
    promtool(tmp_path, series, {"75m": {}, "100m": {}, "170m": {}})


@pytest.mark.parametrize(
    ("histogram", "labels", "fires"),
    [
        ("export_websocket_news_seconds", "", True),
        ("export_http_request_seconds", 'method="GET", route="/api/projects"', True),
        (
            "export_http_request_seconds",
            'method="PUT", route="/api/projects/{project_id}/blobs/{sha256}"',
            False,
        ),
    ],
)
def test_news_and_requests_that_are_late_burn_theirs(
    tmp_path: Path, histogram: str, labels: str, *, fires: bool
) -> None:
    """One in five; what takes as long as it is large is not counted."""
    all_of_them = growing((100, 2 * HOUR))
    more = f", {labels}" if labels else ""
    bound = "0.1" if "news" in histogram else "0.5"
    series = {
        f'{histogram}_bucket{{le="{bound}"{more}}}': growing((100, HOUR), (80, HOUR)),
        f'{histogram}_bucket{{le="+Inf"{more}}}': all_of_them,
        f"{histogram}_count{{{labels}}}": all_of_them,
    }
    fires_at = {"59m": {}, "118m": FAST if fires else {}}
    promtool(tmp_path, series, fires_at, of="ExportSloBurnFast")


def test_errors_that_come_soon_burn_the_budget_of_requests(tmp_path: Path) -> None:
    """One in five is refused with 503 in no time; probes that fail likewise are nobody's."""
    requests = 'export_http_requests_total{{route="{}", status="503"}}'
    seconds = 'export_http_request_seconds_{}route="{}", method="GET"}}'
    all_of_them = growing((100, 3 * HOUR))
    series = {
        seconds.format('bucket{le="0.5", ', "/api/projects"): all_of_them,
        seconds.format("count{", "/api/projects"): all_of_them,
        seconds.format('bucket{le="0.5", ', "/readyz"): all_of_them,
        seconds.format("count{", "/readyz"): all_of_them,
        requests.format("/readyz"): growing((0, HOUR), (90, HOUR), (0, HOUR)),
        requests.format("/api/projects"): growing((0, 2 * HOUR), (20, HOUR)),
    }
    promtool(tmp_path, series, {"59m": {}, "118m": {}, "178m": FAST}, of="ExportSloBurnFast")

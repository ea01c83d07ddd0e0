from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitoring.alerts import GROUPS
from tests.monitoring.series import growing, promtool

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("gateway", "packager", "status", "uploader")
UP, DOWN = 20, 2  # minutes: how long each process runs, and how long its restart takes
COUNTERS = {  # as much as each grows in a minute
    'export_completed_total{platform="web"}': 6,
    'export_failed_total{platform="web", reason="project"}': 1,
    'export_failed_total{platform="web", reason="dead-letter"}': 0,
    'export_dead_letters_total{consumer="packager-web", reason="exhausted"}': 0,
    'export_dead_letters_owed_total{consumer="packager-web"}': 0,
    'export_attempts_failed_total{platform="web", stage="build", cause="worker-lost"}': 0,
    'export_attempts_failed_total{platform="web", stage="build", cause="worker-stopping"}': 3,
    'export_reaped_total{outcome="requeued"}': 0,
    'export_duration_seconds_count{platform="web", outcome="completed"}': 6,
    'export_messages_handled_total{consumer="packager-web", outcome="done"}': 6,
    'export_fold_lag_seconds_bucket{le="0.1"}': 30,
    'export_fold_lag_seconds_bucket{le="+Inf"}': 30,
    'export_storage_errors_total{kind="unavailable", instance="packager"}': 0,
    'export_storage_request_seconds_count{instance="packager"}': 40,
    'export_http_requests_total{status="200"}': 100,
    'export_http_requests_total{status="503"}': 0,
    'export_http_request_seconds_bucket{method="GET", le="0.5"}': 100,
    'export_http_request_seconds_bucket{method="GET", le="+Inf"}': 100,
    'export_chatter_dropped_total{stream="LOGS"}': 0,
    'export_blob_cache_reads_total{outcome="hit"}': 50,
    'export_blob_cache_reads_total{outcome="miss"}': 10,
}
GAUGES = {
    "export_nats_connected": 1,
    'export_breaker_open{consumer="packager-web"}': 0,
    'export_consumer_stalled{consumer="packager-web"}': 0,
    'export_consumer_pending{consumer="packager-web"}': 3,
    'export_consumer_oldest_seconds{consumer="status"}': 0.1,
    'export_chatter_behind{stream="LOGS"}': 0,
    'export_chatter_unreadable{stream="LOGS"}': 0,
    'export_stream_fill_ratio{stream="EXPORTS"}': 0.5,
    'export_disk_free_bytes{disk="cache"}': 5e9,
    'export_disk_bytes{disk="cache"}': 1e10,
    'up{job="games/aethel-export"}': 1,
    **{f'aethel_build_info{{service="{name}"}}': 1 for name in SERVICES},
}


TIMESTAMPS = ("export_sweep_timestamp_seconds", "export_streams_looked_at_timestamp_seconds")
BETWEEN = f" _x{DOWN} "  # nothing is to be seen of a process that is not there


def _restarted(life: str) -> str:
    """Three lives of a process."""
    return BETWEEN.join([life] * 3)


def _always_now() -> str:
    """What was done at this moment, in each of them."""
    begins = (life * (UP + DOWN) * 60 for life in range(3))
    return BETWEEN.join(f"{begin}+60x{UP - 1}" for begin in begins)


@pytest.mark.parametrize("about", [name for name in GROUPS if name != "slo"])
def test_nothing_fires_while_all_is_well_and_everything_is_restarted(
    tmp_path: Path, about: str
) -> None:
    """Counters begin anew with each process; what was restarted is back within minutes."""
    series = {
        **{name: _restarted(growing((each, UP))) for name, each in COUNTERS.items()},
        **{name: _restarted(f"{value:g}x{UP - 1}") for name, value in GAUGES.items()},
        **{name: _always_now() for name in TIMESTAMPS},
        'export_consumer_acknowledged{consumer="packager-web"}': growing((6, 3 * UP + 2 * DOWN)),
    }
    fires: dict[str, dict[str, int]] = {f"{minute}m": {} for minute in range(3 * UP)}
    promtool(tmp_path, series, fires, about=about)


def test_a_burst_is_no_backlog_and_what_grows_is(tmp_path: Path) -> None:
    """Two hundred at once that become fewer; five a minute more than workers can do."""
    burst = f"0x19 {growing((200, 2), (-4, 50), (0, 10))}"
    name = 'export_consumer_pending{{consumer="packager-{}"}}'
    series = {
        name.format("web"): burst,
        name.format("linux"): f"0x9 {growing((5, 60))}",
        'export_messages_handled_total{consumer="packager-web", outcome="done"}': growing((4, 80)),
        'export_messages_handled_total{consumer="packager-linux", outcome="done"}': growing(
            (4, 80)
        ),
    }
    growing_one = {"ExportBacklogGrowing": 1}
    fires = {"25m": {}, "40m": growing_one, "60m": growing_one}
    promtool(tmp_path, series, fires, about="consumers")


def test_nothing_finishes(tmp_path: Path) -> None:
    """Work that comes again and again is not finished; a long job while others end is no fault."""
    waits = 'export_consumer_pending{{consumer="packager-{}"}}'
    handled = 'export_messages_handled_total{{consumer="packager-{}", outcome="{}"}}'
    series = {
        waits.format("web"): "3x60",
        handled.format("web", "retry"): growing((2, 60)),
        handled.format("web", "done"): "0x60",
        'export_consumer_acknowledged{consumer="packager-web"}': "17x60",
        waits.format("linux"): "3x60",
        handled.format("linux", "done"): growing((1, 60)),
        'export_consumer_acknowledged{consumer="packager-linux"}': "17x60",
        waits.format("macos"): "3x60",  # its worker has died, and counts no more
        'export_consumer_acknowledged{consumer="packager-macos"}': growing((1, 20)) + " 20x40",
    }
    fires = {
        "8m": {},
        "12m": {"ExportNothingFinishes": 1},
        "50m": {"ExportNothingFinishes": 2},
    }
    promtool(tmp_path, series, fires, about="consumers")


def test_caches_that_do_not_help(tmp_path: Path) -> None:
    """For six hours; the first hour of a new cache is none of its faults."""
    reads = 'export_blob_cache_reads_total{{outcome="{}"}}'
    series = {
        reads.format("hit"): growing((1, 500)),
        reads.format("miss"): growing((50, 500)),
        **{f'aethel_build_info{{service="{name}"}}': "1x500" for name in SERVICES},
    }
    fires = {"300m": {}, "400m": {"ExportCacheUseless": 1}}
    promtool(tmp_path, series, fires, about="servers")


def test_the_only_status_pod_may_be_restarted(tmp_path: Path) -> None:
    """What came meanwhile is folded some seconds late; a minute is too much."""
    bucket = 'export_fold_lag_seconds_bucket{{le="{}"}}'
    series = {
        bucket.format("0.1"): growing((30, 20), (0, 20), (30, 20)),
        bucket.format("30.0"): growing((30, 30), (0, 10), (30, 20)),  # late by seconds at first
        bucket.format("300.0"): growing((30, 60)),
        bucket.format("+Inf"): growing((30, 60)),
    }
    fires = {"28m": {}, "38m": {"ExportFoldLate": 1}, "55m": {}}
    promtool(tmp_path, series, fires, about="consumers")

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitoring.alerts import GROUPS
from shared.domain.failure_codes import DEAD_LETTER_REASONS, UNPLACED
from tests.monitoring.series import growing, promtool

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("gateway", "packager", "status", "uploader")
UP, DOWN = 20, 2  # minutes: how long each process runs, and how long its restart takes
COUNTERS = {  # as much as each grows in a minute
    'export_completed_total{platform="web"}': 6,
    'export_failed_total{platform="web", reason="project"}': 1,
    **{
        f'export_failed_total{{platform="web", reason="{reason}"}}': 0
        for reason in DEAD_LETTER_REASONS | UNPLACED
    },
    **{
        f'export_dead_letters_total{{consumer="packager-web", reason="{reason}"}}': 0
        for reason in DEAD_LETTER_REASONS
    },
    'export_sweeps_total{outcome="done"}': 0.2,
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
    'export_http_requests_total{route="/readyz", status="503"}': 60,  # nobody else asks
    'export_http_request_seconds_bucket{method="GET", route="/readyz", le="+Inf"}': 60,
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
    'export_workers{consumer="packager-web"}': 1,
    'export_consumer_oldest_seconds{consumer="packager-web"}': 200,
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
    promtool(tmp_path, series, fires, about="consumers", of="ExportBacklogGrowing")


def test_nothing_finishes(tmp_path: Path) -> None:
    """Work that comes again and again is not finished; a long job while others end is no fault."""
    waits = 'export_consumer_pending{{consumer="packager-{}"}}'
    handled = 'export_messages_handled_total{{consumer="packager-{}", outcome="{}"}}'
    series = {
        waits.format("web"): "3x80",
        handled.format("web", "retry"): growing((2, 80)),
        handled.format("web", "done"): "0x80",
        'export_consumer_acknowledged{consumer="packager-web"}': "17x80",
        waits.format("linux"): "3x80",
        handled.format("linux", "done"): growing((1, 80)),
        'export_consumer_acknowledged{consumer="packager-linux"}': "17x80",
        waits.format("macos"): "3x80",  # its worker has died, and counts no more
        'export_consumer_acknowledged{consumer="packager-macos"}': growing((1, 20)) + " 20x60",
        waits.format("windows"): "3x80",  # one worker, and builds of a quarter of an hour
        handled.format("windows", "done"): " ".join(f"{build}x14" for build in range(5)),
        'export_consumer_pending{consumer="film-slices"}': "3x80",  # one browser, and a long slice
        'export_messages_in_hand{consumer="film-slices"}': "1x80",
    }
    fires = {
        "18m": {},
        "23m": {"ExportNothingFinishes": 1},
        "60m": {"ExportNothingFinishes": 2},
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


def test_folds_that_are_late(tmp_path: Path) -> None:
    """By more than five seconds, for minutes: a restart of the only status pod is no sign."""
    bucket = 'export_fold_lag_seconds_bucket{{le="{}"}}'
    series = {
        bucket.format("0.1"): growing((300, 20), (270, 1), (300, 19), (270, 20), (300, 20)),
        bucket.format("5.0"): growing((300, 20), (299, 1), (300, 19), (270, 20), (300, 20)),
        bucket.format("30.0"): growing((300, 80)),
        bucket.format("+Inf"): growing((300, 80)),
    }
    late = {"ExportFoldLate": 1}
    fires: dict[str, dict[str, int]] = {f"{minute}m": {} for minute in range(19, 40)}
    fires |= {"46m": late, "58m": late, "68m": {}}
    promtool(tmp_path, series, fires, about="consumers")


def test_one_event_that_comes_again_is_no_late_fold(tmp_path: Path) -> None:
    """Its pod died, and nothing else happens: it waits for half a minute."""
    bucket = 'export_fold_lag_seconds_bucket{{le="{}"}}'
    series = {
        bucket.format("5.0"): "0x30",
        bucket.format("300.0"): "0x9 1x20",
        bucket.format("+Inf"): "0x9 1x20",
        'export_consumer_oldest_seconds{consumer="status"}': "0x8 30 0x20",
    }
    promtool(tmp_path, series, {f"{at}m": {} for at in range(30)}, about="consumers")


def test_the_fold_stands_still(tmp_path: Path) -> None:
    """No event is folded, so none is folded late; the oldest that waits says so."""
    series = {'export_consumer_oldest_seconds{consumer="status"}': "0x9 0+60x10 0x9"}
    fires = {"10m": {}, "15m": {"ExportFoldLate": 1}, "24m": {}}
    promtool(tmp_path, series, fires, about="consumers")


def test_a_backlog_that_stands(tmp_path: Path) -> None:
    """It does not grow, and its oldest job is older than its export may take."""
    oldest = 'export_consumer_oldest_seconds{{consumer="{}"}}'
    pending = 'export_consumer_pending{{consumer="{}"}}'
    series = {
        oldest.format("packager-web"): "310x60",
        pending.format("packager-web"): "200x60",
        'export_messages_handled_total{consumer="packager-web", outcome="done"}': growing((1, 60)),
        oldest.format("packager-linux"): "310x60",  # it may take so long
        pending.format("packager-linux"): "200x60",
        'export_messages_handled_total{consumer="packager-linux", outcome="done"}': growing(
            (1, 60)
        ),
        oldest.format("packager-macos"): "900x60",  # one build; nothing waits for it
        pending.format("packager-macos"): "0x60",
        oldest.format("uploader"): "130x60",
        pending.format("uploader"): "2x60",
        'export_messages_handled_total{consumer="uploader", outcome="done"}': growing((1, 60)),
        oldest.format("film-slices"): "3700x60",  # with one film alone in hand that would be none
        pending.format("film-slices"): "2x60",
        'export_messages_handled_total{consumer="film-slices", outcome="done"}': growing((1, 60)),
    }
    fires = {"8m": {}, "12m": {"ExportBacklogOld": 3}, "50m": {"ExportBacklogOld": 3}}
    promtool(tmp_path, series, fires, about="consumers")


def test_nobody_works(tmp_path: Path) -> None:
    """While something waits; a platform that nobody offers has nothing waiting."""
    waits = 'export_consumer_pending{{consumer="packager-{}"}}'
    workers = 'export_workers{{consumer="packager-{}"}}'
    series = {
        waits.format("web"): "1x10",
        workers.format("web"): "1x4 0x2 1x2",
        waits.format("macos"): "0x10",
        workers.format("macos"): "0x10",
    }
    fires = {"4m": {}, "5m": {}, "7m": {"ExportNoWorkers": 1}, "8m": {}}
    promtool(tmp_path, series, fires, about="consumers")

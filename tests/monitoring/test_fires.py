"""Alerts over made-up series: what each is meant to tell, and what is near to it and is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.monitoring.series import growing, promtool

if TYPE_CHECKING:
    from pathlib import Path


def test_dead_letters_of_workers_that_died_with_them(tmp_path: Path) -> None:
    """The status service has counted the export; of what nobody can read the worker has."""
    failed = 'export_failed_total{{platform="web", reason="{}"}}'
    letters = 'export_dead_letters_total{{consumer="packager-web", reason="{}"}}'
    series = {
        failed.format("retries-exhausted"): "0x9 1x30",
        letters.format("retries-exhausted"): "0x39",
        failed.format("no-worker"): "0x9 1x30",  # it has no dead letter
        failed.format("undecodable"): "0x39",
        letters.format("undecodable"): "0x14 1x25",
    }
    dead = "ExportDeadLetters"
    fires = {"9m": {}, "12m": {dead: 1}, "20m": {dead: 2}, "35m": {}}
    promtool(tmp_path, series, fires, about="exports", of=dead)


def test_failures_in_a_row(tmp_path: Path) -> None:
    """One success long ago excuses none of them; one in between does."""
    failed = 'export_failed_total{{platform="{}", reason="lost"}}'
    done = 'export_completed_total{{platform="{}"}}'
    series = {
        failed.format("web"): f"0x19 {growing((1, 20))}",
        done.format("web"): "0x18 1x40",
        failed.format("linux"): f"0x19 {growing((1, 20))}",
        done.format("linux"): "0x18 1x4 2x4 3x4 4x4 5x20",
    }
    row = "ExportFailuresInARow"
    fires = {"26m": {}, "33m": {row: 1}, "55m": {}}
    promtool(tmp_path, series, fires, about="exports", of=row)


def test_two_workers_lost_are_none_too_many(tmp_path: Path) -> None:
    """Though Prometheus takes an increase of two for slightly more."""
    lost = 'export_attempts_failed_total{{platform="{}", stage="build", cause="worker-lost"}}'
    series = {
        lost.format("web"): "0x19 1x1 2x30",
        lost.format("linux"): "0x19 1x1 3x30",
    }
    fires: dict[str, dict[str, int]] = {f"{minute}m": {} for minute in range(20)}
    fires |= {"25m": {"ExportWorkersLost": 1}, "45m": {}}
    promtool(tmp_path, series, fires, about="exports", of="ExportWorkersLost")


def test_no_sweep_is_whole(tmp_path: Path) -> None:
    """Though sweepers begin anew again and again; the first pass of a new installation is due."""
    done = 'export_sweeps_total{outcome="done"}'
    late = "ExportSweepLate"
    restarted = " _x1 ".join(["0x4"] * 12)
    promtool(
        tmp_path,
        {done: f"{growing((1, 10))} {restarted}"},
        {"30m": {}, "55m": {late: 1}, "70m": {late: 1}},
        about="servers",
        of=late,
    )
    promtool(
        tmp_path,
        {done: f"0x7 {' '.join(f'{sweep}x14' for sweep in range(1, 5))}"},  # every 15 minutes
        {f"{minute}m": {} for minute in range(65)},
        about="servers",
        of=late,
    )


def test_storage_away(tmp_path: Path) -> None:
    """It is told within three minutes, though all was well before."""
    series = {
        'export_storage_errors_total{kind="unavailable", instance="p"}': growing((0, 20), (6, 20)),
        'export_storage_request_seconds_count{instance="p"}': growing((60, 20), (6, 20)),
    }
    away = "ExportStorageUnreachable"
    fires = {"19m": {}, "23m": {away: 1}}
    promtool(tmp_path, series, fires, about="servers", of=away)


def test_requests_fail(tmp_path: Path) -> None:
    """Of clients, and five of them at least; probes that are answered hide none."""
    requests = 'export_http_requests_total{{route="{}", status="{}"}}'
    series = {
        requests.format("/readyz", "200"): growing((1_000, 60)),
        requests.format("/api/projects", "200"): growing((10, 20), (10, 20), (1, 20)),
        requests.format("/api/projects", "503"): growing((0, 20), (0.2, 20), (9, 20)),
    }
    errors = "ExportHttpErrors"
    fires = {"19m": {}, "39m": {}, "43m": {errors: 1}}
    promtool(tmp_path, series, fires, about="clients", of=errors)


def test_one_line_that_was_dropped(tmp_path: Path) -> None:
    """It is no sign; one every minute is."""
    series = {
        'export_chatter_dropped_total{stream="LOGS"}': "0x9 1x30",
        'export_chatter_dropped_total{stream="PROGRESS"}': growing((0, 20), (1, 20)),
    }
    lost = "ExportChatterLost"
    fires = {"15m": {}, "19m": {}, "30m": {lost: 1}}
    promtool(tmp_path, series, fires, about="clients", of=lost)

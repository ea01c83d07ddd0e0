"""What processes need: servers, room, keys, and being there."""

from __future__ import annotations

from typing import Final

from monitoring import queries
from monitoring.alert import Alert, Severity
from monitoring.pace import DAY_S, HOUR_S, MINUTE_S

AWAY_SHARE: Final = 0.5
AWAY_LEAST: Final = 3  # calls: one alone may have met a restart
DISK_LEAST: Final = 0.1
CACHE_LEAST: Final = 0.1
SWEPT_WITHIN_S: Final = 30 * MINUTE_S  # twice the longest UPLOADER_SWEEP_INTERVAL_S
FILLING: Final = 0.7
FULL: Final = 0.8  # from here on the gateway takes no new work (shared/jetstream/headroom.py)

ALERTS: Final = (
    Alert(
        name="ExportNatsUnreachable",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{queries.NATS_CONNECTED} == 0",
        hold_s=MINUTE_S,
        summary="{{ $labels.instance }} is not connected to NATS",
        action="are the servers up: aethel-export streams ls, aethel-export doctor; everything"
        " resumes by itself",
    ),
    Alert(
        name="ExportStorageUnreachable",
        severity=Severity.CRITICAL,
        expression=lambda pace: (
            f"{queries.storage_away_ratio(pace.window(2 * MINUTE_S))} > {AWAY_SHARE}"
            f" and {queries.storage_away(pace.window(2 * MINUTE_S))} >= {AWAY_LEAST}"
        ),
        hold_s=MINUTE_S,
        summary="The storage does not answer {{ $labels.instance }}",
        action="look at the storage (aethel-export doctor says whether it refuses or hangs);"
        " workers wait and resume by themselves",
    ),
    Alert(
        name="ExportNotScraped",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{queries.UP} == 0 or {queries.MISSING}",
        hold_s=3 * MINUTE_S,
        summary="{{ or $labels.instance $labels.service }} does not answer Prometheus",
        action="is it running, and why not: kubectl get pods, docker compose ps; its log",
    ),
    Alert(
        name="ExportStreamFilling",
        severity=Severity.WARNING,
        expression=lambda _: f"{queries.STREAM_FILL} > {FILLING}",
        hold_s=5 * MINUTE_S,
        summary="{{ $labels.stream }} is {{ $value | humanizePercentage }} full; at 80 % it takes"
        " no new work",
        action="aethel-export admin usage: who fills it; delete what is not wanted, or give it"
        " more room",
    ),
    Alert(
        name="ExportStreamFull",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{queries.STREAM_FILL} >= {FULL}",
        hold_s=MINUTE_S,
        summary="{{ $labels.stream }} is {{ $value | humanizePercentage }} full: new projects and"
        " exports are refused",
        action="aethel-export admin usage, then admin delete-projects; or more room:"
        " aethel-export streams resize",
    ),
    Alert(
        name="ExportSweepLate",
        severity=Severity.WARNING,
        expression=lambda pace: f"{queries.swept(pace.window(SWEPT_WITHIN_S))} == 0",
        hold_s=10 * MINUTE_S,  # of a new installation: its first pass
        summary="No sweep was whole for half an hour: what has expired stays",
        action="an uploader's log: sweep.held (aethel-export sweep --resume), sweep.failed (which"
        " record); then aethel-export sweep --now",
    ),
    Alert(
        name="ExportCertificateExpires",
        severity=Severity.WARNING,
        expression=lambda _: f"{queries.CERTIFICATE_LEFT_S} < {30 * DAY_S}",
        summary="The certificate of signing key {{ $labels.key }} ({{ $labels.platform }}) ends in"
        " {{ $value | humanizeDuration }}",
        action="put a new certificate in the place of the old one, in PACKAGER_SIGNING_DIR",
    ),
    Alert(
        name="ExportCertificateExpired",
        severity=Severity.CRITICAL,
        expression=lambda _: f"{queries.CERTIFICATE_LEFT_S} < {2 * DAY_S}",
        summary="The certificate of signing key {{ $labels.key }} ({{ $labels.platform }}) has"
        " ended, or is about to",
        action="put a new certificate in the place of the old one, in PACKAGER_SIGNING_DIR: builds"
        " for distribution with this key fail",
    ),
    Alert(
        name="ExportDiskFull",
        severity=Severity.WARNING,
        expression=lambda _: f"{queries.DISK_FREE} < {DISK_LEAST}",
        hold_s=5 * MINUTE_S,
        summary="The disk of {{ $labels.instance }} ({{ $labels.disk }}) has"
        " {{ $value | humanizePercentage }} left",
        action="room at once: delete the pod, its volume goes with it; then a larger volume, or a"
        " smaller PACKAGER_CACHE_BYTES",
    ),
    Alert(
        name="ExportCacheUseless",
        severity=Severity.INFO,
        expression=lambda pace: f"{queries.cache_hits(pace.window(HOUR_S))} < {CACHE_LEAST}",
        hold_s=6 * HOUR_S,
        summary="Fewer than one in ten reads of project files come from the packagers' caches",
        action="give the cache volumes more room",
    ),
)

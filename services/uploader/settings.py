"""The settings of the uploader."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.settings import Bind, RetrySettings, S3Settings, ServiceSettings, env


class SweepSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What goes, and when; the command line reads this alone."""

    history_days: Annotated[
        float,
        env(
            "EXPORT_HISTORY_DAYS",
            "how long an export is shown after it has ended and expired, days",
            ge=1,
            le=3_650,
        ),
    ] = 90.0
    grace_s: Annotated[
        float,
        env(
            "UPLOADER_SWEEP_GRACE_S", "how long anything unreferenced is left alone, seconds", ge=0
        ),
    ] = 86_400.0


class UploaderSettings(ServiceSettings, frozen=True, kw_only=True):
    """Read once in ``__main__`` and passed down."""

    s3: S3Settings
    retry: RetrySettings
    sweep: SweepSettings
    bind: Annotated[
        str, env("UPLOADER_BIND", "host:port of the health endpoints", pattern=Bind)
    ] = "127.0.0.1:8083"
    concurrency: Annotated[
        int,
        env("UPLOADER_CONCURRENCY", "artifacts committed at a time in one process", ge=1, le=64),
    ] = 4
    drain_timeout_s: Annotated[
        float,
        env("UPLOADER_DRAIN_TIMEOUT_S", "time for the work in hand after SIGTERM, seconds", gt=0),
    ] = 25.0
    artifact_ttl_days: Annotated[
        float,
        env(
            "EXPORT_ARTIFACT_TTL_DAYS",
            "how long an artifact can be downloaded, days",
            gt=0,
            le=3_650,
        ),
    ] = 7.0
    sweep_interval_s: Annotated[
        float,
        env(
            "UPLOADER_SWEEP_INTERVAL_S",
            "time between two sweeps, seconds; at most 900",
            ge=1,
            le=900,
        ),
    ] = 300.0

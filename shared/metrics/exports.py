"""What became of exports: derived from events by the status service.

So the death of a worker takes nothing along. Each event counts once, in the process that folds it.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

# Milliseconds to an hour; the budgets of ``shared/domain/service_levels.py`` are among them.
SECONDS: Final = (0.01, 0.05, 0.25, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600)

ACCEPTED: Final = Counter(
    "export_accepted_total",
    "Exports asked for, by platform and how: requested, retried, replayed.",
    ["platform", "how"],
)
COMPLETED: Final = Counter("export_completed_total", "Exports completed.", ["platform"])
REUSED: Final = Counter(
    "export_reused_total",
    "Exports completed with the artifact of an earlier one, as nothing had changed.",
    ["platform"],
)
FAILED: Final = Counter(
    "export_failed_total",
    "Exports failed, by reason: project (its maker's fault), or why it became a dead letter.",
    ["platform", "reason"],
)
FAILURE_CODES: Final = Counter(
    "export_failure_codes_total", "Exports failed, by the error code that users see.", ["code"]
)
CANCELED: Final = Counter("export_canceled_total", "Exports canceled.", ["platform"])
ATTEMPTS: Final = Counter(
    "export_attempts_total", "Attempts begun, by stage: build, upload.", ["platform", "stage"]
)
ATTEMPTS_FAILED: Final = Counter(
    "export_attempts_failed_total",
    "Attempts that another one follows, by cause: worker-lost, worker-stopping, an error's code.",
    ["platform", "stage", "cause"],
)
DURATION_SECONDS: Final = Histogram(
    "export_duration_seconds",
    "From being accepted to the end, in seconds, by outcome: completed, refused, failed, canceled.",
    ["platform", "outcome"],  # refused: its project is at fault
    buckets=SECONDS,
)
STAGE_SECONDS: Final = Histogram(
    "export_stage_seconds",
    "Seconds of a stage: queue (until a worker has it), fetch, plan, pack, handover (until an"
    " uploader has it), commit.",
    ["platform", "stage"],
    buckets=SECONDS,
)
ARTIFACT_BYTES: Final = Counter(
    "export_artifact_bytes_total", "Bytes of artifacts packed, by platform.", ["platform"]
)
BUILD_SECONDS_USED: Final = Counter(
    "export_build_seconds_used_total",
    "Build time that exports were charged, in seconds.",
    ["platform"],
)
FOLDED: Final = Counter(
    "export_events_folded_total", "Events folded into documents, by event.", ["name"]
)
FOLD_LAG_SECONDS: Final = Histogram(
    "export_fold_lag_seconds",
    "From an event's place in the stream to its being folded into the document, in seconds.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300),
)
REAPED: Final = Counter(
    "export_reaped_total",
    "Exports that had stopped moving, by what was done: requeued, failed.",
    ["outcome"],
)

"""One export beside the others of its platform: what stages usually take, where it waits."""

from __future__ import annotations

from typing import Final

from monitoring.dashboards import expressions
from monitoring.dashboards.flow import SHARES
from monitoring.dashboards.panel import PLATFORM, WINDOW, Dashboard, Line, Panel, Section, Unit

STAGES: Final = {
    "queue": "Until a worker has it: too few workers, or a long queue before it.",
    "fetch": "Its files from the storage or the cache.",
    "plan": "What goes into the artifact.",
    "pack": "The build and the archive.",
    "handover": "Until an uploader has it.",
    "commit": "The artifact into its place.",
}

# Metrics know no export: a label for each would grow without end. So its own story is elsewhere.
STORY = """\
No metric knows a single export. What became of this one is told by

| what | where |
|---|---|
| its state, attempts, what it waits for | `aethel-export status ${export} --as USER` |
| its story in the log lines of all services | `kubectl logs -n aethel-export \
-l app.kubernetes.io/part-of=aethel-export --prefix --tail=-1` piped into \
`aethel-export logs ${export} --service -` (docs/logs.md) |
| the log that its maker sees | `aethel-export logs ${export} --as USER` |
| its dead letter, where it has one | `aethel-export dead-letters ls`, then `show` and `replay` |
| its trace, with every stage and S3 call | [${traces}${trace}](${traces}${trace}): type above \
where you look at traces, and the `traceId` of its state |

Below is what is usual for its platform, to compare its stages with.
"""

STORY_PANEL: Final = Section(
    "This export",
    (Panel(title="Its story", about=STORY, kind="text", width=24, height=7),),
)

USUAL: Final = Section(
    "What is usual for $platform",
    (
        *(
            Panel(
                title=f"Stage {stage}",
                about=about,
                unit=Unit.SECONDS,
                log=True,
                lines=tuple(
                    Line(expressions.stage_of(PLATFORM, stage, share, WINDOW), name)
                    for name, share in SHARES.items()
                ),
                width=8,
            )
            for stage, about in STAGES.items()
        ),
        Panel(
            title="From request to end, by outcome, p95",
            about="refused: by the project's fault; failed: by ours.",
            unit=Unit.SECONDS,
            log=True,
            lines=(Line(expressions.ending_of(PLATFORM, 0.95, WINDOW), "{{outcome}}"),),
        ),
        Panel(
            title="Where the time goes",
            about="Mean seconds of each stage, one on the other.",
            unit=Unit.SECONDS,
            lines=(Line(expressions.stage_means(PLATFORM, WINDOW), "{{stage}}"),),
            kind="stacked",
        ),
    ),
)

TROUBLE: Final = Section(
    "What stands in the way of $platform",
    (
        Panel(
            title="Waiting, and workers",
            about="Exports that wait for a packager, in hand, and living workers of the platform.",
            lines=(
                Line(expressions.of_packager(PLATFORM, "export_consumer_pending"), "waiting"),
                Line(expressions.of_packager(PLATFORM, "export_consumer_in_flight"), "in hand"),
                Line(expressions.of_packager(PLATFORM, "export_workers"), "workers"),
            ),
            width=8,
        ),
        Panel(
            title="Attempts that failed",
            about="Another attempt follows each, by cause.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(
                        expressions.attempts_of(PLATFORM), WINDOW, "stage", "cause"
                    ),
                    "{{stage}} {{cause}}",
                ),
            ),
            kind="stacked",
            quiet=True,
            width=8,
        ),
        Panel(
            title="How exports ended",
            about="completed, refused (the project's fault), failed (ours), canceled.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(expressions.endings_of(PLATFORM), WINDOW, "outcome"),
                    "{{outcome}}",
                ),
            ),
            kind="stacked",
            width=8,
        ),
    ),
)

ONE_EXPORT: Final = Dashboard(
    name="one-export",
    title="Aethel Export: one export",
    about="Where to read the story of an export, and what is usual for its platform.",
    sections=(STORY_PANEL, USUAL, TROUBLE),
    has_platform=True,
    texts={"export": "Export", "trace": "Trace", "traces": "Address of traces"},
)

"""How exports come and go."""

from __future__ import annotations

from typing import Final

from monitoring import queries
from monitoring.alerts import slo
from monitoring.dashboards import expressions
from monitoring.dashboards.panel import RANGE, WINDOW, Dashboard, Limit, Line, Panel, Section, Unit
from monitoring.slo import OBJECTIVES, burn_rate
from shared.domain.service_levels import BUDGET_S

SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
BUDGETS: Final = tuple(
    Limit(seconds, f"promised: {', '.join(p for p, s in BUDGET_S.items() if s == seconds)}")
    for seconds in sorted(set(BUDGET_S.values()))
)

NOW: Final = Section(
    "Now",
    (
        Panel(
            title="Alerts firing",
            about="Which ones, and what to do: docs/runbook.md under their names.",
            lines=(Line(queries.FIRING, "firing"),),
            kind="number",
            limits=(Limit(1, "any"),),
            width=3,
            height=4,
        ),
        Panel(
            title="Accepted",
            about="Exports asked for in the time that is shown: requested, retried, replayed.",
            lines=(Line(queries.accepted(RANGE), "accepted"),),
            kind="number",
            width=3,
            height=4,
        ),
        Panel(
            title="Completed",
            about="Exports that can be downloaded, of the time that is shown.",
            lines=(Line(queries.completed(RANGE), "completed"),),
            kind="number",
            width=3,
            height=4,
        ),
        Panel(
            title="Failed by our fault",
            about="Dead letters (aethel-export dead-letters ls --group), and exports that had no"
            " worker or whose events were lost.",
            lines=(Line(queries.failed(RANGE), "failed"),),
            kind="number",
            limits=(Limit(1, "any"),),
            width=4,
            height=4,
        ),
        Panel(
            title="Ended in time",
            about="Share of the exports of the time that is shown that kept their platform's"
            " budget, whichever way they ended but by our fault. 99.9 % are promised.",
            unit=Unit.SHARE,
            lines=(Line(OBJECTIVES[0].share(RANGE), "in time"),),
            kind="number",
            limits=(Limit(0.999, "promised", is_least=True),),
            width=4,
            height=4,
        ),
        Panel(
            title="Jobs waiting",
            about="Exports to be built or uploaded that no worker has yet.",
            lines=(Line(expressions.WAITING, "waiting"),),
            kind="number",
            width=3,
            height=4,
        ),
        Panel(
            title="Oldest job",
            about="Age of the oldest export that packagers or uploaders have, in work or waiting.",
            unit=Unit.SECONDS,
            lines=(Line(expressions.OLDEST_JOB_S, "oldest"),),
            kind="number",
            width=4,
            height=4,
        ),
    ),
)

MONTH: Final = 30  # days
KEPT: Final = Section(
    "Service levels",
    (
        Panel(
            title="Error budget left, of 30 days",
            about="100 % is all of it, below 0 it is overdrawn, and no line goes"
            " below -100 %; docs/slo.md says what is counted.",
            unit=Unit.SHARE,
            lines=tuple(Line(objective.left(MONTH), objective.name) for objective in OBJECTIVES),
            limits=(Limit(0, "overdrawn", is_least=True),),
            least=-1,
            most=1,
        ),
        Panel(
            title="How fast it burns",
            about="Times as fast as allowed, over an hour. Alerts: ExportSloBurnFast,"
            " ExportSloBurnSlow.",
            lines=(Line(burn_rate("1h"), "{{slo}}"),),
            limits=(Limit(slo.FAST, "ExportSloBurnFast"),),
        ),
    ),
)

OUTCOMES: Final = Section(
    "Exports",
    (
        Panel(
            title="Accepted",
            about="Exports asked for, by platform and how.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(queries.ACCEPTED, WINDOW, "platform", "how"),
                    "{{platform}} {{how}}",
                ),
            ),
            kind="stacked",
        ),
        Panel(
            title="Completed",
            about="Exports that ended well. Nothing here while something waits:"
            " ExportNothingFinishes.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(expressions.per_minute(queries.COMPLETED, WINDOW, "platform"), "{{platform}}"),
            ),
            kind="stacked",
        ),
        Panel(
            title="Failed by our fault",
            about="By platform and why: no-worker and events-lost have no dead letter. Alerts:"
            " ExportFailuresInARow, ExportFailureRatio, ExportDeadLetters.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(queries.FAILED, WINDOW, "platform", "reason"),
                    "{{platform}} {{reason}}",
                ),
            ),
            kind="stacked",
        ),
        Panel(
            title="Refused and canceled",
            about="Ended by the project's fault, or by its user: neither is ours to mend.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(queries.REFUSED, WINDOW, "platform"),
                    "{{platform}} refused",
                ),
                Line(
                    expressions.per_minute(queries.CANCELED, WINDOW, "platform"),
                    "{{platform}} canceled",
                ),
            ),
            kind="stacked",
        ),
    ),
)

TIME: Final = Section(
    "Time",
    (
        Panel(
            title="From request to end",
            about="Of exports that completed, all platforms together, with every wait and retry.",
            unit=Unit.SECONDS,
            log=True,
            lines=tuple(
                Line(queries.duration(share, WINDOW), name) for name, share in SHARES.items()
            ),
        ),
        Panel(
            title="From request to end, p99 by platform",
            about="Against what is promised for each platform (docs/slo.md).",
            unit=Unit.SECONDS,
            log=True,
            lines=(Line(queries.duration(0.99, WINDOW, "platform"), "{{platform}}"),),
            limits=BUDGETS,
        ),
        *(
            Panel(
                title=f"Stages, {name}",
                about="queue: until a worker has it; fetch: files from the storage; plan and pack:"
                " the build; handover: until an uploader has it; commit: into its place.",
                unit=Unit.SECONDS,
                log=True,
                lines=(Line(queries.stage(share, WINDOW), "{{stage}}"),),
                width=8,
            )
            for name, share in SHARES.items()
        ),
    ),
)

WAITING: Final = Section(
    "Waiting",
    (
        Panel(
            title="Waiting, by consumer",
            about="Messages that nobody has yet, those of status too. Alerts: ExportBacklogGrowing,"
            " ExportNoWorkers, ExportNothingFinishes, ExportConsumerStalled.",
            lines=(Line(queries.PENDING, "{{consumer}}"),),
        ),
        Panel(
            title="Age of the oldest",
            about="Of what a consumer has not acknowledged, in work or waiting. Alert:"
            " ExportBacklogOld.",
            unit=Unit.SECONDS,
            lines=(Line(queries.OLDEST_S, "{{consumer}}"),),
        ),
    ),
)

FAILURES: Final = Section(
    "Failures",
    (
        Panel(
            title="Attempts that failed",
            about="Another attempt follows each. worker-lost: a process died (ExportWorkersLost);"
            " else the error's code. By cause.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(
                        "export_attempts_failed_total", WINDOW, "stage", "cause"
                    ),
                    "{{stage}} {{cause}}",
                ),
            ),
            kind="stacked",
            quiet=True,
        ),
        Panel(
            title="Codes of failures",
            about="As users see them, the project's faults among them.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute("export_failure_codes_total", WINDOW, "code"), "{{code}}"
                ),
            ),
            kind="stacked",
            quiet=True,
        ),
        Panel(
            title="Dead letters",
            about="By consumer and reason; owed: their stream is missing or full"
            " (ExportDeadLettersOwed).",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(
                        "export_dead_letters_total", WINDOW, "consumer", "reason"
                    ),
                    "{{consumer}} {{reason}}",
                ),
                Line(
                    expressions.per_minute("export_dead_letters_owed_total", WINDOW, "consumer"),
                    "{{consumer}} owed",
                ),
            ),
            kind="stacked",
            quiet=True,
        ),
        Panel(
            title="Documents behind the stream",
            about="From an event to its document, which the API and sockets show. Alert:"
            " ExportFoldLate.",
            unit=Unit.SECONDS,
            log=True,
            lines=tuple(
                Line(queries.fold_lag(share, WINDOW), name) for name, share in SHARES.items()
            ),
        ),
    ),
)

FLOW: Final = Dashboard(
    name="flow",
    title="Aethel Export: flow",
    about="How exports come and go: how many, how long, what waits, what fails.",
    sections=(NOW, KEPT, OUTCOMES, TIME, WAITING, FAILURES),
)

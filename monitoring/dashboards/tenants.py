"""What users ask for, what they are refused, and how the API and sockets serve them."""

from __future__ import annotations

from typing import Final

from monitoring import queries
from monitoring.alerts import clients
from monitoring.dashboards import expressions
from monitoring.dashboards.flow import SHARES
from monitoring.dashboards.panel import WINDOW, Dashboard, Limit, Line, Panel, Section, Unit
from shared.domain.service_levels import NEWS_S

QUOTA: Final = Section(
    "Plans",
    (
        Panel(
            title="Refused by a limit",
            about="Requests answered with 402, 413 or 429, by plan and limit. One user alone at the"
            " limit: aethel-export admin usage.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute("export_quota_refused_total", WINDOW, "plan", "limit"),
                    "{{plan}} {{limit}}",
                ),
            ),
            kind="stacked",
            quiet=True,
            width=8,
        ),
        Panel(
            title="Build minutes reserved",
            about="Set aside for exports that were accepted, by plan.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    queries.rate("export_build_seconds_reserved_total", WINDOW, "plan"),
                    "{{plan}}",
                ),
            ),
            kind="stacked",
            width=8,
        ),
        Panel(
            title="Build minutes charged",
            about="Of exports that ended, by platform.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    queries.rate("export_build_seconds_used_total", WINDOW, "platform"),
                    "{{platform}}",
                ),
            ),
            kind="stacked",
            width=8,
        ),
    ),
)

API: Final = Section(
    "API",
    (
        Panel(
            title="Requests, by route",
            about="To the gateway, without probes; routes are patterns, never paths.",
            unit=Unit.PER_SECOND,
            lines=(Line(queries.requests(WINDOW, "route"), "{{route}}"),),
            kind="stacked",
        ),
        Panel(
            title="Share of requests that fail (5xx)",
            about="503 means that NATS or the storage is away, or that a stream is full. Alert:"
            " ExportHttpErrors.",
            unit=Unit.SHARE,
            lines=(Line(queries.request_errors(WINDOW), "all routes"),),
            limits=(Limit(clients.ERRORS_MOST, "ExportHttpErrors"),),
            quiet=True,
        ),
        Panel(
            title="Reading requests, p99 by route",
            about="Alert, on the p95 of all: ExportHttpSlow.",
            unit=Unit.SECONDS,
            log=True,
            lines=(Line(queries.request_seconds(0.99, WINDOW, "route"), "{{route}}"),),
            limits=(Limit(clients.SLOW_S, "ExportHttpSlow"),),
        ),
        Panel(
            title="Answers, by status",
            about="401 and 403: who is not allowed; 404 also for projects of others.",
            unit=Unit.PER_SECOND,
            lines=(Line(queries.requests(WINDOW, "status"), "{{status}}"),),
            kind="stacked",
        ),
    ),
)

SOCKETS: Final = Section(
    "WebSockets",
    (
        Panel(
            title="Open",
            about="Over all status pods.",
            lines=(Line(expressions.SOCKETS_OPEN, "open"),),
            width=8,
        ),
        Panel(
            title="Opened",
            about="resumed: came back and said where it was.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute("export_websocket_opened_total", WINDOW, "how"),
                    "{{how}}",
                ),
            ),
            kind="stacked",
            width=8,
        ),
        Panel(
            title="Closed, by code",
            about="1000: the export has ended; 1006: the client went away; 4001: a pod stops; 4002:"
            " too slow; 4003: the ticket has expired; 4501, 4502, 4504: refused.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute("export_websocket_closed_total", WINDOW, "code"),
                    "{{code}}",
                ),
            ),
            kind="stacked",
            width=8,
        ),
        Panel(
            title="News, until a socket has it",
            about="From the place of an event, or of progress, in its stream, the fold included;"
            " p99 within 100 ms is promised.",
            unit=Unit.SECONDS,
            log=True,
            lines=tuple(
                Line(queries.socket_news(share, WINDOW), name) for name, share in SHARES.items()
            ),
            limits=(Limit(NEWS_S, "promised for p99"),),
        ),
        Panel(
            title="Messages",
            about="conflated: progress and previews that a newer one has replaced; dropped: log"
            " lines that a slow client did not get, and is told so.",
            unit=Unit.PER_MINUTE,
            lines=tuple(
                Line(expressions.per_minute(f"export_websocket_{name}_total", WINDOW), legend)
                for name, legend in (
                    ("messages", "sent"),
                    ("conflated", "conflated"),
                    ("dropped", "dropped"),
                )
            ),
        ),
    ),
)

GAMES: Final = Section(
    "Play links and projects",
    (
        Panel(
            title="Requests of players, by status",
            about="To play links; each plays one web build.",
            unit=Unit.PER_SECOND,
            lines=(
                Line(queries.rate("export_preview_requests_total", WINDOW, "status"), "{{status}}"),
            ),
            kind="stacked",
            width=8,
        ),
        Panel(
            title="Bytes to players, and of projects",
            about="What play links send, and what is received of projects' files.",
            unit=Unit.BYTES_PER_S,
            lines=(
                Line(queries.rate("export_preview_bytes_total", WINDOW), "games sent"),
                Line(
                    queries.rate("export_project_bytes_received_total", WINDOW), "projects received"
                ),
            ),
            width=8,
        ),
        Panel(
            title="Keys of the identity provider",
            about="Times that it was asked; failed: tokens of new keys are refused until it"
            " answers. None where tokens are signed with JWT_SECRET alone.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute("export_identity_key_fetches_total", WINDOW, "outcome"),
                    "{{outcome}}",
                ),
            ),
            quiet=True,
            width=8,
        ),
    ),
)

TENANTS: Final = Dashboard(
    name="tenants",
    title="Aethel Export: tenants",
    about="What users ask for, what they are refused, and how they are served.",
    sections=(QUOTA, API, SOCKETS, GAMES),
)

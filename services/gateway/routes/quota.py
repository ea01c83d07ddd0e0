"""Build minutes and numbers of the caller's exports, this month."""

from __future__ import annotations

from litestar import get

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.problem_docs import problem_responses
from services.gateway.responses.quota import ExportMetrics, MetricValues, QuotaView
from shared.domain.build_minutes import LIMITS, month_begins
from shared.domain.events import now


@get("/quota", tags=["quota"], responses=problem_responses())
async def show_quota(user: CurrentUser, deps: Injected) -> QuotaView:
    """The caller's plan and what is left of it; ``limit`` and ``available`` null: unlimited.

    ``usage``: what else the caller has and may have.
    """
    plan = deps.starter.plan(user)
    limit, account = LIMITS[plan], await deps.quota.account(user.user_id)
    left = None if limit is None else max(round(limit - account.used - account.reserved, 1), 0.0)
    return QuotaView(
        plan=plan,
        month=f"{now():%Y-%m}",
        limit=limit,
        used=account.used,
        reserved=account.reserved,
        available=left,
        usage=await deps.user_quotas.report(user.user_id),
    )


@get("/exports/metrics", tags=["quota"], responses=problem_responses())
async def show_metrics(user: CurrentUser, deps: Injected) -> ExportMetrics:
    """How the caller's exports of this month went (an operator's: everybody's)."""
    if user.is_admin:
        month = await deps.export_figures.month()
        backlog = await deps.export_figures.backlog()
        values = MetricValues.of(
            month.ended, backlog, since=month.since, updated_at=month.updated_at
        )
    else:
        mine = await deps.quota.account(user.user_id)
        backlog, since = len(mine.reservations), month_begins(now())
        values = MetricValues.of(mine, backlog, since=since, updated_at=mine.updated_at)
    return ExportMetrics(metrics=values)

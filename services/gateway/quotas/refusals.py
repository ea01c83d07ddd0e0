"""Requests that are refused because a limit of their user is reached, by plan and limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from shared.domain.build_minutes import LIMITS, MINUTES, PENDING
from shared.domain.usage import QuotaName
from shared.metrics import http as metrics
from shared.metrics.born import OTHER, born, known

if TYPE_CHECKING:
    from litestar import Request

    from shared.errors import ExportError

PER_SECOND: Final = "requestsPerSecond"
PER_MINUTE: Final = "exportsPerMinute"
QUOTAS: Final = (*get_args(QuotaName), MINUTES, PENDING, PER_SECOND, PER_MINUTE)
PLANS: Final = (*LIMITS, OTHER)

born(metrics.QUOTA_REFUSED, plan=PLANS, limit=QUOTAS)
born(metrics.BUILD_SECONDS_RESERVED, plan=PLANS)


def count_refusal(request: Request[Any, Any, Any], error: ExportError) -> None:
    """Count an error that a limit has caused; any other is none of ours."""
    if error.quota in QUOTAS:
        user = request.state.get("user")
        plan = request.app.state.plan_of(user) if user else OTHER
        metrics.QUOTA_REFUSED.labels(known(plan, LIMITS), error.quota).inc()

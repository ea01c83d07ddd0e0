"""What is answered about build minutes, quotas and numbers of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from services.gateway.quotas.user_quotas import UsageReport
from shared.domain.events import Timestamp

if TYPE_CHECKING:
    from shared.domain.build_minutes import Account
    from shared.stores.export_totals import Ended


class QuotaView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A plan, and what is left of it; ``limit`` and ``available`` null: unlimited."""

    plan: str
    month: str  # YYYY-MM, UTC
    limit: float | None
    used: float
    reserved: float
    available: float | None
    usage: UsageReport


class MetricValues(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Numbers of exports this month; ``completed`` counts both endings.

    ``since``: from when on they are counted; null where nothing is yet, or that is not known.
    """

    success: int
    failed: int
    completed: int
    total_duration_ms: int
    backlog: int
    since: Timestamp | None
    updated_at: Timestamp | None

    @classmethod
    def of(
        cls,
        ended: Account | Ended,
        backlog: int,
        *,
        since: Timestamp | None,
        updated_at: Timestamp | None,
    ) -> MetricValues:
        """What one user's account, or everybody's month, comes to."""
        return cls(
            success=ended.completed,
            failed=ended.failed,
            completed=ended.completed + ended.failed,
            total_duration_ms=ended.duration_ms,
            backlog=backlog,
            since=since,
            updated_at=updated_at,
        )


class ExportMetrics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How exports went."""

    success: Literal[True] = True
    metrics: MetricValues

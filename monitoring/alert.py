"""One alert: when it fires, what it means, and what somebody is to do."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from monitoring.pace import Pace


class Severity(StrEnum):
    """How soon somebody has to look."""

    CRITICAL = "critical"  # now: exports fail or stand still, or soon will
    WARNING = "warning"  # today
    INFO = "info"  # when there is time


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of Prometheus, before it is known how fast time passes."""

    name: str
    severity: Severity
    expression: Callable[[Pace], str]
    hold_s: float = 0  # how long the expression has to be true
    summary: str  # may name the labels of the expression, as a template of Prometheus
    action: str

    @property
    def runbook(self) -> str:
        """Its section there."""
        return f"docs/runbook.md#{self.name.lower()}"


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What Prometheus works out once, for several alerts and dashboards."""

    name: str
    expression: Callable[[Pace], str]
    labels: dict[str, str]

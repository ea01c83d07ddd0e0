"""All dashboards."""

from __future__ import annotations

from typing import Final

from monitoring.dashboards.flow import FLOW
from monitoring.dashboards.one_export import ONE_EXPORT
from monitoring.dashboards.tenants import TENANTS
from monitoring.dashboards.workers import WORKERS

DASHBOARDS: Final = (FLOW, WORKERS, ONE_EXPORT, TENANTS)

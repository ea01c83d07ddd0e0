"""All alerts, by what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitoring.alerts import clients, consumers, exports, servers, slo

if TYPE_CHECKING:
    from monitoring.alert import Alert

GROUPS: Final[dict[str, tuple[Alert, ...]]] = {
    "exports": exports.ALERTS,
    "consumers": consumers.ALERTS,
    "servers": servers.ALERTS,
    "clients": clients.ALERTS,
    "slo": slo.ALERTS,
}

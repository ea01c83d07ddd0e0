"""Connections to a process, and what is refused on them before it reaches a route."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

OPEN: Final = Gauge(
    "export_http_connections_open", "Connections open at this moment, WebSockets not counted."
)
REFUSED: Final = Counter(
    "export_http_refused_total",
    "Requests refused before they reached a route, by the code that they are told, or cut-off.",
    ["code"],
)

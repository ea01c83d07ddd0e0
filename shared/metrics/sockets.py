"""WebSockets of the status service."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from shared.metrics.born import born

OPEN: Final = Gauge("export_websockets_open", "WebSockets open at this moment.")
OPENED: Final = Counter(
    "export_websocket_opened_total",
    "WebSockets that were let in, by how: new, resumed (from a sequence that the client names).",
    ["how"],
)
CLOSED: Final = Counter(
    "export_websocket_closed_total",
    "WebSockets that ended or were refused, by close code, ours or the client's.",
    ["code"],
)
MESSAGES: Final = Counter("export_websocket_messages_total", "Messages sent to WebSocket clients.")
CONFLATED: Final = Counter(
    "export_websocket_conflated_total",
    "Progress messages and previews skipped because a newer one replaced them.",
)
DROPPED: Final = Counter(
    "export_websocket_dropped_total",
    "Messages that a slow client did not get: log lines, with a gap that it is told of.",
)
NEWS_SECONDS: Final = Histogram(
    "export_websocket_news_seconds",
    "From an event's or progress' place in its stream to its state being handed to a socket, in"
    " seconds.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 30, 60),
)

born(OPENED, how=("new", "resumed"))

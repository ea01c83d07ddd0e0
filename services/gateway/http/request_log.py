"""One log line and one measurement for every request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog
from litestar.middleware import ASGIMiddleware

from shared.metrics import http as metrics

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

QUIET: Final = {"/livez", "/readyz", "/metrics"}


class RequestLog(ASGIMiddleware):
    """Named by the route's template, so that no path of a client becomes a label."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Measure from the first byte in to the last byte out."""
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await next_app(scope, receive, watched)
        finally:
            route = str(scope.get("path_template") or "unknown")
            method = str(scope.get("method", ""))
            seconds = time.perf_counter() - started
            metrics.REQUESTS.labels(route, method, status).inc()
            metrics.REQUEST_SECONDS.labels(route, method).observe(seconds)
            if route not in QUIET:
                log.info(
                    "request.answered",
                    route=route,
                    method=method,
                    status=status,
                    duration_s=round(seconds, 4),
                    **_trace_id(scope),
                )


def _trace_id(scope: Scope) -> dict[str, str]:
    """By it a user's report is found."""
    state = scope.get("state") or {}
    return {"trace_id": state["trace_id"]} if "trace_id" in state else {}

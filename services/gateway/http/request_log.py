"""One log line and one measurement for every request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar.middleware import ASGIMiddleware

from services.gateway.http.request_series import series_of
from shared.domain.events import is_export_id, is_project_id
from shared.domain.service_levels import PROBE_ROUTES
from shared.metrics import http as metrics

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

IDS: Final = {"project_id": is_project_id, "export_id": is_export_id}


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
            series = series_of(scope)
            metrics.REQUESTS.labels(series.route, series.method, series.status(status)).inc()
            metrics.REQUEST_SECONDS.labels(series.route, series.method).observe(seconds)
            if route not in PROBE_ROUTES:
                line: dict[str, Any] = {
                    "route": route,
                    "method": method,
                    "status": status,
                    "duration_s": round(seconds, 4),
                }
                state = scope.get("state") or {}
                if "trace_id" in state:  # as a refusal has told it: a user's report is found by it
                    line["trace_id"] = state["trace_id"]
                if "problem" in state:
                    log.info("request.refused", code=state["problem"], **line, **_about(scope))
                else:
                    log.info("request.answered", **line)


def _about(scope: Scope) -> dict[str, str]:
    """Whom and what a refusal concerns; what is no id is left out, it may be anything at all."""
    named = scope.get("path_params") or {}
    about = {name: str(named[name]) for name, is_id in IDS.items() if is_id(named.get(name, ""))}
    user = (scope.get("state") or {}).get("user")
    return {**about, "user_id": user.user_id} if user else about

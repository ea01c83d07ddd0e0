"""Every request has its place in a trace: the caller's, or one that begins here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar.connection import ASGIConnection
from litestar.middleware import ASGIMiddleware

from shared.tracing.context import TraceContext, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.types import ASGIApp, Receive, Scope, Send


class RequestTrace(ASGIMiddleware):
    """Messages that a request publishes carry its trace on, and its log lines name it."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer the request there."""
        connection = ASGIConnection[Any, Any, Any, Any](scope)
        trace = trace_of(connection.headers)
        connection.state.trace_id = trace.id
        with within(trace):
            await next_app(scope, receive, send)


def trace_of(headers: Mapping[str, str]) -> TraceContext:
    """Where a request with these headers belongs."""
    return TraceContext.of_request(
        traceparent=headers.get("traceparent", ""),
        tracestate=headers.get("tracestate", ""),
        request_id=headers.get("x-request-id", ""),
    )

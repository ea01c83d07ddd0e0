"""Every request has its place in a trace: the caller's, or one that begins here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from litestar.connection import ASGIConnection
from litestar.middleware import ASGIMiddleware

from shared.tracing import spans
from shared.tracing.context import TraceContext, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.types import ASGIApp, Message, Receive, Scope, Send

    from shared.tracing.spans import Attributes

TRACED: Final = "/api/"  # spans of these routes; files of the page and health checks say nothing


class RequestTrace(ASGIMiddleware):
    """Messages that a request publishes carry its trace on, and its log lines name it."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer the request there."""
        connection = ASGIConnection[Any, Any, Any, Any](scope)
        trace = trace_of(connection.headers)
        connection.state.trace_id = trace.id
        route = str(scope.get("path_template") or "")
        with within(trace):
            if route.startswith(TRACED) and spans.recording():
                await _traced(route, scope, receive, send, next_app)
            else:
                await next_app(scope, receive, send)


def trace_of(headers: Mapping[str, str]) -> TraceContext:
    """Where a request with these headers belongs."""
    return TraceContext.of_request(
        traceparent=headers.get("traceparent", ""),
        tracestate=headers.get("tracestate", ""),
        request_id=headers.get("x-request-id", ""),
    )


async def _traced(
    route: str, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp
) -> None:
    """A span from the first byte in to the last byte out, named by the route's template."""
    method = str(scope.get("method", ""))
    attributes: Attributes = {"http.request.method": method, "http.route": route}
    with spans.span(f"{method} {route}", attributes, kind="server") as span:

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                span.set({"http.response.status_code": status})
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    span.failed(str(status))
            await send(message)

        await next_app(scope, receive, watched)

"""Every error as RFC 9457 problem details, in one place."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

import nats.errors
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from services.gateway.http.request_trace import trace_of
from services.gateway.quotas.refusals import count_refusal
from shared.errors import (
    ExportError,
    InvalidRequestError,
    TooLargeError,
    TooManyRequestsError,
    UnavailableError,
)
from shared.jetstream.errors import NatsUnavailableError
from shared.tracing.context import current

log = structlog.get_logger()

# msgspec's own form; Litestar calls the body ``data``.
_PLACE: Final = re.compile(r"^(?P<message>.*) - at `\$\.?(data\.?)?(?P<path>[^`]*)`$")


def problem(
    request: Request[Any, Any, Any],
    status: int,
    *,
    code: str,
    title: str,
    detail: str,
    retryable: bool = False,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response[dict[str, Any]]:
    """One problem; ``error`` repeats the title for clients of the old service."""
    request.state.problem = code
    if not request.scope.get("path_template"):  # it came to no route: RequestLog does not see it
        told = {"route": "unknown", "method": request.method, "status": status}
        log.info("request.refused", code=code, trace_id=trace_id(request), **told)
    body = {
        "type": f"urn:aethel-export:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "error": title,
        "retryable": retryable,
        "trace_id": trace_id(request),
        **more,
    }
    return Response(
        body, status_code=status, headers=headers, media_type="application/problem+json"
    )


def trace_id(request: Request[Any, Any, Any]) -> str:
    """The request's id: of the client's trace, or its own request id, else made here."""
    if "trace_id" not in request.state:  # only where it has come to no route
        request.state.trace_id = (current() or trace_of(request.headers)).id
    return str(request.state.trace_id)


def on_export_error(request: Request[Any, Any, Any], error: ExportError) -> Response[Any]:
    """One of our own errors, which say everything themselves."""
    count_refusal(request, error)
    more: dict[str, Any] = getattr(error, "members", {})
    if isinstance(error, InvalidRequestError):
        more = {"details": [{"path": p, "message": m} for p, m in error.details]}
    headers = {}
    if isinstance(error, UnavailableError | TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after_s)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"  # RFC 9110 section 15.5.2 wants one
    if error.status == HTTPStatus.REQUEST_TIMEOUT:
        headers["Connection"] = "close"  # RFC 9110 section 15.5.9: what still comes is of no use
    if isinstance(error, UnavailableError):
        log.warning("request.unavailable", error=str(error), trace_id=trace_id(request))
    elif error.public:
        log.warning("request.cause", error=str(error), trace_id=trace_id(request))
    return problem(
        request,
        error.status,
        code=error.code,
        title=error.title,
        detail=error.told,
        retryable=error.retryable,
        headers=headers,
        **more,
    )


def on_nats_error(request: Request[Any, Any, Any], error: nats.errors.Error) -> Response[Any]:
    """NATS is away, wherever the request noticed: nothing was promised, come again."""
    return on_export_error(request, NatsUnavailableError(f"NATS does not answer: {error!r}"))


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An error of Litestar's: no such route, a wrong method, a body that does not fit."""
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:  # whose phrase Python has changed
        return on_export_error(request, TooLargeError(error.detail))
    title = HTTPStatus(error.status_code).phrase
    details: dict[str, Any] = {}
    if error.status_code == HTTPStatus.BAD_REQUEST:
        details = {"details": [_place(str(error.__cause__ or error.detail))]}
    return problem(
        request,
        error.status_code,
        code=title.lower().replace(" ", "-"),
        title=title,
        detail=error.detail,
        **details,
    )


def on_anything_else(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A bug of ours: the log has all of it, the answer a trace id."""
    log.error("request.failed", exc_info=error, trace_id=trace_id(request))
    return problem(
        request,
        500,
        code=ExportError.code,
        title=ExportError.title,
        detail="Something went wrong on our side. Please quote the trace_id.",
        retryable=True,
    )


EXCEPTION_HANDLERS: Final[dict[Any, Any]] = {
    ExportError: on_export_error,
    HTTPException: on_http_exception,
    nats.errors.Error: on_nats_error,
    Exception: on_anything_else,
}


def _place(message: str) -> dict[str, str]:
    found = _PLACE.match(message)
    return found.groupdict() if found else {"path": "", "message": message}

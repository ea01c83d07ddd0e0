"""Which series requests are counted in: a closed set, whatever is asked for.

A route's own statuses are those of its success and of the refusals that it describes; any other
counts by its class (``4xx``). Paths and methods that no route has are one series of their own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from shared.metrics import http as metrics
from shared.metrics.born import OTHER, born

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litestar import Litestar
    from litestar.types import Message, Scope

LABEL: Final = "route_label"  # in a route's ``opt``: what it is called, where it has many paths
PREFLIGHT: Final = "OPTIONS"  # Litestar answers it on every path
CLASSES: Final = ("2xx", "3xx", "4xx", "5xx")


class Series(NamedTuple):
    """The route and method of requests, and the statuses that are told apart."""

    route: str
    method: str
    statuses: frozenset[int]

    def status(self, status: int) -> str:
        """A status as it is counted."""
        return str(status) if status in self.statuses else CLASSES[status // 100 - 2]


UNKNOWN: Final = Series("unknown", OTHER, frozenset({404, 405}))


def series_of(scope: Scope) -> Series:
    """The series of a request that has been routed, or could not be."""
    handler, method = scope.get("route_handler"), str(scope.get("method", ""))
    if not isinstance(handler, HTTPRouteHandler) or method == PREFLIGHT:
        return UNKNOWN
    return _series(handler, str(scope["path_template"]), method)


async def count_unrouted(message: Message, scope: Scope) -> None:
    """A hook before an answer is sent: what has no route meets no middleware."""
    if message["type"] == "http.response.start" and not isinstance(
        scope.get("route_handler"), HTTPRouteHandler
    ):
        status = UNKNOWN.status(message["status"])
        metrics.REQUESTS.labels(UNKNOWN.route, UNKNOWN.method, status).inc()


def expect_requests(app: Litestar) -> None:
    """Have the requests to every route counted from 0 on."""
    for route, method, statuses in {UNKNOWN, *_all(app)}:
        born(metrics.REQUEST_SECONDS, route=(route,), method=(method,))
        told = (*map(str, statuses), *CLASSES)
        born(metrics.REQUESTS, route=(route,), method=(method,), status=told)


def _all(app: Litestar) -> Iterator[Series]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods - {PREFLIGHT}:
                    yield _series(handler, route.path_format, method)


@lru_cache(512)  # more than there are routes
def _series(handler: HTTPRouteHandler, path: str, method: str) -> Series:
    statuses = frozenset({handler.status_code, *(handler.responses or {})})
    return Series(handler.opt.get(LABEL, path), method, statuses)

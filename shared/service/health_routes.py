"""``/livez``, ``/readyz`` and ``/metrics`` among the routes of a service that has others, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from prometheus_client import CONTENT_TYPE_LATEST

from shared.service.health import is_forwarded, metrics_page, readiness

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar.handlers import HTTPRouteHandler

AnyRequest = Request[Any, Any, Any]


def health_routes(checks: Mapping[str, Callable[[], Awaitable[None]]]) -> list[HTTPRouteHandler]:
    """The three routes; ``/readyz`` runs all checks at once and names those that fail, with 503.

    What is behind them is for those inside: through a proxy there are no metrics and no reasons.
    :class:`~shared.service.health_app.HealthApp` answers in the same way.
    """

    @get("/livez", include_in_schema=False, sync_to_thread=False)
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @get("/readyz", include_in_schema=False)
    async def readyz(request: AnyRequest) -> Response[dict[str, str]]:
        report, ready = await readiness(checks, forwarded=is_forwarded(request.headers))
        return Response(report, status_code=200 if ready else 503)

    @get("/metrics", include_in_schema=False)
    async def metrics(request: AnyRequest) -> Response[bytes]:
        if is_forwarded(request.headers):
            raise NotFoundException
        return Response(await metrics_page(), media_type=CONTENT_TYPE_LATEST)

    return [livez, readyz, metrics]

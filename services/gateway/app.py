"""The application: routes, what they are given, and what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide

from services.gateway.http.auth import bearer_guard, current_user
from services.gateway.http.openapi_config import StructSchemas, openapi_config
from services.gateway.http.problems import EXCEPTION_HANDLERS
from services.gateway.http.request_log import RequestLog
from services.gateway.http.request_pace import RequestPace
from services.gateway.http.request_series import count_unrouted, expect_requests
from services.gateway.http.request_trace import RequestTrace
from services.gateway.http.safe_headers import add_safe_headers
from services.gateway.page.local_session import without_cors
from services.gateway.routes.dead_letters import DeadLetterRoutes
from services.gateway.routes.exports import ExportRoutes
from services.gateway.routes.files import FileRoutes
from services.gateway.routes.json_request import JsonRequest
from services.gateway.routes.operators import OperatorRoutes
from services.gateway.routes.platforms import list_platforms
from services.gateway.routes.play import PlayRoutes
from services.gateway.routes.price import show_price
from services.gateway.routes.projects import ProjectRoutes
from services.gateway.routes.quota import show_metrics, show_quota
from services.gateway.routes.usage import UsageRoutes
from shared.service.health_routes import health_routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from litestar.handlers import HTTPRouteHandler

    from services.gateway.dependencies import Dependencies
    from shared.tokens import Tokens, User

JSON_BYTES = 1 << 20  # of a body that is read whole; those of files are streamed


class OwnRouter(Router):
    """Routes made for one application: it takes them as they are.

    Litestar copies a router with all that hangs on its routes, which took a third of the time of
    making the application.
    """

    def __deepcopy__(self, _memo: dict[int, object]) -> OwnRouter:
        """What Litestar asks for when it registers a router."""
        return self


def create_app(
    deps: Dependencies,
    *,
    checks: Mapping[str, Callable[[], Awaitable[None]]],
    origins: list[str],
    requests_per_second: int = 0,
    page: Sequence[HTTPRouteHandler] = (),
) -> Litestar:
    """The gateway's ASGI application.

    Args:
        deps: What every handler is given as ``deps``.
        checks: What ``/readyz`` looks at.
        origins: Of browser clients; none: no cross-origin requests.
        requests_per_second: Of each user; 0: no limit.
        page: The routes of the export page (:func:`page_handlers`).
    """
    cors = (
        CORSConfig(allow_origins=origins, expose_headers=["Location", "Retry-After"])
        if origins
        else None
    )
    structs = StructSchemas()

    def plan_of(user: User) -> str:  # a function, because Litestar copies what its state holds
        return deps.starter.plan(user)

    app = Litestar(
        [
            api_router(deps.tokens, deps, requests_per_second=requests_per_second),
            *health_routes(checks),
            *page,
        ],
        middleware=[RequestTrace(), RequestLog()],
        request_class=JsonRequest,
        before_send=[add_safe_headers, without_cors, count_unrouted],
        exception_handlers=EXCEPTION_HANDLERS,
        logging_config=None,
        cors_config=cors,
        openapi_config=openapi_config(structs),
        plugins=[structs],
        state=State({"plan_of": plan_of}),
    )
    expect_requests(app)
    return app


def api_router(
    tokens: Tokens, deps: Dependencies | None, *, requests_per_second: int = 0
) -> Router:
    """All routes below ``/api``.

    Args:
        tokens: What bearer tokens are checked with.
        deps: What every handler is given; None: they are described, not called.
        requests_per_second: Of each user; 0: no limit.
    """
    paced = [RequestPace(requests_per_second)] if requests_per_second else []
    return OwnRouter(
        "/api",
        route_handlers=[
            *(ProjectRoutes, FileRoutes, ExportRoutes, PlayRoutes),
            *(DeadLetterRoutes, OperatorRoutes, UsageRoutes),
            *(list_platforms, show_price, show_quota, show_metrics),
        ],
        guards=[bearer_guard(tokens), *paced],
        dependencies={
            "user": Provide(current_user, sync_to_thread=False),
            "deps": Provide(lambda: deps, sync_to_thread=False),
        },
        request_max_body_size=JSON_BYTES,
    )

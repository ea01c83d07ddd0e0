from __future__ import annotations

import msgspec
from prometheus_client import REGISTRY

from services.gateway.openapi import document
from shared.domain import service_levels as promised
from shared.domain.platforms import PLATFORMS
from shared.metrics import exports, http, sockets


def test_every_platform_has_a_budget_that_is_a_bucket() -> None:
    """What is promised is what is counted."""
    assert set(promised.BUDGET_S) == set(PLATFORMS)
    assert set(promised.BUDGET_S.values()) <= set(exports.SECONDS)


def test_the_other_bounds_are_buckets_too() -> None:
    """A quantile between two buckets is a guess."""
    route = {"route": promised.SLOW_ROUTES[0], "method": "PUT"}
    http.REQUEST_SECONDS.labels(**route)
    request, news = "export_http_request_seconds_bucket", "export_websocket_news_seconds_bucket"
    assert [found.name for found in sockets.NEWS_SECONDS.collect()] == [
        "export_websocket_news_seconds"
    ]
    assert REGISTRY.get_sample_value(request, {**route, "le": str(promised.API_S)}) is not None
    assert REGISTRY.get_sample_value(news, {"le": str(promised.NEWS_S)}) is not None


def test_the_slow_routes_are_routes() -> None:
    """A route that is renamed does not come back into the promise unseen."""
    assert set(promised.SLOW_ROUTES) <= set(msgspec.json.decode(document())["paths"])

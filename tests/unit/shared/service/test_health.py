"""What every service tells of itself."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from litestar import Litestar
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from shared.service.health import NarrowError
from shared.service.health_app import PATHS, HealthApp
from shared.service.health_routes import health_routes
from shared.service.process import listen, serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

PATIENCE_S = 60.0  # only a request that is never answered takes so long


def among_routes(checks: Mapping[str, Callable[[], Awaitable[None]]]) -> Any:
    """As gateway and status answer."""
    return Litestar(health_routes(checks), openapi_config=None, logging_config=None)


@pytest.fixture(params=[among_routes, HealthApp])
def service(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Makes an application of checks, in each of the two ways in which services do."""
    make: Callable[..., Any] = request.param
    return make


def client_of(app: Any) -> httpx.AsyncClient:
    """In this very loop."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def test_metrics_do_not_wait_for_threads_that_wait_for_a_disk(
    service: Callable[..., Any],
) -> None:
    """A packager whose disk is slow is not down."""
    free, held = threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))

    def read() -> None:
        held.set()
        free.wait()

    slow = loop.run_in_executor(None, read)
    try:
        async with client_of(service({})) as client:
            answer = await asyncio.wait_for(client.get("/metrics"), PATIENCE_S)
        assert (held.is_set(), slow.done()) == (True, False)
    finally:
        free.set()
        await slow
    assert "# TYPE" in answer.text


async def test_a_check_that_gets_no_answer_says_so(service: Callable[..., Any]) -> None:
    """An error of it says what it is; a time that is over has no words of its own."""

    async def hangs() -> None:
        raise TimeoutError

    async def refuses() -> None:
        raise PermissionError("no")

    async with client_of(service({"storage": hangs, "nats": refuses})) as client:
        inside = await client.get("/readyz")
        outside = await client.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"})
    assert inside.json() == {"storage": "no answer", "nats": "PermissionError: no"}
    assert outside.json() == {"storage": "failed", "nats": "failed"}
    assert (inside.status_code, outside.status_code) == (503, 503)


async def test_what_becomes_scarce_is_told_by_a_service_that_is_ready(
    service: Callable[..., Any],
) -> None:
    """An orchestrator must not take away what still works."""

    async def narrow() -> None:
        raise NarrowError("EXPORTS is 92% full")

    async def passes() -> None:
        """All is well."""

    async with client_of(service({"room": narrow, "nats": passes})) as client:
        answer = await client.get("/readyz")
    assert answer.json() == {"room": "EXPORTS is 92% full", "nats": "ok"}
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/livez/"])
async def test_each_route_answers_get_and_names_what_it_answers(
    service: Callable[..., Any], path: str
) -> None:
    """Other methods are refused with the list of those that are not (RFC 9110, 15.5.6)."""
    async with client_of(service({})) as client:
        answers = {m: await client.request(m, path) for m in ("GET", "OPTIONS", "POST", "HEAD")}
    told = {method: answer.status_code for method, answer in answers.items()}
    assert told == {"GET": 200, "OPTIONS": 204, "POST": 405, "HEAD": 405}
    assert {answers[m].headers["allow"] for m in ("OPTIONS", "POST", "HEAD")} == {"GET, OPTIONS"}
    kind = "text/plain" if path == "/metrics" else "application/json"
    assert answers["GET"].headers["content-type"].startswith(kind)
    assert int(answers["GET"].headers["content-length"]) == len(answers["GET"].content) > 0
    assert answers["HEAD"].content == b""


async def test_through_a_proxy_metrics_are_not_there(service: Callable[..., Any]) -> None:
    """They are answered as what nobody has ever heard of; so is every other path."""
    async with client_of(service({})) as client:
        hidden = await client.get("/metrics", headers={"Via": "1.1 proxy"})
        unknown = [await client.get(path) for path in ("/", "//livez", "/LIVEZ", "/livez/x")]
    assert {answer.status_code for answer in (hidden, *unknown)} == {404}
    bodies = [{**answer.json(), "trace_id": ""} for answer in (hidden, *unknown)]
    assert all(body == bodies[0] for body in bodies)


async def test_without_a_framework_a_refusal_is_a_problem() -> None:
    """As the listener itself refuses: problem details (RFC 9457), with an id of their own."""
    async with client_of(HealthApp({})) as client:
        answers = [await client.get("/nowhere"), await client.delete("/livez")]
    assert [answer.headers["content-type"] for answer in answers] == 2 * [
        "application/problem+json"
    ]
    told = [(answer.json()["code"], answer.json()["status"]) for answer in answers]
    assert told == [("not-found", 404), ("method-not-allowed", 405)]
    assert len({answer.json()["trace_id"] for answer in answers}) == 2


def test_both_ways_have_the_same_routes() -> None:
    """What one service answers, all do."""
    assert {path for route in health_routes({}) for path in route.paths} == set(PATHS)


async def test_on_a_listener_no_websocket_is_let_in() -> None:
    """A service of health alone refuses the handshake, and answers the next who asks."""
    stop = asyncio.Event()
    with listen("127.0.0.1:0") as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(serve(HealthApp({}), listener, stop))
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}/livez", proxy=None)
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://{address}/livez")
            head = await client.head(f"http://{address}/livez")
        stop.set()
        await serving
    assert refused.value.response.status_code == 403
    assert (answer.json(), head.status_code) == ({"status": "alive"}, 405)
